//! Reading what torch and diffusers recorded, and laying out a model's folder for one case.

#![expect(clippy::unwrap_used, reason = "the files are the project's own")]

use std::fs;
use std::path::{Path, PathBuf};

use safelight::walk::Grid;
use safetensors::{Dtype, SafeTensors};
use serde_json::{Map, Value};

/// Where the recorded numbers are: `SAFELIGHT_REFERENCE`, or the project's own slim copy.
pub(crate) fn root() -> PathBuf {
    std::env::var_os("SAFELIGHT_REFERENCE").map_or_else(own_root, PathBuf::from)
}

/// The project's own slim copy.
pub(crate) fn own_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference")
}

/// All tensors of a file by name, ids as numbers too.
pub(crate) fn tensors(path: &Path) -> Vec<(String, Grid)> {
    let bytes = fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut all: Vec<(String, Grid)> = file
        .tensors()
        .into_iter()
        .map(|(name, view)| {
            let data = match view.dtype() {
                Dtype::F32 => numbers::<4>(view.data(), f32::from_le_bytes),
                Dtype::F64 => numbers::<8>(view.data(), |b| f64::from_le_bytes(b) as f32),
                Dtype::I64 => numbers::<8>(view.data(), |b| i64::from_le_bytes(b) as f32),
                other => unreachable!("{name} holds {other:?}"),
            };
            (name, Grid::new(view.shape(), data).unwrap())
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn numbers<const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.chunks_exact(N).map(|chunk| read(chunk.try_into().unwrap())).collect()
}

/// A JSON object; Python's infinities become strings.
pub(crate) fn object(path: &Path) -> Map<String, Value> {
    let text = fs::read_to_string(path).unwrap();
    serde_json::from_str(&text.replace("-Infinity", "\"-Infinity\"")).unwrap()
}

/// A copy of a model's folder that tests may change; it goes when the value goes.
pub(crate) struct Copied {
    folder: tempfile::TempDir,
}

impl Copied {
    /// Copies a model of the reference.
    pub(crate) fn of(model: &Path) -> Self {
        let copied = Self { folder: tempfile::tempdir().unwrap() };
        copy(model, copied.folder.path());
        copied
    }

    /// The path as `--model` takes it.
    pub(crate) fn path(&self) -> String {
        self.folder.path().to_str().unwrap().to_owned()
    }

    /// The path of a file in it.
    pub(crate) fn file(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Writes a file over one of the model's.
    pub(crate) fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(file), bytes).unwrap();
    }

    /// Removes a file of the model.
    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.folder.path().join(file)).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::write(target, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}
