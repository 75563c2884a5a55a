//! Models that lie in a folder: folders of diffusers and single files.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder with more entries is looked at only so far.
const MOST: usize = 4096;

/// Something that looks like a model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// A folder in the layout of diffusers.
    Folder(PathBuf),
    /// A safetensors file: a checkpoint, a LoRA, a recording or something else.
    File(PathBuf),
}

impl Found {
    /// Where it is.
    pub fn path(&self) -> &Path {
        match self {
            Self::Folder(path) | Self::File(path) => path,
        }
    }
}

/// What lies directly in `folder`, by name; or the folder itself where it is a model.
pub fn found_in(folder: &Path) -> Vec<Found> {
    if is_model(folder) {
        return vec![Found::Folder(folder.to_path_buf())];
    }
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.take(MOST).filter_map(Result::ok).map(|entry| entry.path());
    let mut found: Vec<Found> = paths.filter_map(looks_like_one).collect();
    found.sort();
    found
}

fn looks_like_one(path: PathBuf) -> Option<Found> {
    if is_model(&path) {
        return Some(Found::Folder(path));
    }
    let named = path.extension().is_some_and(|end| end == "safetensors");
    (named && path.is_file()).then_some(Found::File(path))
}

fn is_model(path: &Path) -> bool {
    path.join("unet/config.json").is_file()
}
