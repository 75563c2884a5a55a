//! What is on screen, as far as it has to be said again when it changes.

use super::{Judge, beat, forms, lists, screens, step};
use crate::app::{App, Overlay, Scene};
use crate::print::{Form, Printer, Shades};
use crate::walk::{Age, Frame, NoisingAsked, Settings, Stage};

/// One thing that is said as a whole.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Moment {
    /// The first menu.
    Menu,
    /// A form over the view: its rows as they are.
    Form(Vec<String>),
    /// A list over the view.
    List(&'static str, usize),
    /// A beat of a lesson, before what it shows.
    Beat(usize),
    /// A beat that asks, and whether it still does.
    Question(usize, bool),
    /// What is said once it is shown.
    Explanation(usize, bool),
    /// A frame of a walk: its settings, its place, the chosen piece, whether it was decoded, and
    /// whether one number is followed by hand or the nearest pictures are shown.
    Frame(Box<Option<Settings>>, usize, usize, [bool; 3]),
    /// Runs side by side: how many are there, at which stage and call.
    Comparison(usize, Stage, usize),
    /// A moment of the training.
    Training(NoisingAsked, Age, bool),
    /// A training picture, or one that was never shown.
    Drawing(u64, bool, Option<String>),
    /// The teaching of a word: rows of its form.
    Teaching(Vec<String>),
    /// It is being learned.
    Learning,
    /// It is learned.
    Learned(String),
}

/// Whether something is computed that has to be there before the next thing is said.
pub fn busy(app: &App) -> bool {
    if app.overlay.is_some() {
        return false;
    }
    let asks = app.lesson_now().is_some_and(|open| open.question().is_some());
    let waits = app.lesson_now().is_some_and(crate::app::OpenLesson::waits);
    match app.scene {
        _ if asks => false,
        Scene::Doors => false,
        Scene::Walk => {
            let missing = app.walk.frame().is_none() && !app.walk.finished;
            let failed = app.problem.is_some() && !app.walk.computing;
            let decoding = app.walk.x0_pending.is_some();
            !failed
                && (app.walk.computing || app.walk.goal.is_some() || missing || waits || decoding)
        }
        Scene::Compare => app.comparison.as_ref().is_some_and(|comparison| {
            app.walk.computing
                || !comparison.under_way.is_empty()
                || (!comparison.paused && !comparison.pending.is_empty())
        }),
        Scene::Training => app.training.pending || app.training.shown.is_none(),
        Scene::Drawings => app.drawings.pending,
        Scene::Teaching => app.teaching.phase == crate::app::teaching::Phase::Learning,
    }
}

impl Moment {
    /// The beat of a lesson, where it says something before it shows.
    pub(super) fn beat(app: &App) -> Option<Self> {
        let open = app.lesson_now().filter(|_| app.overlay.is_none())?;
        let asks = open.beat()?.question.is_some();
        let at = open.at;
        Some(if asks { Self::Question(at, open.question().is_some()) } else { Self::Beat(at) })
    }

    /// What is said after what a beat shows.
    pub(super) fn explanation(app: &App) -> Option<Self> {
        let open = app.lesson_now().filter(|_| app.overlay.is_none())?;
        let asked = open.beat()?.question.is_some() && open.question().is_none();
        asked.then(|| Self::Explanation(open.at, open.verdict().is_some()))
    }

    /// What fills the screen.
    pub(super) fn view(app: &App) -> Option<Self> {
        if let Some(overlay) = &app.overlay {
            return Some(Self::over(app, overlay));
        }
        if app.lesson_now().is_some_and(|open| open.question().is_some()) {
            return None;
        }
        Some(match app.scene {
            Scene::Doors => Self::Menu,
            Scene::Walk => {
                app.walk.frame()?;
                let call = app.walk.frame().and_then(Frame::as_step).map(|step| step.call);
                let decoded = call.is_some_and(|call| app.walk.x0_pictures.contains_key(&call));
                let near = app.look.near && app.walk.near_pictures.is_some();
                let seen = [decoded, app.look.by_hand, near];
                let settings = Box::new(app.walk.settings.clone());
                Self::Frame(settings, app.walk.at, app.look.piece, seen)
            }
            Scene::Compare => {
                let comparison = app.comparison.as_ref()?;
                Self::Comparison(comparison.runs.len(), comparison.stage(), comparison.call())
            }
            Scene::Training => {
                let training = &app.training;
                Self::Training(training.shown.as_ref()?.asked, training.age, training.whole)
            }
            Scene::Drawings => {
                let drawings = &app.drawings;
                drawings.shown()?;
                Self::Drawing(drawings.at, drawings.never_shown, drawings.thing.clone())
            }
            Scene::Teaching => screens::teaching_moment(app),
        })
    }

    fn over(app: &App, overlay: &Overlay) -> Self {
        match overlay {
            Overlay::Glossary { chosen } => Self::List("glossary", *chosen),
            Overlay::Lessons { .. } => Self::List("lessons", 0),
            Overlay::Help { .. } => Self::List("help", 0),
            Overlay::Taught(_) => Self::List("taught", 0),
            Overlay::CommandLine { .. } => Self::List("command-line", 0),
            Overlay::Layers => Self::List("layers", 0),
            Overlay::Settings { .. }
            | Overlay::Adding(_)
            | Overlay::Forking(_)
            | Overlay::Prompt { .. }
            | Overlay::Path { .. } => Self::Form(forms::rows(app)),
        }
    }

    /// Says it.
    pub(super) fn say(&self, app: &App, judge: Judge<'_>, text: &mut String) {
        match self {
            Self::Menu => lists::menu(app, text),
            Self::Form(rows) | Self::Teaching(rows) => forms::say(app, rows, text),
            Self::List(which, chosen) => lists::say(app, which, *chosen, text),
            Self::Beat(_) => beat::say(app, text),
            Self::Question(_, true) => beat::ask(app, text),
            Self::Explanation(..) => beat::explain(app, text),
            Self::Frame(..) => frame(app, judge, text),
            Self::Comparison(..) => screens::comparison(app, text),
            Self::Training(..) => screens::training(app, text),
            Self::Drawing(..) => screens::drawing(app, text),
            Self::Question(_, false) | Self::Learning => {}
            Self::Learned(_) => screens::learned(app, text),
        }
    }
}

/// The frame on screen, with what came before it taken into account.
fn frame(app: &App, judge: Judge<'_>, text: &mut String) {
    let walk = &app.walk;
    let (Some(settings), Some(card), Some(shown)) = (&walk.settings, &walk.card, walk.frame())
    else {
        return;
    };
    let mut printer = Printer::new(Form::Plain, app.words(), settings, card, walk.calls);
    let mut out: Vec<u8> = Vec::new();
    if walk.at == 0 {
        drop(printer.title(&mut out));
    }
    walk.frames.iter().take(walk.at).for_each(|frame| printer.remember(frame));
    drop(printer.frame(shown, &mut Shades, &mut out));
    text.push_str(String::from_utf8_lossy(&out).trim_start_matches('\n'));
    step::beside_the_frame(app, shown, judge, text);
}
