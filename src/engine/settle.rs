//! Settling: what the user asked, completed from the model's own files and then from what is
//! usual for its family, and checked.

use super::family::{Usual, usual};
use super::scheduler_config::SchedulerConfig;
use super::tokenizer::PROMPT_LIMIT;
use crate::walk::{
    Asked, Change, Family, ModelCard, Prediction, Problem, Sampler, Settings, Spacing,
};

/// The most latent cells that are computed: 2048 × 2048 pixels of Stable Diffusion.
const MOST_CELLS: usize = 256 * 256;

/// The largest size that XL is told of.
const MOST_TOLD: usize = 1 << 16;

/// The guidance scales that are computed.
const GUIDANCE: std::ops::RangeInclusive<f64> = 0.0..=100.0;

/// The seed where none is given.
const SEED: u64 = 7;

/// Completes and checks `asked`. `device` and `dtype` are those of the open model.
///
/// # Errors
/// Usage problems for what the user gave; a key of the scheduler's file that cannot be followed.
pub fn settle(
    asked: &Asked,
    card: &ModelCard,
    scheduler: &SchedulerConfig,
    (device, dtype): (&str, &str),
) -> Result<Settings, Problem> {
    let usual = usual(card);
    let mut guessed = Vec::new();
    let sampler = asked.sampler.map_or_else(|| scheduler.own_sampler(), Ok)?;
    let settings = Settings {
        model: card.name.clone(),
        prompt: prompt(asked, card, &usual, &mut guessed)?,
        prompt_2: prompt_2(asked, card)?,
        negative: asked.negative.as_deref().map(checked_text).transpose()?,
        seed: asked.seed.unwrap_or(SEED),
        steps: steps(asked, card, scheduler, &usual, &mut guessed)?,
        sampler,
        karras: karras(asked, sampler, scheduler)?,
        eta: eta(asked, sampler)?,
        spacing: spacing(asked, sampler, scheduler)?,
        prediction: prediction(asked, scheduler, &mut guessed),
        original_steps: original_steps(asked, sampler, scheduler)?,
        guidance: guidance(asked, card, &usual, &mut guessed)?,
        guidance_embedded: card.guidance_embedded,
        guidance_rescale: guidance_rescale(asked)?,
        clip_skip: asked.clip_skip.unwrap_or(0),
        width: side("width", asked.width, card.default_size.0, card)?,
        height: side("height", asked.height, card.default_size.1, card)?,
        original_size: sizes("original-size", asked.original_size, card, 1)?,
        crop: sizes("crop", asked.crop, card, 0)?,
        target_size: sizes("target-size", asked.target_size, card, 1)?,
        device: device.to_owned(),
        dtype: dtype.to_owned(),
        engine: asked.engine,
        attachments: Vec::new(),
        image: None,
        strength: strength(asked, &usual, &mut guessed)?,
        guessed,
        fork: None,
    };
    let cells = settings.width / card.vae_factor * (settings.height / card.vae_factor);
    if cells > MOST_CELLS {
        return Err(Problem::usage("size-too-large")
            .with("width", settings.width)
            .with("height", settings.height)
            .with("most", MOST_CELLS * card.vae_factor * card.vae_factor));
    }
    Ok(settings)
}

fn prompt(
    asked: &Asked,
    card: &ModelCard,
    usual: &Usual,
    guessed: &mut Vec<String>,
) -> Result<String, Problem> {
    if let Some(prompt) = &asked.prompt {
        return checked_text(prompt);
    }
    Ok(card.example.clone().unwrap_or_else(|| {
        guessed.push("prompt".to_owned());
        usual.prompt.to_owned()
    }))
}

/// The text of XL's second encoder, where another one was asked for.
fn prompt_2(asked: &Asked, card: &ModelCard) -> Result<Option<String>, Problem> {
    let Some(text) = &asked.prompt_2 else { return Ok(None) };
    if card.family != Family::Sdxl {
        return Err(not_xl("prompt-2", card));
    }
    checked_text(text).map(Some)
}

