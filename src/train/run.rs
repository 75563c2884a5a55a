//! The loop of a training: steps, news, checkpoints, and how it ends early.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::checkpoint::Checkpoint;
use super::tempo::Tempo;
use super::{Subject, Training};
use crate::walk::{Learning, Onlooker, Problem};

/// A checkpoint at least this often.
const EVERY: Duration = Duration::from_mins(1);
/// Samples are made this often over the whole training, the first before it.
const SHOWN: u64 = 8;

/// Where and when a training is kept.
#[derive(Clone, Debug)]
pub struct Keep {
    /// The checkpoint's file.
    pub path: PathBuf,
    /// What it says of the recipe; see [`super::Recipe::hash_pocket`].
    pub recipe: String,
    /// After so many steps; none: every minute.
    pub every: Option<u64>,
    /// Whether pictures are made on the way.
    pub samples: bool,
}

impl Keep {
    /// Goes on from the checkpoint, where there is one.
    ///
    /// # Errors
    /// `checkpoint-other-recipe`, `checkpoint-broken`.
    pub fn resume<S: Subject>(&self, training: &mut Training<S>) -> Result<(), Problem> {
        match Checkpoint::read(&self.path, &self.recipe)? {
            Some(checkpoint) => training.restore(&checkpoint),
            None => Ok(()),
        }
    }

    fn write<S: Subject>(
        &self,
        training: &Training<S>,
        onlooker: &dyn Onlooker,
    ) -> Result<(), Problem> {
        training.checkpoint()?.write(&self.path, &self.recipe)?;
        let file = self.path.display().to_string();
        onlooker.hear(Learning::Kept { file, step: training.done() });
        Ok(())
    }
}

/// Trains to the end.
///
/// # Errors
/// [`Problem::cancelled`] after a last checkpoint; `training-diverged` where the numbers ran away
/// (the checkpoint before stays); `checkpoint-not-written` where not even the last one could be
/// written: one on the way is a note, and the training goes on.
pub fn run<S: Subject>(
    training: &mut Training<S>,
    keep: &Keep,
    onlooker: &dyn Onlooker,
) -> Result<(), Problem> {
    let mut kept = (Instant::now(), (training.done() > 0).then(|| training.done()));
    let mut tempo = Tempo::default();
    if training.done() == 0 {
        show(training, keep, onlooker)?;
    }
    while training.done() < training.steps() {
        if onlooker.cancelled() {
            keep.write(training, onlooker)?;
            return Err(Problem::cancelled());
        }
        let begun = Instant::now();
        let mut step = training.step().map_err(|problem| ran_away(problem, keep, kept.1))?;
        let took = begun.elapsed().as_secs_f64();
        training.took(took);
        tempo.add(took, training.subject().batch(step.step - 1));
        step.per_second = tempo.per_second();
        step.left = tempo.left(training.steps() - training.done());
        onlooker.hear(Learning::Step(step));
        let last = training.done() == training.steps();
        let due =
            keep.every.map_or(kept.0.elapsed() > EVERY, |n| training.done().is_multiple_of(n));
        if due || last {
            match keep.write(training, onlooker) {
                Ok(()) => kept.1 = Some(training.done()),
                Err(problem) if last => return Err(problem),
                Err(problem) => onlooker.hear(Learning::Note(problem)),
            }
            kept.0 = Instant::now();
        }
        show(training, keep, onlooker)?;
    }
    Ok(())
}

/// Shows what the network makes, where it is time.
fn show<S: Subject>(
    training: &Training<S>,
    keep: &Keep,
    onlooker: &dyn Onlooker,
) -> Result<(), Problem> {
    let (step, steps) = (training.done(), training.steps());
    let due = (0..=SHOWN).any(|k| steps * k / SHOWN == step);
    if !due || !keep.samples {
        return Ok(());
    }
    for (caption, picture) in training.samples()? {
        onlooker.hear(Learning::Sample { step, caption, picture });
    }
    Ok(())
}

/// The end of a training whose numbers ran away, with the checkpoint that stays.
fn ran_away(problem: Problem, keep: &Keep, kept: Option<u64>) -> Problem {
    let (Some(step), "training-diverged") = (kept, problem.key()) else { return problem };
    let told =
        Problem::new("training-diverged-kept").with("file", keep.path.display()).with("kept", step);
    problem.facts().iter().fold(told, |told, (name, value)| told.with(name, value))
}
