//! How a network reports its progress and asks whether to go on.

use crate::walk::{Problem, Progress, Stage, Watch};

/// The watch of one stage, as the networks see it: they know their blocks, not the walk.
#[derive(Clone, Copy)]
pub struct Pace<'a> {
    watch: &'a dyn Watch,
    stage: Stage,
    call: usize,
}

impl<'a> Pace<'a> {
    /// Reports to `watch` as part of `stage`; `call` counts the calls of the noise predictor.
    pub const fn new(watch: &'a dyn Watch, stage: Stage, call: usize) -> Self {
        Self { watch, stage, call }
    }

    /// Asked before every block: [`Problem::cancelled`] where the user has given up.
    pub fn go_on(&self) -> Result<(), Problem> {
        if self.watch.cancelled() { Err(Problem::cancelled()) } else { Ok(()) }
    }

    /// Told after every block.
    pub fn done(&self, done: usize, total: usize) {
        self.watch.progress(Progress { stage: self.stage, call: self.call, done, total });
    }
}
