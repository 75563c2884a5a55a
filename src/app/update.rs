//! One event in, the state changed, the effects out. Pure: nothing here waits, reads or writes.

use super::action::{Action, Effect, Event, Target};
use super::key::Key;
use super::keys::{Meaning, Place, meaning, place, place_behind, works};
use super::state::{App, Goal, Origin, Overlay, PathPurpose, Scene};
use super::teaching::Phase;
use super::{
    adding, answers, command_line, comparing, drawings, forking, forms, layers, lessons, picker,
    teaching, telling, training, walking,
};
use crate::compare::Run;
use crate::walk::{Asked, Frame, Picture, Stage};

/// Takes an event.
pub fn update(app: &mut App, event: Event) -> Vec<Effect> {
    let mut effects = take(app, event);
    effects.extend(lessons::follow(app));
    effects.extend(answers::follow(app));
    effects.extend(telling::tell(app));
    effects
}

fn take(app: &mut App, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) => press(app, key),
        Event::Click(target) => click(app, target),
        Event::Wheel(by) => wheel(app, by),
        Event::Paste(text) => {
            hush(app);
            forms::paste(app, &text);
            Vec::new()
        }
        Event::News(news) => {
            let mut effects = walking::news(app, news);
            effects.extend(comparing::follow(app));
            effects
        }
        Event::Done(key, facts) => {
            app.toast = Some((key, facts));
            Vec::new()
        }
        Event::Failed(problem) => {
            app.problem = Some(problem);
            app.drawings.pending = false;
            teaching::failed(app);
            Vec::new()
        }
        Event::RecordingOpened(name) => {
            let effects = walking::begin_recording(app, name);
            lessons::opened(app);
            effects
        }
        Event::RunOpened { name, card, settings, calls, frames } => {
            let (settings, card) = (Some(*settings), Some(*card));
            let name = adding::name_of_file(&name);
            let run = Run { name, settings, card, calls, frames, ..Run::default() };
            comparing::add_recorded(app, run);
            Vec::new()
        }
        Event::TrainingPictures(found) => drawings::take(app, found),
        Event::NearPictures(picture, near) => {
            if finished(app).as_ref() == Some(&picture) {
                app.walk.near_pictures = Some(near);
            }
            Vec::new()
        }
        Event::ModelsApart(apart) => {
            layers::take(app, *apart);
            Vec::new()
        }
        Event::TaughtWritten(path) => teaching::written(app, path),
        Event::Tick(seconds) => walking::tick(app, seconds),
    }
}

/// Begins the walk that was asked for on the command line.
pub fn begin(app: &mut App) -> Vec<Effect> {
    let asked = app.walk.asked.clone();
    walking::begin(app, asked, None)
}

/// Begins what waits in the comparison that the program was started on.
pub fn begin_comparison(app: &mut App) -> Vec<Effect> {
    comparing::order(app)
}

/// Walks again with other settings, to the stage or step where one was.
pub(super) fn again(app: &mut App, asked: Asked) -> Vec<Effect> {
    let goal = match (app.scene, app.walk.stage()) {
        (Scene::Walk, _) if app.walk.frames.is_empty() => None,
        (Scene::Walk, Stage::Step) => app.walk.course().call_at(app.walk.at).map(Goal::Call),
        // The walk that is to come may have none.
        (Scene::Walk, Stage::Encode) => Some(Goal::Stage(Stage::Noise)),
        (Scene::Walk, stage) => Some(Goal::Stage(stage)),
        _ => None,
    };
    walking::begin(app, asked, goal)
}

/// What was said before is gone with the next key.
fn hush(app: &mut App) {
    app.problem = None;
    app.toast = None;
}

fn press(app: &mut App, key: Key) -> Vec<Effect> {
    let meaning = meaning(app, key);
    hush(app);
    app.interrupted &= meaning == Meaning::Do(Action::Interrupt);
    match meaning {
        Meaning::Do(action) => act(app, action),
        Meaning::Elsewhere(stem, stages) => {
            elsewhere(app, stem, stages);
            Vec::new()
        }
        Meaning::Text if matches!(place(app), Place::Question | Place::QuestionBox) => {
            lessons::typed(app, key);
            Vec::new()
        }
        Meaning::Text => {
            forms::typed(app, key);
            Vec::new()
        }
        Meaning::Nothing => Vec::new(),
    }
}

/// Says where a key works that does not work here.
fn elsewhere(app: &mut App, stem: &str, stages: &[Stage]) {
    let words = app.words();
    let names: Vec<&str> = stages.iter().map(|s| words.text(rail_key(*s))).collect();
    let action = words.text(&format!("keys.{stem}.hint")).to_owned();
    app.say("toast.elsewhere", &[("action", &action), ("stages", &words.list(&names))]);
}

