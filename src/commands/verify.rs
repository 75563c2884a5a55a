//! `safelight verify [PROMPT]`: both sets of networks, and how far they agree. A recording in the
//! prompt's place is walked again: see `receipt.rs`.

use std::io;

use super::interrupt::Interrupt;
use super::progress_bar::Progress;
use super::{print, receipt};
use crate::cli::Flags;
use crate::engine::{self, Compared};
use crate::walk::Problem;
use crate::words::{Language, Words};

/// Compares and prints one line a thing compared.
pub(super) fn verify(flags: &Flags, language: Language) -> Result<u8, Problem> {
    if let Some(file) = flags.recording() {
        return receipt::receipt(file, flags, language);
    }
    let words = Words::of(language);
    let interrupt = Interrupt::listen();
    let progress = Progress::new(words, !flags.quiet, interrupt.clone());
    let compared = engine::verify(&flags.asked(), &progress);
    progress.finish();
    let compared = compared.map_err(|problem| interrupt.problem(problem))?;
    let text: String =
        if flags.json {
            compared.iter().map(json).collect::<Result<_, _>>().map_err(|error| {
                Problem::new("stdout-failed").with("reason", io::Error::from(error))
            })?
        } else {
            let width = compared.iter().map(|c| c.name.chars().count()).max().unwrap_or(0);
            compared.iter().map(|one| line(one, width, words)).collect()
        };
    print(&text)
}

fn line(compared: &Compared, width: usize, words: Words) -> String {
    let error = compared.error.map_or_else(|| "–".to_owned(), |error| format!("{error:.1e}"));
    let why = words.text(compared.why);
    let line = format!("{:width$}  {error:>8}  {why}", compared.name);
    format!("{}\n", line.trim_end())
}

fn json(compared: &Compared) -> Result<String, serde_json::Error> {
    let line = serde_json::json!({
        "safelight": 1,
        "name": compared.name,
        "error": compared.error,
        "why": compared.why,
    });
    Ok(format!("{}\n", serde_json::to_string(&line)?))
}
