//! `safelight export RECORDING`: pictures, tables and pages of a recording.

use std::fs;
use std::path::Path;

use super::interrupt::Interrupt;
use super::keeping::{can_be_written, shown_name};
use super::progress_bar::Progress;
use super::{DONE, remark};
use crate::cli::ExportFlags;
use crate::export::html::{self, Page};
use crate::export::{contact_sheet, csv, gif, png, walk_sheet};
use crate::print::describe::Description;
use crate::recording::{Recording, read};
use crate::walk::{self, Frame, ModelCard, Picture, Problem, Settings, Watch};
use crate::words::{Language, Words};

/// Writes one file after the other; each is whole or not there.
pub(super) fn export(flags: &ExportFlags, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    for (flag, path) in flags.targets() {
        can_be_written(path)?;
        if same_file(path, &flags.file) {
            return Err(Problem::usage("export-over-itself")
                .with("flag", flag)
                .with("file", path.display()));
        }
    }
    let interrupt = Interrupt::listen();
    let progress = Progress::new(words, !flags.quiet, interrupt.clone());
    let written = read(&flags.file).and_then(|recording| all(flags, &recording, words, &progress));
    progress.finish();
    written.map(|()| DONE).map_err(|problem| interrupt.problem(problem))
}

/// Every file that was asked for.
fn all(
    flags: &ExportFlags,
    recording: &Recording,
    words: Words,
    progress: &Progress,
) -> Result<(), Problem> {
    for (flag, path) in flags.targets() {
        if progress.cancelled() {
            return Err(Problem::cancelled());
        }
        progress.file(&shown_name(path));
        one(flag, path, recording, (words, progress))?;
        if !flags.quiet {
            let name = shown_name(path);
            progress.beside(|| remark(&words.fill("cli.written", &[("file", &name)])));
        }
    }
    Ok(())
}

/// The file of one flag.
fn one(
    flag: &str,
    path: &Path,
    recording: &Recording,
    (words, progress): (Words, &Progress),
) -> Result<(), Problem> {
    let Recording { settings, card, frames, .. } = recording;
    match flag {
        "--png" => {
            let picture = frames.iter().find_map(|frame| match frame {
                Frame::Image(image) => image.picture(),
                _ => None,
            });
            let picture =
                picture.ok_or_else(|| Problem::new("out-no-image").with("file", path.display()))?;
            png::write(&picture, 1, Some(settings), path)
        }
        "--sheet" => {
            let sheet = walk_sheet(frames, settings, card, words);
            contact_sheet::write(path, &sheet, Some(settings))
        }
        "--gif" => gif::write(path, frames, card, words, &Parts(progress)),
        "--csv" => csv::write(path, frames),
        "--html" => page(path, (settings, card, frames), words),
        _ => Ok(()),
    }
}

/// How far a file is, on the bar that shows its name.
struct Parts<'a>(&'a Progress);

impl Watch for Parts<'_> {
    fn progress(&self, progress: walk::Progress) {
        self.0.part(progress.done, progress.total);
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

/// The walk as a page, its pictures described for those who do not see them.
pub(super) fn page(
    path: &Path,
    (settings, card, frames): (&Settings, &ModelCard, &[Frame]),
    words: Words,
) -> Result<(), Problem> {
    let describe = |picture: &Picture, words| Description::of(picture).sentence(words);
    let language = words.language();
    html::write(&Page { settings, card, frames, language, describe: &describe }, path)
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
