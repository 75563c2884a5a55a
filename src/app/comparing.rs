//! Moving through a comparison, and computing what it waits for: one order at a time, the runs
//! nearest to the chosen one first.

use super::action::{Action, Effect, News};
use super::comparison::Comparison;
use super::setting::Setting;
use super::state::{App, Origin, PathPurpose, Scene, WalkState};
use super::{adding, forking, forms, walking};
use crate::compare::{Run, State};
use crate::walk::{Frame, RunAsked};

/// How many runs a page key moves by where the runs make no grid.
const LEAP: usize = 4;

/// `c` in a walk: back to the comparison that it belongs to, or the form for the first run to be
/// laid beside it.
pub(super) fn open(app: &mut App) -> Vec<Effect> {
    if app.walk.frames.is_empty() || app.walk.settings.is_none() {
        app.say("toast.nothing-to-compare", &[]);
        return Vec::new();
    }
    if app.comparison.is_none() {
        adding::open(app);
        return Vec::new();
    }
    enter(app)
}

/// The screen turns to the comparison with the walk on screen among its runs, and what is missing
/// of that walk is computed first.
pub(super) fn enter(app: &mut App) -> Vec<Effect> {
    let stage = app.walk.stage();
    let call = app.walk.frame().and_then(Frame::as_step).map(|step| step.call);
    let there = app.comparison.is_some();
    let name = adding::name_of_walk(app, &[Setting::Seed]);
    let comparison = app.comparison.get_or_insert_default();
    if comparison.walk.is_none() {
        let id = comparison.free_id();
        comparison.runs.push(Run::waiting(id, name));
        comparison.walk = Some(id);
    }
    if !there || comparison.stage.is_none() {
        comparison.cursor = call.unwrap_or(usize::MAX);
    }
    comparison.stage = Some(stage);
    comparison.paused = false;
    app.scene = Scene::Compare;
    app.look.by_hand = false;
    mirror(app);
    let mut effects = walking::gather(app);
    effects.extend(order(app));
    effects
}

/// The frames of the walk on screen are those of its run: where the walk is computed the run grows
/// with it, and where a run was opened the walk with the run.
pub(super) fn mirror(app: &mut App) {
    let (Some(comparison), walk) = (&mut app.comparison, &mut app.walk) else { return };
    let Some(id) = comparison.walk else { return };
    let Some(run) = comparison.runs.iter_mut().find(|run| run.id == id) else { return };
    if matches!(walk.origin, Origin::Run(_)) {
        let known = walk.frames.len();
        walk.frames.extend(run.frames.iter().skip(known).cloned());
        return;
    }
    run.settings.clone_from(&walk.settings);
    run.card.clone_from(&walk.card);
    run.calls = walk.calls;
    run.frames.truncate(walk.frames.len());
    let known = run.frames.len();
    run.frames.extend(walk.frames.iter().skip(known).cloned());
    run.state = if walk.computing { State::Computing } else { State::Done };
}

/// What follows from news of the walk on screen: its run grows, and when it is whole the others
/// have their turn.
pub(super) fn follow(app: &mut App) -> Vec<Effect> {
    mirror(app);
    if app.scene == Scene::Compare { order(app) } else { Vec::new() }
}

/// Another walk is begun: the run keeps the frames that were there, and nothing links the two.
pub(super) fn part(app: &mut App) {
    if let Some(comparison) = &mut app.comparison {
        comparison.walk = None;
    }
}

/// News of a run.
pub(super) fn news(app: &mut App, id: usize, news: News) -> Vec<Effect> {
    let Some(comparison) = &mut app.comparison else { return Vec::new() };
    let cancelled = matches!(news, News::Cancelled);
    let over = cancelled || matches!(news, News::Finished | News::Failed(_));
    if let Some(run) = comparison.runs.iter_mut().find(|run| run.id == id) {
        run.take(news);
    }
    if over && let Some(at) = comparison.under_way.iter().position(|asked| asked.id == id) {
        let asked = comparison.under_way.remove(at);
        if cancelled {
            comparison.pending.insert(0, asked);
            comparison.paused = true;
        }
        comparison.fit_plane();
    }
    order(app)
}

/// The source broke off or was cancelled as a whole, without a word on each run.
pub(super) fn broken(app: &mut App, news: &News) {
    let Some(comparison) = &mut app.comparison else { return };
    for asked in std::mem::take(&mut comparison.under_way) {
        if let Some(run) = comparison.runs.iter_mut().find(|run| run.id == asked.id) {
            run.take(news.clone());
        }
        if matches!(news, News::Cancelled) {
            comparison.pending.push(asked);
            comparison.paused = true;
        }
    }
}

