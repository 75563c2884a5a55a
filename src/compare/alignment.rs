//! One cursor through all runs: which call of another run belongs beside a call of the first.
//!
//! Step 20 of 40 is not the end of a 20-step run: the noise levels differ. By step, calls of one
//! number stand side by side; by noise level, those whose σ are nearest. Neither is ever called
//! equal: both levels are given, to be printed.

use super::Run;

/// How runs are laid beside each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alignment {
    /// The step of the same number.
    Step,
    /// The call with the nearest noise level, in log σ.
    #[default]
    Sigma,
}

/// Where a run stands at one call: what its label says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Which call of the network, from 0.
    pub call: usize,
    /// The step that it belongs to, from 0.
    pub step: usize,
    /// How many steps the run has.
    pub steps: usize,
    /// Noise level σ before the call.
    pub sigma: f32,
}

impl Alignment {
    /// The name in JSON and the last part of its keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Sigma => "sigma",
        }
    }

    /// The key of the sentence that says which alignment is on; facts `sigma`, `step`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Step => "compare.aligned-step",
            Self::Sigma => "compare.aligned-sigma",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Step => Self::Sigma,
            Self::Sigma => Self::Step,
        }
    }

    /// The moment of `run` that belongs beside `call` of `reference`: by step the call of the same
    /// step (and place in it), `None` past the run's end; by noise level the nearest in log σ, the
    /// earlier of two equally near. `None` too where either knows no schedule yet. The frame of
    /// the moment need not be there yet: [`Run::step_at`].
    pub fn align(self, reference: &Run, call: usize, run: &Run) -> Option<Moment> {
        let here = moments(reference);
        self.beside(here.get(call)?, &here, &moments(run))
    }

    /// Every call of `reference` that has one beside it, with that one, in order.
    pub fn pairs(self, reference: &Run, run: &Run) -> Vec<(Moment, Moment)> {
        let (here, there) = (moments(reference), moments(run));
        here.iter().filter_map(|m| Some((*m, self.beside(m, &here, &there)?))).collect()
    }

    fn beside(self, at: &Moment, here: &[Moment], there: &[Moment]) -> Option<Moment> {
        match self {
            Self::Step => {
                let place = here.iter().filter(|m| m.step == at.step && m.call < at.call).count();
                let same: Vec<&Moment> = there.iter().filter(|m| m.step == at.step).collect();
                same.get(place).or(same.last()).map(|m| **m)
            }
            Self::Sigma => {
                let away = |m: &Moment| ratio(m.sigma, at.sigma);
                there.iter().min_by(|a, b| away(a).total_cmp(&away(b))).copied()
            }
        }
    }
}

/// How many times the larger of two levels is the smaller: `exp|ln a − ln b|`, in the same order
/// as the logarithms' distance. What is no noise level at all goes to the nearest end of numbers.
fn ratio(a: f32, b: f32) -> f64 {
    let level = |sigma: f32| {
        let sigma = if sigma.is_nan() { 0.0 } else { sigma };
        f64::from(sigma.clamp(f32::MIN_POSITIVE, f32::MAX))
    };
    let (a, b) = (level(a), level(b));
    a.max(b) / a.min(b)
}

/// The moments of a run, one for each call: from its schedule, and from the steps themselves where
/// they are there (a fork's steps may leave the schedule that it began with).
pub fn moments(run: &Run) -> Vec<Moment> {
    let mut moments: Vec<Moment> = run.schedule().map_or_else(Vec::new, |schedule| {
        let steps = schedule.steps.iter().max().map_or(0, |last| last + 1);
        let levels = schedule.levels.iter().zip(&schedule.steps).enumerate();
        levels.map(|(call, (&sigma, &step))| Moment { call, step, steps, sigma }).collect()
    });
    for step in run.steps() {
        let moment =
            Moment { call: step.call, step: step.step, steps: step.steps, sigma: step.sigma };
        if let Some(place) = moments.get_mut(step.call) {
            *place = moment;
        } else if step.call == moments.len() {
            moments.push(moment);
        }
    }
    moments
}