/// Two numbers that only XL is told: height and width, or top and left.
fn sizes(
    flag: &'static str,
    asked: Option<[usize; 2]>,
    card: &ModelCard,
    least: usize,
) -> Result<Option<[usize; 2]>, Problem> {
    let Some(pair) = asked else { return Ok(None) };
    if card.family != Family::Sdxl {
        return Err(not_xl(flag, card));
    }
    if pair.iter().all(|n| (least..=MOST_TOLD).contains(n)) {
        return Ok(Some(pair));
    }
    Err(Problem::usage("told-size-range")
        .with("flag", flag)
        .with("least", least)
        .with("most", MOST_TOLD))
}

fn not_xl(flag: &'static str, card: &ModelCard) -> Problem {
    Problem::usage("flag-only-xl").with("flag", flag).with("family", card.family.name())
}

fn checked_text(text: &str) -> Result<String, Problem> {
    if text.len() >= PROMPT_LIMIT {
        return Err(Problem::usage("prompt-too-long").with("bytes", text.len()));
    }
    Ok(text.to_owned())
}

/// Checks what a fork changes, as far as no model decides.
///
/// # Errors
/// Usage problems: a guidance scale, a share of noise, a weight or a text outside its range.
pub fn checked_fork(change: &Change) -> Result<(), Problem> {
    if let Some(guidance) = change.guidance.filter(|scale| !GUIDANCE.contains(scale)) {
        return Err(Problem::usage("guidance-range").with("guidance", guidance));
    }
    let fresh = change.fresh_noise.map(|fresh| fresh.share);
    if let Some(share) = fresh.filter(|share| !(0.0..=1.0).contains(share)) {
        return Err(Problem::usage("fresh-noise-range").with("share", share));
    }
    let blended = change.blend.as_ref().map(|blend| blend.prompt.as_str());
    for text in [change.prompt.as_deref(), change.negative.as_deref(), blended] {
        text.map(checked_text).transpose()?;
    }
    Ok(())
}

fn steps(
    asked: &Asked,
    card: &ModelCard,
    scheduler: &SchedulerConfig,
    usual: &Usual,
    guessed: &mut Vec<String>,
) -> Result<usize, Problem> {
    let most = scheduler.train_steps.min(1000);
    let steps = asked.steps.or(card.default_steps).unwrap_or_else(|| {
        guessed.push("steps".to_owned());
        usual.steps.min(most)
    });
    if (1..=most).contains(&steps) {
        Ok(steps)
    } else {
        Err(Problem::usage("steps-range").with("steps", steps).with("most", most))
    }
}

fn guidance(
    asked: &Asked,
    card: &ModelCard,
    usual: &Usual,
    guessed: &mut Vec<String>,
) -> Result<f64, Problem> {
    let guidance = asked.guidance.or(card.default_guidance).unwrap_or_else(|| {
        guessed.push("guidance".to_owned());
        usual.guidance
    });
    if GUIDANCE.contains(&guidance) {
        Ok(guidance)
    } else {
        Err(Problem::usage("guidance-range").with("guidance", guidance))
    }
}

/// Karras' spacing where it was asked for, or where the file says so and the sampler has it.
fn karras(asked: &Asked, sampler: Sampler, scheduler: &SchedulerConfig) -> Result<bool, Problem> {
    let has = sampler.has_karras();
    match asked.karras {
        Some(true) if !has => {
            Err(Problem::usage("karras-not-here").with("sampler", sampler.name()))
        }
        Some(karras) => Ok(karras),
        None => Ok(has && scheduler.karras()?),
    }
}

/// How timesteps are spread; a sampler that chooses its own cannot be told.
fn spacing(
    asked: &Asked,
    sampler: Sampler,
    scheduler: &SchedulerConfig,
) -> Result<Spacing, Problem> {
    match asked.spacing {
        Some(_) if !sampler.has_spacing() => {
            Err(Problem::usage("spacing-not-here").with("sampler", sampler.name()))
        }
        Some(spacing) => Ok(spacing),
        None => scheduler.spacing(sampler),
    }
}

