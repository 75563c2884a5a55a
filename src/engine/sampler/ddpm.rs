//! Ho et al. 2020, "Denoising Diffusion Probabilistic Models", equation 7 and algorithm 2: the mean
//! of the posterior, and fresh noise of its variance at every timestep above 0.

use super::{Call, Plan, alpha_at, in_common_scale, level, spacing};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Problem, Quantity, Settings, Term};

pub(super) fn plan(config: &SchedulerConfig, settings: &Settings) -> Result<Plan, Problem> {
    let alphas = config.alphas_cumprod();
    let timesteps: Vec<i64> = spacing::timesteps(config, settings)?
        .into_iter()
        .map(|t| t.round_ties_even() as i64)
        .collect();
    let mut calls = Vec::new();
    for (step, &timestep) in timesteps.iter().enumerate() {
        let now = alpha_at(&alphas, timestep);
        // The next of the list, and ᾱ = 1 after the last.
        let after = timesteps.get(step + 1).filter(|t| **t >= 0);
        let after = after.map_or(1.0, |&t| alpha_at(&alphas, t));
        calls.push(call(config, settings, step, timestep, (now, after))?);
    }
    let mut levels: Vec<f32> = calls.iter().map(|call| call.sigma).collect();
    levels.extend(calls.last().map(|call| call.sigma_next));
    Ok(Plan {
        sigmas: None,
        levels,
        init_noise_sigma: 1.0,
        alphas_cumprod: alphas,
        calls,
        left_out: Vec::new(),
    })
}

/// One call from ᾱ `now` to ᾱ `after`. In f32 and in torch's order: for many steps, `1 − ᾱ/ᾱ′` is
/// mostly rounding.
pub(super) fn call(
    config: &SchedulerConfig,
    settings: &Settings,
    step: usize,
    timestep: i64,
    (now, after): (f32, f32),
) -> Result<Call, Problem> {
    let (rest, rest_after) = (1.0 - now, 1.0 - after);
    let alpha = now / after;
    let beta = 1.0 - alpha;
    let variance = match config.text("variance_type", "fixed_small")? {
        "fixed_large" => beta,
        _ => rest_after / rest * beta,
    };
    let term = |factor, of| Term { factor, of };
    let mut next = vec![
        term(after.sqrt() * beta / rest, Quantity::X0),
        term(alpha.sqrt() * rest_after / rest, Quantity::Latent),
    ];
    let extra_noise = timestep > 0;
    if extra_noise {
        next.push(term(variance.max(1e-20).sqrt(), Quantity::ExtraNoise));
    }
    Ok(Call {
        timestep: timestep as f32,
        step,
        sigma: level(now),
        sigma_next: level(after),
        formula: in_common_scale(settings, f64::from(now), next),
        extra_noise,
    })
}
