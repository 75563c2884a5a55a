//! Writing a file whole or not at all: under a temporary name beside it, renamed at the end.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes `path`. Whatever goes wrong, an older file of that name stays as it was and nothing
/// half-written is left. Folders above it are made.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "not a regular file"));
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // What a killed program leaves is written over the next time.
    let partial = path.with_file_name(format!(".{name}.partial"));
    let written = File::create(&partial)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        drop(fs::remove_file(&partial));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert!(write(&folder.path().join("new"), b"three").is_err());
        assert!(write(&path.join("b"), b"three").is_err());
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
    }
}
