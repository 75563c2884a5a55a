//! Luo et al. 2023, "Latent Consistency Models", algorithm 3: each answer becomes a whole guess of
//! the picture, and fresh noise takes it to the next level; the last guess is the result.
//!
//! The timesteps are chosen among those that the model was distilled on, which are spaced in one
//! way only. The guess is mixed with the latent, `c_out·x0 + c_skip·x`, so that it is the latent
//! itself at timestep 0 (Song et al. 2023, equation 5).

use super::{Call, Plan, alpha_at, in_common_scale, level, term};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Problem, Quantity, Settings};

/// Standard deviation of the data that the boundary factors assume.
const DATA: f64 = 0.5;

pub(super) fn plan(config: &SchedulerConfig, settings: &Settings) -> Result<Plan, Problem> {
    let alphas = config.alphas_cumprod();
    let timesteps = timesteps(config, settings)?;
    let mut calls = Vec::new();
    for (step, &timestep) in timesteps.iter().enumerate() {
        let now = alpha_at(&alphas, timestep);
        let after = timesteps.get(step + 1).map(|&t| alpha_at(&alphas, t));
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

/// Evenly chosen among the distilled timesteps, from the top; positions as `numpy.linspace` gives
/// them, rounded down.
fn timesteps(config: &SchedulerConfig, settings: &Settings) -> Result<Vec<i64>, Problem> {
    let original = match settings.original_steps {
        Some(steps) => steps,
        None => config.original_steps()?,
    };
    if original == 0 || original > config.train_steps {
        return Err(Problem::usage("original-steps-range")
            .with("steps", original)
            .with("most", config.train_steps));
    }
    if settings.steps > original {
        return Err(Problem::usage("lcm-steps")
            .with("steps", settings.steps)
            .with("most", original));
    }
    let stride = config.train_steps / original;
    let apart = original as f64 / settings.steps as f64;
    let place = |i: usize| (i as f64 * apart).floor() as usize;
    Ok((0..settings.steps).map(|i| ((original - place(i)) * stride) as i64 - 1).collect())
}

/// One call from ᾱ `now` to ᾱ `after`; without `after` it is the last, which draws no noise.
pub(super) fn call(
    config: &SchedulerConfig,
    settings: &Settings,
    step: usize,
    timestep: i64,
    (now, after): (f32, Option<f32>),
) -> Result<Call, Problem> {
    let next = match after.map(f64::from) {
        Some(b) => {
            vec![term(b.sqrt(), Quantity::X0), term((1.0 - b).sqrt(), Quantity::ExtraNoise)]
        }
        None => vec![term(1.0, Quantity::X0)],
    };
    let scaled = timestep as f64 * config.number("timestep_scaling")?.unwrap_or(10.0);
    let square = scaled * scaled + DATA * DATA;
    let (skip, out) = (DATA * DATA / square, scaled / square.sqrt());
    let mut formula = in_common_scale(settings, f64::from(now), next);
    let [latent, answer] = formula.x0.map(|factor| f64::from(factor) * out);
    formula.x0 = [(latent + skip) as f32, answer as f32];
    Ok(Call {
        timestep: timestep as f32,
        step,
        sigma: level(now),
        sigma_next: after.map_or(0.0, level),
        formula,
        extra_noise: after.is_some(),
    })
}