/// Orders the next runs, if there are any and nothing else is under way.
pub(super) fn order(app: &mut App) -> Vec<Effect> {
    let walking = app.walk.computing;
    let Some(comparison) = &mut app.comparison else { return Vec::new() };
    if walking || comparison.paused || !comparison.under_way.is_empty() {
        return Vec::new();
    }
    let queue = comparison.queue();
    let Some(first) = queue.first() else { return Vec::new() };
    let alike = |asked: &RunAsked| {
        let (a, b) = (&asked.asked, &first.asked);
        asked.fork.is_none()
            && (&a.model, a.steps, a.sampler, a.width, a.height, a.dtype, a.engine)
                == (&b.model, b.steps, b.sampler, b.width, b.height, b.dtype, b.engine)
    };
    let together = if first.fork.is_some() { 1 } else { comparison.batch.max(1) };
    let ids: Vec<usize> = queue
        .iter()
        .enumerate()
        .filter(|(i, asked)| *i == 0 || alike(asked))
        .map(|(_, asked)| asked.id)
        .take(together)
        .collect();
    let (chosen, rest): (Vec<RunAsked>, Vec<RunAsked>) =
        std::mem::take(&mut comparison.pending).into_iter().partition(|a| ids.contains(&a.id));
    comparison.pending = rest;
    comparison.under_way.clone_from(&chosen);
    for run in &mut comparison.runs {
        if ids.contains(&run.id) {
            run.state = State::Computing;
        }
    }
    vec![Effect::Runs(chosen)]
}

/// Adds a run that has to be computed.
pub(super) fn add(app: &mut App, make: impl FnOnce(usize) -> (Run, RunAsked)) -> Vec<Effect> {
    let mut effects = if app.scene == Scene::Compare { Vec::new() } else { enter(app) };
    if let Some(comparison) = &mut app.comparison {
        let (run, asked) = make(comparison.free_id());
        comparison.chosen = comparison.runs.len();
        comparison.paused = false;
        comparison.runs.push(run);
        comparison.pending.push(asked);
    }
    effects.extend(order(app));
    effects
}

/// The walk on screen is named by all settings in which runs were asked to differ from it.
pub(super) fn tell_apart(app: &mut App, changed: &[Setting]) {
    let Some(comparison) = &mut app.comparison else { return };
    for setting in changed {
        if !comparison.differing.contains(setting) {
            comparison.differing.push(*setting);
        }
    }
    let (walk, differing) = (comparison.walk, comparison.differing.clone());
    let name = adding::name_of_walk(app, &differing);
    let runs = app.comparison.iter_mut().flat_map(|comparison| &mut comparison.runs);
    if !differing.is_empty()
        && let Some(run) = runs.into_iter().find(|run| Some(run.id) == walk)
    {
        run.name = name;
    }
}

/// A recording was opened to be laid beside the others.
pub(super) fn add_recorded(app: &mut App, mut run: Run) {
    let Some(comparison) = &mut app.comparison else { return };
    run.id = comparison.free_id();
    run.state = State::Done;
    comparison.recorded.push(run.id);
    comparison.chosen = comparison.runs.len();
    comparison.runs.push(run);
    comparison.fit_plane();
}

/// What a key does in a comparison.
pub(super) fn act(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    match action {
        Action::OpenRun => return Some(open_run(app)),
        Action::Export => {
            forms::open_path(app, PathPurpose::ExportSheet);
            return Some(Vec::new());
        }
        Action::Compare => {
            adding::open(app);
            return Some(Vec::new());
        }
        Action::Fork => {
            forking::open(app);
            return Some(Vec::new());
        }
        Action::RunOn => return Some(pause(app)),
        Action::Leave => return Some(leave(app)),
        _ => {}
    }
    let comparison = app.comparison.as_mut()?;
    match action {
        Action::Next => step(comparison, true),
        Action::Back => step(comparison, false),
        Action::First => comparison.cursor = 0,
        Action::Last => comparison.cursor = usize::MAX,
        Action::GoTo(stage) if comparison.course().stages().all(|other| other != stage) => {
            app.say("toast.no-encode", &[]);
        }
        Action::GoTo(stage) => {
            comparison.stage = Some(stage);
            comparison.plane = false;
        }
        Action::NextPart | Action::PreviousPart => {
            choose(comparison, 1, action == Action::NextPart);
        }
        Action::TurnDown | Action::TurnUp => {
            let row = comparison.heads.as_ref().map_or(1, |heads| heads.size().0);
            choose(comparison, row, action == Action::TurnDown);
        }
        Action::NextPage | Action::PreviousPage => {
            let page = comparison.heads.as_ref().map_or(LEAP, |heads| {
                let (columns, rows) = heads.size();
                columns * rows
            });
            choose(comparison, page, action == Action::NextPage);
        }
        Action::Reference => comparison.reference = comparison.chosen,
        Action::Difference => comparison.difference = !comparison.difference,
        Action::Align => comparison.alignment = comparison.alignment.other(),
        Action::Flip => comparison.flip = !comparison.flip,
        Action::Plane => {
            comparison.plane = !comparison.plane;
            comparison.fit_plane();
        }
        _ => return None,
    }
    Some(Vec::new())
}

