//! What a beat shows, brought onto the screen by the same means as a person's keys: the walk goes
//! to its stage, runs are laid beside it once it is whole, the training opens at a moment.

use super::OpenLesson;
use crate::app::action::Effect;
use crate::app::comparing;
use crate::app::setting::Setting;
use crate::app::state::{App, Goal, LatentLook, Look, Origin, WalkState};
use crate::app::{adding, drawings, forking, teaching, training, walking};
use crate::compare::{Alignment, Run};
use crate::lesson::{Branch, Changes, Show, place_of};
use crate::walk::{Picture, RunAsked, Stage};

/// Lets the program show what the beat on screen shows; a beat that shows nothing of its own
/// leaves what there is.
pub(super) fn show(app: &mut App) -> Vec<Effect> {
    let Some(open) = &mut app.lesson else { return Vec::new() };
    let walk = open.lesson.walk_at(open.at);
    let Some(show) = open.beat().and_then(|beat| beat.show.clone()) else { return Vec::new() };
    open.piece.clone_from(&show.piece);
    open.waits = (show.compares() || show.near).then(|| Box::new(show.clone()));
    app.overlay = None;
    if let Some(effects) = elsewhere(app, &show) {
        return effects;
    }
    look(app, &show);
    let stage = show.stage().unwrap_or(Stage::Tokens);
    let goal = match show.call.filter(|_| stage == Stage::Step) {
        _ if show.compares() => Goal::Stage(Stage::Image),
        Some(call) => Goal::Call(call.saturating_sub(1)),
        None => Goal::Stage(stage),
    };
    let mut effects = recorded(app, &show, goal).unwrap_or_else(|| walk_to(app, walk, goal));
    effects.extend(follow(app));
    effects
}

/// The recording that a beat names, where it is at hand; where it is not, the walk stands in for
/// it, and a sentence says so.
fn recorded(app: &mut App, show: &Show, goal: Goal) -> Option<Vec<Effect>> {
    let name = show.recording.as_ref()?;
    let open = app.lesson.as_mut()?;
    let Some(path) = open.lesson.recordings.get(name).cloned() else {
        app.say("lesson.no-recording", &[("file", name)]);
        return None;
    };
    open.walked = None;
    let on_screen = matches!(app.walk.origin, Origin::Recording(_));
    if on_screen && open.recorded.as_ref() == Some(&path) {
        return Some(walking::go_on_to(app, goal));
    }
    open.recorded = Some(path.clone());
    open.aim = Some(goal);
    Some(vec![Effect::OpenRecording(path)])
}

/// A recording was opened: the one that a beat asked for goes to where the beat is.
pub(in crate::app) fn opened(app: &mut App) {
    let Some(open) = app.lesson.as_mut().filter(|open| !open.away) else { return };
    if let Some(goal) = open.aim.take() {
        app.walk.goal = Some(goal);
        app.look.by_hand =
            open.beat().and_then(|beat| beat.show.as_ref()).is_some_and(|s| s.by_hand);
    }
}

/// The screens that are no walk.
fn elsewhere(app: &mut App, show: &Show) -> Option<Vec<Effect>> {
    if let Some(shown) = &show.training {
        app.training.wanted = shown.asked();
        app.training.age = shown.age().unwrap_or_default();
        app.training.whole = shown.whole;
        return Some(training::open(app));
    }
    if let Some(shown) = &show.drawings {
        app.drawings.at = 0;
        app.drawings.thing.clone_from(&shown.thing);
        app.drawings.never_shown = shown.never_shown;
        return Some(drawings::open(app));
    }
    let word = show.teach.as_ref()?;
    Some(teaching::open_for(app, word))
}

/// How the frames are looked at: as the beat says, else as at the beginning.
fn look(app: &mut App, show: &Show) {
    let stage = show.stage().unwrap_or(Stage::Tokens);
    let before = std::mem::take(&mut app.look);
    app.look = Look {
        piece: before.piece,
        lens: before.lens,
        pixel: before.pixel,
        picture: show.picture.unwrap_or(0),
        enlarged: show.enlarged,
        attention: show.attention,
        by_hand: show.by_hand,
        near: show.near,
        latent: match show.channel {
            Some(channel) => LatentLook::Channel(channel.clamp(1, 4) - 1),
            None => LatentLook::Preview,
        },
        ..Look::default()
    };
    if let Some(turn) = app.look.turn.get_mut(stage.index()) {
        *turn = show.turn.unwrap_or(0);
    }
}

/// Goes on with the walk on screen where it has these settings, else begins it anew.
fn walk_to(app: &mut App, walk: Changes, goal: Goal) -> Vec<Effect> {
    let Some(open) = &mut app.lesson else { return Vec::new() };
    let begun = open.walked.as_ref() == Some(&walk) && app.walk.origin == Origin::Live;
    let asked = walk.asked(&open.base);
    open.walked = Some(walk);
    if begun {
        return walking::go_on_to(app, goal);
    }
    let (by_hand, speed) = (app.look.by_hand, app.walk.speed);
    let effects = walking::begin(app, asked, Some(goal));
    (app.look.by_hand, app.walk.speed) = (by_hand, speed);
    effects
}

