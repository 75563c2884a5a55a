//! Moving along the walk: what is there is shown, what is missing is ordered. Going back orders
//! nothing.

use super::action::{Effect, News};
use super::comparing;
use super::state::{App, Goal, Origin, Scene, WalkState};
use super::teaching;
use super::training;
use crate::walk::{Asked, Frame, Stage};

/// Seconds that a stage stays on screen while the walk runs on by itself, for each speed; a step
/// stays a quarter of that.
const STAY: [f32; 5] = [8.0, 4.0, 2.0, 0.8, 0.0];

/// The fastest speed.
pub const FASTEST: usize = STAY.len() - 1;

/// Begins a walk with these settings and goes on to `goal`.
pub fn begin(app: &mut App, asked: Asked, goal: Option<Goal>) -> Vec<Effect> {
    clear(app);
    app.walk.asked = asked.clone();
    app.walk.goal = goal;
    vec![Effect::Begin(Box::new(asked))]
}

/// Begins to show a recording that was opened; its frames are gathered at once.
pub fn begin_recording(app: &mut App, name: String) -> Vec<Effect> {
    clear(app);
    app.walk.origin = Origin::Recording(name);
    app.walk.goal = Some(Goal::Gather);
    vec![Effect::Replay]
}

/// Computes what the walk on screen lacks, with the screen staying where it is.
pub fn gather(app: &mut App) -> Vec<Effect> {
    if ended(&app.walk) {
        return Vec::new();
    }
    app.walk.running = false;
    app.walk.goal = Some(Goal::Gather);
    pursue(app)
}

fn clear(app: &mut App) {
    comparing::part(app);
    app.look.guidance = None;
    let speed = app.walk.speed;
    app.walk = WalkState { speed, computing: true, ..WalkState::default() };
    app.scene = Scene::Walk;
    app.overlay = None;
    app.look.by_hand = false;
}

/// One frame on.
pub fn next(app: &mut App) -> Vec<Effect> {
    let walk = &mut app.walk;
    walk.shown = 0.0;
    if walk.at + 1 < walk.frames.len() {
        walk.at += 1;
        return Vec::new();
    }
    if walk.frames.is_empty() && walk.computing {
        walk.ahead = true;
        return Vec::new();
    }
    if ended(walk) {
        walk.running = false;
        app.say("toast.last-frame", &[]);
        return Vec::new();
    }
    walk.at = walk.frames.len();
    order(app)
}

/// One frame back.
pub fn back(app: &mut App) {
    stay(app);
    if app.walk.at == 0 {
        app.say("toast.first-frame", &[]);
    }
    app.walk.at = app.walk.at.saturating_sub(1);
}

/// The first frame.
pub fn first(app: &mut App) {
    stay(app);
    app.walk.at = 0;
}

/// The last frame that is there.
pub fn last(app: &mut App) {
    stay(app);
    app.walk.at = app.walk.frames.len().saturating_sub(1);
}

/// A frame by its place, if it is there.
pub fn show(app: &mut App, place: usize) {
    if place < app.walk.frames.len() {
        stay(app);
        app.walk.at = place;
    }
}

/// A stage, computing what is missing before it.
pub fn go_to(app: &mut App, stage: Stage) -> Vec<Effect> {
    stay(app);
    if app.walk.course().stages().all(|other| other != stage) {
        app.say("toast.no-encode", &[]);
        return Vec::new();
    }
    let known = place_of(&app.walk, stage);
    if let Some(place) = known.filter(|place| *place < app.walk.frames.len()) {
        app.walk.at = place;
        return Vec::new();
    }
    app.walk.goal = Some(Goal::Stage(stage));
    pursue(app)
}

/// To a place of the walk on screen, computing what is missing before it.
pub fn go_on_to(app: &mut App, goal: Goal) -> Vec<Effect> {
    stay(app);
    app.scene = Scene::Walk;
    app.walk.goal = Some(goal);
    pursue(app)
}

/// On by itself, or stop; from the last frame it begins again at the first.
pub fn run_on(app: &mut App) -> Vec<Effect> {
    let walk = &mut app.walk;
    walk.running = !walk.running;
    walk.shown = 0.0;
    if !walk.running {
        return Vec::new();
    }
    if ended(walk) && walk.at + 1 >= walk.frames.len() {
        walk.at = 0;
        return Vec::new();
    }
    if walk.at >= walk.frames.len() { order(app) } else { next(app) }
}

/// The person moves: nothing goes on by itself any more, except the gathering of a recording.
fn stay(app: &mut App) {
    app.walk.running = false;
    app.walk.ahead = false;
    app.walk.shown = 0.0;
    if app.walk.goal != Some(Goal::Gather) {
        app.walk.goal = None;
    }
}

/// Whether no frame can come any more.
pub fn ended(walk: &WalkState) -> bool {
    walk.finished || walk.complete()
}

/// The place of a stage's first frame, where it can be known already.
fn place_of(walk: &WalkState, stage: Stage) -> Option<usize> {
    (stage <= Stage::Step || walk.calls > 0).then(|| walk.place_of(stage))
}

