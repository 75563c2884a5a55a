//! Timesteps and noise levels are diffusers', for every sampler, spacing and β schedule; and a
//! plan's formulas say what the networks' answers will become.

#![expect(clippy::unwrap_used, reason = "the files are the project's own")]
#![expect(clippy::print_stdout, reason = "the table of another folder is for its reader")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use safelight::engine::sampler::{Plan, plan};
use safelight::engine::scheduler_config::SchedulerConfig;
use safelight::walk::statistics::relative_error;
use safelight::walk::{
    EngineChoice, Grid, Prediction, Problem, Quantity, Sampler, Settings, Spacing, Term,
};

use crate::reference_files::{own_root, root, tensors};

const BETAS: &str = r#""beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear""#;

fn config(keys: &str) -> SchedulerConfig {
    let json = format!("{{{keys}}}");
    SchedulerConfig::parse(json.as_bytes(), "scheduler_config.json", None).unwrap()
}

fn settings(sampler: Sampler, spacing: Spacing, steps: usize) -> Settings {
    Settings {
        model: "tiny".into(),
        prompt: String::new(),
        prompt_2: None,
        negative: None,
        seed: 0,
        steps,
        sampler,
        karras: false,
        eta: 0.0,
        spacing,
        prediction: Prediction::Epsilon,
        original_steps: None,
        guidance: 5.0,
        guidance_embedded: false,
        guidance_rescale: 0.0,
        clip_skip: 0,
        width: 32,
        height: 32,
        original_size: None,
        crop: None,
        target_size: None,
        device: "cpu".into(),
        dtype: "f32".into(),
        engine: EngineChoice::Own,
        guessed: Vec::new(),
        attachments: vec![],
        image: None,
        strength: None,
        fork: None,
    }
}

