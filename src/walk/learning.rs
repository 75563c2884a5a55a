//! What whoever trains a network tells whoever watches it, in the order of events.

use super::{Picture, Problem, Unwatched};

/// News of a training, or of a word being taught.
#[derive(Clone, Debug, PartialEq)]
pub enum Learning {
    /// Everything is read; the first step follows.
    Began(Box<LearningPlan>),
    /// A step is done.
    Step(LearningStep),
    /// What the network makes now of a caption.
    Sample {
        /// The step after which it was made, from 0 (untrained).
        step: u64,
        /// The caption that was asked for.
        caption: String,
        /// The picture.
        picture: Picture,
    },
    /// Everything needed to go on was written to a file.
    Kept {
        /// The file.
        file: String,
        /// The step after which it was written.
        step: u64,
    },
    /// Something to be said that is no end: a checkpoint that could not be written.
    Note(Problem),
    /// How well an autoencoder gives back pictures that it never saw.
    Measured {
        /// The mean signal-to-noise ratio in dB.
        decibels: f32,
    },
    /// The last step was done and the result is written.
    Finished {
        /// Files and folders of the result.
        written: Vec<String>,
    },
}

/// What a training is about to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LearningPlan {
    /// What learns: `vae`, `polish` (its decoder alone), `pocket`; for a word, the word.
    pub name: String,
    /// Files and folders that it reads.
    pub reads: Vec<String>,
    /// Files and folders that it writes.
    pub writes: Vec<String>,
    /// How many numbers it changes.
    pub weights: u64,
    /// Steps that were done before, where it goes on from a checkpoint.
    pub done: u64,
    /// Steps in all.
    pub steps: u64,
    /// Pictures in a step.
    pub batch: u64,
    /// The losses of the steps that were done before.
    pub losses: Vec<f32>,
}

/// Where a training stands after a step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LearningStep {
    /// Steps so far.
    pub step: u64,
    /// Pictures seen so far.
    pub samples: u64,
    /// The loss of this step.
    pub loss: f32,
    /// The loss averaged over the last steps (an exponential mean).
    pub average: f32,
    /// The learning rate of this step.
    pub rate: f32,
    /// Pictures a second of late; 0 before that can be said.
    pub per_second: f32,
    /// Seconds that are left at this pace, where that can be said.
    pub left: Option<f32>,
}

/// Who watches a training: hears its news, and may end it between two steps.
pub trait Onlooker: Send + Sync {
    /// Called for each event.
    fn hear(&self, news: Learning);
    /// Whether to stop: asked before each step.
    fn cancelled(&self) -> bool;
}

impl Onlooker for Unwatched {
    fn hear(&self, _: Learning) {}
    fn cancelled(&self) -> bool {
        false
    }
}
