//! Karras et al. 2022, "Elucidating the Design Space", algorithm 1: second order, two calls a step.
//! The first goes the whole way along ε, as Euler does; the second asks at the end of it and makes
//! the step again from the first one's latent, along the mean of both ε. The last step has one call
//! only: at its end there is no noise to ask about.

use super::{Call, Plan, euler, reading_in_sigma, spacing, term};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Problem, Quantity, Settings, Term};

pub(super) fn plan(config: &SchedulerConfig, settings: &Settings) -> Result<Plan, Problem> {
    let table = spacing::sigma_table(&config.alphas_for_sigmas());
    let (timesteps, sigmas) = spacing::fractional(config, settings, &table, (None, None))?;
    let levels: Vec<f32> = sigmas.iter().map(|&s| s as f32).chain([0.0]).collect();
    let calls = calls(settings, &timesteps, &levels);
    let sigmas = calls.iter().map(|call| call.sigma).chain(levels.last().copied()).collect();
    Ok(euler::planned(config, settings, sigmas, calls))
}

/// The calls at these timesteps and noise levels (one level more than timesteps).
pub(super) fn calls(settings: &Settings, timesteps: &[f64], levels: &[f32]) -> Vec<Call> {
    let mut calls = Vec::new();
    for (step, (&timestep, pair)) in timesteps.iter().zip(levels.windows(2)).enumerate() {
        let (from, to) = (pair[0], pair[1]);
        let first = calls.len();
        let along = euler::step(f64::from(from), f64::from(to));
        calls.push(euler::call(settings, step, timestep, (from, to), along));
        if let Some(&end) = timesteps.get(step + 1) {
            let again = corrected(settings, first, f64::from(from), f64::from(to));
            calls.push(euler::call(settings, step, end, (to, to), again));
        }
    }
    calls
}

/// `x + (σ′ − σ)·(ε + ε′)/2` with x and ε of call `first`, in what that call left: its latent and
/// its answer.
fn corrected(settings: &Settings, first: usize, from: f64, to: f64) -> Vec<Term> {
    let half = (to - from) / 2.0;
    let (_, [of_latent, of_answer]) = reading_in_sigma(settings.prediction, from);
    vec![
        term(1.0 + half * f64::from(of_latent), Quantity::LatentOfCall(first)),
        term(half * f64::from(of_answer), Quantity::PredOfCall(first)),
        term(half, Quantity::Epsilon),
    ]
}
