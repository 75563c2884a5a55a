//! The log of `--log` in commands without a screen: one line an event, with the seconds since the
//! start.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use crate::walk::Problem;

/// An open log, or none where none was asked for.
#[derive(Debug)]
pub(super) struct Log {
    file: Option<File>,
    start: Instant,
}

impl Log {
    /// Opens the file; an older one is replaced.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, Problem> {
        let file = path
            .map(|path| {
                File::create(path).map_err(|error| {
                    Problem::new("log-failed").with("file", path.display()).with("reason", error)
                })
            })
            .transpose()?;
        Ok(Self { file, start: Instant::now() })
    }

    /// Writes a line. A log that takes no more ends no walk.
    pub(super) fn line(&self, text: &str) {
        if let Some(mut file) = self.file.as_ref() {
            let text = text.escape_debug();
            drop(writeln!(file, "{:9.3} {text}", self.start.elapsed().as_secs_f32()));
        }
    }
}
