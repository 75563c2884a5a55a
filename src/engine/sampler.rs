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
use crate::walk::{
    Formula, LeftOut, Prediction, Problem, Quantity, Sampler, Schedule, Settings, Term,
};

/// All that a sampler will do, in advance.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// For samplers that work in σ, one for each call, those left out among them, and one more.
    pub sigmas: Option<Vec<f32>>,
    /// Noise level σ before each call and after the last: `[calls + 1]`, finite.
    pub levels: Vec<f32>,
    /// By how much the unit noise is multiplied before the first call.
    pub init_noise_sigma: f32,
    /// ᾱ of each training step.
    pub alphas_cumprod: Vec<f32>,
    /// One for each call of the network.
    pub calls: Vec<Call>,
    /// The calls before these that strength left out.
    pub left_out: Vec<LeftOut>,
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

    /// The factors of picture and unit noise that make the first latent of a walk that begins from
    /// a picture.
    pub fn mixing(&self, sampler: Sampler) -> (f32, f32) {
        let Some(first) = self.calls.first() else { return (1.0, 0.0) };
        match sampler {
            Sampler::Euler | Sampler::EulerA | Sampler::Heun => (1.0, first.sigma),
            Sampler::DpmPp2m | Sampler::DpmPp2mSde | Sampler::UniPc => {
                Schedule::factors(first.sigma)
            }
            Sampler::Ddim | Sampler::Ddpm | Sampler::Pndm | Sampler::Lcm => {
                let keep = alpha_at(&self.alphas_cumprod, first.timestep as i64);
                (keep.sqrt(), (1.0 - keep).sqrt())
            }
        }
    }

    /// The plan without its first calls, for a sampler whose other calls do not look back at them.
    fn cut(mut self, count: usize) -> Self {
        let steps = self.calls.get(count).map_or(0, |call| call.step);
        let gone = self.calls.drain(..count.min(self.calls.len()));
        self.left_out =
            gone.map(|call| LeftOut { timestep: call.timestep, level: call.sigma }).collect();
        self.levels.drain(..self.left_out.len());
        for call in &mut self.calls {
            call.step -= steps;
            for term in &mut call.formula.next {
                term.of = term.of.of_call_moved(|call| call.saturating_sub(count));
            }
        }
        self
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
    let left_out = settings.steps_left_out();
    if left_out == settings.steps {
        return Err(Problem::usage("strength-no-steps")
            .with("strength", settings.strength.unwrap_or_default())
            .with("steps", settings.steps));
    }
    let plan = match settings.sampler {
        Sampler::Ddim => ddim::plan(config, settings)?.cut(left_out),
        Sampler::Ddpm => ddpm::plan(config, settings)?.cut(left_out),
        Sampler::Pndm => pndm::plan(config, settings, left_out)?,
        Sampler::Euler => euler::plan(config, settings)?.cut(left_out),
        Sampler::EulerA => euler_a::plan(config, settings)?.cut(left_out),
        // Two calls a step, except the last.
        Sampler::Heun => heun::plan(config, settings)?.cut(2 * left_out),
        Sampler::DpmPp2m | Sampler::DpmPp2mSde => dpmpp2m::plan(config, settings, left_out)?,
        Sampler::UniPc => unipc::plan(config, settings, left_out)?,
        Sampler::Lcm => lcm::plan(config, settings)?.cut(left_out),
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

/// The calls that strength leaves out of these timesteps and noise levels.
fn left_out(timesteps: &[f64], levels: &[f32]) -> Vec<LeftOut> {
    let pairs = timesteps.iter().zip(levels);
    pairs.map(|(&timestep, &level)| LeftOut { timestep: timestep as f32, level }).collect()
}

fn term(factor: f64, of: Quantity) -> Term {
    Term { factor: factor as f32, of }
}
