//! A walk as it goes in step with others: its next question is asked from outside, in a batch.

use std::sync::Arc;

use super::super::open::Parts;
use super::super::probe::Mean;
use super::super::texts::masked;
use super::super::told::Told;
use super::{Answer, Walk};
use crate::walk::{Frame, Problem, Watch};

impl Walk {
    /// The call of the network that comes next, if the next frame is a step of its own and the
    /// network is asked nothing else on the way.
    pub(in crate::engine) fn next_call(&self) -> Option<usize> {
        let k = self.course().call_at(self.made)?;
        let plain = masked(self.change()).is_none() && self.look.probe_step != Some(k);
        (plain && k >= self.shared() && k < self.calls()).then_some(k)
    }

    /// The next frame, whose question was asked from outside.
    pub(in crate::engine) fn take_answer(
        &mut self,
        k: usize,
        answer: Answer,
        watch: &dyn Watch,
    ) -> Result<Frame, Problem> {
        let step = self.answered(k, answer, watch)?;
        self.made += 1;
        Ok(Frame::Step(Box::new(step)))
    }

    /// What the walk is made with.
    pub(in crate::engine) const fn parts(&self) -> &Arc<Parts> {
        &self.parts
    }

    /// What the network is told of the texts.
    pub(in crate::engine) const fn told(&self) -> Option<&Told> {
        self.told.as_ref()
    }

    /// Which attention is to be averaged at call `k`.
    pub(in crate::engine) fn wanted_mean(&self, k: usize) -> Option<Mean> {
        self.wanted(k).mean
    }
}