fn original_steps(
    asked: &Asked,
    sampler: Sampler,
    scheduler: &SchedulerConfig,
) -> Result<Option<usize>, Problem> {
    if sampler == Sampler::Lcm {
        return asked.original_steps.map_or_else(|| scheduler.original_steps(), Ok).map(Some);
    }
    match asked.original_steps {
        Some(_) => Err(Problem::usage("original-steps-not-here").with("sampler", sampler.name())),
        None => Ok(None),
    }
}

/// How far a walk goes from the picture that it begins from; one that begins from noise has none.
fn strength(
    asked: &Asked,
    usual: &Usual,
    guessed: &mut Vec<String>,
) -> Result<Option<f64>, Problem> {
    if asked.image.is_none() {
        return match asked.strength {
            Some(_) => Err(Problem::usage("strength-needs-image")),
            None => Ok(None),
        };
    }
    let strength = asked.strength.unwrap_or_else(|| {
        guessed.push("strength".to_owned());
        usual.strength
    });
    if (0.0..=1.0).contains(&strength) {
        Ok(Some(strength))
    } else {
        Err(Problem::usage("strength-range").with("strength", strength))
    }
}

fn guidance_rescale(asked: &Asked) -> Result<f64, Problem> {
    let rescale = asked.guidance_rescale.unwrap_or(0.0);
    if (0.0..=1.0).contains(&rescale) {
        Ok(rescale)
    } else {
        Err(Problem::usage("guidance-rescale-range").with("rescale", rescale))
    }
}

/// How the network's answer is read: as the user says, else as the model's files say.
fn prediction(asked: &Asked, scheduler: &SchedulerConfig, guessed: &mut Vec<String>) -> Prediction {
    if asked.prediction.is_none() && scheduler.prediction_guessed {
        guessed.push("prediction".to_owned());
    }
    asked.prediction.unwrap_or(scheduler.prediction)
}

fn eta(asked: &Asked, sampler: Sampler) -> Result<f64, Problem> {
    let eta = asked.eta.unwrap_or(0.0);
    if !(0.0..=1.0).contains(&eta) {
        return Err(Problem::usage("eta-range").with("eta", eta));
    }
    if eta > 0.0 && sampler != Sampler::Ddim {
        return Err(Problem::usage("eta-not-here").with("sampler", sampler.name()));
    }
    Ok(eta)
}

