//! `safelight compare --layers`: which networks and layers of models differ, without a walk.

use std::io::stdout;

use super::super::interrupt::Interrupt;
use super::super::printing::form;
use super::super::progress_bar::Progress;
use super::super::{DONE, not_printed};
use crate::cli::{CompareFlags, Flags};
use crate::engine::{ModelFolder, models_apart};
use crate::print::layers;
use crate::walk::{ModelsApart, Problem};
use crate::words::Words;

/// Holds every model against the first and prints what differs.
pub(super) fn print(flags: &CompareFlags, words: Words) -> Result<u8, Problem> {
    let models = flags.models_asked();
    let [first, others @ ..] = models.as_slice() else {
        return Err(Problem::usage("compare-layers-models"));
    };
    if others.is_empty() {
        return Err(Problem::usage("compare-layers-models"));
    }
    let interrupt = Interrupt::listen();
    let progress = Progress::new(words, !flags.quiet, interrupt.clone());
    let first = ModelFolder::of(first)?;
    let apart: Result<Vec<ModelsApart>, Problem> = others
        .iter()
        .map(|other| models_apart(&first, &ModelFolder::of(other)?, &progress))
        .collect();
    progress.finish();
    let shown =
        Flags { json: flags.json, plain: flags.plain, color: flags.color, ..Flags::default() };
    let mut out = stdout().lock();
    for apart in apart.map_err(|problem| interrupt.problem(problem))? {
        layers::models_apart(&apart, form(&shown), words, &mut out)
            .map_err(|error| not_printed(&error))?;
    }
    Ok(DONE)
}
