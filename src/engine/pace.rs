//! How a network reports its progress and asks whether to go on.

use crate::walk::{Problem, Progress, Stage, Watch};

/// The watch of one stage, as the networks see it: they know their blocks, not the walk.
#[derive(Clone, Copy)]
pub struct Pace<'a> {
    watch: &'a dyn Watch,
    stage: Stage,
    call: usize,
    /// Whether progress is told.
    tells: bool,
}

impl<'a> Pace<'a> {
    /// Reports to `watch` as part of `stage`; `call` counts the calls of the noise predictor.
    pub const fn new(watch: &'a dyn Watch, stage: Stage, call: usize) -> Self {
        Self { watch, stage, call, tells: true }
    }

    /// The same for a part of something whose progress is told as a whole.
    #[must_use]
    pub const fn silent(&self) -> Self {
        Self { tells: false, ..*self }
    }

    /// Asked before every block: [`Problem::cancelled`] where the user has given up.
    pub fn go_on(&self) -> Result<(), Problem> {
        if self.watch.cancelled() { Err(Problem::cancelled()) } else { Ok(()) }
    }

    /// Told after every block.
    pub fn done(&self, done: usize, total: usize) {
        if self.tells {
            self.watch.progress(Progress { stage: self.stage, call: self.call, done, total });
        }
    }
}
