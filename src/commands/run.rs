//! `safelight run PROMPT`: a walk without a screen.

use std::io::{IsTerminal, stdout};

use super::interrupt::Interrupt;
use super::keeping::{Keeping, places};
use super::log::Log;
use super::progress_bar::Progress;
use super::{DONE, like, remark, replay};
use crate::cli::Flags;
use crate::engine::{Engine, Look};
use crate::recording::{Destination, Precision};
use crate::walk::{Frame, ModelCard, Problem, Tokens};
use crate::words::{Language, Words, reading};

/// Walks and prints.
pub(super) fn run(flags: &Flags, language: Language) -> Result<u8, Problem> {
    if flags.present {
        let problem = Problem::usage("flag-not-here").with("flag", "--present");
        return Err(problem.with("command", "run"));
    }
    if let Some(file) = flags.recording() {
        return replay::printed(file, flags, language);
    }
    let words = Words::of(language);
    let flags = &like::completed(flags, words)?;
    let log = Log::open(flags.log.as_deref())?;
    let destination = places(flags)?;
    let interrupt = Interrupt::listen();
    let progress = Progress::new(words, !flags.quiet, interrupt.clone());
    let walked = walked(flags, words, destination, (&progress, &log));
    progress.finish();
    match &walked {
        Ok(()) => log.line("done"),
        Err(problem) => log.line(&problem.to_string()),
    }
    walked.map(|()| DONE).map_err(|problem| interrupt.problem(problem))
}

fn walked(
    flags: &Flags,
    words: Words,
    destination: Option<Destination>,
    (progress, log): (&Progress, &Log),
) -> Result<(), Problem> {
    let asked = flags.asked();
    let engine = Engine::open(&asked, progress)?;
    log.line(&format!("opened {}", engine.card().name));
    if let Some(note) = engine.note().filter(|_| !flags.quiet) {
        progress.beside(|| remark(&words.problem(note)));
    }
    let settings = engine.settle(&asked)?;
    let mut walk = engine.walk(&settings, look(flags))?;
    let walk_facts = (&settings, engine.card(), walk.calls());
    let mut keeping = progress.beside(|| Keeping::begin(flags, words, destination, walk_facts))?;
    let wanted = keeping.wanted(walk.calls());
    progress.walk_of(wanted);
    for _ in 0..wanted {
        let frame = match walk.next(progress) {
            Some(Ok(frame)) => frame,
            Some(Err(problem)) => return Err(progress.beside(|| keeping.end_early(problem))),
            None => break,
        };
        if let Frame::Tokens(tokens) = &frame {
            say_strangers(tokens, engine.card(), flags, (words, progress));
        }
        progress.frame();
        log.line(&match frame.as_step() {
            Some(step) => format!("step {} of {} calls", step.call + 1, step.calls),
            None => frame.stage().stem().to_owned(),
        });
        if let Err(failure) = progress.beside(|| keeping.frame(frame)) {
            return Err(progress.beside(|| keeping.failed(failure)));
        }
    }
    progress.finish();
    keeping.finish()
}

/// Says on stderr which words were never trained, where no person reads it on stdout.
fn say_strangers(
    tokens: &Tokens,
    card: &ModelCard,
    flags: &Flags,
    (words, progress): (Words, &Progress),
) {
    let read = !flags.json && stdout().is_terminal();
    let (Some(taught), Some(first)) = (&card.taught, tokens.encoders.first()) else { return };
    if read || flags.quiet {
        return;
    }
    for sentence in words.never_trained_in(&first.prompt, taught) {
        progress.beside(|| remark(&sentence));
    }
    if let Some(offer) = reading::offer(&first.prompt.text, taught) {
        progress.beside(|| remark(&words.offered_command(&offer)));
    }
}

/// What the walk looks at: whole levels of the decoder only where they are recorded in full.
fn look(flags: &Flags) -> Look {
    let full = flags.record.is_some() && flags.precision() == Precision::Full;
    let (probe_step, x0_images) = (flags.probe_step, flags.x0_images);
    Look { probe_step, x0_images, whole_levels: full, ..Look::SCREEN }
}
