//! A fork: the first calls are those of another walk, taken as they are; from there on something is
//! different.
//!
//! The latent at the branching point, what a multistep sampler remembers and the place of the
//! noise generator are restored, so that a fork that changes nothing gives the same frames bit for
//! bit (from a recording in 16 bits: within 16 bits). Another sampler takes over the latent in its
//! own scale at the same noise level and goes down the levels that remain.

use std::sync::Arc;

use super::generate::{Look, Walk};
use super::noise::Generator;
use super::open::Parts;
use super::sampler::{self, Call, Plan};
use super::settle::checked_fork;
use crate::walk::{
    Attachment, Change, Encode, Fork, ForkAsked, Frame, FreshNoise, Grid, Problem, Schedule,
    Settings, Step,
};

/// What a fork takes from the walk that it branched from.
#[derive(Debug)]
pub(super) struct Branch {
    /// The calls before its own.
    pub(super) steps: Vec<Step>,
    /// The latent that its first own call begins with, in that call's scale.
    pub(super) latent: Grid,
    /// What is different.
    pub(super) change: Change,
    /// The picture that the walk began from, where it began from one.
    pub(super) encode: Option<Encode>,
}

impl Branch {
    /// Draws the noise of the shared calls again, so that what follows is what would have followed.
    pub(super) fn draw_again(&self, generator: &mut Generator, shape: &[usize]) {
        for _ in self.steps.iter().filter(|step| step.extra_noise.is_some()) {
            generator.normal(shape);
        }
    }
}

/// Begins a fork. Its frames are those of a whole walk: tokens and vectors as it has them, the
/// schedule as it was gone so far and goes on, the noise, the shared steps, its own.
///
/// # Errors
/// A past that does not reach the step of the fork's call, a change that is out of range, a
/// sampler that cannot go on from there.
pub(super) fn begin(parts: Arc<Parts>, asked: &ForkAsked, look: Look) -> Result<Walk, Problem> {
    let settings = changed(asked, &parts.attachments)?;
    let Some((schedule, at)) = past(asked) else {
        return Err(Problem::usage("fork-no-past").with("call", asked.call + 1));
    };
    let own = own_calls(&parts, asked, &settings, schedule)?;
    let Some(first) = own.first() else {
        return Err(Problem::usage("fork-past-the-end").with("call", asked.call + 1));
    };
    let latent = latent(at, first, asked.change.fresh_noise)?;
    let steps: Vec<Step> =
        asked.past.iter().filter_map(Frame::as_step).take(asked.call).cloned().collect();
    let plan = joined(schedule, &steps, own, settings.sampler == asked.settings.sampler);
    let encode = asked.past.iter().find_map(|frame| match frame {
        Frame::Encode(encode) => Some((**encode).clone()),
        _ => None,
    });
    let branch = Branch { steps, latent, change: asked.change.clone(), encode };
    Walk::planned(parts, &settings, look, plan, Some(branch))
}

/// The schedule and the step at which the fork branches off.
fn past(asked: &ForkAsked) -> Option<(&Schedule, &Step)> {
    let schedule = asked.past.iter().find_map(|frame| match frame {
        Frame::Schedule(schedule) => Some(schedule),
        _ => None,
    })?;
    let step = asked.past.iter().filter_map(Frame::as_step).nth(asked.call)?;
    (step.call == asked.call).then_some((schedule, step))
}

/// The fork's settings: those of the walk that it branched from, with what is changed.
fn changed(asked: &ForkAsked, attached: &[Attachment]) -> Result<Settings, Problem> {
    let change = &asked.change;
    checked_fork(change)?;
    let old = &asked.settings;
    let sampler = change.sampler.unwrap_or(old.sampler);
    let same = sampler == old.sampler;
    // Files are told by their names and hashes, not by where they lie here.
    let again = || attached.iter().map(Attachment::asked_again).collect();
    let attachments = change.attachments.as_ref().map(|_| again());
    let told = Change { attachments, ..change.clone() };
    Ok(Settings {
        prompt: change.prompt.clone().unwrap_or_else(|| old.prompt.clone()),
        negative: change.negative.clone().or_else(|| old.negative.clone()),
        guidance: change.guidance.unwrap_or(old.guidance),
        sampler,
        karras: old.karras && same,
        eta: if same { old.eta } else { 0.0 },
        original_steps: old.original_steps.filter(|_| same),
        attachments: attached.to_vec(),
        fork: Some(Fork { call: asked.call, change: told, from: Box::new(old.clone()) }),
        ..old.clone()
    })
}

/// The calls that the fork makes itself.
fn own_calls(
    parts: &Parts,
    asked: &ForkAsked,
    settings: &Settings,
    schedule: &Schedule,
) -> Result<Vec<Call>, Problem> {
    let before = &asked.settings;
    // A fork of a fork goes on over the levels of that fork, whatever their sampler was before.
    let mixed = before.fork.as_ref().is_some_and(|fork| fork.change.sampler.is_some());
    if settings.sampler == before.sampler && !mixed {
        let plan = sampler::plan(&parts.scheduler, settings)?;
        return Ok(plan.calls.into_iter().skip(asked.call).collect());
    }
    sampler::continued(&parts.scheduler, settings, schedule, asked.call)
}

/// The latent of the step `at` in the scale of the call `first`, with fresh noise where asked.
fn latent(at: &Step, first: &Call, fresh: Option<FreshNoise>) -> Result<Grid, Problem> {
    let Some(fresh) = fresh else {
        let scale = at.formula.common_scale / first.formula.common_scale;
        // The same scale: the same numbers, to the last bit.
        return Ok(if scale == 1.0 { at.latent.clone() } else { at.latent.map(|x| x * scale) });
    };
    let noise = Generator::new(fresh.seed).normal(at.latent.shape());
    let (keep, share) = Schedule::factors(at.sigma);
    let kept = (1.0 - fresh.share * fresh.share).max(0.0).sqrt();
    let scale = 1.0 / first.formula.common_scale;
    Grid::weighted_sum(&[
        (keep * scale, &at.x0),
        (share * kept * scale, &at.epsilon_of(&at.pred)),
        (share * fresh.share * scale, &noise),
    ])
    .ok_or_else(|| Problem::new("compute-failed").with("reason", "shapes do not fit"))
}

/// The schedule as it was gone and as it goes on.
fn joined(schedule: &Schedule, steps: &[Step], own: Vec<Call>, same_sampler: bool) -> Plan {
    let gone = steps.iter().map(|step| Call {
        timestep: step.timestep,
        step: step.step,
        sigma: step.sigma,
        sigma_next: step.sigma_next,
        formula: step.formula.clone(),
        extra_noise: step.extra_noise.is_some(),
    });
    let last = own.last().map_or(0.0, |call| call.sigma_next);
    let calls: Vec<Call> = gone.chain(own).collect();
    let levels = calls.iter().map(|call| call.sigma).chain([last]).collect();
    Plan {
        sigmas: schedule.sigmas.clone().filter(|_| same_sampler),
        levels,
        init_noise_sigma: schedule.init_noise_sigma,
        alphas_cumprod: schedule.alphas_cumprod.clone(),
        calls,
        left_out: schedule.left_out.clone(),
    }
}
