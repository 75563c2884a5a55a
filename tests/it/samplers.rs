//! Timesteps and noise levels are diffusers', for every sampler, spacing and β schedule; and a
//! plan's formulas say what the networks' answers will become.

#![expect(clippy::unwrap_used, reason = "the files are the project's own")]
#![expect(clippy::print_stdout, reason = "the table of another folder is for its reader")]

use std::collections::BTreeMap;

use safelight::engine::sampler::{Plan, plan};
use safelight::engine::scheduler_config::SchedulerConfig;
use safelight::walk::statistics::relative_error;
use safelight::walk::{EngineChoice, Grid, Prediction, Problem, Sampler, Settings, Spacing, Term};

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
        negative: None,
        seed: 0,
        steps,
        sampler,
        karras: false,
        eta: 0.0,
        spacing,
        prediction: Prediction::Epsilon,
        guidance: 5.0,
        width: 32,
        height: 32,
        device: "cpu".into(),
        dtype: "f32".into(),
        engine: EngineChoice::Own,
        guessed: Vec::new(),
        attachments: vec![],
        fork: None,
    }
}

fn planned(name: &str, spacing: &str, steps: usize) -> Result<Plan, Problem> {
    let (sampler, karras) = name.strip_suffix("+karras").map_or((name, false), |s| (s, true));
    let sampler = Sampler::from_name(sampler).unwrap();
    let settings =
        Settings { karras, ..settings(sampler, Spacing::from_name(spacing).unwrap(), steps) };
    plan(&config(&format!(r#"{BETAS}, "steps_offset": 1"#)), &settings)
}

/// Compares every schedule of a file whose keys are `SAMPLER.SPACING.STEPS.WHAT`.
fn compare(recorded: &BTreeMap<String, Grid>, name_of: &dyn Fn(&str) -> Option<&str>) -> usize {
    let mut compared = 0;
    for (key, torch) in recorded {
        let parts: Vec<&str> = key.split('.').collect();
        let [name, spacing, steps, what] = parts[..] else { continue };
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
    assert_eq!(compare(&recorded, &|name| (!name.starts_with("alphas")).then_some(name)), 456);
}

/// The layout of the larger folder that `SAFELIGHT_REFERENCE` may name.
#[test]
fn every_schedule_of_the_reference_folder_is_that_of_diffusers() {
    if root() == own_root() {
        return;
    }
    let recorded = tensors(&root().join("schedules.safetensors")).into_iter().collect();
    let compared = compare(&recorded, &|name| match name {
        "ddim" | "pndm" | "euler" => Some(name),
        "euler_karras" => Some("euler+karras"),
        "euler_a" => Some("euler-a"),
        "dpmpp2m" => Some("dpm++2m"),
        "dpmpp2m_karras" => Some("dpm++2m+karras"),
        _ => None,
    });
    println!("{compared} schedules");
    assert!(compared > 200);
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
    for name in ["ddim", "euler", "pndm", "dpm++2m"] {
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
fn noise_is_drawn_where_diffusers_draws_it() {
    let draws = |plan: Plan| plan.calls.iter().filter(|call| call.extra_noise).count();
    assert_eq!(draws(planned("euler-a", "leading", 4).unwrap()), 4, "even with weight 0");
    let settings = settings(Sampler::Ddim, Spacing::Leading, 4);
    assert_eq!(draws(plan(&config(BETAS), &settings).unwrap()), 0);
    let fresh = Settings { eta: 0.5, ..settings };
    assert_eq!(draws(plan(&config(BETAS), &fresh).unwrap()), 4);
}

#[test]
fn keys_of_a_sampler_that_cannot_be_followed_are_named() {
    for (sampler, keys) in [
        (Sampler::DpmPp2m, r#""algorithm_type": "sde-dpmsolver++""#),
        (Sampler::DpmPp2m, r#""solver_order": 3"#),
        (Sampler::DpmPp2m, r#""final_sigmas_type": "one""#),
        (Sampler::Euler, r#""final_sigmas_type": "one""#),
        (Sampler::Pndm, r#""skip_prk_steps": false"#),
        (Sampler::Pndm, r#""steps_offset": -1"#),
    ] {
        let settings = settings(sampler, Spacing::Leading, 4);
        let problem = plan(&config(keys), &settings).unwrap_err();
        let key = keys.split('"').nth(1).unwrap();
        assert!(problem.facts().contains(&("key", key.to_owned())), "{problem}");
    }
}

#[test]
fn no_plan_divides_by_zero_in_silence() {
    let settings = settings(Sampler::Ddim, Spacing::Trailing, 4);
    let keys = config(&format!(r#"{BETAS}, "rescale_betas_zero_snr": true"#));
    assert_eq!(plan(&keys, &settings).unwrap_err().key(), "sampler-infinite");
    let v = Settings { prediction: Prediction::V, ..settings };
    let plan = plan(&keys, &v).unwrap();
    assert!(plan.levels.iter().all(|level| level.is_finite()));
    assert!(plan.calls.iter().all(|c| c.formula.next.iter().all(|t: &Term| t.factor.is_finite())));
}

#[test]
fn every_count_of_steps_has_a_finite_plan() {
    for name in ["ddim", "pndm", "euler", "euler+karras", "euler-a", "dpm++2m", "dpm++2m+karras"] {
        for spacing in ["leading", "linspace", "trailing"] {
            for steps in (1..=130).chain([250, 333, 500, 501, 999, 1000]) {
                // Two equal levels in a row: diffusers' own result is not a number here.
                if name == "dpm++2m" && spacing != "trailing" && steps >= 999 {
                    continue;
                }
                let plan = planned(name, spacing, steps);
                assert!(plan.is_ok(), "{name} {spacing} {steps}: {plan:?}");
            }
        }
    }
}
