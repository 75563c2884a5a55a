//! Euler with ancestral noise (Katherine Crowson's k-diffusion): a step further down than the
//! next level, and fresh noise up to it. Noise is drawn at every step, even the last, whose
//! weight is 0: a draw left out would shift all that follow.

use super::{Plan, euler, spacing, term};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Problem, Quantity, Settings, Term};

pub(super) fn plan(config: &SchedulerConfig, settings: &Settings) -> Result<Plan, Problem> {
    let table = spacing::sigma_table(&config.alphas_for_sigmas());
    let mut timesteps = spacing::timesteps(config, settings)?;
    for t in &mut timesteps {
        *t = f64::from(*t as f32);
    }
    let sigmas =
        timesteps.iter().map(|&t| spacing::interpolate(&table, t) as f32).chain([0.0]).collect();
    Ok(euler::in_sigma(config, settings, &timesteps, sigmas, true, &step))
}

fn step(from: f64, to: f64) -> Vec<Term> {
    let up = (to * to * (from * from - to * to) / (from * from)).max(0.0).sqrt();
    let down = (to * to - up * up).max(0.0).sqrt();
    vec![
        term(1.0, Quantity::Latent),
        term(down - from, Quantity::Epsilon),
        term(up, Quantity::ExtraNoise),
    ]
}
