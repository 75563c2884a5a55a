//! Lu et al. 2022, "DPM-Solver++", algorithm 2: second order, multistep, on x0.
//!
//! With `λ = ln(α/σ)` and `h = λ′ − λ`: `next = σ′/σ · x − α′(e^−h − 1) · D`, where D leans on
//! this x0 and the one before. The first step is first order, and so is the last one where the
//! schedule ends without noise.

use super::{Call, Plan, in_common_scale, spacing, term};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Problem, Quantity, Settings, Spacing, Term};

/// What the scheduler's file says about this solver.
struct Solver {
    second_order: bool,
    heun: bool,
    /// Whether the last step is first order.
    lower_at_end: bool,
}

pub(super) fn plan(config: &SchedulerConfig, settings: &Settings) -> Result<Plan, Problem> {
    let alphas = config.alphas_for_sigmas();
    let table = spacing::sigma_table(&alphas);
    let (timesteps, levels) = spaced(config, settings, &table)?;
    let final_type = config.text("final_sigmas_type", "zero")?;
    let last = match final_type {
        "zero" => 0.0,
        "sigma_min" => table.first().copied().unwrap_or(0.0),
        _ => return Err(config.unfit("final_sigmas_type")),
    };
    let sigmas: Vec<f32> = levels.iter().map(|&s| s as f32).chain([last]).collect();
    let calls = calls(config, settings, &timesteps, &sigmas)?;
    Ok(Plan {
        levels: sigmas.clone(),
        sigmas: Some(sigmas),
        init_noise_sigma: 1.0,
        alphas_cumprod: config.alphas_cumprod(),
        calls,
    })
}

/// The calls at these timesteps and noise levels (one level more than timesteps), from a first
/// step of first order.
pub(super) fn calls(
    config: &SchedulerConfig,
    settings: &Settings,
    timesteps: &[f64],
    sigmas: &[f32],
) -> Result<Vec<Call>, Problem> {
    let few = timesteps.len() < 15;
    let solver = Solver {
        second_order: config.whole("solver_order", 2, 1..=2)? == 2,
        heun: heun(config)?,
        lower_at_end: config.text("final_sigmas_type", "zero")? == "zero"
            || config.flag("euler_at_final", false)?
            || (few && config.flag("lower_order_final", true)?),
    };
    match config.text("algorithm_type", "dpmsolver++")? {
        "dpmsolver++" | "deis" => {}
        _ => return Err(config.unfit("algorithm_type")),
    }
    let call = |(k, &timestep): (usize, &f64)| {
        let keep = 1.0 / (f64::from(sigmas[k]).powi(2) + 1.0);
        Call {
            timestep: timestep as f32,
            step: k,
            sigma: sigmas[k],
            sigma_next: sigmas[k + 1],
            formula: in_common_scale(settings, keep, solver.next(k, sigmas)),
            extra_noise: false,
        }
    };
    Ok(timesteps.iter().enumerate().take(sigmas.len().saturating_sub(1)).map(call).collect())
}

fn heun(config: &SchedulerConfig) -> Result<bool, Problem> {
    match config.text("solver_type", "midpoint")? {
        "midpoint" | "logrho" | "bh1" | "bh2" => Ok(false),
        "heun" => Ok(true),
        _ => Err(config.unfit("solver_type")),
    }
}

/// Timesteps and σ: one point more than steps, the last one dropped, except for trailing.
fn spaced(
    config: &SchedulerConfig,
    settings: &Settings,
    table: &[f32],
) -> Result<(Vec<f64>, Vec<f64>), Problem> {
    let count = settings.steps;
    if settings.karras {
        // The whole table, whatever the spacing.
        let end = |sigma: Option<&f32>| sigma.map_or(1.0, |&s| f64::from(s));
        let sigmas = spacing::karras(end(table.first()), end(table.last()), count);
        let exact = sigmas.iter().map(|&s| spacing::timestep_of(table, s));
        let whole = |t: f64| if config.cosine() { t.trunc() } else { t.round_ties_even() };
        return Ok((exact.map(whole).collect(), sigmas));
    }
    let train = config.train_steps - clipped(config, table)?;
    let timesteps: Vec<f64> = match settings.spacing {
        Spacing::Linspace => {
            let points = spacing::linspace(train.max(1), count + 1);
            points.into_iter().take(count).map(f64::round_ties_even).collect()
        }
        Spacing::Leading => {
            let offset = config.whole("steps_offset", 0, 0..=config.train_steps)?;
            spacing::leading(train, count + 1, offset).into_iter().take(count).collect()
        }
        Spacing::Trailing => spacing::trailing(train, config.train_steps, count),
    };
    let sigmas = timesteps.iter().map(|&t| spacing::interpolate(table, t)).collect();
    Ok((timesteps, sigmas))
}

/// How many of the noisiest training steps `lambda_min_clipped` leaves out.
fn clipped(config: &SchedulerConfig, table: &[f32]) -> Result<usize, Problem> {
    match config.text("lambda_min_clipped", "-Infinity") {
        Ok("-Infinity") => Ok(0),
        Ok(_) => Err(config.unfit("lambda_min_clipped")),
        Err(_) => {
            let least = config.number("lambda_min_clipped")?.unwrap_or(f64::NEG_INFINITY);
            let below = |sigma: &&f32| -f64::from(**sigma).ln() < least;
            let count = table.iter().filter(below).count();
            if count + 1 < table.len() {
                Ok(count)
            } else {
                Err(config.unfit("lambda_min_clipped"))
            }
        }
    }
}

impl Solver {
    /// The next latent of step `k` as a weighted sum.
    fn next(&self, k: usize, sigmas: &[f32]) -> Vec<Term> {
        let at = |i: usize| {
            let sigma = f64::from(sigmas[i]);
            let alpha = 1.0 / (sigma * sigma + 1.0).sqrt();
            (alpha, sigma * alpha, -sigma.ln())
        };
        let (_, sigma, lambda) = at(k);
        let (alpha_to, sigma_to, lambda_to) = at(k + 1);
        let h = lambda_to - lambda;
        // At σ = 0, λ is infinite: e^−h is 0.
        let shrink = (-h).exp_m1();
        let last = k + 2 == sigmas.len();
        let first_order = !self.second_order || k == 0 || (last && self.lower_at_end);
        let here = -alpha_to * shrink;
        let latent = term(sigma_to / sigma, Quantity::Latent);
        if first_order {
            return vec![latent, term(here, Quantity::X0)];
        }
        let (_, _, lambda_before) = at(k - 1);
        // D1 = (x0 − x0 before) · h / h before.
        let slope = h / (lambda - lambda_before);
        let weight = if !self.heun {
            0.5 * here
        } else if h == 0.0 {
            0.0
        } else {
            alpha_to * (shrink / h + 1.0)
        };
        vec![
            latent,
            term(here + weight * slope, Quantity::X0),
            term(-weight * slope, Quantity::X0OfCall(k - 1)),
        ]
    }
}
