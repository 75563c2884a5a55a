//! Another sampler from the middle of a walk: it takes over at the noise level that was reached and
//! goes down the levels that remain. What it would remember of earlier steps, it has not seen: a
//! multistep sampler begins anew, as at the start of a walk.

use super::{
    Call, ddim, ddpm, dpmpp2m, euler, euler_a, heun, in_common_scale, lcm, level, pndm, unipc,
};
use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Problem, Sampler, Schedule, Settings};

/// The calls that `settings.sampler` makes in the place of those of `schedule` from `call` on;
/// they count from `call`, and their steps from the step that `call` belongs to.
///
/// # Errors
/// A call past the end of the schedule; a key of the scheduler's file that cannot be followed.
pub fn continued(
    config: &SchedulerConfig,
    settings: &Settings,
    schedule: &Schedule,
    call: usize,
) -> Result<Vec<Call>, Problem> {
    let (timesteps, levels) = remaining(schedule, call);
    if timesteps.is_empty() {
        return Err(Problem::usage("fork-past-the-end").with("call", call + 1));
    }
    let pairs = timesteps.iter().map(|t| *t as i64).zip(levels.windows(2)).enumerate();
    let keep = |pair: &[f32]| (share(pair[0]) as f32, share(pair[1]) as f32);
    let calls = match settings.sampler {
        Sampler::Ddim => pairs.map(|(k, (t, to))| ddim::call(settings, k, t, keep(to))).collect(),
        Sampler::Ddpm => pairs
            .map(|(k, (t, to))| ddpm::call(config, settings, k, t, keep(to)))
            .collect::<Result<_, _>>()?,
        Sampler::Lcm => pairs
            .map(|(k, (t, to))| {
                let (now, after) = keep(to);
                let after = (k + 1 < timesteps.len()).then_some(after);
                lcm::call(config, settings, k, t, (now, after))
            })
            .collect::<Result<_, _>>()?,
        Sampler::Pndm => pndm_calls(settings, &timesteps, &levels),
        Sampler::Euler => {
            euler::in_sigma(config, settings, &timesteps, levels, false, &euler::step).calls
        }
        Sampler::EulerA => {
            euler::in_sigma(config, settings, &timesteps, levels, true, &euler_a::step).calls
        }
        Sampler::Heun => heun::calls(settings, &timesteps, &levels),
        Sampler::DpmPp2m | Sampler::DpmPp2mSde => {
            dpmpp2m::calls(config, settings, (&timesteps, &levels), 0)?
        }
        Sampler::UniPc => unipc::calls(config, settings, (&timesteps, &levels), 0)?,
    };
    let first = schedule.steps.get(call).copied().unwrap_or(call);
    Ok(calls.into_iter().map(|own| moved(own, call, first)).collect())
}

/// Timesteps and noise levels from a call on, each level once, and the level at the end.
fn remaining(schedule: &Schedule, call: usize) -> (Vec<f64>, Vec<f32>) {
    let (mut timesteps, mut levels): (Vec<f64>, Vec<f32>) = (Vec::new(), Vec::new());
    for (&timestep, &level) in schedule.timesteps.iter().zip(&schedule.levels).skip(call) {
        if levels.last() != Some(&level) {
            timesteps.push(f64::from(timestep));
            levels.push(level);
        }
    }
    levels.extend(schedule.levels.last());
    (timesteps, levels)
}

/// ᾱ at a noise level.
fn share(sigma: f32) -> f64 {
    1.0 / (f64::from(sigma).powi(2) + 1.0)
}

/// PNDM from its first step, which takes two calls.
fn pndm_calls(settings: &Settings, timesteps: &[f64], levels: &[f32]) -> Vec<Call> {
    let mut places: Vec<(usize, usize)> = (0..timesteps.len()).map(|i| (i, i)).collect();
    if places.len() > 1 {
        // The second call is told the timestep at the end of the first step, and makes it again.
        places.insert(1, (1, 0));
    }
    let call = |(k, (told, from)): (usize, (usize, usize))| {
        let (now, after) = (share(levels[from]), share(levels[from + 1]));
        Call {
            timestep: timesteps[told] as f32,
            step: k.saturating_sub(1),
            sigma: levels[told],
            sigma_next: level(after as f32),
            formula: in_common_scale(
                settings,
                share(levels[told]),
                pndm::transfer(settings.prediction, k, now, after),
            ),
            extra_noise: false,
        }
    };
    places.into_iter().enumerate().map(call).collect()
}

/// A call as part of the longer walk.
fn moved(mut own: Call, calls: usize, steps: usize) -> Call {
    own.step += steps;
    for term in &mut own.formula.next {
        term.of = term.of.of_call_moved(|call| call + calls);
    }
    own
}
