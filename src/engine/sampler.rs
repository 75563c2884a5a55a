//! Samplers as plans: what each call of the network will do is known before the first one.
//!
//! A plan is timesteps, noise levels and one [`Formula`] a call. Where to add a sampler: a file
//! beside these, and a row of [`plan`]. All follow diffusers 0.42 to the last quirk, so that a
//! walk equals one of its pipelines.

mod continued;
mod ddim;
mod ddpm;
mod dpmpp2m;
mod euler;
mod euler_a;
mod heun;
mod lcm;
mod pndm;
mod spacing;
mod unipc;

pub use continued::continued;

use super::scheduler_config::{SMALLEST_ALPHA, SchedulerConfig};
use crate::walk::{Formula, Prediction, Problem, Sampler, Settings, Term};

/// All that a sampler will do, in advance.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// `[calls + 1]`, for samplers that work in σ.
    pub sigmas: Option<Vec<f32>>,
    /// Noise level σ before each call and after the last: `[calls + 1]`, finite.
    pub levels: Vec<f32>,
    /// By how much the unit noise is multiplied before the first call.
    pub init_noise_sigma: f32,
    /// ᾱ of each training step.
    pub alphas_cumprod: Vec<f32>,
    /// One for each call of the network.
    pub calls: Vec<Call>,
}

/// One call of the network and the sampler's answer to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The timestep that the network is told; some samplers ask at fractions.
    pub timestep: f32,
    /// The step, from 0, that it belongs to.
    pub step: usize,
    /// Noise level σ before.
    pub sigma: f32,
    /// Noise level σ of the latent that the formula gives.
    pub sigma_next: f32,
    /// The arithmetic.
    pub formula: Formula,
    /// Whether noise is drawn inside this call, even if its weight is 0.
    pub extra_noise: bool,
}

impl Plan {
    /// How many steps the plan has: a few step counts with trailing spacing give one more than
    /// was asked for, as they do in diffusers.
    pub fn steps(&self) -> usize {
        self.calls.last().map_or(0, |call| call.step + 1)
    }

    /// The timesteps of all calls.
    pub fn timesteps(&self) -> Vec<f32> {
        self.calls.iter().map(|call| call.timestep).collect()
    }
}

/// Plans the walk that `settings` describes with the keys of the model's scheduler.
///
/// # Errors
/// A value of the scheduler's file that this sampler cannot follow, more steps than the model has
/// training steps, or a schedule in which a factor is infinite.
pub fn plan(config: &SchedulerConfig, settings: &Settings) -> Result<Plan, Problem> {
    if settings.steps == 0 || settings.steps > config.train_steps {
        return Err(Problem::usage("steps-range")
            .with("steps", settings.steps)
            .with("most", config.train_steps));
    }
    let plan = match settings.sampler {
        Sampler::Ddim => ddim::plan(config, settings)?,
        Sampler::Ddpm => ddpm::plan(config, settings)?,
        Sampler::Pndm => pndm::plan(config, settings)?,
        Sampler::Euler => euler::plan(config, settings)?,
        Sampler::EulerA => euler_a::plan(config, settings)?,
        Sampler::Heun => heun::plan(config, settings)?,
        Sampler::DpmPp2m | Sampler::DpmPp2mSde => dpmpp2m::plan(config, settings)?,
        Sampler::UniPc => unipc::plan(config, settings)?,
        Sampler::Lcm => lcm::plan(config, settings)?,
    };
    let finite = |call: &&Call| {
        let f = &call.formula;
        f.x0.iter().chain(&f.epsilon).all(|x| x.is_finite())
            && f.next.iter().all(|term| term.factor.is_finite())
    };
    if let Some(call) = plan.calls.iter().find(|call| !finite(call)) {
        return Err(Problem::usage("sampler-infinite")
            .with("sampler", settings.sampler.name())
            .with("step", call.step + 1));
    }
    Ok(plan)
}

/// The formula of a sampler whose latent is `√ᾱ·x0 + √(1−ᾱ)·ε`, which the network sees as it is;
/// `keep` is ᾱ.
fn in_common_scale(settings: &Settings, keep: f64, next: Vec<Term>) -> Formula {
    let (alpha, sigma) = (keep.sqrt(), (1.0 - keep).sqrt());
    let (x0, epsilon) = match settings.prediction {
        Prediction::Epsilon => ([1.0 / alpha, -sigma / alpha], [0.0, 1.0]),
        Prediction::V => ([alpha, -sigma], [sigma, alpha]),
        Prediction::Sample => ([0.0, 1.0], [1.0 / sigma, -alpha / sigma]),
    };
    Formula {
        prediction: settings.prediction,
        guidance: guidance(settings),
        guidance_rescale: settings.guidance_rescale as f32,
        input_scale: 1.0,
        x0: x0.map(|x| x as f32),
        epsilon: epsilon.map(|x| x as f32),
        common_scale: 1.0,
        next_common_scale: 1.0,
        next,
    }
}

/// How an answer is read where the latent is `x0 + σ·ε`.
fn reading_in_sigma(prediction: Prediction, sigma: f64) -> ([f32; 2], [f32; 2]) {
    let square = sigma * sigma + 1.0;
    let (x0, epsilon) = match prediction {
        Prediction::Epsilon => ([1.0, -sigma], [0.0, 1.0]),
        Prediction::V => {
            ([1.0 / square, -sigma / square.sqrt()], [sigma / square, 1.0 / square.sqrt()])
        }
        Prediction::Sample => ([0.0, 1.0], [1.0 / sigma, -1.0 / sigma]),
    };
    (x0.map(|x| x as f32), epsilon.map(|x| x as f32))
}

/// Guidance as the formula keeps it: 1 where it is off.
fn guidance(settings: &Settings) -> f32 {
    if settings.guided() { settings.guidance as f32 } else { 1.0 }
}

/// σ after the last step of a sampler that works in σ; `least` is that of the least noisy training
/// step.
fn final_level(config: &SchedulerConfig, least: Option<&f32>) -> Result<f32, Problem> {
    match config.text("final_sigmas_type", "zero")? {
        "zero" => Ok(0.0),
        "sigma_min" => Ok(least.copied().unwrap_or(0.0)),
        _ => Err(config.unfit("final_sigmas_type")),
    }
}

/// σ at ᾱ; finite also where ᾱ is 0.
fn level(keep: f32) -> f32 {
    let keep = keep.max(SMALLEST_ALPHA);
    ((1.0 - keep) / keep).sqrt()
}

/// ᾱ at a timestep; −1 is the last one, as an index of a Python list, and one past the end the
/// last as well.
fn alpha_at(alphas: &[f32], timestep: i64) -> f32 {
    let last = alphas.len() as i64 - 1;
    let place = if timestep < 0 { alphas.len() as i64 + timestep } else { timestep };
    alphas.get(place.clamp(0, last.max(0)) as usize).copied().unwrap_or(1.0)
}

/// ᾱ after a step: at `timestep`, or below 0 the final one.
fn alpha_after(
    config: &SchedulerConfig,
    alphas: &[f32],
    timestep: i64,
    to_one: bool,
) -> Result<f32, Problem> {
    Ok(if timestep >= 0 {
        alpha_at(alphas, timestep)
    } else if config.flag("set_alpha_to_one", to_one)? {
        1.0
    } else {
        alpha_at(alphas, 0)
    })
}

fn term(factor: f64, of: crate::walk::Quantity) -> Term {
    Term { factor: factor as f32, of }
}
