//! The training that is looked at: which picture, which noise, how much of it, at which age.
//!
//! One moment is under way at a time: while it is computed the slider moves on, and when it is
//! there the newest wish is ordered.

use super::action::{Action, Effect};
use super::state::{App, Origin, Scene};
use super::walking;
use crate::walk::{Age, Asked, ErrorCurve, Noising, NoisingAsked, Recipe, TIMESTEPS, TrainingNews};

/// How far one press of an arrow moves the slider.
const STEP: usize = 10;
/// How far a page moves it.
const PAGE: usize = 100;

/// What the screen of the training knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Training {
    /// What is wished for: picture, noise, timestep.
    pub wanted: NoisingAsked,
    /// The age whose answer is shown in full.
    pub age: Age,
    /// Whether ε is shown, which follows from v; else v, which is what the network says.
    pub epsilon: bool,
    /// The channel that is shown of what is signed.
    pub channel: usize,
    /// Which pictures a small screen shows, 0 or 1.
    pub set: usize,
    /// Whether a small screen shows the curve of the whole training.
    pub whole: bool,
    /// What is known of the training, once it is open.
    pub recipe: Option<Recipe>,
    /// The moment that was computed last.
    pub shown: Option<Noising>,
    /// The errors over the timesteps, as far as they are computed.
    pub errors: Vec<ErrorCurve>,
    /// Whether a moment is under way.
    pub pending: bool,
}

impl Training {
    /// The curve of an age, where it is of the picture and noise that are wished for.
    pub fn curve(&self, age: Age) -> Option<&ErrorCurve> {
        let wanted = (self.wanted.number, self.wanted.seed);
        let of = |curve: &&ErrorCurve| {
            curve.age == age && (curve.asked.number, curve.asked.seed) == wanted
        };
        self.errors.iter().find(of)
    }
}

/// Whether the training of the model at hand can be looked at: only the pocket's is known.
fn known(app: &App) -> bool {
    let path = app.walk.asked.model.as_deref();
    path.is_none_or(|path| path == "pocket" || path.starts_with("pocket@"))
}

/// Opens the screen, or says in a sentence why there is nothing to see.
pub(super) fn open(app: &mut App) -> Vec<Effect> {
    if !known(app) {
        app.say("toast.no-training", &[]);
        return Vec::new();
    }
    app.walk.running = false;
    app.scene = Scene::Training;
    order(app)
}

/// Back to the walk, or to the doors where there is none.
pub(super) fn leave(app: &mut App) {
    let walk = app.walk.computing || !app.walk.frames.is_empty();
    app.scene = if walk { Scene::Walk } else { Scene::Doors };
    app.doors.chosen = 0;
}

/// Orders the moment that is wished for, if it is not there and none is under way.
fn order(app: &mut App) -> Vec<Effect> {
    let training = &mut app.training;
    let there = training.shown.as_ref().is_some_and(|shown| shown.asked == training.wanted);
    if training.pending || there {
        return Vec::new();
    }
    training.pending = true;
    vec![Effect::Training(training.wanted)]
}

/// What the source told.
pub(super) fn news(app: &mut App, news: TrainingNews) -> Vec<Effect> {
    match news {
        TrainingNews::Opened(recipe) => app.training.recipe = Some(recipe),
        TrainingNews::Noising(noising) => {
            (app.training.shown, app.training.pending) = (Some(noising), false);
            if app.scene == Scene::Training {
                return order(app);
            }
        }
        TrainingNews::Errors(curve) => {
            let others = |other: &ErrorCurve| other.age != curve.age;
            app.training.errors.retain(others);
            app.training.errors.push(curve);
        }
        TrainingNews::Failed(problem) => {
            app.training.pending = false;
            if !problem.is_cancelled() {
                app.problem = Some(problem);
            }
        }
    }
    Vec::new()
}

/// A key of this screen; `None` where it means what it means everywhere.
pub(super) fn act(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    let training = &mut app.training;
    let wanted = &mut training.wanted;
    let last = TIMESTEPS - 1;
    let pictures = training.recipe.as_ref().map_or(1, |recipe| recipe.pictures.max(1));
    match action {
        Action::Next => wanted.timestep = (wanted.timestep + STEP).min(last),
        Action::Back => wanted.timestep = wanted.timestep.saturating_sub(STEP),
        Action::NextPage => wanted.timestep = (wanted.timestep + PAGE).min(last),
        Action::PreviousPage => wanted.timestep = wanted.timestep.saturating_sub(PAGE),
        Action::First => wanted.timestep = 0,
        Action::Last => wanted.timestep = last,
        Action::NextPicture => wanted.number = (wanted.number + 1) % pictures,
        Action::PreviousPicture => wanted.number = (wanted.number + pictures - 1) % pictures,
        Action::AnotherSeed => wanted.seed = wanted.seed.wrapping_add(1),
        Action::TurnDown => training.age = turned(training.age, true),
        Action::TurnUp => training.age = turned(training.age, false),
        Action::NextPart | Action::PreviousPart => training.set = 1 - training.set.min(1),
        Action::Target => training.epsilon = !training.epsilon,
        Action::Channel => training.channel = (training.channel + 1) % 4,
        Action::WholeTraining => training.whole = !training.whole,
        Action::Accept => return Some(walk(app)),
        _ => return None,
    }
    Some(order(app))
}

/// The next age, or the one before; the ends stay.
fn turned(age: Age, on: bool) -> Age {
    let place = Age::ALL.iter().position(|other| *other == age).unwrap_or(0);
    let next = if on { place + 1 } else { place.saturating_sub(1) };
    Age::ALL.get(next).copied().unwrap_or(age)
}

/// Walks the caption on screen through the chosen age.
fn walk(app: &mut App) -> Vec<Effect> {
    let Some(caption) = app.training.shown.as_ref().map(|shown| shown.caption.clone()) else {
        return Vec::new();
    };
    let asked = match app.walk.origin {
        Origin::Live => app.walk.asked_again(),
        Origin::Recording(_) | Origin::Run(_) => Asked::default(),
    };
    let model = match app.training.age {
        Age::Final => None,
        younger => Some(format!("pocket@{}", younger.name())),
    };
    walking::begin(app, Asked { model, prompt: Some(caption), ..asked }, None)
}