fn planned(name: &str, spacing: &str, steps: usize) -> Result<Plan, Problem> {
    let (sampler, karras) = name.strip_suffix("+karras").map_or((name, false), |s| (s, true));
    let sampler = Sampler::from_name(sampler).unwrap();
    // What lcm chooses among stands where the others have their spacing.
    let original_steps = spacing.parse().ok();
    let spacing = Spacing::from_name(spacing).unwrap_or(Spacing::Leading);
    let settings = Settings { karras, original_steps, ..settings(sampler, spacing, steps) };
    plan(&config(&format!(r#"{BETAS}, "steps_offset": 1"#)), &settings)
}

/// Compares every schedule of a file whose keys are `SAMPLER.SPACING.STEPS.WHAT`.
fn compare(recorded: &BTreeMap<String, Grid>, name_of: &dyn Fn(&str) -> Option<&str>) -> usize {
    let mut compared = 0;
    for (key, torch) in recorded {
        let parts: Vec<&str> = key.split('.').collect();
        let (name, spacing, steps, what) = match parts[..] {
            [name, spacing, steps, what] => (name, spacing, steps, what),
            [name, steps, what] => (name, "50", steps, what),
            _ => continue,
        };
        let Some(name) = name_of(name) else { continue };
        let plan = planned(name, spacing, steps.parse().unwrap()).unwrap();
        let ours = match what {
            "timesteps" => plan.timesteps(),
            "sigmas" => plan.sigmas.clone().unwrap(),
            _ => vec![plan.init_noise_sigma],
        };
        let error = relative_error(&ours, torch.data());
        assert!(error < 1e-6, "{key}: {error}\n{ours:?}\n{:?}", torch.data());
        assert_eq!(plan.levels.len(), plan.calls.len() + 1);
        compared += 1;
    }
    compared
}

#[test]
fn timesteps_and_sigmas_are_those_of_diffusers() {
    let recorded = tensors(&own_root().join("schedules.safetensors")).into_iter().collect();
    assert_eq!(compare(&recorded, &|name| (!name.starts_with("alphas")).then_some(name)), 816);
}

/// The layout of the larger folder that `SAFELIGHT_REFERENCE` may name.
#[test]
fn every_schedule_of_the_reference_folder_is_that_of_diffusers() {
    if root() == own_root() {
        return;
    }
    let recorded = tensors(&root().join("schedules.safetensors")).into_iter().collect();
    let compared = compare(&recorded, &|name| match name {
        "ddim" | "ddpm" | "pndm" | "euler" | "heun" | "unipc" | "lcm" => Some(name),
        "euler_karras" => Some("euler+karras"),
        "euler_a" => Some("euler-a"),
        "dpmpp2m" => Some("dpm++2m"),
        "dpmpp2m_karras" => Some("dpm++2m+karras"),
        "heun_karras" => Some("heun+karras"),
        "unipc_karras" => Some("unipc+karras"),
        _ => None,
    });
    println!("{compared} schedules");
    assert!(compared > 380);
}

#[test]
fn the_running_product_is_torchs_for_every_beta_schedule() {
    let recorded: BTreeMap<String, Grid> =
        tensors(&own_root().join("schedules.safetensors")).into_iter().collect();
    for (name, keys) in [
        ("scaled_linear", BETAS.to_owned()),
        ("linear", r#""beta_schedule": "linear""#.to_owned()),
        ("squaredcos_cap_v2", r#""beta_schedule": "squaredcos_cap_v2""#.to_owned()),
        ("zero_snr", format!(r#"{BETAS}, "rescale_betas_zero_snr": true"#)),
    ] {
        let torch = &recorded[&format!("alphas_cumprod.{name}")];
        let ours = config(&keys).alphas_cumprod();
        for (t, (a, b)) in ours.iter().zip(torch.data()).enumerate() {
            // To the last bit, but where torch's square root is not exact itself: rescaling shifts
            // √ᾱ, so there the difference of the roots counts.
            let (difference, bar) = if name == "zero_snr" {
                ((a.sqrt() - b.sqrt()).abs(), 2e-7)
            } else {
                ((a - b).abs(), 0.0)
            };
            assert!(difference <= bar, "{name} at {t}: {a} {b}");
        }
    }
}

#[test]
fn a_step_from_pure_x0_and_noise_lands_on_the_next_level() {
    // With the true noise as the answer, every sampler of first order must arrive at
    // √ᾱ·x0 + √(1−ᾱ)·ε of its next level, exactly what the level says.
    for name in ["ddim", "euler", "pndm", "heun", "dpm++2m", "unipc"] {
        let plan = planned(name, "trailing", 5).unwrap();
        let call = &plan.calls[0];
        let (x0, noise) = (Grid::filled(&[1], 0.3), Grid::filled(&[1], -1.2));
        let at = |sigma: f32, scale: f32| {
            let alpha = 1.0 / (sigma * sigma + 1.0).sqrt();
            Grid::weighted_sum(&[(alpha / scale, &x0), (sigma * alpha / scale, &noise)]).unwrap()
        };
        let latent = at(call.sigma, call.formula.common_scale);
        let next = call.formula.next_of(&latent, &noise, None, &|_| None).unwrap();
        let wanted = at(call.sigma_next, call.formula.next_common_scale);
        let error = relative_error(next.data(), wanted.data());
        assert!(error < 1e-4, "{name}: {error}");
    }
}

#[test]
fn pndm_calls_once_more_than_it_has_steps() {
    let plan = planned("pndm", "leading", 20).unwrap();
    assert_eq!((plan.calls.len(), plan.steps()), (21, 20));
    assert_eq!((plan.calls[0].step, plan.calls[1].step, plan.calls[7].step), (0, 0, 6));
    assert_eq!(planned("pndm", "leading", 1).unwrap().calls.len(), 1);
}

#[test]
fn heun_calls_twice_a_step_but_the_last() {
    let plan = planned("heun", "leading", 20).unwrap();
    assert_eq!((plan.calls.len(), plan.steps()), (39, 20));
    let steps: Vec<usize> = plan.calls.iter().map(|call| call.step).take(5).collect();
    assert_eq!(steps, [0, 0, 1, 1, 2]);
    let (first, second) = (&plan.calls[0], &plan.calls[1]);
    assert_eq!((first.sigma_next, second.sigma), (second.sigma, second.sigma_next));
    assert_eq!(planned("heun", "leading", 1).unwrap().calls.len(), 1);
}

#[test]
fn lcm_needs_no_more_steps_than_its_model_was_distilled_on() {
    assert!(planned("lcm", "50", 50).is_ok());
    assert_eq!(planned("lcm", "50", 51).unwrap_err().key(), "lcm-steps");
    assert_eq!(planned("lcm", "1001", 4).unwrap_err().key(), "original-steps-range");
}

#[test]
fn noise_is_drawn_where_diffusers_draws_it() {
    let draws = |plan: Plan| plan.calls.iter().filter(|call| call.extra_noise).count();
    assert_eq!(draws(planned("euler-a", "leading", 4).unwrap()), 4, "even with weight 0");
    let settings = settings(Sampler::Ddim, Spacing::Leading, 4);
    assert_eq!(draws(plan(&config(BETAS), &settings).unwrap()), 0);
    let fresh = Settings { eta: 0.5, ..settings };
    assert_eq!(draws(plan(&config(BETAS), &fresh).unwrap()), 4);
    assert_eq!(draws(planned("dpm++2m-sde", "linspace", 4).unwrap()), 4, "even with weight 0");
    assert_eq!(draws(planned("lcm", "50", 4).unwrap()), 3, "the last guess stays as it is");
    assert_eq!(draws(planned("ddpm", "leading", 4).unwrap()), 4, "timestep 1 is above 0");
    assert_eq!(draws(planned("ddpm", "linspace", 4).unwrap()), 3, "none at timestep 0");
}

#[test]
fn keys_of_a_sampler_that_cannot_be_followed_are_named() {
    for (sampler, keys) in [
        (Sampler::DpmPp2m, r#""algorithm_type": "sde-dpmsolver""#),
        (Sampler::DpmPp2mSde, r#""algorithm_type": "dpmsolver""#),
        (Sampler::UniPc, r#""predict_x0": false"#),
        (Sampler::UniPc, r#""solver_order": 4"#),
        (Sampler::UniPc, r#""disable_corrector": [-1]"#),
        (Sampler::Pndm, r#""prediction_type": "sample""#),
        (Sampler::DpmPp2m, r#""solver_order": 3"#),
        (Sampler::DpmPp2m, r#""final_sigmas_type": "one""#),
        (Sampler::Euler, r#""final_sigmas_type": "one""#),
        (Sampler::Pndm, r#""skip_prk_steps": false"#),
        (Sampler::Pndm, r#""steps_offset": -1"#),
    ] {
        let config = config(keys);
        let settings =
            Settings { prediction: config.prediction, ..settings(sampler, Spacing::Leading, 4) };
        let problem = plan(&config, &settings).unwrap_err();
        let key = keys.split('"').nth(1).unwrap();
        assert!(problem.facts().contains(&("key", key.to_owned())), "{problem}");
    }
}

#[test]
fn no_plan_divides_by_zero_in_silence() {
    let settings = settings(Sampler::Ddim, Spacing::Trailing, 4);
    let keys = config(&format!(r#"{BETAS}, "rescale_betas_zero_snr": true"#));
    assert_eq!(plan(&keys, &settings).unwrap_err().key(), "sampler-infinite");
    for sampler in Sampler::ALL.into_iter().filter(|sampler| *sampler != Sampler::Pndm) {
        for prediction in [Prediction::V, Prediction::Sample] {
            let plan = plan(&keys, &Settings { prediction, sampler, ..settings.clone() }).unwrap();
            assert!(plan.levels.iter().all(|level| level.is_finite()));
            let finite = |term: &Term| term.factor.is_finite();
            assert!(plan.calls.iter().all(|call| call.formula.next.iter().all(finite)));
        }
    }
}

#[test]
fn every_count_of_steps_has_a_finite_plan() {
    let karras = Sampler::ALL.into_iter().filter(|sampler| sampler.has_karras());
    let karras = karras.map(|sampler| format!("{}+karras", sampler.name()));
    let names = Sampler::ALL.map(|sampler| sampler.name().to_owned()).into_iter().chain(karras);
    for name in names {
        for spacing in ["leading", "linspace", "trailing"] {
            for steps in (1..=130).chain([250, 333, 500, 501, 999, 1000]) {
                // Two equal levels in a row: diffusers' own result is not a number here.
                let levels = ["dpm++2m", "dpm++2m-sde", "unipc"].contains(&name.as_str());
                if levels && spacing != "trailing" && steps >= 999 || name == "lcm" && steps > 50 {
                    continue;
                }
                let plan = planned(&name, spacing, steps);
                assert!(plan.is_ok(), "{name} {spacing} {steps}: {plan:?}");
            }
        }
    }
}

/// A latent, an answer or noise as shares of x0, of the noise in it, and of noise drawn since: all
/// that a sampler does is linear, so that these three numbers stand for every picture.
type Shares = Grid;

fn shares(x0: f32, noise: f32, fresh: f32) -> Shares {
    Grid::new(&[3], vec![x0, noise, fresh]).unwrap()
}

/// What the network must answer at a noise level for x0 and noise to be true.
fn truth(prediction: Prediction, sigma: f32) -> Shares {
    let alpha = 1.0 / (sigma * sigma + 1.0).sqrt();
    match prediction {
        Prediction::Epsilon => shares(0.0, 1.0, 0.0),
        Prediction::V => shares(-sigma * alpha, alpha, 0.0),
        Prediction::Sample => shares(1.0, 0.0, 0.0),
    }
}

/// A latent at a noise level, in a call's own scale.
fn latent_at(sigma: f32, common_scale: f32) -> Shares {
    let alpha = 1.0 / (sigma * sigma + 1.0).sqrt();
    shares(alpha / common_scale, sigma * alpha / common_scale, 0.0)
}

/// Whether a true answer is known to keep a sampler on its way: PNDM goes from level to level only
/// where its strides are whole, and mixes answers from several levels, which must be noise.
fn keeps_its_way(settings: &Settings) -> bool {
    let (prediction, spacing) = (settings.prediction, settings.spacing);
    settings.sampler != Sampler::Pndm
        || prediction == Prediction::Epsilon && spacing == Spacing::Leading
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let sampler = prop::sample::select(Sampler::ALL.to_vec());
    let spacing =
        prop::sample::select(vec![Spacing::Leading, Spacing::Linspace, Spacing::Trailing]);
    let prediction =
        prop::sample::select(vec![Prediction::Epsilon, Prediction::V, Prediction::Sample]);
    (sampler, spacing, prediction, 1usize..=120, any::<bool>(), 0.0..1.0f64).prop_map(
        |(sampler, spacing, prediction, steps, karras, eta)| Settings {
            steps: if sampler == Sampler::Lcm { steps.min(50) } else { steps },
            karras: karras && sampler.has_karras(),
            eta: if sampler == Sampler::Ddim { eta } else { 0.0 },
            prediction,
            ..settings(sampler, spacing, steps)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Where every answer is true, each call leads exactly to the level that it names: the share of
    /// the picture is √ᾱ, and old and fresh noise together are √(1−ᾱ), in every sampler, spacing
    /// and prediction.
    #[test]
    fn a_true_answer_leads_to_the_level_that_the_plan_names(settings in any_settings()) {
        prop_assume!(keeps_its_way(&settings));
        let plan = plan(&config(&format!(r#"{BETAS}, "steps_offset": 1"#)), &settings).unwrap();
        prop_assert!(plan.steps() != settings.steps
            || plan.calls.len() == settings.sampler.calls(settings.steps));
        let there = |k: usize| {
            let call = &plan.calls[k];
            let latent = latent_at(call.sigma, call.formula.common_scale);
            (latent, truth(settings.prediction, call.sigma))
        };
        let earlier = |quantity| match quantity {
            Quantity::LatentOfCall(k) => Some(there(k).0),
            Quantity::PredOfCall(k) => Some(there(k).1),
            Quantity::X0OfCall(k) => plan.calls[k].formula.x0_of(&there(k).0, &there(k).1),
            _ => None,
        };
        for (k, call) in plan.calls.iter().enumerate() {
            let (latent, answer) = there(k);
            let fresh = shares(0.0, 0.0, 1.0);
            let next = call.formula.next_of(&latent, &answer, Some(&fresh), &earlier).unwrap();
            let found = next.map(|x| x * call.formula.next_common_scale);
            let [x0, noise, fresh] = *found.data() else { unreachable!() };
            let alpha = 1.0 / (call.sigma_next * call.sigma_next + 1.0).sqrt();
            let all = noise.hypot(fresh);
            prop_assert!((x0 - alpha).abs() < 2e-4, "call {k}: {x0} of x0, not {alpha}");
            let wanted = call.sigma_next * alpha;
            prop_assert!((all - wanted).abs() < 2e-4, "call {k}: {all} of noise, not {wanted}");
        }
    }
}
