//! Liu et al. 2022, "Pseudo Numerical Methods for Diffusion Models", without the Runge–Kutta
//! warm-up: one call more than steps. The first two calls make the first step (Heun-like: the
//! second starts again from the first one's latent), then Adams–Bashforth of rising order mixes
//! the answers so far, and equation 9 makes the step.

use super::{Call, Plan, alpha_after, alpha_at, in_common_scale, level, spacing, term};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{LeftOut, Prediction, Problem, Quantity, Sampler, Settings, Term};

/// Without the first `left_out` timesteps: what is left is walked as if it were whole, its second
/// call as the repeat of its first although the doubled timestep may be gone, as diffusers does.
pub(super) fn plan(
    config: &SchedulerConfig,
    settings: &Settings,
    left_out: usize,
) -> Result<Plan, Problem> {
    // Without the key, the class itself would warm up; another class's file says nothing of it.
    if !config.flag("skip_prk_steps", config.own != Some(Sampler::Pndm))? {
        return Err(config.unfit("skip_prk_steps"));
    }
    if settings.prediction == Prediction::Sample {
        return Err(config.unfit("prediction_type"));
    }
    let alphas = config.alphas_cumprod();
    let stride = (config.train_steps / settings.steps) as i64;
    let mut timesteps: Vec<i64> = spacing::timesteps(config, settings)?
        .into_iter()
        .map(|t| t.round_ties_even() as i64)
        .collect();
    if let Some(&second) = timesteps.get(1) {
        timesteps.insert(1, second);
    }
    let gone: Vec<LeftOut> = timesteps
        .drain(..left_out.min(timesteps.len()))
        .map(|t| LeftOut { timestep: t as f32, level: level(alpha_at(&alphas, t)) })
        .collect();
    let mut calls = Vec::new();
    for (k, &timestep) in timesteps.iter().enumerate() {
        // The second call repeats the first step, now knowing the answer at its end.
        let (from, to) =
            if k == 1 { (timestep + stride, timestep) } else { (timestep, timestep - stride) };
        let told = alpha_at(&alphas, timestep);
        let now = alpha_at(&alphas, from);
        let after = alpha_after(config, &alphas, to, false)?;
        calls.push(Call {
            timestep: timestep as f32,
            step: k.saturating_sub(1),
            sigma: level(told),
            sigma_next: level(after),
            formula: in_common_scale(
                settings,
                f64::from(told),
                transfer(settings.prediction, k, f64::from(now), f64::from(after)),
            ),
            extra_noise: false,
        });
    }
    let mut levels: Vec<f32> = calls.iter().map(|call| call.sigma).collect();
    levels.extend(calls.last().map(|call| call.sigma_next));
    Ok(Plan {
        sigmas: None,
        levels,
        init_noise_sigma: 1.0,
        alphas_cumprod: alphas,
        calls,
        left_out: gone,
    })
}

/// Equation 9 for call `k`, from ᾱ `a` to ᾱ `b`.
///
/// Answers that are x0 are not mixed: their mean over several noise levels is no x0 of any.
pub(super) fn transfer(prediction: Prediction, k: usize, a: f64, b: f64) -> Vec<Term> {
    let scale = (b / a).sqrt();
    let pull = (b - a) / (a * (1.0 - b).sqrt() + (a * (1.0 - a) * b).sqrt());
    // A mixed v becomes noise after mixing, with the latent that is stepped.
    let (latent, answer) = match prediction {
        Prediction::Epsilon | Prediction::Sample => (scale, -pull),
        Prediction::V => (scale - pull * (1.0 - a).sqrt(), -pull * a.sqrt()),
    };
    let start = if k == 1 { Quantity::LatentOfCall(0) } else { Quantity::Latent };
    let mixed = mixture(k).into_iter().map(|(share, of)| term(answer * share, of));
    std::iter::once(term(latent, start)).chain(mixed).collect()
}

/// The answers that call `k` mixes, newest first. Call 1 is not kept for later ones.
fn mixture(k: usize) -> Vec<(f64, Quantity)> {
    let shares: &[f64] = match k {
        0 => &[1.0],
        1 => &[0.5, 0.5],
        2 => &[1.5, -0.5],
        3 => &[23.0 / 12.0, -16.0 / 12.0, 5.0 / 12.0],
        _ => &[55.0 / 24.0, -59.0 / 24.0, 37.0 / 24.0, -9.0 / 24.0],
    };
    let kept = (0..k).rev().filter(|&call| call != 1).map(Quantity::PredOfCall);
    let answers = std::iter::once(Quantity::Pred).chain(kept);
    shares.iter().copied().zip(answers).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mixed_answers_add_up_to_one() {
        for k in 0..9 {
            let sum: f64 = mixture(k).iter().map(|(share, _)| share).sum();
            assert!((sum - 1.0).abs() < 1e-12, "call {k}");
        }
        assert_eq!(mixture(3)[2].1, Quantity::PredOfCall(0));
    }
}