const fn rail_key(stage: Stage) -> &'static str {
    match stage {
        Stage::Tokens => "rail.tokens",
        Stage::Embeddings => "rail.embeddings",
        Stage::Schedule => "rail.schedule",
        Stage::Encode => "rail.encode",
        Stage::Noise => "rail.noise",
        Stage::Step => "rail.step",
        Stage::Decode => "rail.decode",
        Stage::Image => "rail.image",
    }
}

fn act(app: &mut App, action: Action) -> Vec<Effect> {
    if let Some(effects) = picker::act(app, action) {
        return effects;
    }
    if app.overlay.is_none()
        && let Some(effects) = lessons::act(app, action)
    {
        return effects;
    }
    if place_behind(app) == Place::Compare
        && let Some(effects) = comparing::act(app, action)
    {
        return effects;
    }
    if place_behind(app) == Place::Training
        && let Some(effects) = training::act(app, action)
    {
        return effects;
    }
    if place_behind(app) == Place::Drawings
        && let Some(effects) = drawings::act(app, action)
    {
        return effects;
    }
    if app.scene == Scene::Teaching
        && app.overlay.is_none()
        && let Some(effects) = teaching::act(app, action)
    {
        return effects;
    }
    match action {
        Action::Teach => teaching::open(app),
        Action::InEnglish => picker::walk_in_english(app),
        Action::TrainingPictures => drawings::open(app),
        Action::NearPictures => near_pictures(app),
        Action::Layers => layers::toggle(app),
        Action::Next => {
            app.walk.running = false;
            app.walk.goal = app.walk.goal.filter(|goal| *goal == Goal::Gather);
            walking::next(app)
        }
        Action::GoTo(stage) => walking::go_to(app, stage),
        Action::RunOn => walking::run_on(app),
        Action::Accept => forms::accept(app),
        Action::Leave | Action::LeaveLesson => leave(app),
        Action::DecodeX0 => decode_x0(app),
        Action::AnotherSeed => another_seed(app),
        Action::Door(door) => {
            app.doors.chosen = door.min(forms::DOORS - 1);
            if app.doors.types() { Vec::new() } else { forms::accept(app) }
        }
        Action::CommandLine if branched(app) => {
            app.say("toast.branch-has-no-line", &[]);
            Vec::new()
        }
        Action::CommandLine => {
            let line = command_line::command_line(&app.walk);
            app.overlay = Some(Overlay::CommandLine { line: line.clone() });
            app.say("toast.copied", &[]);
            vec![Effect::Copy(line)]
        }
        Action::Mouse => {
            app.mouse = !app.mouse;
            app.say(if app.mouse { "toast.mouse-on" } else { "toast.mouse-off" }, &[]);
            vec![Effect::Mouse(app.mouse)]
        }
        Action::Compare => comparing::open(app),
        Action::Training => training::open(app),
        Action::Interrupt => interrupt(app),
        Action::Suspend => vec![Effect::Suspend],
        Action::Quit => {
            app.quitting = true;
            vec![Effect::Cancel, Effect::Quit]
        }
        _ => {
            silent(app, action);
            Vec::new()
        }
    }
}

/// Actions that change the state and ask for nothing outside.
fn silent(app: &mut App, action: Action) {
    match action {
        Action::Back => walking::back(app),
        Action::First if walks(app) => walking::first(app),
        Action::Last if walks(app) => walking::last(app),
        Action::TurnUp | Action::TurnDown | Action::First | Action::Last => {
            forms::turn(app, action);
        }
        Action::NextPart | Action::PreviousPart => forms::part(app, action == Action::NextPart),
        Action::Raise | Action::Lower => forms::change(app, action == Action::Raise),
        Action::Faster | Action::Slower => speed(app, action == Action::Faster),
        Action::Enlarge => app.look.enlarged = !app.look.enlarged,
        Action::Channel => app.look.latent = app.look.latent.next(),
        Action::Raw => app.look.raw = !app.look.raw,
        Action::ByHand => {
            app.look.by_hand = !app.look.by_hand;
            // An enlarged picture leaves no room for it.
            app.look.enlarged &= !app.look.by_hand;
        }
        Action::NextPiece | Action::PreviousPiece => app.turn_piece(action == Action::NextPiece),
        Action::Attention => attention(app),
        Action::Lens(right, down) => app.move_lens(right, down),
        Action::Fork => forking::open(app),
        Action::GuidanceUp | Action::GuidanceDown => {
            mix_again(app, action == Action::GuidanceUp);
        }
        Action::Settings => forms::open_settings(app),
        Action::Prompt => forms::open_prompt(app),
        Action::WriteRecording => forms::open_path(app, PathPurpose::WriteRecording),
        Action::Export => forms::open_path(app, PathPurpose::ExportPicture),
        Action::OpenRecording => forms::open_path(app, PathPurpose::OpenRecording),
        Action::Notes => app.notes = app.notes.next(),
        Action::Language => app.speak(app.spoken().next()),
        Action::Glossary => {
            app.overlay = match app.overlay {
                Some(Overlay::Glossary { .. }) => None,
                _ => Some(Overlay::Glossary { chosen: 0 }),
            };
        }
        Action::TaughtWords => picker::toggle(app),
        Action::Help => {
            app.overlay = match app.overlay {
                Some(Overlay::Help { .. }) => None,
                _ => Some(Overlay::Help { scroll: 0 }),
            };
        }
        _ => {}
    }
}

