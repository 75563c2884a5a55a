//! Lu et al. 2022, "DPM-Solver++", algorithm 2: second order, multistep, on x0; and its
//! stochastic form, SDE-DPM-Solver++ (2M).
//!
//! With `λ = ln(α/σ)` and `h = λ′ − λ`: `next = σ′/σ · x − α′(e^−h − 1) · D`, where D leans on
//! this x0 and the one before. The stochastic form goes down twice as far, `σ′/σ · e^−h · x −
//! α′(e^−2h − 1) · D`, and fresh noise of `σ′√(1 − e^−2h)` takes it up again. The first step is
//! first order, and so is the last one where the schedule ends without noise.

use super::{Call, Plan, final_level, in_common_scale, left_out, spacing, term};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Problem, Quantity, Sampler, Settings, Term};

/// What the scheduler's file says about this solver.
struct Solver {
    second_order: bool,
    heun: bool,
    /// Whether fresh noise is drawn.
    stochastic: bool,
    /// Whether the last step is first order.
    lower_at_end: bool,
}

/// Without the first `before` calls, the next one begins anew, with a step of first order.
pub(super) fn plan(
    config: &SchedulerConfig,
    settings: &Settings,
    before: usize,
) -> Result<Plan, Problem> {
    let table = spacing::sigma_table(&config.alphas_for_sigmas());
    let whole = |t: f64| if config.cosine() { t.trunc() } else { t.round_ties_even() };
    let train = config.train_steps - clipped(config, &table)?;
    let (timesteps, levels) =
        spacing::multistep(config, settings, &table, train, &whole, (None, None))?;
    let last = final_level(config, table.first())?;
    let sigmas: Vec<f32> = levels.iter().map(|&s| s as f32).chain([last]).collect();
    let before = before.min(timesteps.len());
    let (gone, timesteps) = timesteps.split_at(before);
    let calls = calls(config, settings, (timesteps, &sigmas[before..]), before)?;
    Ok(Plan {
        levels: sigmas[before..].to_vec(),
        left_out: left_out(gone, &sigmas),
        sigmas: Some(sigmas),
        init_noise_sigma: 1.0,
        alphas_cumprod: config.alphas_cumprod(),
        calls,
    })
}

/// The calls at these timesteps and noise levels (one level more than timesteps), from a first
/// step of first order; `before` calls of the schedule were left out before them.
pub(super) fn calls(
    config: &SchedulerConfig,
    settings: &Settings,
    (timesteps, sigmas): (&[f64], &[f32]),
    before: usize,
) -> Result<Vec<Call>, Problem> {
    let few = before + timesteps.len() < 15;
    let solver = Solver {
        second_order: config.whole("solver_order", 2, 1..=2)? == 2,
        heun: heun(config)?,
        stochastic: settings.sampler == Sampler::DpmPp2mSde,
        lower_at_end: config.text("final_sigmas_type", "zero")? == "zero"
            || config.flag("euler_at_final", false)?
            || (few && config.flag("lower_order_final", true)?),
    };
    match config.text("algorithm_type", "dpmsolver++")? {
        "dpmsolver++" | "deis" | "sde-dpmsolver++" => {}
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
            extra_noise: solver.stochastic,
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
        let pace = if self.stochastic { 2.0 } else { 1.0 };
        let shrink = (-pace * h).exp_m1();
        let last = k + 2 == sigmas.len();
        let first_order = !self.second_order || k == 0 || (last && self.lower_at_end);
        let here = -alpha_to * shrink;
        let damped = if self.stochastic { (-h).exp() } else { 1.0 };
        let mut terms = vec![term(sigma_to / sigma * damped, Quantity::Latent)];
        if first_order {
            terms.push(term(here, Quantity::X0));
        } else {
            let (_, _, lambda_before) = at(k - 1);
            // D1 = (x0 − x0 before) · h / h before.
            let slope = h / (lambda - lambda_before);
            let weight = if !self.heun {
                0.5 * here
            } else if h == 0.0 {
                0.0
            } else {
                alpha_to * (shrink / (pace * h) + 1.0)
            };
            terms.push(term(here + weight * slope, Quantity::X0));
            terms.push(term(-weight * slope, Quantity::X0OfCall(k - 1)));
        }
        if self.stochastic {
            terms.push(term(sigma_to * (-shrink).max(0.0).sqrt(), Quantity::ExtraNoise));
        }
        terms
    }
}
