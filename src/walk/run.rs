//! What is asked of whoever computes a run beside others.

use std::path::PathBuf;

use super::{Asked, Change, Frame, Problem, Settings};

/// A run to be laid beside others.
#[derive(Clone, Debug, PartialEq)]
pub struct RunAsked {
    /// The number under which its news come.
    pub id: usize,
    /// What to walk; of a fork: the model, device and number format.
    pub asked: Asked,
    /// What it branches from, if it is a fork.
    pub fork: Option<Box<ForkAsked>>,
    /// The recording that is written as it goes, if it is to be kept.
    pub keep: Option<PathBuf>,
    /// A change that sets in after so many steps of the walk that `asked` describes, if one does.
    /// The steps before it are computed once for all runs that share them.
    pub turn: Option<(usize, Change)>,
}

/// A branch of a walk that is at hand.
#[derive(Clone, Debug, PartialEq)]
pub struct ForkAsked {
    /// The settings of the walk that it branches from.
    pub settings: Settings,
    /// That walk's frames: at least up to and with the step of `call`.
    pub past: Vec<Frame>,
    /// The first call that is the fork's own, from 0.
    pub call: usize,
    /// What is different from there on.
    pub change: Change,
}

impl ForkAsked {
    /// What is to be said where another sampler that remembers earlier steps takes over: it begins
    /// anew, with a first step of first order.
    pub fn restart(&self) -> Option<Problem> {
        let sampler = self.change.sampler.filter(|sampler| *sampler != self.settings.sampler)?;
        sampler.remembers().then(|| Problem::new("fork-restarts").with("sampler", sampler.name()))
    }
}
