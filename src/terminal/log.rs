//! The log file of `--log`: one line an event, with the seconds since the start.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use crate::walk::Problem;

static LOG: OnceLock<(Mutex<File>, Instant)> = OnceLock::new();

/// Opens the log; a second call changes nothing.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn open(path: &Path) -> Result<(), Problem> {
    let file = File::create(path).map_err(|error| {
        Problem::new("log-failed").with("file", path.display()).with("reason", error)
    })?;
    drop(LOG.set((Mutex::new(file), Instant::now())));
    Ok(())
}

/// Writes a line, where a log is open; control characters are escaped.
pub(super) fn line(text: &str) {
    let Some((file, start)) = LOG.get() else { return };
    let Ok(mut file) = file.lock() else { return };
    let text: String = text.chars().flat_map(escaped).collect();
    drop(writeln!(file, "{:9.3} {text}", start.elapsed().as_secs_f32()));
}

fn escaped(c: char) -> Vec<char> {
    if c.is_control() { c.escape_default().collect() } else { vec![c] }
}
