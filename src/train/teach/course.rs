//! One teaching as a whole: the model, the lesson, the steps with samples on the way, and the
//! report. The command and the screen go the same way.

use super::captions::caption;
use super::report::{drawn, naming, other_prompt, report};
use super::{Lesson, Teacher, check, known, teach};
use crate::drawings::World;
use crate::engine::attachments::{Attached, Content};
use crate::engine::{Engine, ModelFolder, Place};
use crate::walk::{
    Asked, DtypeChoice, Learning, LessonAsked, LessonPicture, Onlooker, Picture, Problem,
    TaughtReport, Unwatched, Watch,
};

/// What the file of a teaching that is still going on is called.
const UNNAMED: &str = "taught";

/// A teaching that was prepared.
#[derive(Debug)]
pub struct Course {
    /// How sample pictures are walked.
    asked: Asked,
    folder: ModelFolder,
    before: Engine,
    world: &'static World,
    teacher: Teacher,
    /// The loss before the first step.
    first: f32,
}

impl Course {
    /// Opens the model, tells the colours of the pictures, and draws what is to be kept.
    ///
    /// # Errors
    /// As [`Teacher::begin`] and the frames of a walk.
    pub fn begin(
        lesson: &LessonAsked,
        pictures: Vec<(String, Picture)>,
        watch: &dyn Watch,
    ) -> Result<Self, Problem> {
        let world = World::get()?;
        let (model, device) = (lesson.model.clone(), lesson.device);
        let asked = Asked { model, device, ..Asked::default() };
        let folder = ModelFolder::open(asked.model.as_deref())?;
        check(&lesson.teaching, &folder.card()?)?;
        let before = Engine::open(&asked, watch)?;
        let teaching = lesson.teaching.clone();
        let shown = Lesson::new(&teaching.word, pictures, world, &naming(&before))?;
        let beside = known(&before, &asked, (teaching.seed, lesson.keep), watch)?;
        let place = Place::find(device, DtypeChoice::F32)?;
        let teacher = Teacher::begin(&folder, teaching, shown.beside(beside), &place)?;
        let first = teacher.probe()?;
        Ok(Self { asked, folder, before, world, teacher, first })
    }

    /// The pictures of the lesson.
    pub fn pictures(&self) -> &[LessonPicture] {
        self.teacher.lesson().pictures()
    }

    /// What is said of each.
    pub fn captions(&self) -> Vec<String> {
        self.teacher.lesson().captions()
    }

    /// The word in the plainest prompt: `a snail`.
    pub fn word_prompt(&self) -> String {
        caption(None, &self.teacher.asked.word, None)
    }

    /// A prompt without the word, which tells what the word took along.
    pub fn other_prompt(&self) -> String {
        other_prompt(self.before.card())
    }

    /// What the model makes of these prompts before anything is learned.
    ///
    /// # Errors
    /// As a walk's frames.
    pub fn untaught(
        &self,
        prompts: &[String],
        watch: &dyn Watch,
    ) -> Result<Vec<Learning>, Problem> {
        samples(&self.before, &self.asked, (0, prompts), watch)
    }

    /// Teaches from the first step to the last, with samples of these prompts on the way; gives
    /// what was learned. Cancelled, it ends early and what was learned so far counts.
    ///
    /// # Errors
    /// As [`teach`].
    pub fn learn(
        &mut self,
        prompts: &[String],
        onlooker: &dyn Onlooker,
        watch: &dyn Watch,
    ) -> Result<Content, Problem> {
        let Self { asked, folder, teacher, .. } = self;
        teach(teacher, onlooker, &|done, content| {
            samples(&with(folder, asked, content)?, asked, (done, prompts), watch)
        })?;
        self.teacher.taught()
    }

    /// Compares the model as it was with what was learned laid over it.
    ///
    /// # Errors
    /// As [`report`].
    pub fn report(&self, content: &Content, watch: &dyn Watch) -> Result<TaughtReport, Problem> {
        let loss = (self.first, self.teacher.probe()?);
        let after = with(&self.folder, &self.asked, content)?;
        report(&self.teacher, (&self.before, &after), loss, (self.world, &self.asked), watch)
    }
}

/// The model with what was learned so far.
fn with(folder: &ModelFolder, asked: &Asked, content: &Content) -> Result<Engine, Problem> {
    let named = (content.clone(), UNNAMED.to_owned(), String::new());
    let attached = Attached::of(folder, vec![named])?;
    Engine::open_in(&folder.clone().under(attached), asked, &Unwatched)
}

fn samples(
    engine: &Engine,
    asked: &Asked,
    (step, prompts): (u64, &[String]),
    watch: &dyn Watch,
) -> Result<Vec<Learning>, Problem> {
    let sample = |prompt: &String| {
        let picture = drawn(engine, asked, prompt, watch)?;
        Ok(Learning::Sample { step, caption: prompt.clone(), picture })
    };
    prompts.iter().map(sample).collect()
}
