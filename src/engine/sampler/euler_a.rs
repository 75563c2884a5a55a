//! Euler with ancestral noise (Katherine Crowson's k-diffusion): a step further down than the
//! next level, and fresh noise up to it. Noise is drawn at every step, even the last, whose
//! weight is 0: a draw left out would shift all that follow.

use super::{Plan, euler, spacing};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Problem, Quantity, Settings, Term};

pub(super) fn plan(config: &SchedulerConfig, settings: &Settings) -> Result<Plan, Problem> {
    let table = spacing::sigma_table(&config.alphas_for_sigmas());
    let (timesteps, sigmas) = spacing::fractional(config, settings, &table, (None, None))?;
    let sigmas = sigmas.iter().map(|&s| s as f32).chain([0.0]).collect();
    Ok(euler::in_sigma(config, settings, &timesteps, sigmas, true, &step))
}

/// In f32 and in torch's order: where σ falls far in one step, `to² − up²` is mostly rounding, and
/// a walk equals diffusers only with the same rounding.
pub(super) fn step(from: f64, to: f64) -> Vec<Term> {
    let (from, to) = (from as f32, to as f32);
    let up = (to * to * (from * from - to * to) / (from * from)).max(0.0).sqrt();
    let down = (to * to - up * up).max(0.0).sqrt();
    vec![
        Term { factor: 1.0, of: Quantity::Latent },
        Term { factor: down - from, of: Quantity::Epsilon },
        Term { factor: up, of: Quantity::ExtraNoise },
    ]
}
