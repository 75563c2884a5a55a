//! Writing a file whole or not at all: under a temporary name beside it, renamed at the end.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::walk::Problem;

/// Writes `path` through `write`. Whatever goes wrong, an older file of that name stays as it was
/// and nothing half-written is left.
///
/// # Errors
///
/// `export-not-a-file` where the path is a folder or a device, `export-not-written` where the
/// system refuses (no folder, no right, no space).
pub(crate) fn write(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<(), Problem> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) || path.file_name().is_none() {
        return Err(Problem::new("export-not-a-file").with("file", path.display()));
    }
    let partial = partial_name(path);
    let written = write_partial(&partial, write).and_then(|()| fs::rename(&partial, path));
    written.map_err(|reason| {
        drop(fs::remove_file(&partial));
        Problem::new("export-not-written").with("file", path.display()).with("reason", reason)
    })
}

fn write_partial(
    partial: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create_new(partial)?);
    write(&mut out)?;
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
}

/// A name beside the file that nobody else uses: its own with the process in it.
fn partial_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.partial", std::process::id()))
}
