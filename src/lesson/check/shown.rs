//! What a beat shows, held against what there is: one thing at a time, settings in their ranges,
//! names that are known, pieces that the prompt has.

use super::Found;
use crate::lesson::show::{Branch, Changes, Show};
use crate::walk::{OffWay, Problem, Sampler, Spacing, Stage, TIMESTEPS};

/// The most runs that are laid beside a walk: with it they make three rows of three.
const MOST_BESIDE: usize = 8;
/// The largest side of a picture, in pixels.
const LARGEST: usize = 2048;
/// Channels of a latent.
const CHANNELS: usize = 4;

/// Everything that is wrong with what is shown; `walk` holds the settings of its walk.
pub(super) fn check(found: &mut Found<'_>, line: usize, show: &Show, walk: &Changes) {
    settings(found, line, &show.walk);
    one_thing(found, line, show);
    match (&show.stage, show.stage()) {
        (Some(name), None) => found.add(line, Problem::new("lesson-stage").with("name", name)),
        _ => looks(found, line, show),
    }
    for call in show.call.into_iter().chain(show.fork.iter().map(|fork| fork.call)) {
        let most = walk.steps.map_or(2000, |steps| 2 * steps.max(1));
        if call == 0 || call > most {
            found.add(line, Problem::new("lesson-call").with("call", call));
        }
    }
    let off = show.fork.as_ref().and_then(|fork| fork.off.as_ref());
    for piece in show.piece.iter().chain(off) {
        if let Some(prompt) = &walk.prompt
            && !found.world.pieces(prompt).contains(piece)
        {
            let problem = Problem::new("lesson-piece").with("piece", piece).with("prompt", prompt);
            found.add(line, problem);
        }
    }
    if let Some(file) = show.recording.as_ref().filter(|file| !found.world.has_recording(file)) {
        found.add(line, Problem::new("lesson-recording").with("file", file));
    }
    beside(found, line, show);
    if let Some(training) = &show.training {
        name(found, line, training.age.as_deref(), training.age().is_some());
        if training.noise.is_some_and(|noise| noise >= TIMESTEPS) {
            range(found, line, "noise", 0, TIMESTEPS - 1);
        }
    }
}

/// Settings in their ranges, and names that are known.
pub(super) fn settings(found: &mut Found<'_>, line: usize, walk: &Changes) {
    if let Some(name) = walk.sampler.as_ref().filter(|_| walk.sampler().is_none()) {
        found.add(line, Problem::new("lesson-sampler").with("name", name));
    }
    let spacing = walk.spacing.as_deref();
    name(found, line, spacing, spacing.is_some_and(|name| Spacing::from_name(name).is_some()));
    if walk.steps.is_some_and(|steps| !(1..=1000).contains(&steps)) {
        range(found, line, "steps", 1, 1000);
    }
    if walk.guidance.is_some_and(|scale| !(0.0..=100.0).contains(&scale)) {
        range(found, line, "guidance", 0, 100);
    }
    if walk.eta.is_some_and(|eta| !(0.0..=1.0).contains(&eta)) {
        range(found, line, "eta", 0, 1);
    }
    for (stem, size) in [("width", walk.width), ("height", walk.height)] {
        if size.is_some_and(|size| !(1..=LARGEST).contains(&size)) {
            range(found, line, stem, 1, LARGEST);
        }
    }
}

/// A stage, the training, its pictures or a teaching: one of them.
fn one_thing(found: &mut Found<'_>, line: usize, show: &Show) {
    let things = [
        show.stage.is_some(),
        show.training.is_some(),
        show.drawings.is_some(),
        show.teach.is_some(),
    ];
    match things.into_iter().filter(|there| *there).count() {
        0 => found.add(line, Problem::new("lesson-no-stage")),
        1 => {}
        _ => found.add(line, Problem::new("lesson-one-thing")),
    }
    if show.teach.as_ref().is_some_and(|word| word.trim().is_empty()) {
        found.add(line, Problem::new("lesson-empty").with("part", "teach"));
    }
}

/// What belongs to one stage alone, or to runs side by side.
fn looks(found: &mut Found<'_>, line: usize, show: &Show) {
    let stage = show.stage();
    let at = |wanted: &[Stage]| stage.is_some_and(|stage| wanted.contains(&stage));
    if !at(&[Stage::Step]) && (show.call.is_some() || show.attention) {
        found.add(line, Problem::new("lesson-only-at-steps"));
    }
    if show.by_hand && !at(&[Stage::Noise, Stage::Step, Stage::Image]) {
        found.add(line, Problem::new("lesson-only-at-steps"));
    }
    if show.near && !at(&[Stage::Image]) {
        found.add(line, Problem::new("lesson-only-at-image"));
    }
    if show.channel.is_some_and(|channel| !(1..=CHANNELS).contains(&channel)) {
        found.add(line, Problem::new("lesson-channel").with("most", CHANNELS));
    }
    if !show.compares() && (show.difference || show.plane || show.align.is_some()) {
        found.add(line, Problem::new("lesson-only-beside"));
    }
}

fn beside(found: &mut Found<'_>, line: usize, show: &Show) {
    if show.compares() && show.stage.is_none() {
        found.add(line, Problem::new("lesson-no-stage"));
    }
    if show.beside.len() > MOST_BESIDE {
        found.add(line, Problem::new("lesson-many-beside").with("most", MOST_BESIDE));
    }
    for run in &show.beside {
        settings(found, line, run);
        if *run == Changes::default() {
            found.add(line, Problem::new("lesson-beside-same"));
        }
    }
    let known = |name: &str| ["step", "noise"].contains(&name);
    name(found, line, show.align.as_deref(), show.align.as_deref().is_some_and(known));
    if let Some(fork) = &show.fork {
        branch(found, line, fork);
    }
}

fn branch(found: &mut Found<'_>, line: usize, fork: &Branch) {
    if !fork.changes() {
        found.add(line, Problem::new("lesson-fork-same"));
    }
    let way = fork.way.as_deref();
    name(found, line, way, way.is_some_and(|way| OffWay::from_name(way).is_some()));
    let sampler = fork.sampler.as_deref();
    name(found, line, sampler, sampler.is_some_and(|name| Sampler::from_name(name).is_some()));
    for (stem, share) in [("fresh", fork.fresh), ("weight", fork.weight)] {
        if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            range(found, line, stem, 0, 1);
        }
    }
}

/// A name that is given has to be known.
fn name(found: &mut Found<'_>, line: usize, given: Option<&str>, known: bool) {
    if let Some(name) = given.filter(|_| !known) {
        found.add(line, Problem::new("lesson-name").with("name", name));
    }
}

fn range(found: &mut Found<'_>, line: usize, stem: &'static str, least: usize, most: usize) {
    let problem = Problem::new("lesson-setting").with("name", stem);
    found.add(line, problem.with("least", least).with("most", most));
}