/// Whether keys go to a walk, or to a lesson over one.
fn walks(app: &App) -> bool {
    matches!(place(app), Place::Walk | Place::Lesson)
}

/// The picture of a finished walk on screen.
fn finished(app: &App) -> Option<Picture> {
    match app.walk.frames.last() {
        Some(Frame::Image(image)) => image.picture(),
        _ => None,
    }
}

/// The training pictures nearest to the finished one beside it, and away again.
fn near_pictures(app: &mut App) -> Vec<Effect> {
    if app.taught().is_none() {
        app.say("drawings.not-its-training", &[]);
        return Vec::new();
    }
    app.look.near = !app.look.near;
    match finished(app) {
        Some(picture) if app.look.near && app.walk.near_pictures.is_none() => {
            vec![Effect::NearPictures(picture)]
        }
        _ => Vec::new(),
    }
}

fn speed(app: &mut App, faster: bool) {
    let speed = &mut app.walk.speed;
    *speed = if faster { (*speed + 1).min(walking::FASTEST) } else { speed.saturating_sub(1) };
    let (now, most) = ((*speed + 1).to_string(), (walking::FASTEST + 1).to_string());
    app.say("toast.speed", &[("speed", &now), ("most", &most)]);
}

fn attention(app: &mut App) {
    let there = app.walk.frame().and_then(Frame::as_step).map(|s| s.attention.is_some());
    if there == Some(false) {
        app.look.attention = false;
        app.say("toast.no-attention", &[]);
    } else {
        app.look.attention = !app.look.attention;
    }
}

/// One thing at a time: what lies on top, then what is computed, then the enlarged picture, then
/// back to the doors.
fn leave(app: &mut App) -> Vec<Effect> {
    if app.overlay.is_some() {
        forms::close(app);
    } else if app.scene == Scene::Doors {
        if app.doors.chosen > 0 {
            app.doors.chosen = 0;
        } else if app.walk.computing || !app.walk.frames.is_empty() {
            app.scene = Scene::Walk;
        } else {
            app.say("toast.quit-with-q", &[]);
        }
    } else if app.scene == Scene::Training {
        training::leave(app);
    } else if busy(app) {
        return cancel(app);
    } else if app.look.guidance.is_some() {
        app.look.guidance = None;
    } else if app.look.near && app.walk.stage() == Stage::Image {
        app.look.near = false;
    } else if app.look.by_hand {
        app.look.by_hand = false;
    } else if app.look.enlarged {
        app.look.enlarged = false;
    } else {
        app.scene = Scene::Doors;
        app.doors.chosen = 0;
    }
    Vec::new()
}

fn busy(app: &App) -> bool {
    app.walk.computing || app.walk.running || app.walk.x0_pending.is_some()
}

/// The two answers of the step on screen mixed again, half a step of guidance further.
fn mix_again(app: &mut App, up: bool) {
    let Some(step) = app.walk.frame().and_then(Frame::as_step) else { return };
    if step.pred_uncond.is_none() {
        app.say("toast.nothing-to-mix", &[]);
        return;
    }
    let walked = step.formula.guidance;
    let now = app.look.guidance.unwrap_or(walked);
    let halves = (now * 2.0).round() + if up { 1.0 } else { -1.0 };
    let next = (halves * 0.5).clamp(0.0, 50.0);
    app.look.guidance = (next != walked).then_some(next);
}

/// Whether the walk on screen is a branch: no command line makes it in one go.
fn branched(app: &App) -> bool {
    app.walk.settings.as_ref().is_some_and(|settings| settings.fork.is_some())
}

