//! The training that is looked at: all ages of the pocket, open, and what is still to be said of
//! the example on screen.

use crate::drawings::{SEED, Stage, TRAINING_PICTURES, World, render, scene};
use crate::engine::noising::{Classroom, Example};
use crate::walk::{
    Age, ErrorCurve, Noising, NoisingAsked, Problem, Recipe, TIMESTEPS, TrainingNews, Unwatched,
    Watch,
};

/// Timesteps of an error curve, as even as they can be.
const CURVE: usize = 12;

/// One moment of the training at all ages, with what is known of the training.
///
/// # Errors
/// A timestep past the last; files that are damaged.
pub fn look(asked: NoisingAsked) -> Result<(Recipe, Noising), Problem> {
    let classroom = Classroom::open()?;
    let example = example(&classroom, asked.number, &Unwatched)?;
    let noising = classroom.noise(asked, &example, &Age::ALL, &Unwatched)?;
    Ok((classroom.recipe().clone(), noising))
}

/// The ages and the example that was asked for last.
#[derive(Debug)]
pub(super) struct Visit {
    classroom: Classroom,
    example: Option<(u64, Example)>,
    /// What the curves are of, and the curves so far.
    asked: Option<NoisingAsked>,
    errors: Vec<ErrorCurve>,
}

/// The training picture of this number, and its caption.
fn example(classroom: &Classroom, number: u64, watch: &dyn Watch) -> Result<Example, Problem> {
    if number >= TRAINING_PICTURES {
        return Err(Problem::usage("picture-range")
            .with("picture", number.saturating_add(1))
            .with("last", TRAINING_PICTURES));
    }
    let world = World::get()?;
    let scene = scene(world, SEED, number, &Stage::whole(world), false);
    classroom.example(render(world, &scene)?, scene.caption, watch)
}

impl Visit {
    /// Opens all ages.
    pub(super) fn open() -> Result<Self, Problem> {
        let classroom = Classroom::open()?;
        Ok(Self { classroom, example: None, asked: None, errors: Vec::new() })
    }

    /// What is known of the training.
    pub(super) fn recipe(&self) -> Recipe {
        Recipe { pictures: TRAINING_PICTURES, ..self.classroom.recipe().clone() }
    }

    /// One moment, at all ages; curves for its picture and noise are begun where they are new.
    pub(super) fn look(
        &mut self,
        asked: NoisingAsked,
        watch: &dyn Watch,
    ) -> Result<TrainingNews, Problem> {
        let example = match self.example.take() {
            Some((number, example)) if number == asked.number => example,
            _ => example(&self.classroom, asked.number, watch)?,
        };
        let noising = self.classroom.noise(asked, &example, &Age::ALL, watch);
        self.example = Some((asked.number, example));
        let of = |asked: NoisingAsked| (asked.number, asked.seed);
        if self.asked.map(of) != Some(of(asked)) {
            (self.asked, self.errors) = (Some(asked), Vec::new());
        }
        noising.map(TrainingNews::Noising)
    }

    /// Whether a point of a curve is still missing.
    pub(super) fn unfinished(&self) -> bool {
        self.asked.is_some() && self.example.is_some() && self.next_point().is_some()
    }

    /// The age of the next point, and its place on the curve: all ages at one timestep first.
    fn next_point(&self) -> Option<(Age, usize)> {
        let done = |age| self.errors.iter().find(|e| e.age == age).map_or(0, |e| e.points.len());
        let next = Age::ALL.into_iter().min_by_key(|age| done(*age))?;
        (done(next) < CURVE).then(|| (next, done(next)))
    }

    /// One more point of the curves; gives the curve of its age so far.
    pub(super) fn step(&mut self, watch: &dyn Watch) -> Result<Option<TrainingNews>, Problem> {
        let (Some(asked), Some((_, example))) = (self.asked, &self.example) else {
            return Ok(None);
        };
        let Some((age, place)) = self.next_point() else { return Ok(None) };
        let timestep = place * (TIMESTEPS - 1) / (CURVE - 1);
        let error =
            self.classroom.error(NoisingAsked { timestep, ..asked }, example, age, watch)?;
        let before = self.errors.iter().position(|curve| curve.age == age);
        let mut curve = before.map_or_else(
            || ErrorCurve { age, asked, points: Vec::new() },
            |place| self.errors.swap_remove(place),
        );
        curve.points.push((timestep, error));
        self.errors.push(curve.clone());
        Ok(Some(TrainingNews::Errors(curve)))
    }
}
