//! Zhao et al. 2023, "`UniPC`: A Unified Predictor-Corrector Framework", algorithms 1 and 2 in
//! their form for x0: multistep, of order up to 3. An answer first corrects the latent that it was asked about, and
//! then predicts the next one.
//!
//! With `λ = ln(α/σ)`, `h = λ′ − λ`, `r_i = (λ_i − λ)/h` and `D_i = (x0_i − x0)/r_i` of earlier
//! calls: `next = σ′/σ · x − α′(e^−h − 1) · x0 − α′B(h) Σ ρ_i D_i`. The corrector has one more
//! difference, that of the new answer. Both begin with the same two terms, so that the corrected
//! latent is the asked one plus differences of x0, and a formula needs no latent of earlier calls.

use super::{Call, Plan, final_level, in_common_scale, left_out, spacing, term};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Problem, Quantity, Settings, Term};

/// What the scheduler's file says about this solver.
struct Solver {
    order: usize,
    /// `B(h) = −h` instead of `e^−h − 1`.
    bh1: bool,
    /// Whether the order falls towards the end.
    lower_at_end: bool,
    /// Calls whose prediction is not corrected by the next call.
    uncorrected: Vec<usize>,
}

/// Without the first `before` calls, the next one begins anew, with a step of first order.
pub(super) fn plan(
    config: &SchedulerConfig,
    settings: &Settings,
    before: usize,
) -> Result<Plan, Problem> {
    let table = spacing::sigma_table(&config.alphas_for_sigmas());
    let ends = (config.number("sigma_min")?, config.number("sigma_max")?);
    let (timesteps, levels) = spacing::multistep(
        config,
        settings,
        &table,
        config.train_steps,
        &f64::round_ties_even,
        ends,
    )?;
    let levels: Vec<f32> = levels.iter().map(|&s| s as f32).collect();
    let least = if settings.karras { levels.last() } else { table.first() };
    let last = final_level(config, least)?;
    let sigmas: Vec<f32> = levels.iter().copied().chain([last]).collect();
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
    if !config.flag("predict_x0", true)? {
        return Err(config.unfit("predict_x0"));
    }
    let solver = Solver {
        order: config.whole("solver_order", 2, 1..=3)?,
        bh1: match config.text("solver_type", "bh2")? {
            "bh1" => true,
            "bh2" | "midpoint" | "heun" | "logrho" => false,
            _ => return Err(config.unfit("solver_type")),
        },
        lower_at_end: config.flag("lower_order_final", true)?,
        uncorrected: config
            .places("disable_corrector")?
            .into_iter()
            .filter_map(|place| place.checked_sub(before))
            .collect(),
    };
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

/// From one level to the next.
struct Stretch {
    /// `σ′/σ`, each times its own α.
    ratio: f64,
    alpha_to: f64,
    h: f64,
    /// `r_i` of the calls before, newest first.
    rates: Vec<f64>,
}

impl Stretch {
    /// From level `k`, for a rule that looks at `order` calls.
    fn new(k: usize, order: usize, sigmas: &[f32]) -> Self {
        let sigma = |i: usize| f64::from(sigmas[i]);
        let alpha = |i: usize| 1.0 / (sigma(i).powi(2) + 1.0).sqrt();
        let lambda = |i: usize| -sigma(i).ln();
        let h = lambda(k + 1) - lambda(k);
        Self {
            ratio: sigma(k + 1) * alpha(k + 1) / (sigma(k) * alpha(k)),
            alpha_to: alpha(k + 1),
            h,
            rates: (1..order).map(|i| (lambda(k - i) - lambda(k)) / h).collect(),
        }
    }

    /// `e^−h − 1`; at σ′ = 0, h is infinite.
    fn shrink(&self) -> f64 {
        (-self.h).exp_m1()
    }

    /// The weights of theorem 3.1: rates to the powers from 0 on, times the weights, are what Taylor's
    /// remainders `φ` say. `rates` are those of the differences that the rule has.
    fn weights(&self, rates: &[f64], b: f64) -> Vec<f64> {
        let (mut phi, mut factorial) = (self.shrink() / -self.h - 1.0, 1.0);
        let (mut rows, mut right) = (Vec::new(), Vec::new());
        for i in 0..rates.len() {
            rows.push(rates.iter().map(|rate| rate.powi(i as i32)).collect());
            right.push(phi * factorial / b);
            factorial *= (i + 2) as f64;
            phi = phi / -self.h - 1.0 / factorial;
        }
        solved(rows, right)
    }
}

impl Solver {
    /// How many calls the prediction of call `k` of `count` looks at.
    fn order_at(&self, k: usize, count: usize) -> usize {
        let left = if self.lower_at_end { count - k } else { self.order };
        self.order.min(left).min(k + 1)
    }

    fn b(&self, stretch: &Stretch) -> f64 {
        if self.bh1 { -stretch.h } else { stretch.shrink() }
    }

    /// The weights of the predictor's differences: of order 2 it is a half, whatever the rates.
    fn predicting(&self, stretch: &Stretch) -> Vec<f64> {
        match stretch.rates.len() {
            0 => Vec::new(),
            1 => vec![0.5],
            _ => stretch.weights(&stretch.rates, self.b(stretch)),
        }
    }

    /// The weights of the corrector's differences, the new one last: of order 1 it is a half.
    fn correcting(&self, stretch: &Stretch) -> Vec<f64> {
        if stretch.rates.is_empty() {
            return vec![0.5];
        }
        let rates: Vec<f64> = stretch.rates.iter().copied().chain([1.0]).collect();
        stretch.weights(&rates, self.b(stretch))
    }

    /// What the answer of call `k` adds to the latent that it was asked about: factors of x0 of
    /// this call, of the one before, and so on.
    fn correction(&self, k: usize, count: usize, sigmas: &[f32]) -> Vec<f64> {
        let Some(before) = k.checked_sub(1).filter(|k| !self.uncorrected.contains(k)) else {
            return Vec::new();
        };
        let order = self.order_at(before, count);
        let stretch = Stretch::new(before, order, sigmas);
        let scale = stretch.alpha_to * self.b(&stretch);
        let (predicted, corrected) = (self.predicting(&stretch), self.correcting(&stretch));
        let mut factors = vec![0.0; order + 1];
        for (i, (rate, (p, c))) in
            stretch.rates.iter().zip(predicted.iter().zip(&corrected)).enumerate()
        {
            let weight = scale * (p - c) / rate;
            factors[i + 2] += weight;
            factors[1] -= weight;
        }
        let new = scale * corrected.last().copied().unwrap_or(0.0);
        factors[0] -= new;
        factors[1] += new;
        factors
    }

    /// The next latent of call `k` as a weighted sum.
    fn next(&self, k: usize, sigmas: &[f32]) -> Vec<Term> {
        let count = sigmas.len() - 1;
        let stretch = Stretch::new(k, self.order_at(k, count), sigmas);
        let correction = self.correction(k, count, sigmas);
        let mut factors: Vec<f64> = correction.iter().map(|x| x * stretch.ratio).collect();
        factors.resize(factors.len().max(stretch.rates.len() + 1), 0.0);
        factors[0] -= stretch.alpha_to * stretch.shrink();
        let scale = stretch.alpha_to * self.b(&stretch);
        for (i, (rate, p)) in stretch.rates.iter().zip(self.predicting(&stretch)).enumerate() {
            factors[i + 1] -= scale * p / rate;
            factors[0] += scale * p / rate;
        }
        let of = |age: usize| if age == 0 { Quantity::X0 } else { Quantity::X0OfCall(k - age) };
        let terms = factors.iter().enumerate().map(|(age, &factor)| term(factor, of(age)));
        std::iter::once(term(stretch.ratio, Quantity::Latent)).chain(terms).collect()
    }
}

/// Solves `rows · x = right` by elimination; the rows are few, and none depends on another.
fn solved(mut rows: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for i in 0..n {
        let largest = |a: &usize, b: &usize| rows[*a][i].abs().total_cmp(&rows[*b][i].abs());
        let pivot = (i..n).max_by(largest).unwrap_or(i);
        rows.swap(i, pivot);
        right.swap(i, pivot);
        let (own, given) = (rows[i].clone(), right[i]);
        let others = rows.iter_mut().zip(&mut right).enumerate().filter(|(j, _)| *j != i);
        for (_, (row, sum)) in others {
            let share = row[i] / own[i];
            row.iter_mut().zip(&own).for_each(|(x, of)| *x -= share * of);
            *sum -= share * given;
        }
    }
    (0..n).map(|i| right[i] / rows[i][i]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elimination_solves_what_begins_with_a_zero() {
        let rows = vec![vec![0.0, 2.0, 1.0], vec![1.0, 1.0, 1.0], vec![4.0, 2.0, 1.0]];
        let solution = solved(rows, vec![7.0, 6.0, 11.0]);
        for (found, wanted) in solution.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - wanted).abs() < 1e-12, "{solution:?}");
        }
    }

    #[test]
    fn the_order_rises_from_one_and_falls_to_one() {
        let solver = Solver { order: 3, bh1: false, lower_at_end: true, uncorrected: Vec::new() };
        let orders: Vec<usize> = (0..6).map(|k| solver.order_at(k, 6)).collect();
        assert_eq!(orders, [1, 2, 3, 3, 2, 1]);
    }

    /// Factors of x0 that add up to `α′ − α·σ′/σ` keep a latent that is all picture all picture.
    #[test]
    fn a_constant_guess_is_followed_exactly() {
        let sigmas = [14.6, 6.0, 2.5, 1.0, 0.3, 0.0];
        for order in 1..=3 {
            let solver = Solver { order, bh1: false, lower_at_end: true, uncorrected: Vec::new() };
            for k in 0..sigmas.len() - 1 {
                let terms = solver.next(k, &sigmas);
                let alpha = |s: f32| 1.0 / (f64::from(s).powi(2) + 1.0).sqrt();
                let of_x0: f64 = terms[1..].iter().map(|t| f64::from(t.factor)).sum();
                let wanted = alpha(sigmas[k + 1]) - alpha(sigmas[k]) * f64::from(terms[0].factor);
                assert!((of_x0 - wanted).abs() < 1e-5, "order {order} call {k}");
            }
        }
    }
}
