//! How far a frame in the making has come, and how its making is watched and cancelled.

use super::Stage;

/// How far the frame being computed has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The stage being computed.
    pub stage: Stage,
    /// The call of the network, from 0, where the stage is a step.
    pub call: usize,
    /// Parts done (blocks of a network, layers, levels).
    pub done: usize,
    /// Parts in all.
    pub total: usize,
}

/// Who waits for a frame: is told how far it is, and may give up between two parts.
pub trait Watch: Send + Sync {
    /// Called after each part.
    fn progress(&self, progress: Progress);
    /// Whether to stop: asked before each part, so that a step ends within one block's time.
    fn cancelled(&self) -> bool;
}

/// Nobody waits: no news, no cancelling.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _: Progress) {}
    fn cancelled(&self) -> bool {
        false
    }
}
