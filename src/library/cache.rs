//! The Hugging Face cache of the user, as `huggingface_hub` lays it out: blobs by hash, snapshots
//! by commit that link to them, and the commit of each branch.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use hf_hub::{Cache, Repo};

use super::id::ModelId;
use super::{chosen, disk};

/// The cache.
#[derive(Clone, Debug)]
pub struct HubCache {
    inner: Cache,
}

impl HubCache {
    /// The user's: `HF_HUB_CACHE`, else `HF_HOME/hub`, else `~/.cache/huggingface/hub`; `None`
    /// where the user has no home either. Nothing is made.
    pub fn of_user() -> Option<Self> {
        let set = |name: &str| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let shared = || set("XDG_CACHE_HOME").map(|cache| cache.join("huggingface/hub"));
        let own = || env::home_dir().map(|home| home.join(".cache/huggingface/hub"));
        let path = set("HF_HUB_CACHE")
            .or_else(|| set("HF_HOME").map(|home| home.join("hub")))
            .or_else(shared)
            .or_else(own)?;
        Some(Self::at(path))
    }

    /// The cache in a folder.
    pub fn at(path: PathBuf) -> Self {
        Self { inner: Cache::new(path) }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.inner.path()
    }

    /// hf-hub's view of it.
    pub(super) const fn inner(&self) -> &Cache {
        &self.inner
    }

    /// The newest snapshot of a model's main branch that is known here, if its folder is there.
    pub fn snapshot(&self, id: &ModelId) -> Option<PathBuf> {
        let repo = Repo::model(id.as_str().to_owned());
        let folder = self.path().join(repo.folder_name());
        let commit = disk::small(&folder.join("refs").join(repo.revision()))?;
        let commit = std::str::from_utf8(&commit).ok()?.trim();
        if !disk::is_name(commit) {
            return None;
        }
        let snapshot = folder.join("snapshots").join(commit);
        snapshot.is_dir().then_some(snapshot)
    }

    /// The same where every file that a walk needs is in it.
    pub fn whole(&self, id: &ModelId) -> Option<PathBuf> {
        self.snapshot(id).filter(|snapshot| chosen::is_whole(snapshot))
    }

    /// All models of the cache, by name, with their newest snapshots.
    pub fn models(&self) -> Vec<(ModelId, PathBuf)> {
        let Ok(entries) = fs::read_dir(self.path()) else { return Vec::new() };
        let mut models: Vec<_> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| ModelId::of_folder(entry.file_name().to_str()?))
            .filter_map(|id| Some((id.clone(), self.snapshot(&id)?)))
            .collect();
        models.sort();
        models
    }

    /// The user's token: `HF_TOKEN`, else the file that `huggingface-cli login` writes.
    pub(super) fn token(&self) -> Option<String> {
        let named = env::var("HF_TOKEN").ok().map(|token| token.trim().to_owned());
        let file = || match env::var_os("HF_HOME").filter(|home| !home.is_empty()) {
            Some(home) => disk::small(&Path::new(&home).join("token")),
            None => disk::small(&self.inner.token_path()),
        };
        let kept = || Some(String::from_utf8(file()?).ok()?.trim().to_owned());
        // A token that cannot stand in a header is none.
        let sound = |token: &String| token.bytes().all(|b| b.is_ascii_graphic());
        named.or_else(kept).filter(|token| !token.is_empty()).filter(sound)
    }
}
