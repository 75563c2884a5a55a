//! Fetching a model: its list of files, those that a walk needs, one after the other into the
//! user's cache, and at the end the name of the commit, so that what is broken off never shadows
//! what is whole.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hf_hub::Repo;

use super::cache::HubCache;
use super::chosen::{self, Lacking};
use super::id::ModelId;
use super::listing::{self, Listing, Remote};
use super::transfer::{Carrier, Order, not_written};
use crate::walk::Problem;

/// The hub where none is named.
const HUB: &str = "https://huggingface.co";

/// Who watches what arrives.
pub trait Onlooker {
    /// This many files with this many bytes in all (where the hub says it) are to come.
    fn begins(&self, files: usize, bytes: Option<u64>);
    /// Of this file so many bytes are here, of as many as there are.
    fn arrived(&self, file: &str, bytes: u64, size: Option<u64>);
    /// Whether it should stop.
    fn cancelled(&self) -> bool;
}

/// What a fetch ended with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The model's folder.
    pub folder: PathBuf,
    /// How many files came; none where all were here.
    pub files: usize,
}

/// The hub's address: `HF_ENDPOINT`, else Hugging Face's own.
pub fn endpoint() -> String {
    let named = env::var("HF_ENDPOINT").ok().map(|text| text.trim_end_matches('/').to_owned());
    named.filter(|text| !text.is_empty()).unwrap_or_else(|| HUB.to_owned())
}

/// Brings a model's newest commit into the user's cache, as far as it is not there.
///
/// # Errors
/// No network, a hub that refuses (a licence to accept, an unknown id), a repository in another
/// layout or without safetensors, a connection that breaks again and again, a file that is not
/// what its hash says, a cache that cannot be written, cancelled. What arrived stays, and the next
/// fetch goes on from there.
pub fn fetch(id: &ModelId, onlooker: &dyn Onlooker) -> Result<Fetched, Problem> {
    let cache = HubCache::of_user().ok_or_else(|| Problem::new("hub-no-home"))?;
    if env::var_os("HF_HUB_OFFLINE").is_some_and(|value| value == "1") {
        return Err(Problem::new("hub-offline").with("id", id.as_str()));
    }
    let repository = listing::repository(id, &cache, &endpoint())?;
    let listing = listing::ask(id, &repository)?;
    let wanted = wanted(id, &listing)?;
    let shelf = Shelf::of(&cache, id, &listing.commit);
    let missing: Vec<&Remote> = wanted.into_iter().filter(|file| !shelf.holds(file)).collect();
    let bytes = missing.iter().try_fold(0u64, |sum, file| Some(sum.saturating_add(file.size?)));
    onlooker.begins(missing.len(), bytes);
    let carrier = Carrier::new(cache.token());
    for &file in &missing {
        let address = repository.url(&file.path);
        let blob = shelf.blob(file);
        carrier.bring(&Order { id, file, address, blob }, onlooker)?;
        shelf.link(file)?;
    }
    shelf.name_commit(&cache, id, &listing.commit)?;
    Ok(Fetched { folder: shelf.snapshot, files: missing.len() })
}

/// The files that a walk needs.
fn wanted<'a>(id: &ModelId, listing: &'a Listing) -> Result<Vec<&'a Remote>, Problem> {
    let paths: Vec<&str> = listing.files.iter().map(|file| file.path.as_str()).collect();
    let chosen = chosen::needed(&paths).map_err(|lacking| match lacking {
        Lacking::Index => Problem::new("hub-not-diffusers").with("id", id.as_str()),
        Lacking::Weights(network) => {
            Problem::new("hub-no-safetensors").with("id", id.as_str()).with("network", network)
        }
    })?;
    Ok(listing.files.iter().filter(|file| chosen.contains(&file.path.as_str())).collect())
}

/// The places of one model's files in the cache.
struct Shelf {
    blobs: PathBuf,
    snapshot: PathBuf,
}

impl Shelf {
    fn of(cache: &HubCache, id: &ModelId, commit: &str) -> Self {
        let repo = cache.inner().repo(Repo::model(id.as_str().to_owned()));
        let blobs = repo.blob_path("x").parent().map(Path::to_path_buf).unwrap_or_default();
        Self { blobs, snapshot: repo.pointer_path(commit) }
    }

    fn blob(&self, file: &Remote) -> PathBuf {
        self.blobs.join(&file.blob)
    }

    /// Whether the file is in the snapshot, with its size.
    fn holds(&self, file: &Remote) -> bool {
        let there = self.snapshot.join(&file.path).metadata().ok();
        there.is_some_and(|there| there.is_file() && file.size.is_none_or(|n| n == there.len()))
    }

    /// Puts a name into the snapshot that leads to the blob, as
    /// `huggingface_hub` does. The path was chosen from a short list: one folder at most, and no other than a model's.
    fn link(&self, file: &Remote) -> Result<(), Problem> {
        let place = self.snapshot.join(&file.path);
        let not_written = |error: io::Error| not_written(&place, &error);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(not_written)?;
        }
        // A link that leads nowhere, or to what a commit before had there.
        if place.symlink_metadata().is_ok() {
            fs::remove_file(&place).map_err(not_written)?;
        }
        let up = "../".repeat(2 + file.path.matches('/').count());
        let goal = format!("{up}blobs/{}", file.blob);
        link(Path::new(&goal), &self.blob(file), &place).map_err(not_written)
    }

    fn name_commit(&self, cache: &HubCache, id: &ModelId, commit: &str) -> Result<(), Problem> {
        let repo = cache.inner().repo(Repo::model(id.as_str().to_owned()));
        repo.create_ref(commit).map_err(|error| not_written(&self.snapshot, &error))
    }
}

#[cfg(unix)]
fn link(goal: &Path, _blob: &Path, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(goal, place)
}

/// Links need rights here that few users have: a second name of the same file, else a copy.
#[cfg(not(unix))]
fn link(_goal: &Path, blob: &Path, place: &Path) -> io::Result<()> {
    fs::hard_link(blob, place).or_else(|_| fs::copy(blob, place).map(drop))
}
