//! What is on screen, in parts that are said by themselves: only what changed is said again.

use super::{abreast, beat, beside, forms, lists, piece, screens};
use crate::app::{App, LatentLook, Layers, Overlay, Scene};
use crate::print::{Form, Printer, Shades};
use crate::walk::{Age, Eyes, NoisingAsked, Settings, Stage};

/// One thing that is said as a whole.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Moment {
    /// The first menu.
    Menu,
    /// A walk without a frame, of which nothing is computed.
    Nothing,
    /// A form over the view: its rows as they are.
    Form(Vec<String>),
    /// A list over the view.
    List(&'static str, usize),
    /// A beat of a lesson, before what it shows.
    Beat(usize),
    /// Its question.
    Question(usize),
    /// What is said once it is shown, and whether it was judged.
    Explanation(usize, bool),
    /// A frame of a walk: its settings, its place.
    Frame(Box<Option<Settings>>, usize),
    /// The chosen piece at a frame, and how far the view is turned there.
    Piece(usize, usize, usize),
    /// A stretch of a frame that `up` and `down` turn through.
    Turned(usize, usize),
    /// A picture of a step that is not the one said by itself: frame, place, set, look, guidance.
    Chosen(usize, usize, usize, LatentLook, Option<String>),
    /// A channel of the noise.
    Channel(usize, usize),
    /// A pixel of the finished picture.
    Pixel(usize, (usize, usize)),
    /// The guess of a step, decoded.
    Decoded(usize),
    /// One number by hand: frame, and its place.
    ByHand(usize, (usize, usize), LatentLook),
    /// The training pictures nearest to the finished one.
    Near(usize),
    /// The note of what is on screen.
    Note(String),
    /// Runs side by side: how many.
    Comparison(usize),
    /// The moment at which they are looked at: stage, call, chosen run.
    Abreast(Stage, usize, usize),
    /// A moment of the training.
    Training(NoisingAsked, Age, bool),
    /// A training picture, or one that was never shown.
    Drawing(u64, bool, Option<String>),
    /// The teaching of a word: rows of its form.
    Teaching(Vec<String>),
    /// It is learned.
    Learned(String),
}

impl Moment {
    /// Everything on screen, in the order in which it is said; each part has its own place.
    pub(super) fn all(app: &App) -> Vec<Option<Self>> {
        let shown = Self::shown(app);
        let walk = shown && app.scene == Scene::Walk;
        let part = |part: fn(&App) -> Option<Self>| walk.then(|| part(app)).flatten();
        vec![
            app.overlay.as_ref().map(|overlay| Self::over(app, overlay)),
            Self::beat(app),
            Self::view(app),
            part(piece::piece),
            part(beside::turned),
            part(beside::chosen),
            part(beside::decoded),
            part(beside::pixel),
            part(beside::by_hand),
            part(beside::near),
            shown.then(|| Self::abreast(app)).flatten(),
            Self::note(app),
            Self::explanation(app),
        ]
    }

    /// Whether the screen itself is to be seen: no list over it, no question before it.
    fn shown(app: &App) -> bool {
        let asks = app.lesson_now().is_some_and(|open| open.question().is_some());
        app.overlay.is_none() && !asks
    }

    /// The beat of a lesson, where it says something before it shows.
    fn beat(app: &App) -> Option<Self> {
        let open = app.lesson_now().filter(|_| app.overlay.is_none())?;
        Some(if open.question().is_some() { Self::Question(open.at) } else { Self::Beat(open.at) })
    }

    /// What is said after what a beat shows.
    fn explanation(app: &App) -> Option<Self> {
        let open = app.lesson_now().filter(|_| app.overlay.is_none())?;
        let asked = open.beat()?.question.is_some() && open.question().is_none();
        asked.then(|| Self::Explanation(open.at, open.verdict().is_some()))
    }

    /// The note of what is on screen; a lesson has words of its own.
    fn note(app: &App) -> Option<Self> {
        let noted = match app.scene {
            Scene::Doors => false,
            Scene::Walk => app.walk.frame().is_some(),
            _ => true,
        };
        let plain = Self::shown(app) && app.lesson_now().is_none() && noted;
        let notes =
            app.tongues().into_iter().filter_map(|language| crate::views::note(app, language));
        let notes: Vec<String> = if plain { notes.collect() } else { Vec::new() };
        (!notes.is_empty()).then(|| Self::Note(notes.join("\n")))
    }

