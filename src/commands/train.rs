//! `safelight train vae` and `safelight train pocket`: trainings from the drawings to the finished
//! folder; the other commands have files of their own.

mod data;
mod eval;
mod look;
mod watching;

use self::watching::{Watching, before};
use super::interrupt::Interrupt;
use super::{INTERRUPTED, print, remark};
use crate::cli::{Train, TrainCommand, TrainFlags};
use crate::engine::Place;
use crate::export::plots;
use crate::print::loss;
use crate::train::{Recipe, Work};
use crate::walk::{DeviceChoice, DtypeChoice, Onlooker, Problem};
use crate::words::{Language, Words};

/// Carries out what is asked around a training.
pub(super) fn train(asked: &Train, language: Language) -> Result<u8, Problem> {
    match &asked.command {
        None => data::data(&asked.data, language),
        Some(TrainCommand::Data(flags)) => data::data(flags, language),
        Some(TrainCommand::Eval(flags)) => eval::eval(flags, language),
        Some(TrainCommand::Look(flags)) => look::look(flags, language),
        Some(TrainCommand::Vae(flags)) => learn(flags, Work::vae, language),
        Some(TrainCommand::Pocket(flags)) => learn(flags, Work::pocket, language),
    }
}

/// Trains; interrupted, it says how to go on. Each training leaves a picture of its loss.
fn learn(
    flags: &TrainFlags,
    train: impl Fn(&Work, &dyn Onlooker) -> Result<(), Problem>,
    language: Language,
) -> Result<u8, Problem> {
    let words = Words::of(language);
    let work = work(flags)?;
    if let Some(note) = work.place.note.as_ref().filter(|_| !flags.quiet) {
        remark(&words.problem(note));
    }
    let watching = Watching::new(flags, words, Interrupt::listen());
    let result = train(&work, &watching);
    watching.end();
    let losses = watching.losses();
    let curve = |(name, losses): &(String, Vec<f32>)| {
        let path = flags.out.join(format!("{}loss.png", before(name)));
        plots::write_losses(losses, &path, words)
    };
    let mut begun = losses.iter().filter(|(_, losses)| !losses.is_empty());
    let unwritten = begun.try_for_each(curve);
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
    print(&losses.iter().map(|(_, losses)| loss::lines(losses, words)).collect::<String>())
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
