//! Where a fitted preview is kept: in a model's folder if that is ours (it has a
//! `safelight.json`), else in the folder that `SAFELIGHT_CACHE` names, else nowhere.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::device::Place;
use super::model_folder::{ModelFolder, Part, hexadecimal};
use crate::walk::{Preview, Problem};

/// The variable that names a folder for what was worked out of models.
pub const CACHE: &str = "SAFELIGHT_CACHE";
/// A preview's file takes some hundred bytes.
const LONGEST: u64 = 1 << 16;

/// What stands in the file.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The autoencoder that it was fitted on.
    autoencoder: String,
    preview: Preview,
}

/// The place of a model's preview, and what it is the preview of.
#[derive(Clone, Debug)]
pub(super) struct PreviewFile {
    path: PathBuf,
    autoencoder: String,
}

impl PreviewFile {
    /// The place for a model; `None` where nothing may be kept.
    pub(super) fn of(folder: &ModelFolder, cache: Option<&Path>) -> Result<Option<Self>, Problem> {
        let Some(own) = folder.path() else { return Ok(None) };
        let ours = own.join("safelight.json").is_file();
        if !ours && cache.is_none() {
            return Ok(None);
        }
        let mut hash = Sha256::new();
        folder.weights(Part::Vae, &Place::cpu())?.digest_small(&mut hash);
        let mut autoencoder = hexadecimal(&hash.finalize());
        autoencoder.truncate(32);
        let path = match cache {
            _ if ours => own.join("safelight-preview.json"),
            Some(cache) => cache.join(format!("preview-{autoencoder}.json")),
            None => return Ok(None),
        };
        Ok(Some(Self { path, autoencoder }))
    }

    /// The preview that is kept; `None` where there is none, or one of another autoencoder, or
    /// nonsense.
    pub(super) fn read(&self) -> Option<Preview> {
        let there = fs::metadata(&self.path).ok()?;
        if !there.is_file() || there.len() > LONGEST {
            return None;
        }
        let kept: Kept = serde_json::from_slice(&fs::read(&self.path).ok()?).ok()?;
        let sound = {
            let Preview { matrix, bias, r2 } = &kept.preview;
            let mut numbers = matrix.iter().flatten().chain(bias).chain([r2]);
            matrix.len() == 4 && numbers.all(|v| v.is_finite())
        };
        (sound && kept.autoencoder == self.autoencoder).then_some(kept.preview)
    }

    /// Keeps a preview: under a temporary name, then renamed. A folder that takes nothing is no
    /// failure: it is fitted again the next time.
    pub(super) fn write(&self, preview: &Preview) -> bool {
        let kept = Kept { autoencoder: self.autoencoder.clone(), preview: preview.clone() };
        let Ok(text) = serde_json::to_vec(&kept) else { return false };
        let fresh = self.path.with_extension(format!("json-{}", std::process::id()));
        let folder = self.path.parent().map_or(Ok(()), fs::create_dir_all);
        let written = folder
            .and_then(|()| fs::write(&fresh, text))
            .and_then(|()| fs::rename(&fresh, &self.path));
        if written.is_err() {
            drop(fs::remove_file(&fresh));
        }
        written.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_kept_in_the_cache_for_one_autoencoder_and_nonsense_is_none() {
        let model = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/reference/models/sd1");
        let folder = ModelFolder::open(Some(model)).expect("the tiny model");
        assert!(PreviewFile::of(&folder, None).expect("readable").is_none(), "not ours");
        let pocket = PreviewFile::of(&ModelFolder::pocket(), None).expect("readable");
        assert!(pocket.is_none());
        let cache = tempfile::tempdir().expect("a folder");
        let inside = cache.path().join("not/yet");
        let file = PreviewFile::of(&folder, Some(&inside)).expect("readable").expect("a place");
        let preview = Preview { matrix: vec![[0.1, 0.2, 0.3]; 4], bias: [0.5; 3], r2: 0.75 };
        assert!(file.read().is_none());
        assert!(file.write(&preview));
        assert_eq!(file.read(), Some(preview));
        assert_eq!(fs::read_dir(&inside).expect("there").count(), 1, "nothing half-written");
        let other = PreviewFile { autoencoder: "another".into(), ..file.clone() };
        assert!(other.read().is_none());
        fs::write(&file.path, "{").expect("written");
        assert!(file.read().is_none());
        let nowhere = PreviewFile { path: "/dev/null/x.json".into(), ..file };
        assert!(!nowhere.write(&Preview { matrix: vec![], bias: [0.0; 3], r2: 0.0 }));
    }
}
