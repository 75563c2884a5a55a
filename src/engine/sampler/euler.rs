//! Karras et al. 2022, "Elucidating the Design Space", algorithm 2 without churn and first order:
//! `next = x + (σ′ − σ)·ε`. The latent is √(σ²+1) times larger than what the network sees.

use super::{Call, Plan, final_level, guidance, reading_in_sigma, spacing, term};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Formula, Problem, Quantity, Settings, Spacing, Term};

pub(super) fn plan(config: &SchedulerConfig, settings: &Settings) -> Result<Plan, Problem> {
    let table = spacing::sigma_table(&config.alphas_for_sigmas());
    let ends = (config.number("sigma_min")?, config.number("sigma_max")?);
    let (timesteps, sigmas) = spacing::fractional(config, settings, &table, ends)?;
    let last = final_level(config, table.first())?;
    let sigmas = sigmas.iter().map(|&s| s as f32).chain([last]).collect();
    Ok(in_sigma(config, settings, &timesteps, sigmas, false, &step))
}

/// The whole way along ε to the next level.
pub(super) fn step(from: f64, to: f64) -> Vec<Term> {
    vec![term(1.0, Quantity::Latent), term(to - from, Quantity::Epsilon)]
}

/// The plan of a sampler that works in σ and calls once a step; `step` gives the next latent from
/// σ before and after.
pub(super) fn in_sigma(
    config: &SchedulerConfig,
    settings: &Settings,
    timesteps: &[f64],
    sigmas: Vec<f32>,
    extra_noise: bool,
    step: &dyn Fn(f64, f64) -> Vec<Term>,
) -> Plan {
    let calls =
        timesteps.iter().zip(sigmas.windows(2)).enumerate().map(|(k, (&timestep, pair))| {
            let next = step(f64::from(pair[0]), f64::from(pair[1]));
            Call { extra_noise, ..call(settings, k, timestep, (pair[0], pair[1]), next) }
        });
    let calls = calls.collect();
    planned(config, settings, sigmas, calls)
}

/// One call at σ `from` whose formula leads to σ `to`.
pub(super) fn call(
    settings: &Settings,
    step: usize,
    timestep: f64,
    (from, to): (f32, f32),
    next: Vec<Term>,
) -> Call {
    let (x0, epsilon) = reading_in_sigma(settings.prediction, f64::from(from));
    let scale = |sigma: f32| (1.0 / (f64::from(sigma).powi(2) + 1.0).sqrt()) as f32;
    Call {
        timestep: timestep as f32,
        step,
        sigma: from,
        sigma_next: to,
        formula: Formula {
            prediction: settings.prediction,
            guidance: guidance(settings),
            guidance_rescale: settings.guidance_rescale as f32,
            input_scale: scale(from),
            x0,
            epsilon,
            common_scale: scale(from),
            next_common_scale: scale(to),
            next,
        },
        extra_noise: false,
    }
}

/// The plan of these calls; `sigmas` are the levels before each of them and after the last.
pub(super) fn planned(
    config: &SchedulerConfig,
    settings: &Settings,
    sigmas: Vec<f32>,
    calls: Vec<Call>,
) -> Plan {
    let largest = sigmas.iter().copied().fold(0.0, f32::max);
    let init_noise_sigma = match settings.spacing {
        Spacing::Leading => (largest * largest + 1.0).sqrt(),
        Spacing::Linspace | Spacing::Trailing => largest,
    };
    Plan {
        levels: sigmas.clone(),
        sigmas: Some(sigmas),
        init_noise_sigma,
        alphas_cumprod: config.alphas_cumprod(),
        calls,
        left_out: Vec::new(),
    }
}
