//! `safelight lesson record`: the recordings that a lesson names, walked with any model.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::opened::Opened;
use super::recordings::leads_down;
use crate::cli::RecordFlags;
use crate::commands::interrupt::Interrupt;
use crate::commands::keeping::shown_name;
use crate::commands::progress_bar::Progress;
use crate::commands::{DONE, remark};
use crate::engine::{Engine, Look};
use crate::lesson::Lesson;
use crate::recording::{Destination, Precision, Writer};
use crate::walk::{Asked, Problem};
use crate::words::{Language, Words};

/// Walks and records.
pub(super) fn record(flags: &RecordFlags, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    let lesson = Opened::read(&flags.lesson, language)?.lesson;
    let walks = walks(&lesson, &flags.asked());
    if walks.is_empty() {
        return Err(Problem::new("lesson-no-recordings").with("name", &flags.lesson));
    }
    if let Some(name) = walks.keys().find(|name| !leads_down(name)) {
        return Err(Problem::new("recording-name").with("file", name));
    }
    let interrupt = Interrupt::listen();
    let progress = Progress::new(words, !flags.quiet, interrupt.clone());
    let recorded = all(&walks, flags, (words, &progress));
    progress.finish();
    recorded.map_err(|problem| interrupt.problem(problem))?;
    if !flags.quiet {
        remark(&words.fill("lesson.recorded", &[("folder", &shown_name(&flags.out))]));
    }
    Ok(DONE)
}

/// What is walked for each recording that a beat names; the first beat that names it decides. The
/// model of the flag stands in for the one of the lesson.
fn walks(lesson: &Lesson, base: &Asked) -> BTreeMap<String, Asked> {
    let mut walks = BTreeMap::new();
    for (at, beat) in lesson.beats.iter().enumerate() {
        let Some(name) = beat.show.as_ref().and_then(|show| show.recording.clone()) else {
            continue;
        };
        walks.entry(name).or_insert_with(|| {
            let mut asked = lesson.walk_at(at).asked(base);
            if base.model.is_some() {
                asked.model.clone_from(&base.model);
            }
            asked
        });
    }
    walks
}

/// Every walk, with one model open at a time.
fn all(
    walks: &BTreeMap<String, Asked>,
    flags: &RecordFlags,
    (words, progress): (Words, &Progress),
) -> Result<(), Problem> {
    let folder = |reason: std::io::Error| {
        let problem = Problem::new("export-not-written").with("file", flags.out.display());
        problem.with("reason", reason)
    };
    let mut open: Option<(&Asked, Engine)> = None;
    for (name, asked) in walks {
        let path = flags.out.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&flags.out)).map_err(folder)?;
        let destination = Destination::open(&path, flags.force)?;
        let same = open.as_ref().is_some_and(|(before, _)| {
            before.model == asked.model && before.attachments == asked.attachments
        });
        if !same {
            // The one before leaves memory first.
            drop(open.take());
            open = Some((asked, Engine::open(asked, progress)?));
        }
        let Some((_, engine)) = &open else { continue };
        one(engine, asked, destination, progress)?;
        if !flags.quiet {
            let facts = [("file", shown_name(Path::new(&path)))];
            let facts = facts.each_ref().map(|(name, fact)| (*name, fact.as_str()));
            progress.beside(|| remark(&words.fill("cli.written", &facts)));
        }
    }
    Ok(())
}

/// One walk into one recording, whole or not there.
fn one(
    engine: &Engine,
    asked: &Asked,
    destination: Destination,
    progress: &Progress,
) -> Result<(), Problem> {
    let settings = engine.settle(asked)?;
    let mut walk = engine.walk(&settings, Look::SCREEN)?;
    let calls = walk.calls();
    let mut writer =
        Writer::begin(destination, Precision::Compact, &settings, engine.card(), calls)?;
    progress.walk_of(walk.course().frames());
    while let Some(frame) = walk.next(progress) {
        let pushed = frame.and_then(|frame| writer.push(&frame));
        if let Err(problem) = pushed {
            writer.abandon();
            return Err(problem);
        }
        progress.frame();
    }
    writer.finish()
}
