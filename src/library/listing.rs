//! What a repository on the hub holds: its commit, and of each file path, size and hash.
//!
//! `GET /api/models/OWNER/NAME/revision/main?blobs=true`, asked through hf-hub. What the answer
//! names becomes parts of paths here, so every name is checked before it is believed.

use std::time::Duration;

use hf_hub::api::sync::{ApiBuilder, ApiRepo};
use serde::Deserialize;

use super::cache::HubCache;
use super::disk;
use super::id::ModelId;
use crate::walk::Problem;

/// The largest answer that is read (a repository of 10,000 files has some 3 MB).
const LONGEST: u64 = 8 << 20;
/// How long the hub may take for it.
const PATIENCE: Duration = Duration::from_mins(1);

/// A repository's files at one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) commit: String,
    pub(super) files: Vec<Remote>,
}

/// A file there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remote {
    /// Its path in the repository; not yet a path here.
    pub(super) path: String,
    /// Bytes, where the hub says it.
    pub(super) size: Option<u64>,
    /// How its blob is called in a cache.
    pub(super) blob: String,
    /// The SHA-256 of its content, where the hub says it (of large files).
    pub(super) sha256: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    sha: String,
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    blob_id: Option<String>,
    lfs: Option<Large>,
}

#[derive(Deserialize)]
struct Large {
    sha256: Option<String>,
    size: Option<u64>,
}

/// hf-hub's handle of a repository at this endpoint.
pub(super) fn repository(
    id: &ModelId,
    cache: &HubCache,
    endpoint: &str,
) -> Result<ApiRepo, Problem> {
    let api = ApiBuilder::from_cache(cache.inner().clone())
        .with_endpoint(endpoint.to_owned())
        .with_token(cache.token())
        .with_progress(false)
        .build();
    let api = api.map_err(|e| Problem::new("hub-odd").with("id", id.as_str()).with("reason", e))?;
    Ok(api.model(id.as_str().to_owned()))
}

/// Asks what a repository holds.
pub(super) fn ask(id: &ModelId, repository: &ApiRepo) -> Result<Listing, Problem> {
    let request = repository.info_request().query("blobs", "true").config();
    let request = request.http_status_as_error(false).timeout_global(Some(PATIENCE)).build();
    let mut response = request.call().map_err(|error| away(&error))?;
    refused(id, response.status().as_u16())?;
    let body = response.body_mut().with_config().limit(LONGEST).read_to_vec();
    let body = body.map_err(|error| away(&error))?;
    read(&body).ok_or_else(|| {
        Problem::new("hub-odd").with("id", id.as_str()).with("reason", "its list of files")
    })
}

/// Reads an answer; `None` where it is no list of files, or names a commit that could be a path.
fn read(body: &[u8]) -> Option<Listing> {
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let commit = Some(answer.sha).filter(|sha| disk::is_name(sha))?;
    let file = |sibling: Sibling| {
        let Sibling { rfilename: path, size, blob_id, lfs } = sibling;
        let (lfs_hash, lfs_size) = lfs.map_or((None, None), |lfs| (lfs.sha256, lfs.size));
        let hexadecimal = |hash: &String| {
            hash.len() == 64
                && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let sha256 = lfs_hash.filter(hexadecimal);
        // A hub that tells no hashes: a name of our own, the same at the next try.
        let named = || {
            let own = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
            format!("{commit}-{}", path.chars().map(own).collect::<String>())
        };
        let blob = sha256.clone().or(blob_id).unwrap_or_else(named);
        disk::is_name(&blob).then_some(Remote { size: lfs_size.or(size), blob, sha256, path })
    };
    let files = answer.siblings.into_iter().filter_map(file).collect();
    Some(Listing { commit: commit.clone(), files })
}

/// What an answer's status says.
pub(super) fn refused(id: &ModelId, status: u16) -> Result<(), Problem> {
    let problem = match status {
        200..300 => return Ok(()),
        401 => Problem::new("hub-sign-in"),
        403 => Problem::new("hub-licence"),
        404 => Problem::new("hub-none"),
        _ => Problem::new("hub-busy").with("status", status),
    };
    Err(problem.with("id", id.as_str()))
}

/// Nothing came back.
pub(super) fn away(error: &ureq::Error) -> Problem {
    let reason: String = error.to_string().lines().next().unwrap_or("").chars().take(120).collect();
    Problem::new("hub-away").with("endpoint", super::endpoint()).with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_be_paths_are_not_believed() {
        let answer = |sha: &str, blob: &str, lfs: &str| {
            let text = format!(
                r#"{{"sha": "{sha}", "siblings": [{{"rfilename": "unet/config.json", "size": 3,
                "blobId": "{blob}", "lfs": {lfs}}}]}}"#
            );
            read(text.as_bytes())
        };
        let good = answer("c0ffee", "abc123", "null").expect("a listing");
        assert_eq!((good.commit.as_str(), good.files[0].blob.as_str()), ("c0ffee", "abc123"));
        for commit in ["", "..", "../x", "/etc", "a/b", "a\\\\b", "a.b"] {
            assert_eq!(answer(commit, "abc", "null"), None, "{commit}");
        }
        for blob in ["", "..", "../../.ssh/authorized_keys", "/etc/passwd", "a.part"] {
            let listing = answer("c0ffee", blob, "null").expect("a listing");
            assert!(listing.files.is_empty(), "{blob}");
        }
        let hash = "0123456789abcdef".repeat(4);
        let large = answer("c0ffee", "x", &format!(r#"{{"sha256": "{hash}", "size": 9}}"#));
        let large = large.expect("a listing").files.remove(0);
        assert_eq!((large.blob, large.size), (hash.clone(), Some(9)));
        assert_eq!(large.sha256, Some(hash));
        let odd = answer("c0ffee", "x", r#"{"sha256": "../../x"}"#).expect("a listing");
        assert_eq!((odd.files[0].blob.as_str(), &odd.files[0].sha256), ("x", &None));
        assert_eq!(read(b"[]"), None);
        assert_eq!(read(br#"{"sha": "a"}"#), None);
    }

    #[test]
    fn a_hub_without_hashes_gives_names_that_stay_the_same() {
        let text = br#"{"sha": "c0", "siblings": [{"rfilename": "unet/../config.json"}]}"#;
        let listing = read(text).expect("a listing");
        assert_eq!(listing.files[0].blob, "c0-unet----config-json");
    }
}
