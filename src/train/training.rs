//! A training, one step at a time.

use std::collections::BTreeMap;

use candle_core::Tensor;

use super::checkpoint::{Checkpoint, Standing};
use super::recipe::Rate;
use super::{AdamW, Adjusting, Average, Subject};
use crate::walk::{LearningStep, Picture, Problem};

/// How slowly the mean of the loss forgets.
const FORGETS: f64 = 0.005;
/// Captions that are named where a step went wrong.
const NAMED: usize = 3;

/// The numbers that stay the same over a training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// Steps in all.
    pub steps: u64,
    /// The learning rate.
    pub rate: Rate,
    /// The optimiser's weight decay.
    pub decay: f64,
    /// How much the average keeps of itself in a step, in the end.
    pub average: f64,
}

/// A training under way.
#[derive(Debug)]
pub struct Training<S> {
    subject: S,
    course: Course,
    adam: AdamW,
    average: Average,
    standing: Standing,
    losses: Vec<f32>,
}

impl<S: Subject> Training<S> {
    /// Before the first step.
    pub fn begin(subject: S, course: Course) -> Result<Self, Problem> {
        let adjusting = Adjusting { decay: course.decay, ..Adjusting::default() };
        Ok(Self {
            adam: AdamW::new(subject.weights(), adjusting)?,
            average: Average::new(subject.weights(), course.average)?,
            subject,
            course,
            standing: Standing::default(),
            losses: Vec::new(),
        })
    }

    /// Does one step.
    ///
    /// # Errors
    /// `training-diverged` where the loss or a gradient is no number any more: with the step and
    /// some captions. The weights are then as they were before the step.
    pub fn step(&mut self) -> Result<LearningStep, Problem> {
        let step = self.standing.step;
        let loss = self.subject.loss(step)?;
        let value = f64::from(loss.to_scalar::<f32>()?);
        if !value.is_finite() {
            return Err(self.diverged());
        }
        let mut gradients = loss.backward()?;
        self.subject.hold(&mut gradients)?;
        let rate = self.course.rate.at(step, self.course.steps);
        let changed = self.adam.step(self.subject.weights(), &gradients, rate);
        changed.map_err(|problem| match problem.key() {
            "gradient-not-finite" => self.diverged(),
            _ => problem,
        })?;
        self.average.follow(self.subject.weights(), step + 1)?;
        let standing = &mut self.standing;
        standing.step += 1;
        standing.samples += self.subject.batch(step) as u64;
        let share = FORGETS.max(1.0 / standing.step as f64);
        standing.mean += (value - standing.mean) * share;
        self.losses.push(value as f32);
        Ok(LearningStep {
            step: standing.step,
            samples: standing.samples,
            loss: value as f32,
            average: standing.mean as f32,
            rate: rate as f32,
            per_second: 0.0,
            left: None,
        })
    }

    fn diverged(&self) -> Problem {
        let captions = self.subject.captions(self.standing.step);
        let named: Vec<&str> = captions.iter().take(NAMED).map(String::as_str).collect();
        Problem::new("training-diverged")
            .with("step", self.standing.step + 1)
            .with("captions", named.join("; "))
    }

    /// Steps so far.
    pub const fn done(&self) -> u64 {
        self.standing.step
    }

    /// Steps in all.
    pub const fn steps(&self) -> u64 {
        self.course.steps
    }

    /// Where it stands.
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The loss of every step so far.
    pub fn losses(&self) -> &[f32] {
        &self.losses
    }

    /// What is trained.
    pub const fn subject(&self) -> &S {
        &self.subject
    }

    /// The averaged weights: the result.
    pub const fn average(&self) -> &Average {
        &self.average
    }

    /// What the averaged network makes now, with captions.
    pub fn samples(&self) -> Result<Vec<(String, Picture)>, Problem> {
        self.subject.samples(&self.average)
    }

    /// Everything that is needed to go on.
    pub fn checkpoint(&self) -> Result<Checkpoint, Problem> {
        let mut tensors = BTreeMap::new();
        for (name, weight) in self.subject.weights() {
            tensors.insert(format!("weight.{name}"), weight.as_detached_tensor());
        }
        for (name, average) in self.average.weights() {
            tensors.insert(format!("average.{name}"), average.clone());
        }
        for (name, mean) in self.adam.state() {
            tensors.insert(format!("adam.{name}"), mean.clone());
        }
        let losses = Tensor::new(self.losses.as_slice(), &candle_core::Device::Cpu)?;
        tensors.insert("losses".to_owned(), losses);
        Ok(Checkpoint { standing: self.standing, tensors })
    }

    /// Goes on from a checkpoint of the same recipe.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), Problem> {
        for (name, weight) in self.subject.weights() {
            let kept = checkpoint.tensor(&format!("weight.{name}"), weight.dims())?;
            weight.set(&kept.to_device(weight.device())?)?;
        }
        let of = |kind: &str, name: &str, shape: &[usize]| {
            checkpoint.tensor(&format!("{kind}.{name}"), shape)
        };
        self.average.restore(|name, shape| of("average", name, shape))?;
        let step = checkpoint.standing.step;
        self.adam.restore(step, |name, shape| of("adam", name, shape))?;
        let count = usize::try_from(step).unwrap_or(usize::MAX);
        self.losses = checkpoint.tensor("losses", &[count])?.to_vec1()?;
        self.standing = checkpoint.standing;
        Ok(())
    }

    /// Adds to the time that it has taken.
    pub(super) fn took(&mut self, seconds: f64) {
        self.standing.seconds += seconds;
    }
}