/// After anything has changed: a piece that waits for the tokens is chosen, and what waits for the
/// whole walk is laid beside it.
pub(in crate::app) fn follow(app: &mut App) -> Vec<Effect> {
    let Some(open) = app.lesson.as_mut().filter(|open| !open.away) else { return Vec::new() };
    if let Some(encoding) = app.walk.encoding()
        && let Some(piece) = open.piece.take()
    {
        app.look.piece = place_of(encoding, &piece).unwrap_or(app.look.piece);
    }
    let Some(show) = app.lesson.as_mut().and_then(|open| take_waiting(open, &app.walk)) else {
        judge(app);
        return Vec::new();
    };
    if show.compares() {
        return compare(app, &show);
    }
    judge(app);
    match finished(app).filter(|_| app.walk.near_pictures.is_none()) {
        Some(picture) => vec![Effect::NearPictures(picture)],
        None => Vec::new(),
    }
}

/// What waited for the walk to be whole, once it is.
fn take_waiting(open: &mut OpenLesson, walk: &WalkState) -> Option<Box<Show>> {
    let whole = walk.complete() && walk.settings.is_some();
    if whole { open.waits.take() } else { None }
}

/// An answer that was put down is judged once nothing is computed any more.
fn judge(app: &mut App) {
    let runs = app.comparison.as_ref().is_some_and(|comparison| {
        !comparison.under_way.is_empty() || !comparison.pending.is_empty()
    });
    let busy = app.walk.computing || app.training.pending || runs;
    let Some(open) = &app.lesson else { return };
    let answered = !open.asking && open.answers.contains_key(&open.at);
    if !answered || open.verdicts.contains_key(&open.at) || busy || open.waits() {
        return;
    }
    let facts = app.facts();
    if let Some(open) = &mut app.lesson {
        open.judge(&facts);
    }
}

fn finished(app: &App) -> Option<Picture> {
    match app.walk.frames.last() {
        Some(crate::walk::Frame::Image(image)) => image.picture(),
        _ => None,
    }
}

/// Lays the runs of a beat, and its branch, beside the walk.
fn compare(app: &mut App, show: &Show) -> Vec<Effect> {
    app.comparison = None;
    let mut effects = comparing::enter(app);
    for changes in &show.beside {
        effects.extend(beside(app, changes));
    }
    if let Some(fork) = &show.fork {
        effects.extend(branch(app, fork));
    }
    if let Some(comparison) = &mut app.comparison {
        comparison.stage = show.stage();
        comparison.reference = 0;
        comparison.chosen = 1;
        comparison.cursor = show.call.map_or(usize::MAX, |call| call.saturating_sub(1));
        comparison.difference = show.difference;
        comparison.alignment = match show.align.as_deref() {
            Some("noise") => Alignment::Sigma,
            _ => Alignment::Step,
        };
        comparison.plane = show.plane;
        comparison.fit_plane();
    }
    effects
}

/// One run beside the walk.
fn beside(app: &mut App, changes: &Changes) -> Vec<Effect> {
    let Some(open) = &app.lesson else { return Vec::new() };
    let asked = changes.over(&open.lesson.walk_at(open.at)).asked(&open.base);
    let changed = changed(changes);
    let name = adding::name_by(app.words(), &changed, |row| row.value(&asked, None).text);
    let effects = comparing::add(app, |id| {
        let run = Run::waiting(id, name);
        (run, RunAsked { id, asked, fork: None, keep: None, turn: None })
    });
    comparing::tell_apart(app, &changed);
    effects
}

/// The settings that a run is named by.
fn changed(changes: &Changes) -> Vec<Setting> {
    let rows = [
        (Setting::Prompt, changes.prompt.is_some()),
        (Setting::Negative, changes.negative.is_some()),
        (Setting::Seed, changes.seed.is_some()),
        (Setting::Steps, changes.steps.is_some()),
        (Setting::Guidance, changes.guidance.is_some()),
        (Setting::Sampler, changes.sampler.is_some()),
        (Setting::Karras, changes.karras.is_some()),
        (Setting::Eta, changes.eta.is_some()),
        (Setting::Spacing, changes.spacing.is_some()),
        (Setting::Width, changes.width.is_some()),
        (Setting::Height, changes.height.is_some()),
        (Setting::ClipSkip, changes.clip_skip.is_some()),
        (Setting::Model, changes.model.is_some()),
        (Setting::Lora, changes.lora.is_some()),
        (Setting::Embedding, changes.embedding.is_some()),
    ];
    rows.into_iter().filter(|(_, is)| *is).map(|(row, _)| row).collect()
}

/// A branch of the walk.
fn branch(app: &mut App, fork: &Branch) -> Vec<Effect> {
    let Some(change) = app.walk.encoding().and_then(|prompt| fork.change(prompt)) else {
        return Vec::new();
    };
    let last = app.walk.calls.saturating_sub(1);
    forking::branch(app, fork.call.saturating_sub(1).min(last), change)
}

impl OpenLesson {
    /// Whether runs, or pictures, wait for the walk to be whole, or the walk for its recording.
    pub const fn waits(&self) -> bool {
        self.waits.is_some() || self.aim.is_some()
    }
}
