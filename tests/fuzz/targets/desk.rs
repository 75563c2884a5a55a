//! A place in memory for the files that a target throws at a reader.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The tiny model of the reference, whose files are ours to damage.
pub(crate) const TINY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/reference/models/sd1");

static DESK: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder")
});

/// A file of this name.
pub(crate) fn place(name: &str) -> PathBuf {
    DESK.path().join(name)
}

/// Writes one.
pub(crate) fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = place(name);
    fs::create_dir_all(path.parent().expect("inside")).expect("a folder");
    fs::write(&path, bytes).expect("room");
    path
}

/// A copy of the tiny model.
pub(crate) fn copied(from: &Path, to: &str) {
    for entry in fs::read_dir(from).expect("the reference") {
        let entry = entry.expect("an entry");
        let name = format!("{to}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            copied(&entry.path(), &name);
        } else {
            write(&name, &fs::read(entry.path()).expect("a file"));
        }
    }
}

/// A safetensors file: a header that ends with the first NUL and data behind it, with the header's
/// length in front as it should be, so that a change of the length does not end at the door. What
/// begins with `r` is a file as it is.
pub(crate) fn framed(data: &[u8]) -> Vec<u8> {
    if let Some(raw) = data.strip_prefix(b"r") {
        return raw.to_vec();
    }
    let end = data.iter().position(|&b| b == 0).unwrap_or(data.len());
    let (header, rest) = data.split_at(end);
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.extend(rest.get(1..).unwrap_or_default());
    file
}