/// Orders the next frame unless one is on its way; opens the model again where that failed.
fn order(app: &mut App) -> Vec<Effect> {
    let walk = &mut app.walk;
    if walk.computing || ended(walk) {
        return Vec::new();
    }
    walk.computing = true;
    walk.progress = None;
    walk.waited = 0.0;
    if walk.card.is_some() {
        return vec![Effect::Next];
    }
    match walk.origin {
        Origin::Live => vec![Effect::Begin(Box::new(walk.asked.clone()))],
        Origin::Recording(_) => vec![Effect::Replay],
        Origin::Run(_) => Vec::new(),
    }
}

/// Goes on towards the goal.
fn pursue(app: &mut App) -> Vec<Effect> {
    let walk = &mut app.walk;
    let Some(goal) = walk.goal else { return Vec::new() };
    let there = walk.frames.len();
    let place = match goal {
        Goal::Stage(stage) => place_of(walk, stage).unwrap_or(usize::MAX),
        Goal::Call(call) if walk.calls > 0 => walk.place_of(Stage::Step) + call.min(walk.calls - 1),
        Goal::Call(call) => walk.place_of(Stage::Step) + call,
        Goal::Gather => usize::MAX,
    };
    if goal != Goal::Gather {
        walk.at = place.min(there);
    }
    if place < there || ended(walk) {
        walk.goal = None;
        walk.at = walk.at.min(there.saturating_sub(1));
        return Vec::new();
    }
    order(app)
}

/// Time went by.
pub fn tick(app: &mut App, seconds: f32) -> Vec<Effect> {
    let walk = &mut app.walk;
    if walk.computing {
        walk.waited += seconds;
    }
    if !walk.running || walk.at >= walk.frames.len() {
        return Vec::new();
    }
    walk.shown += seconds;
    if walk.shown >= stay_of(walk) { next_by_itself(app) } else { Vec::new() }
}

fn next_by_itself(app: &mut App) -> Vec<Effect> {
    if ended(&app.walk) && app.walk.at + 1 >= app.walk.frames.len() {
        app.walk.running = false;
        return Vec::new();
    }
    next(app)
}

/// Seconds for which the frame on screen stays.
fn stay_of(walk: &WalkState) -> f32 {
    let stay = STAY.get(walk.speed).copied().unwrap_or(0.0);
    if walk.stage() == Stage::Step { stay / 4.0 } else { stay }
}

/// What the source told.
pub fn news(app: &mut App, news: News) -> Vec<Effect> {
    match news {
        News::Opened { card, settings, calls, note } => {
            let walk = &mut app.walk;
            walk.card = Some(*card);
            walk.settings = Some(*settings);
            walk.calls = calls;
            walk.note = note;
            walk.computing = false;
            app.look.place_lens(&app.walk);
            if app.walk.goal.is_some() { pursue(app) } else { order(app) }
        }
        News::Progress(progress) => {
            app.walk.progress = Some(progress);
            Vec::new()
        }
        News::Frame(frame) => arrived(app, *frame),
        News::X0 { call, picture } => {
            app.walk.x0_pictures.insert(call, picture);
            app.walk.x0_pending = None;
            Vec::new()
        }
        News::Preview { preview, kept } => {
            let key = if kept { "toast.preview-kept" } else { "toast.preview-fitted" };
            app.say(key, &[("r2", &format!("{:.2}", preview.r2))]);
            if let Some(card) = &mut app.walk.card {
                card.preview = Some(*preview);
            }
            Vec::new()
        }
        News::Finished => {
            app.walk.finished = true;
            halt(app);
            Vec::new()
        }
        News::Cancelled => {
            if !app.walk.computing {
                comparing::broken(app, &News::Cancelled);
            }
            halt(app);
            app.say("toast.cancelled", &[]);
            Vec::new()
        }
        News::Failed(problem) => {
            if !app.walk.computing && app.walk.x0_pending.is_none() {
                comparing::broken(app, &News::Failed(problem.clone()));
            }
            halt(app);
            app.problem = Some(problem);
            Vec::new()
        }
        News::Training(news) => training::news(app, *news),
        News::Teaching(news) => teaching::news(app, *news),
        News::Run { id, news } => comparing::news(app, id, *news),
    }
}

/// Nothing is under way any more; the screen falls back on what is there.
fn halt(app: &mut App) {
    let walk = &mut app.walk;
    walk.computing = false;
    walk.progress = None;
    walk.x0_pending = None;
    walk.goal = None;
    walk.ahead = false;
    walk.running = false;
    walk.at = walk.at.min(walk.frames.len().saturating_sub(1));
}

fn arrived(app: &mut App, frame: Frame) -> Vec<Effect> {
    let tokens = matches!(frame, Frame::Tokens(_));
    let walk = &mut app.walk;
    walk.frames.push(frame);
    walk.computing = false;
    walk.progress = None;
    walk.shown = 0.0;
    if tokens {
        app.look.choose_first_piece(&app.walk);
    }
    let mut effects = if std::mem::take(&mut app.walk.ahead) { next(app) } else { Vec::new() };
    if app.walk.goal.is_some() {
        effects.extend(pursue(app));
        return effects;
    }
    let shows = app.walk.at + 1 == app.walk.frames.len();
    if app.walk.running && shows && stay_of(&app.walk) == 0.0 {
        effects.extend(next_by_itself(app));
    }
    effects
}
