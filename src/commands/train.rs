//! `safelight train vae` and `safelight train pocket`: trainings from the drawings to the finished
//! folder.

mod watching;

use self::watching::Watching;
use super::interrupt::Interrupt;
use super::{DONE, INTERRUPTED, print, remark};
use crate::cli::{TrainCommand, TrainFlags};
use crate::engine::Place;
use crate::export::plots;
use crate::print::loss;
use crate::train::{Recipe, Work};
use crate::walk::{DeviceChoice, DtypeChoice, Problem};
use crate::words::{Language, Words};

/// Trains; interrupted, it says how to go on.
pub(super) fn train(command: &TrainCommand, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    let flags = command.flags();
    let work = work(flags)?;
    if let Some(note) = work.place.note.as_ref().filter(|_| !flags.quiet) {
        remark(&words.problem(note));
    }
    let name = if matches!(command, TrainCommand::Vae(_)) { "vae-" } else { "" };
    let watching = Watching::new(flags, name, words, Interrupt::listen());
    let result = match command {
        TrainCommand::Vae(_) => work.vae(&watching),
        TrainCommand::Pocket(_) => work.pocket(&watching),
    };
    watching.end();
    let losses = watching.losses();
    let unwritten = if losses.is_empty() {
        Ok(())
    } else {
        plots::write_losses(&losses, &flags.out.join(format!("{name}loss.png")), words)
    };
    match result {
        Err(problem) if problem.is_cancelled() => {
            if !flags.quiet {
                remark(words.text("train.go-on"));
            }
            return Ok(INTERRUPTED);
        }
        result => result?,
    }
    unwritten?;
    if let Some(problem) = watching.problem() {
        return Err(problem);
    }
    print(&loss::lines(&losses, words))?;
    Ok(DONE)
}

/// What the flags ask for.
fn work(flags: &TrainFlags) -> Result<Work, Problem> {
    let recipe = match &flags.recipe {
        Some(path) => Recipe::read(path)?,
        None => Recipe::shipped()?,
    };
    let mut recipe = recipe.shortened(flags.samples, flags.things);
    recipe.seed = flags.seed.unwrap_or(recipe.seed);
    let device = flags.device.unwrap_or(DeviceChoice::Auto);
    let there = std::fs::metadata(&flags.out);
    if there.is_ok_and(|there| !there.is_dir()) {
        return Err(Problem::usage("train-no-folder").with("file", flags.out.display()));
    }
    Ok(Work {
        out: flags.out.clone(),
        recipe,
        place: Place::find(device, DtypeChoice::F32)?,
        every: flags.checkpoint_every,
        samples: !flags.no_sheets,
    })
}