    /// What fills the screen.
    fn view(app: &App) -> Option<Self> {
        if !Self::shown(app) {
            return None;
        }
        Some(match app.scene {
            Scene::Doors => Self::Menu,
            Scene::Walk if app.walk.frame().is_none() => Self::Nothing,
            Scene::Walk => Self::Frame(Box::new(app.walk.settings.clone()), app.walk.at),
            Scene::Compare => Self::Comparison(app.comparison.as_ref()?.runs.len()),
            Scene::Training => {
                let training = &app.training;
                Self::Training(training.shown.as_ref()?.asked, training.age, training.whole)
            }
            Scene::Drawings => {
                let drawings = &app.drawings;
                drawings.shown()?;
                Self::Drawing(drawings.at, drawings.never_shown, drawings.thing.clone())
            }
            Scene::Teaching => screens::teaching_moment(app)?,
        })
    }

    fn abreast(app: &App) -> Option<Self> {
        let comparison = app.comparison.as_ref().filter(|_| app.scene == Scene::Compare)?;
        Some(Self::Abreast(comparison.stage(), comparison.call(), comparison.chosen))
    }

    fn over(app: &App, overlay: &Overlay) -> Self {
        match overlay {
            Overlay::Glossary { chosen } => Self::List("glossary", *chosen),
            Overlay::Lessons { .. } => Self::List("lessons", 0),
            Overlay::Help { .. } => Self::List("help", 0),
            Overlay::Taught(_) => Self::List("taught", 0),
            Overlay::CommandLine { .. } => Self::List("command-line", 0),
            Overlay::Layers => {
                let there = !matches!(app.layers(), Some(Layers::Pending(_)));
                Self::List("layers", usize::from(there))
            }
            Overlay::Settings { .. }
            | Overlay::Adding(_)
            | Overlay::Forking(_)
            | Overlay::Prompt { .. }
            | Overlay::Path { .. } => Self::Form(forms::rows(app)),
        }
    }

    /// Whether this one's words are in what was said before in the same place: the question's
    /// heading is its beat's.
    pub(super) fn follows(&self, before: Option<&Self>) -> bool {
        matches!((self, before), (Self::Beat(now), Some(Self::Question(before))) if now == before)
    }

    /// Says it.
    pub(super) fn say(&self, app: &App, eyes: Eyes, text: &mut String) {
        match self {
            Self::Menu => lists::menu(app, text),
            Self::Nothing => screens::nothing(app, text),
            Self::Form(rows) => forms::say(app, rows, text),
            Self::Teaching(rows) => forms::say_teaching(app, rows, text),
            Self::List(which, chosen) => lists::say(app, which, *chosen, text),
            Self::Beat(_) => beat::say(app, text),
            Self::Question(_) => beat::ask(app, text),
            Self::Explanation(..) => beat::explain(app, text),
            Self::Frame(..) => frame(app, eyes, text),
            Self::Piece(..) => piece::say(app, text),
            Self::Turned(_, turn) => beside::say_turned(app, *turn, text),
            Self::Chosen(..) => beside::say_chosen(app, text),
            Self::Channel(_, channel) => beside::say_channel(app, *channel, text),
            Self::Pixel(_, place) => beside::say_pixel(app, *place, text),
            Self::Decoded(_) => beside::say_decoded(app, eyes, text),
            Self::ByHand(..) => beside::say_by_hand(app, text),
            Self::Near(_) => beside::say_near(app, text),
            Self::Note(note) => super::line(text, note),
            Self::Comparison(_) => screens::comparison(app, eyes, text),
            Self::Abreast(..) => abreast::say(app, text),
            Self::Training(..) => screens::training(app, eyes, text),
            Self::Drawing(..) => screens::drawing(app, eyes, text),
            Self::Learned(_) => screens::learned(app, text),
        }
    }
}

/// The frame on screen, with what came before it taken into account.
fn frame(app: &App, eyes: Eyes, text: &mut String) {
    let walk = &app.walk;
    let (Some(settings), Some(card), Some(shown)) = (&walk.settings, &walk.card, walk.frame())
    else {
        return;
    };
    let printer = Printer::new(Form::Plain, app.words(), settings, card, walk.calls);
    let mut printer = printer.with_eyes(eyes);
    let mut out: Vec<u8> = Vec::new();
    if walk.at == 0 {
        if let Some(note) = &walk.note {
            super::line(text, &app.words().problem(note));
        }
        drop(printer.title(&mut out));
    }
    walk.frames.iter().take(walk.at).for_each(|frame| printer.remember(frame));
    drop(printer.frame(shown, &mut Shades, &mut out));
    text.push_str(String::from_utf8_lossy(&out).trim_start_matches('\n'));
}
