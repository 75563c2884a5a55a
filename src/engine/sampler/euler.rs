//! Karras et al. 2022, "Elucidating the Design Space", algorithm 2 without churn and first order:
//! `next = x + (σ′ − σ)·ε`. The latent is √(σ²+1) times larger than what the network sees.

use super::{Call, Plan, guidance, reading_in_sigma, spacing, term};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Formula, Problem, Quantity, Settings, Spacing, Term};

pub(super) fn plan(config: &SchedulerConfig, settings: &Settings) -> Result<Plan, Problem> {
    let table = spacing::sigma_table(&config.alphas_for_sigmas());
    let mut timesteps = spacing::timesteps(config, settings)?;
    for t in &mut timesteps {
        *t = f64::from(*t as f32);
    }
    let mut sigmas: Vec<f64> = timesteps.iter().map(|&t| spacing::interpolate(&table, t)).collect();
    if settings.karras {
        let end = |key, at: Option<&f64>| -> Result<f64, Problem> {
            Ok(config.number(key)?.unwrap_or(at.copied().unwrap_or(1.0)))
        };
        let low = end("sigma_min", sigmas.last())?;
        let high = end("sigma_max", sigmas.first())?;
        sigmas = spacing::karras(low, high, settings.steps);
        timesteps = sigmas.iter().map(|&s| spacing::timestep_of(&table, s)).collect();
    }
    let last = match config.text("final_sigmas_type", "zero")? {
        "zero" => 0.0,
        "sigma_min" => table.first().copied().unwrap_or(0.0),
        _ => return Err(config.unfit("final_sigmas_type")),
    };
    let sigmas: Vec<f32> = sigmas.iter().map(|&s| s as f32).chain([last]).collect();
    Ok(in_sigma(config, settings, &timesteps, sigmas, false, &step))
}

/// The whole way along ε to the next level.
pub(super) fn step(from: f64, to: f64) -> Vec<Term> {
    vec![term(1.0, Quantity::Latent), term(to - from, Quantity::Epsilon)]
}

/// The plan of a sampler that works in σ; `step` gives the next latent from σ before and after.
pub(super) fn in_sigma(
    config: &SchedulerConfig,
    settings: &Settings,
    timesteps: &[f64],
    sigmas: Vec<f32>,
    extra_noise: bool,
    step: &dyn Fn(f64, f64) -> Vec<Term>,
) -> Plan {
    let calls = timesteps
        .iter()
        .zip(sigmas.windows(2))
        .enumerate()
        .map(|(k, (&timestep, pair))| {
            let (from, to) = (f64::from(pair[0]), f64::from(pair[1]));
            let (x0, epsilon) = reading_in_sigma(settings.prediction, from);
            let scale = |sigma: f64| (1.0 / (sigma * sigma + 1.0).sqrt()) as f32;
            Call {
                timestep: timestep as f32,
                step: k,
                sigma: pair[0],
                sigma_next: pair[1],
                formula: Formula {
                    prediction: settings.prediction,
                    guidance: guidance(settings),
                    input_scale: scale(from),
                    x0,
                    epsilon,
                    common_scale: scale(from),
                    next_common_scale: scale(to),
                    next: step(from, to),
                },
                extra_noise,
            }
        })
        .collect();
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
    }
}
