//! A word taught on the screen: the form, the learning, and what came of it.
//!
//! What is typed and chosen stays through all of them; a teaching that is stopped or fails leads
//! back to the form.

mod form;

use super::action::{Action, Effect};
use super::state::{App, Origin, Overlay, PathPurpose, Scene};
use super::walking;
use crate::walk::{
    Asked, AttachmentAsked, AttachmentKind, Learning, LearningStep, LessonAsked, LessonPictures,
    Picture, PicturesFrom, Problem, TaughtKind, TaughtLesson, TeachingNews,
};

pub use self::form::{PicturesRow, TeachForm, TeachRow, Typed};

/// How far a teaching is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// It is being asked for.
    #[default]
    Form,
    /// The word is being learned.
    Learning,
    /// It is learned.
    Learned,
}

/// What the model makes of one prompt as it learns, always from the same noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// The prompt.
    pub prompt: String,
    /// After which step, and the picture; the first is from before the first step.
    pub pictures: Vec<(u64, Picture)>,
}

/// The teaching screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Teaching {
    /// What is asked for.
    pub form: TeachForm,
    /// How far it is.
    pub phase: Phase,
    /// The pictures that were looked at last.
    pub pictures: Option<LessonPictures>,
    /// What is being taught, or was.
    pub lesson: Option<LessonAsked>,
    /// Whether it was told to stop and has not yet.
    pub stopping: bool,
    /// How many numbers learn; 0 before that is known.
    pub weights: u64,
    /// The loss of each step.
    pub losses: Vec<f32>,
    /// The mean of late, after each step.
    pub means: Vec<f32>,
    /// The last step.
    pub step: LearningStep,
    /// The word alone, and a prompt without it.
    pub samples: Vec<Samples>,
    /// What came of it.
    pub taught: Option<TaughtLesson>,
    /// Whether a small screen shows what changed, and not the pictures.
    pub changes: bool,
    /// The file that it was written to.
    pub written: Option<String>,
    /// Whether a walk follows once it is written.
    walk_next: bool,
    /// Which pictures were ordered last.
    looked_at: Option<PicturesFrom>,
    /// Whether the screen was entered from a walk.
    from_walk: bool,
}

impl Teaching {
    /// The pictures that the form names, once they were looked at.
    pub fn shown(&self) -> Option<&LessonPictures> {
        let from = match self.phase {
            Phase::Form => self.form.from(),
            Phase::Learning | Phase::Learned => self.lesson.as_ref().map(|of| of.from.clone()),
        };
        self.pictures.as_ref().filter(|of| Some(&of.from) == from.as_ref())
    }

    /// The prompt that a walk with the word begins with: a colour that its pictures did not have.
    pub fn prompt(&self) -> Option<&str> {
        let report = &self.taught.as_ref()?.report;
        report.word_prompts.last().map(|of| of.prompt.as_str())
    }
}

/// Turns to the screen, to whatever it held.
pub(super) fn open(app: &mut App) -> Vec<Effect> {
    app.teaching.from_walk = app.scene != Scene::Doors && !app.walk.frames.is_empty();
    app.scene = Scene::Teaching;
    app.overlay = None;
    app.walk.running = false;
    look(app)
}

/// Turns to the form with this word in it, with nothing learned yet.
pub(super) fn open_for(app: &mut App, word: &str) -> Vec<Effect> {
    if app.teaching.phase != Phase::Learning {
        let form = TeachForm { word: Typed::new(word), ..TeachForm::default() };
        app.teaching = Teaching { form, ..Teaching::default() };
    }
    open(app)
}

/// The model that the walk on screen has, and where it is computed.
fn asked(app: &App) -> Option<LessonAsked> {
    let here = match app.walk.origin {
        Origin::Live => app.walk.asked.clone(),
        Origin::Recording(_) | Origin::Run(_) => Asked::default(),
    };
    app.teaching.form.asked(here.model, here.device)
}

/// Orders the pictures that the form names, if they are others than those that were ordered last.
fn look(app: &mut App) -> Vec<Effect> {
    let Some(asked) = asked(app).filter(|_| app.teaching.phase == Phase::Form) else {
        return Vec::new();
    };
    if app.teaching.looked_at.as_ref() == Some(&asked.from) {
        return Vec::new();
    }
    app.teaching.looked_at = Some(asked.from.clone());
    vec![Effect::LessonPictures(Box::new(asked))]
}

/// Begins to teach what the form says.
fn begin(app: &mut App) -> Vec<Effect> {
    let Some(asked) = asked(app) else {
        app.problem = Some(Problem::usage("teach-where"));
        return Vec::new();
    };
    let before = std::mem::take(&mut app.teaching);
    app.teaching = Teaching {
        phase: Phase::Learning,
        lesson: Some(asked.clone()),
        looked_at: Some(asked.from.clone()),
        form: before.form,
        pictures: before.pictures,
        from_walk: before.from_walk,
        ..Teaching::default()
    };
    vec![Effect::Teach(Box::new(asked))]
}

