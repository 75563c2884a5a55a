//! A lesson by its name, or from a file, with its text.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::lesson::{LIMIT, Lesson, Mistake, shipped};
use crate::walk::Problem;
use crate::words::Language;

/// A lesson with what it was read from.
pub(super) struct Opened {
    pub(super) lesson: Lesson,
    pub(super) text: String,
    /// The folder of its file; none for a lesson inside the program.
    pub(super) folder: Option<PathBuf>,
}

impl Opened {
    /// Reads a lesson that is to be shown.
    ///
    /// # Errors
    /// As [`parsed`], and a lesson with mistakes.
    pub(super) fn read(name: &str, language: Language) -> Result<Self, Problem> {
        parsed(name, language)?.map_err(|mistakes| broken(name, mistakes.len()))
    }
}

/// That a lesson cannot be shown, and how much is wrong with it.
fn broken(name: &str, count: usize) -> Problem {
    let key = if count == 1 { "lesson-broken-one" } else { "lesson-broken" };
    Problem::new(key).with("name", name).with("count", count)
}

/// A lesson inside the program by its name, else a file; or what is wrong with its text.
///
/// # Errors
/// A name that is neither, a file that cannot be read or is no text.
pub(super) fn parsed(
    name: &str,
    language: Language,
) -> Result<Result<Opened, Vec<Mistake>>, Problem> {
    let of = |name: &str, text: String, folder| {
        Lesson::read(name, &text).map(|lesson| Opened { lesson, text, folder })
    };
    if let Some(inside) = shipped(language).find(|shipped| shipped.name == name) {
        return Ok(of(inside.name, inside.text.to_owned(), None));
    }
    let path = Path::new(name);
    let written = path.extension().is_some_and(|ending| ending == "md");
    if !written && !path.is_file() {
        let names: Vec<&str> = shipped(language).map(|shipped| shipped.name).collect();
        let problem = Problem::usage("lesson-unknown").with("name", name);
        return Err(problem.with("names", names.join(", ")));
    }
    let unreadable = |error: std::io::Error| {
        Problem::new("file-unreadable").with("file", name).with("reason", error)
    };
    let mut bytes = Vec::new();
    let file = File::open(name).map_err(unreadable)?;
    file.take(LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let text =
        String::from_utf8(bytes).map_err(|_| Problem::new("lesson-not-text").with("file", name))?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let folder = path.parent().map(Path::to_owned);
    Ok(of(&stem.unwrap_or_default(), text, folder))
}

/// The SHA-256 of a lesson's text, in hex; ends of lines count as one sign, whoever wrote them.
pub(super) fn hash_of(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
