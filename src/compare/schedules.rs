//! The noise levels of all runs on one axis.
//!
//! What stands at equal step and at equal noise is told by [`super::Alignment::pairs`].

use super::{Run, moments};
use crate::walk::Schedule;

/// Noise levels of several runs, to be drawn over one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// One for each run whose schedule is known.
    pub runs: Vec<LevelsOfRun>,
}

/// The noise levels of one run; the last point is what is left after the last call.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelsOfRun {
    /// Which run, by id.
    pub id: usize,
    /// How many steps it has.
    pub steps: usize,
    /// For each call from 0, and after the last one: the place on the axis, in calls, and σ.
    pub sigma: Vec<(f32, f32)>,
    /// The same with ᾱ = 1/(1+σ²): the share of variance that is picture, 0 to 1.
    pub alpha: Vec<(f32, f32)>,
}

impl Levels {
    /// The levels of those runs that know theirs.
    pub fn of<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Self {
        Self { runs: runs.into_iter().filter_map(of_run).collect() }
    }

    /// The most calls of any run: the end of the axis.
    pub fn calls(&self) -> usize {
        self.runs.iter().map(|run| run.sigma.len().saturating_sub(1)).max().unwrap_or(0)
    }

    /// The largest finite σ of all.
    pub fn largest(&self) -> f32 {
        let all = self.runs.iter().flat_map(|run| &run.sigma).map(|(_, sigma)| *sigma);
        all.filter(|sigma| sigma.is_finite()).fold(0.0, f32::max)
    }

    /// The smallest σ above zero of all, for an axis in log σ.
    pub fn smallest(&self) -> Option<f32> {
        let all = self.runs.iter().flat_map(|run| &run.sigma).map(|(_, sigma)| *sigma);
        all.filter(|sigma| *sigma > 0.0 && sigma.is_finite()).reduce(f32::min)
    }
}

fn of_run(run: &Run) -> Option<LevelsOfRun> {
    let moments = moments(run);
    let steps = moments.first()?.steps;
    let last = run.steps().find(|s| s.call + 1 == moments.len()).map(|s| s.sigma_next);
    let last = last.or_else(|| run.schedule()?.levels.get(moments.len()).copied());
    let levels = moments.iter().map(|m| m.sigma).chain(last);
    let sigma: Vec<(f32, f32)> = levels.enumerate().map(|(i, s)| (i as f32, s)).collect();
    // The picture's factor √ᾱ, squared.
    let alpha = sigma.iter().map(|&(x, s)| (x, Schedule::factors(s).0.powi(2))).collect();
    Some(LevelsOfRun { id: run.id, steps, sigma, alpha })
}