/// What a key does on this screen; `None` where it does what it does everywhere.
pub(super) fn act(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    let teaching = &mut app.teaching;
    match (teaching.phase, action) {
        (Phase::Form, Action::TurnDown | Action::TurnUp) => {
            teaching.form.choose(action == Action::TurnDown);
            Some(look(app))
        }
        (Phase::Form, Action::Raise | Action::Lower) => {
            teaching.form.turn(action == Action::Raise);
            Some(look(app))
        }
        (Phase::Form, Action::Accept) => Some(begin(app)),
        (Phase::Learning, Action::Leave) => Some(stop(app)),
        (Phase::Learned, Action::Accept) => Some(walk(app)),
        (Phase::Learned, Action::WriteTaught) => {
            name_file(app, PathPurpose::WriteTaught);
            Some(Vec::new())
        }
        (Phase::Learned, Action::TeachAgain) => {
            teaching.phase = Phase::Form;
            Some(look(app))
        }
        (Phase::Learned, Action::NextPart | Action::PreviousPart) => {
            teaching.changes = !teaching.changes;
            Some(Vec::new())
        }
        (Phase::Form | Phase::Learned, Action::Leave | Action::Teach) => {
            app.scene = if teaching.from_walk { Scene::Walk } else { Scene::Doors };
            app.doors.chosen = 0;
            Some(Vec::new())
        }
        _ => None,
    }
}

/// Gives up what is being learned; the source answers, and then the form is there again.
pub(super) fn stop(app: &mut App) -> Vec<Effect> {
    app.teaching.stopping = true;
    vec![Effect::Cancel]
}

/// What the source told.
pub(super) fn news(app: &mut App, news: TeachingNews) -> Vec<Effect> {
    let teaching = &mut app.teaching;
    match news {
        TeachingNews::Pictures(found) => {
            if let Some(problem) = found.skipped.first() {
                app.problem = Some(problem.clone());
            }
            teaching.pictures = Some(found);
        }
        TeachingNews::Learning(learning) => learn(teaching, learning),
        TeachingNews::Taught(taught) => {
            (teaching.taught, teaching.phase) = (Some(*taught), Phase::Learned);
            teaching.stopping = false;
        }
        TeachingNews::Failed(problem) => {
            // Asked for once more, the pictures are looked at anew.
            teaching.looked_at = None;
            if teaching.phase == Phase::Learning {
                (teaching.phase, teaching.stopping) = (Phase::Form, false);
            }
            if !problem.is_cancelled() {
                app.problem = Some(problem);
            } else if app.scene == Scene::Teaching {
                app.say("toast.teach-stopped", &[]);
            }
        }
    }
    Vec::new()
}

fn learn(teaching: &mut Teaching, news: Learning) {
    match news {
        Learning::Began(plan) => teaching.weights = plan.weights,
        Learning::Step(step) => {
            teaching.losses.push(step.loss);
            teaching.means.push(step.average);
            teaching.step = step;
        }
        Learning::Sample { step, caption, picture } => {
            let known = teaching.samples.iter_mut().find(|of| of.prompt == caption);
            match known {
                Some(of) => of.pictures.push((step, picture)),
                None => teaching
                    .samples
                    .push(Samples { prompt: caption, pictures: vec![(step, picture)] }),
            }
        }
        Learning::Kept { .. }
        | Learning::Note(_)
        | Learning::Measured { .. }
        | Learning::Finished { .. } => {}
    }
}

/// Opens the box for the file's name.
fn name_file(app: &mut App, purpose: PathPurpose) {
    let word = app.teaching.taught.as_ref().map_or("", |taught| taught.report.word.as_str());
    let fits = |c: &char| c.is_alphanumeric() || *c == '-' || *c == '_';
    let stem: String = word.chars().filter(fits).collect();
    let text = format!("{}.safetensors", if stem.is_empty() { "word" } else { &stem });
    let cursor = text.chars().count();
    app.overlay = Some(Overlay::Path { purpose, text, cursor });
}

/// Writes what was learned; where a walk was wanted, it follows.
pub(super) fn write(app: &mut App, path: String, walk_next: bool) -> Vec<Effect> {
    let Some(taught) = &app.teaching.taught else { return Vec::new() };
    let file = taught.file.clone();
    app.teaching.walk_next = walk_next;
    vec![Effect::WriteTaught { path, file }]
}

/// It is written.
pub(super) fn written(app: &mut App, path: String) -> Vec<Effect> {
    app.say("toast.written", &[("file", &path)]);
    app.teaching.written = Some(path);
    if std::mem::take(&mut app.teaching.walk_next) { walk(app) } else { Vec::new() }
}

/// Something outside could not be done: no walk follows.
pub(super) fn failed(app: &mut App) {
    app.teaching.walk_next = false;
}

/// A walk with what was learned laid over the model; a walk reads it from its file, so that comes
/// first.
fn walk(app: &mut App) -> Vec<Effect> {
    let Some(file) = app.teaching.written.clone() else {
        name_file(app, PathPurpose::WalkTaught);
        return Vec::new();
    };
    let prompt = app.teaching.prompt().map(str::to_owned);
    let Some(lesson) = &app.teaching.lesson else { return Vec::new() };
    let kind = match lesson.teaching.kind {
        TaughtKind::Vectors(_) => AttachmentKind::Embedding,
        TaughtKind::Lora { .. } => AttachmentKind::Lora,
    };
    let attachment = AttachmentAsked { kind, file, scale: None, token: None, hash: None };
    let here = match app.walk.origin {
        Origin::Live => app.walk.asked_again(),
        Origin::Recording(_) | Origin::Run(_) => Asked::default(),
    };
    let (model, attachments) = (lesson.model.clone(), vec![attachment]);
    walking::begin(app, Asked { model, prompt, attachments, ..here }, None)
}
