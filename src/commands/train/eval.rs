//! `safelight train eval`: measures a model on what training never showed.

use std::path::Path;

use super::data::in_lines;
use crate::cli::EvalFlags;
use crate::commands::interrupt::Interrupt;
use crate::commands::keeping::{can_be_written, shown_name};
use crate::commands::progress_bar::Progress;
use crate::commands::{DONE, print, remark};
use crate::drawings::World;
use crate::export::contact_sheet::{self, Cell, Sheet};
use crate::print::evaluation;
use crate::train::eval::{Measured, Sitter, evaluate};
use crate::walk::{self, Problem, Watch};
use crate::words::{Language, Words};

/// Colours of each thing on the sheet, things in a row, and the seed.
const COLOURS: usize = 4;
const THINGS_IN_ROW: usize = 2;
const SEED: u64 = 1;
/// Pixels of a picture's edge on the sheet: each is doubled.
const EDGE: usize = 128;

/// Measures and prints.
pub(super) fn eval(flags: &EvalFlags, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    if let Some(path) = &flags.sheet {
        can_be_written(path)?;
    }
    let interrupt = Interrupt::listen();
    let progress = Progress::new(words, !flags.quiet, interrupt.clone());
    let printed = measured(flags, words, &progress);
    progress.finish();
    let printed = printed.map_err(|problem| interrupt.problem(problem))?;
    print(&printed)?;
    Ok(DONE)
}

fn measured(flags: &EvalFlags, words: Words, progress: &Progress) -> Result<String, Problem> {
    let quiet = Cancelled(progress);
    let measured = Measured { asked: flags.asked(), seeds: flags.seeds, every: flags.every };
    let sitter = Sitter::open(&measured.asked, &quiet)?;
    progress.file(words.text("eval.drawing"));
    let told = |done, all| progress.part(done, all);
    let found = evaluate(&sitter, &measured, &quiet, &told)?;
    let mut printed = evaluation::lines(&found, words);
    if let Some(path) = &flags.sheet {
        progress.file(&shown_name(path));
        sheet(&sitter, path, words, (&quiet, &told))?;
        if !flags.quiet {
            let written = words.fill("cli.written", &[("file", &shown_name(path))]);
            progress.beside(|| remark(&written));
        }
    }
    if flags.json {
        printed = format!("{}\n", evaluation::json(&found));
    }
    Ok(printed)
}

/// Every thing in a few colours, as the model draws them, none chosen by eye.
fn sheet(
    sitter: &Sitter,
    path: &Path,
    words: Words,
    (watch, told): (&dyn Watch, &dyn Fn(usize, usize)),
) -> Result<(), Problem> {
    let world = World::get()?;
    let wanted: Vec<_> = sitter.survey(COLOURS).into_iter().map(|one| (one, SEED)).collect();
    let pictures = sitter.draw(&wanted, watch, told)?;
    let cell = |((one, _), picture): (&(_, u64), _)| Cell {
        picture: Some(picture),
        label: in_lines(&world.plain_caption(one)),
    };
    let cells: Vec<Cell> = wanted.iter().zip(pictures).map(cell).collect();
    let seed = SEED.to_string();
    let sheet = Sheet {
        title: words.text("eval.sheet").to_owned(),
        notes: vec![words.fill("eval.sheet-note", &[("seed", &seed)])],
        rows: cells
            .chunks(COLOURS * THINGS_IN_ROW)
            .map(|row| (String::new(), row.to_vec()))
            .collect(),
        edge: EDGE,
        ..Sheet::default()
    };
    contact_sheet::write(path, &sheet, None)
}

/// The stages of single walks are not told, only the wish to end is heard.
struct Cancelled<'a>(&'a Progress);

impl Watch for Cancelled<'_> {
    fn progress(&self, _: walk::Progress) {}

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}
