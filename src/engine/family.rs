//! Which family a model is of, as its files tell, and what is usual for it where neither the user
//! nor the model's files say it.

use super::model_folder::{ModelFolder, Part};
use super::scheduler_config::SchedulerConfig;
use crate::walk::{Distilled, Family, ModelCard, Prediction, Problem, Sampler, Spacing};

/// What the files of a model tell of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The family, by its networks.
    pub family: Family,
    /// What it was distilled for, if it was.
    pub distilled: Option<Distilled>,
    /// Whether the noise predictor is told the guidance scale.
    pub guidance_embedded: bool,
    /// Whether zeros stand for the vectors of a negative prompt that was not given.
    pub zero_negative: bool,
}

/// Reads the kind from configs.
///
/// # Errors
/// A missing or damaged config, and by name what this program cannot walk: other latents than
/// four channels, XL's refiner.
pub fn read(folder: &ModelFolder) -> Result<Kind, Problem> {
    let (text, unet) = (folder.config(Part::Text)?, folder.config(Part::Unet)?);
    for key in ["in_channels", "out_channels"] {
        if unet.size(key, 4)? != 4 {
            return Err(unet.unfit(key, unet.value(key)));
        }
    }
    let quick = text.text("hidden_act", "quick_gelu")? == "quick_gelu";
    let family = match (folder.is_pocket_like()?, folder.has_second_text()?, quick) {
        (true, ..) => Family::Pocket,
        (_, true, _) => Family::Sdxl,
        (_, _, true) => Family::Sd1,
        _ => Family::Sd2,
    };
    let guidance_embedded = unet.has("time_cond_proj_dim");
    let index = folder.index()?;
    if index.flag("requires_aesthetics_score", false)? {
        return Err(index.unfit("requires_aesthetics_score", Some(&true.into())));
    }
    let zeros = index.flag("force_zeros_for_empty_prompt", true)?;
    Ok(Kind {
        family,
        distilled: distilled(folder, family, guidance_embedded),
        guidance_embedded,
        zero_negative: family == Family::Sdxl && zeros,
    })
}

/// Told from the schedule that the model's folder asks for. One that cannot be read tells nothing
/// here; opening the model says what is wrong with it.
fn distilled(folder: &ModelFolder, family: Family, guidance_embedded: bool) -> Option<Distilled> {
    let schedule = SchedulerConfig::of(folder).ok();
    let own = schedule.as_ref().and_then(|schedule| schedule.own);
    if guidance_embedded || own == Some(Sampler::Lcm) {
        return Some(Distilled::Lcm);
    }
    // SD-Turbo and SDXL-Turbo have networks like others of their families, and are the only ones
    // whose own schedule is Euler's from the very last timestep on noise that is not all noise.
    let (schedule, sampler) = (schedule?, own?);
    let euler = matches!(sampler, Sampler::Euler | Sampler::EulerA);
    let turbo = euler
        && matches!(family, Family::Sd2 | Family::Sdxl)
        && schedule.prediction == Prediction::Epsilon
        && schedule.spacing(sampler).ok() == Some(Spacing::Trailing)
        && !schedule.ends_without_signal();
    turbo.then_some(Distilled::Turbo)
}

/// What diffusers' pipelines for Stable Diffusion take.
const STRENGTH: f64 = 0.8;
/// The same of those for XL.
const STRENGTH_XL: f64 = 0.3;

/// The usual settings of a family: guesses, and shown as such.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// Denoising steps.
    pub steps: usize,
    /// Guidance scale.
    pub guidance: f64,
    /// How far a walk goes from the picture that it begins from.
    pub strength: f64,
    /// Something to draw.
    pub prompt: &'static str,
}

/// The usual settings of a model.
pub const fn usual(card: &ModelCard) -> Usual {
    let usual = match card.family {
        Family::Pocket => Usual {
            steps: 20,
            guidance: 4.0,
            strength: STRENGTH,
            prompt: "a red cat on a blue background",
        },
        Family::Sd1 | Family::Sd2 => Usual {
            steps: 25,
            guidance: 7.5,
            strength: STRENGTH,
            prompt: "a photograph of a cat in a garden",
        },
        Family::Sdxl => Usual {
            steps: 30,
            guidance: 5.0,
            strength: STRENGTH_XL,
            prompt: "a photograph of a cat in a garden",
        },
    };
    match card.distilled {
        None => usual,
        // Trained to answer without guidance, in one to four steps (Sauer et al. 2023).
        Some(Distilled::Turbo) => Usual { steps: 4, guidance: 0.0, ..usual },
        // Luo et al. 2023: the scale that the paper's pictures are made with.
        Some(Distilled::Lcm) if card.guidance_embedded => {
            Usual { steps: 4, guidance: 8.5, ..usual }
        }
        // Guidance is inside such a network already.
        Some(Distilled::Lcm) => Usual { steps: 4, guidance: 1.0, ..usual },
    }
}
