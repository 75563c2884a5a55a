//! The small file through which the teacher's notes follow a lesson: `lesson NAME --tell FILE`
//! writes it, `lesson notes NAME --follow FILE` reads it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::export::whole_file;
use crate::lesson::Told;
use crate::walk::Problem;

/// Whoever writes it.
#[derive(Debug)]
pub(super) struct Teller {
    path: PathBuf,
    started: u64,
    /// The number of what was written last: what comes late is not written over it.
    last: Mutex<u64>,
}

impl Teller {
    /// Takes a file's place. One that is there and is no such file stays as it is.
    pub(super) fn open(path: &Path) -> Result<Self, Problem> {
        if path.exists() && read(path).is_err_and(|problem| problem.key() == "told-unreadable") {
            return Err(Problem::usage("told-another-file").with("file", path.display()));
        }
        Ok(Self { path: path.to_owned(), started: now(), last: Mutex::new(0) })
    }

    /// Writes where the lesson is, whole or not at all.
    pub(super) fn tell(&self, number: u64, told: &Told) -> Result<(), Problem> {
        // A thread that panicked while it wrote has left the number as it was.
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if number <= *last {
            return Ok(());
        }
        let told = Told { started: self.started, ..told.clone() };
        whole_file::write(&self.path, |out| out.write_all(told.to_json().as_bytes()))?;
        *last = number;
        Ok(())
    }
}

/// Reads the file, no more of it than it can have.
pub(super) fn read(path: &Path) -> Result<Told, Problem> {
    let missing = |_| Problem::new("told-missing").with("file", path.display());
    // A pipe or a device could keep a reader waiting for ever.
    if !std::fs::metadata(path).map_err(missing)?.is_file() {
        return Err(Problem::new("told-unreadable").with("file", path.display()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(missing)?;
    file.take(Told::LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(missing)?;
    Told::read(&bytes).map_err(|problem| problem.with("file", path.display()))
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