/// The common cursor by one call of the reference; at its last one it goes along as it grows.
fn step(comparison: &mut Comparison, on: bool) {
    let (call, calls) = (comparison.call(), comparison.calls());
    comparison.cursor = match on {
        true if call + 2 > calls => usize::MAX,
        true => call + 1,
        false => call.saturating_sub(1),
    };
}

/// Moves the choice by so many runs, in a circle for one, else to the ends.
fn choose(comparison: &mut Comparison, by: usize, on: bool) {
    let count = comparison.runs.len();
    if count == 0 {
        return;
    }
    let now = comparison.chosen.min(count - 1);
    comparison.chosen = match (on, by) {
        (true, 1) => (now + 1) % count,
        (false, 1) => (now + count - 1) % count,
        (true, _) if now + by < count => now + by,
        (false, _) if now >= by => now - by,
        _ => now,
    };
}

/// Chooses a run by its place.
pub(super) fn choose_place(app: &mut App, place: usize) -> Vec<Effect> {
    let Some(comparison) = &mut app.comparison else { return Vec::new() };
    if place >= comparison.runs.len() {
        return Vec::new();
    }
    if comparison.chosen == place {
        return open_run(app);
    }
    comparison.chosen = place;
    Vec::new()
}

/// Space: nothing more is ordered, or it goes on.
fn pause(app: &mut App) -> Vec<Effect> {
    let Some(comparison) = &mut app.comparison else { return Vec::new() };
    comparison.paused = !comparison.paused;
    let key = if comparison.paused { "toast.compare-paused" } else { "toast.compare-goes-on" };
    app.say(key, &[]);
    order(app)
}

/// Enter: the chosen run becomes the walk on screen, with its frames at hand.
fn open_run(app: &mut App) -> Vec<Effect> {
    let Some(comparison) = &mut app.comparison else { return Vec::new() };
    let (stage, call, alignment) = (comparison.stage(), comparison.call(), comparison.alignment);
    let (Some(run), Some(reference)) =
        (comparison.runs.get(comparison.chosen), comparison.runs.get(comparison.reference))
    else {
        return Vec::new();
    };
    if run.frames.is_empty() {
        app.say("toast.run-not-there", &[]);
        return Vec::new();
    }
    let call = alignment.align(reference, call, run).map_or(0, |moment| moment.call);
    if comparison.walk != Some(run.id) {
        if app.walk.computing {
            app.say("toast.busy", &[]);
            return Vec::new();
        }
        let walk = WalkState {
            asked: app.walk.asked.clone(),
            origin: Origin::Run(run.name.clone()),
            card: run.card.clone(),
            settings: run.settings.clone(),
            calls: run.calls,
            frames: run.frames.clone(),
            finished: true,
            speed: app.walk.speed,
            ..WalkState::default()
        };
        comparison.begun = match (comparison.walk, comparison.begun.take()) {
            (Some(id), None) => Some((id, Box::new(app.walk.clone()))),
            (_, begun) => begun,
        };
        app.walk = match comparison.begun.take_if(|(id, _)| *id == run.id) {
            Some((_, walk)) => *walk,
            None => walk,
        };
        comparison.walk = Some(run.id);
    }
    let place = app.walk.place_of(stage) + if stage == crate::walk::Stage::Step { call } else { 0 };
    app.walk.at = place.min(app.walk.frames.len().saturating_sub(1));
    app.walk.running = false;
    app.scene = Scene::Walk;
    app.look.choose_first_piece(&app.walk);
    app.look.place_lens(&app.walk);
    Vec::new()
}

/// One thing at a time: what is computed, the plane, then back to the walk.
fn leave(app: &mut App) -> Vec<Effect> {
    let Some(comparison) = &mut app.comparison else { return Vec::new() };
    if !comparison.under_way.is_empty() || app.walk.computing {
        return cancel(app);
    }
    if comparison.plane {
        comparison.plane = false;
    } else if app.walk.frames.is_empty() {
        app.scene = Scene::Doors;
        app.doors.chosen = 0;
    } else {
        app.scene = Scene::Walk;
    }
    Vec::new()
}

/// Gives up what is computed for the comparison; space goes on with it.
pub(super) fn cancel(app: &mut App) -> Vec<Effect> {
    if let Some(comparison) = &mut app.comparison {
        comparison.paused = true;
    }
    app.walk.goal = None;
    app.say("toast.compare-paused", &[]);
    vec![Effect::Cancel]
}
