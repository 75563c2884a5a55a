//! Song et al. 2020, "Denoising Diffusion Implicit Models", equations 12 and 16, with η.

use super::{Call, Plan, alpha_after, alpha_at, in_common_scale, level, spacing, term};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Problem, Quantity, Settings};

pub(super) fn plan(config: &SchedulerConfig, settings: &Settings) -> Result<Plan, Problem> {
    let alphas = config.alphas_cumprod();
    let stride = (config.train_steps / settings.steps) as i64;
    let mut calls = Vec::new();
    for (step, timestep) in spacing::timesteps(config, settings)?.into_iter().enumerate() {
        let timestep = timestep.round_ties_even() as i64;
        let now = alpha_at(&alphas, timestep);
        // Not the next of the list: the two differ for linspace and trailing.
        let after = alpha_after(config, &alphas, timestep - stride, true)?;
        calls.push(call(settings, step, timestep, (now, after)));
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

pub(super) fn call(
    settings: &Settings,
    step: usize,
    timestep: i64,
    (now, after): (f32, f32),
) -> Call {
    let (a, b) = (f64::from(now), f64::from(after));
    let variance = (1.0 - b) / (1.0 - a) * (1.0 - a / b);
    let fresh = settings.eta * variance.max(0.0).sqrt();
    let direction = (1.0 - b - fresh * fresh).max(0.0).sqrt();
    let mut next = vec![term(b.sqrt(), Quantity::X0), term(direction, Quantity::Epsilon)];
    let extra_noise = settings.eta > 0.0;
    if extra_noise {
        next.push(term(fresh, Quantity::ExtraNoise));
    }
    Call {
        timestep: timestep as f32,
        step,
        sigma: level(now),
        sigma_next: level(after),
        formula: in_common_scale(settings, a, next),
        extra_noise,
    }
}
