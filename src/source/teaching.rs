//! A word taught on the engine's thread: its pictures looked at, then steps and samples told as they
//! come, then what came of it.

use std::sync::Mutex;
use std::time::Instant;

use crate::drawings::{World, lesson_pictures};
use crate::engine::ModelFolder;
use crate::engine::attachments::write::Naming;
use crate::train::teach::{Course, NamedColours, described};
use crate::walk::{
    Learning, LearningStep, LessonAsked, LessonPictures, Onlooker, Problem, TaughtLesson,
    TeachingNews, Watch,
};

/// The pictures of a lesson, and what is told of them.
///
/// # Errors
/// A folder that cannot be read, or holds too few pictures; a drawing that is none.
pub(super) fn pictures(asked: &LessonAsked) -> Result<TeachingNews, Problem> {
    let world = World::get()?;
    let found = lesson_pictures(world, &asked.from, asked.teaching.seed)?;
    let card = ModelFolder::open(asked.model.as_deref())?.card()?;
    let naming = NamedColours::new(card.taught.unwrap_or_default());
    Ok(TeachingNews::Pictures(LessonPictures {
        from: asked.from.clone(),
        pictures: described(found.pictures, world, &naming),
        skipped: found.skipped,
    }))
}

/// Teaches from the pictures to the report, and tells everything on the way.
///
/// # Errors
/// As [`pictures`] and [`Course`]; cancelled.
pub(super) fn teach(
    asked: &LessonAsked,
    tell: &(dyn Fn(TeachingNews) + Send + Sync),
    watch: &dyn Watch,
) -> Result<(), Problem> {
    let found = lesson_pictures(World::get()?, &asked.from, asked.teaching.seed)?;
    let mut course = Course::begin(asked, found.pictures, watch)?;
    tell(TeachingNews::Pictures(LessonPictures {
        from: asked.from.clone(),
        pictures: course.pictures().to_vec(),
        skipped: found.skipped,
    }));
    let prompts = [course.word_prompt(), course.other_prompt()];
    for sample in course.untaught(&prompts, watch)? {
        tell(TeachingNews::Learning(sample));
    }
    let told = Told { tell, watch, steps: asked.teaching.steps, begun: Mutex::default() };
    let content = course.learn(&prompts, &told, watch)?;
    if watch.cancelled() {
        return Err(Problem::cancelled());
    }
    let report = course.report(&content, watch)?;
    let file = content.file(Naming::Diffusers)?;
    tell(TeachingNews::Taught(Box::new(TaughtLesson { report, file })));
    Ok(())
}

/// Tells each step with the seconds that are left, samples included.
struct Told<'a> {
    tell: &'a (dyn Fn(TeachingNews) + Send + Sync),
    watch: &'a dyn Watch,
    steps: u64,
    /// When the first step was done; it is slower than the others and does not count.
    begun: Mutex<Option<Instant>>,
}

impl Told<'_> {
    fn left(&self, step: &LearningStep) -> Option<f32> {
        let mut begun = self.begun.lock().ok()?;
        let since = begun.get_or_insert_with(Instant::now).elapsed().as_secs_f32();
        let done = step.step.saturating_sub(1);
        (done > 0).then(|| since / done as f32 * self.steps.saturating_sub(step.step) as f32)
    }
}

impl Onlooker for Told<'_> {
    fn hear(&self, news: Learning) {
        (self.tell)(TeachingNews::Learning(match news {
            Learning::Step(step) => Learning::Step(LearningStep { left: self.left(&step), ..step }),
            news => news,
        }));
    }

    fn cancelled(&self) -> bool {
        self.watch.cancelled()
    }
}
