//! Models that the user has or can have: ids of Hugging Face, the cache where their files lie, and
//! fetching what is missing. Knows files and names, no networks.

mod cache;
mod chosen;
mod disk;
mod fetch;
mod here;
mod id;
mod listing;
mod transfer;

pub use cache::HubCache;
pub use fetch::{Fetched, Onlooker, endpoint, fetch};
pub use here::{Found, found_in};
pub use id::ModelId;

use std::path::{Path, PathBuf};

/// The folder of a model in the user's cache where `text` is an id and no path that is there.
/// Whether it is whole is another question: see [`HubCache::whole`].
pub fn cached(text: &str) -> Option<PathBuf> {
    let id = named(text)?;
    HubCache::of_user()?.whole(&id)
}

/// The id that `text` is; `None` where it is a path that is there, or no id.
pub fn named(text: &str) -> Option<ModelId> {
    if Path::new(text).exists() {
        return None;
    }
    ModelId::parse(text)
}