/// Gives up what is computed; the source answers, and then the screen falls back.
fn cancel(app: &mut App) -> Vec<Effect> {
    app.walk.running = false;
    app.walk.goal = None;
    let runs = app.comparison.as_ref().is_some_and(|c| !c.under_way.is_empty());
    if app.scene == Scene::Compare && (runs || app.walk.computing) {
        return comparing::cancel(app);
    }
    if app.teaching.phase == Phase::Learning {
        return teaching::stop(app);
    }
    if app.walk.computing || app.walk.x0_pending.is_some() {
        // Said at once: a frame that was whole at this moment is no news of a cancelling.
        app.say("toast.cancelled", &[]);
        vec![Effect::Cancel]
    } else {
        Vec::new()
    }
}

/// Ctrl-c: cancel, and said again without another key between, the end.
fn interrupt(app: &mut App) -> Vec<Effect> {
    if app.interrupted {
        app.quitting = true;
        app.ended_by_interrupt = true;
        return vec![Effect::Cancel, Effect::Quit];
    }
    app.interrupted = true;
    let effects = cancel(app);
    app.say("toast.interrupt-again", &[]);
    effects
}

fn decode_x0(app: &mut App) -> Vec<Effect> {
    if app.look.guidance.is_some() {
        app.say("toast.x0-of-a-mix", &[]);
        return Vec::new();
    }
    let Some(step) = app.walk.frame().and_then(Frame::as_step) else { return Vec::new() };
    let (call, there) = (step.call, step.x0_image.is_some());
    if there || app.walk.x0_pictures.contains_key(&call) {
        app.say("toast.x0-there", &[]);
        return Vec::new();
    }
    if app.walk.computing || app.walk.x0_pending.is_some() {
        app.say("toast.busy", &[]);
        return Vec::new();
    }
    if matches!(app.walk.origin, Origin::Run(_)) {
        app.say("toast.x0-of-a-run", &[]);
        return Vec::new();
    }
    app.walk.x0_pending = Some(call);
    vec![Effect::DecodeX0(call)]
}

fn another_seed(app: &mut App) -> Vec<Effect> {
    let mut asked = app.walk.asked_again();
    let before = app.walk.settings.as_ref().map(|s| s.seed).or(asked.seed).unwrap_or(0);
    asked.seed = Some(before.wrapping_add(1));
    app.say("toast.seed", &[("seed", &before.wrapping_add(1).to_string())]);
    again(app, asked)
}

fn click(app: &mut App, target: Target) -> Vec<Effect> {
    hush(app);
    app.interrupted = false;
    let walking = app.overlay.is_none() && app.scene == Scene::Walk;
    let comparing = app.overlay.is_none() && app.scene == Scene::Compare;
    match target {
        Target::Do(action) => {
            return if works(app, action) { act(app, action) } else { Vec::new() };
        }
        Target::Row(row) => forms::choose_row(app, row),
        Target::Door(door) if app.overlay.is_none() && app.scene == Scene::Doors => {
            let again = app.doors.chosen == door;
            app.doors.chosen = door.min(forms::DOORS - 1);
            if again && !app.doors.types() {
                return forms::accept(app);
            }
        }
        Target::Stage(stage) if walking => return walking::go_to(app, stage),
        Target::Stage(stage) if comparing => return act(app, Action::GoTo(stage)),
        Target::Picture(place) if comparing => return comparing::choose_place(app, place),
        Target::Frame(place) if walking => walking::show(app, place),
        Target::Piece(row) if walking => app.choose_piece(row),
        Target::Picture(picture) if walking => {
            let again = app.look.picture == picture;
            app.look.picture = picture.min(app.pictures() - 1);
            app.look.enlarged = again && !app.look.enlarged;
        }
        Target::Pixel(x, y) if walking => {
            let (columns, rows) = app.lens_extent();
            *app.lens() = (x.min(columns.saturating_sub(1)), y.min(rows.saturating_sub(1)));
        }
        _ => {}
    }
    Vec::new()
}

fn wheel(app: &mut App, by: i8) -> Vec<Effect> {
    if app.overlay.is_none() && app.scene == Scene::Compare {
        return act(app, if by > 0 { Action::TurnDown } else { Action::TurnUp });
    }
    let leafs = matches!(app.scene, Scene::Training | Scene::Drawings);
    if app.overlay.is_none() && leafs {
        return act(app, if by > 0 { Action::Next } else { Action::Back });
    }
    if app.overlay.is_none() && app.scene == Scene::Teaching {
        return act(app, if by > 0 { Action::TurnDown } else { Action::TurnUp });
    }
    if app.overlay.is_some() || app.scene == Scene::Walk {
        forms::turn(app, if by > 0 { Action::TurnDown } else { Action::TurnUp });
    } else {
        forms::part(app, by > 0);
    }
    Vec::new()
}