fn side(
    name: &'static str,
    asked: Option<usize>,
    usual: usize,
    card: &ModelCard,
) -> Result<usize, Problem> {
    let pixels = asked.unwrap_or(usual);
    let factor = card.vae_factor.max(1);
    let most = MOST_CELLS * factor;
    if pixels > 0 && pixels.is_multiple_of(factor) && pixels <= most {
        return Ok(pixels);
    }
    Err(Problem::usage("size-multiple")
        .with("flag", name)
        .with("size", pixels)
        .with("factor", factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> ModelCard {
        ModelCard {
            name: "tiny".into(),
            family: Family::Sd1,
            distilled: None,
            guidance_embedded: false,
            parameters: [1, 1, 1],
            vector_width: 24,
            vocabulary: 1500,
            vae_factor: 4,
            hash: String::new(),
            default_steps: None,
            default_guidance: Some(3.0),
            default_size: (32, 16),
            example: None,
            preview: None,
            taught: None,
            samples: None,
            changes: Vec::new(),
        }
    }

    fn settled(asked: &Asked, file: &str) -> Result<Settings, Problem> {
        let scheduler = SchedulerConfig::parse(file.as_bytes(), "scheduler_config.json", None)?;
        settle(asked, &card(), &scheduler, ("cpu", "f32"))
    }

    const EULER: &str = r#"{"_class_name": "EulerDiscreteScheduler", "use_karras_sigmas": true,
        "timestep_spacing": "trailing"}"#;

    #[test]
    fn what_is_unset_comes_from_the_files_and_then_from_the_family() {
        let settings = settled(&Asked::default(), EULER).expect("settled");
        assert_eq!((settings.sampler, settings.karras), (Sampler::Euler, true));
        assert_eq!((settings.spacing, settings.guidance), (Spacing::Trailing, 3.0));
        assert_eq!((settings.width, settings.height), (32, 16));
        assert_eq!(settings.guessed, ["prompt", "steps"]);
    }

    #[test]
    fn another_sampler_keeps_the_other_keys_that_it_has() {
        let asked = Asked { sampler: Some(Sampler::Ddim), ..Asked::default() };
        let settings = settled(&asked, EULER).expect("settled");
        assert_eq!((settings.karras, settings.spacing), (false, Spacing::Trailing));
    }

    #[test]
    fn settings_asked_for_again_are_settled_to_the_same() {
        for sampler in Sampler::ALL {
            let asked = Asked { sampler: Some(sampler), steps: Some(4), ..Asked::default() };
            let settings = settled(&asked, EULER).expect("settled");
            let again = settled(&settings.asked_again(), EULER).expect("settled again");
            assert_eq!(Settings { guessed: Vec::new(), ..settings }, again);
        }
    }

    #[test]
    fn what_belongs_to_one_sampler_is_refused_for_another() {
        let asked = |sampler| Asked { sampler: Some(sampler), ..Asked::default() };
        let spaced = Asked { spacing: Some(Spacing::Leading), ..asked(Sampler::Lcm) };
        assert_eq!(settled(&spaced, EULER).expect_err("spaced").key(), "spacing-not-here");
        let original = Asked { original_steps: Some(20), ..asked(Sampler::Heun) };
        assert_eq!(settled(&original, EULER).expect_err("lcm's").key(), "original-steps-not-here");
        let original = Asked { original_steps: Some(20), ..asked(Sampler::Lcm) };
        assert_eq!(settled(&original, EULER).expect("settled").original_steps, Some(20));
        let file = r#"{"_class_name": "LCMScheduler", "original_inference_steps": 100}"#;
        let own = settled(&Asked::default(), file).expect("settled");
        assert_eq!((own.sampler, own.original_steps), (Sampler::Lcm, Some(100)));
    }

    #[test]
    fn what_cannot_be_is_a_wrong_use() {
        let asked = Asked { sampler: Some(Sampler::Ddim), ..Asked::default() };
        for wrong in [
            Asked { steps: Some(0), ..asked.clone() },
            Asked { steps: Some(1001), ..asked.clone() },
            Asked { width: Some(0), ..asked.clone() },
            Asked { width: Some(30), ..asked.clone() },
            Asked { width: Some(1 << 20), height: Some(1 << 20), ..asked.clone() },
            Asked { height: Some(usize::MAX - 3), ..asked.clone() },
            Asked { eta: Some(1.5), ..asked.clone() },
            Asked { eta: Some(f64::NAN), ..asked.clone() },
            Asked { guidance: Some(f64::INFINITY), ..asked.clone() },
            Asked { guidance_rescale: Some(1.01), ..asked.clone() },
            Asked { guidance_rescale: Some(f64::NAN), ..asked.clone() },
            Asked { karras: Some(true), ..asked.clone() },
            Asked { prompt: Some("a".repeat(100_000)), ..asked.clone() },
            Asked { eta: Some(0.5), sampler: Some(Sampler::Euler), ..asked.clone() },
        ] {
            let problem = settled(&wrong, EULER).expect_err("refused");
            assert!(problem.is_usage(), "{problem}");
        }
    }

    #[test]
    fn a_sampler_that_is_not_here_is_named_unless_another_is_chosen() {
        let file = r#"{"_class_name": "DEISMultistepScheduler", "solver_order": 2}"#;
        assert_eq!(settled(&Asked::default(), file).expect_err("unknown").key(), "scheduler-class");
        let asked = Asked { sampler: Some(Sampler::Euler), ..Asked::default() };
        assert!(settled(&asked, file).is_ok());
    }
}
