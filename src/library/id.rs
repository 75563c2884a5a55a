//! A model's id on Hugging Face: `owner/name`.

use std::path::Path;

/// The longest id that the hub allows.
const LONGEST: usize = 96;

/// An id, checked: it can stand in an address and in the name of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModelId(String);

impl ModelId {
    /// Reads an id. The hub's rules: one `/` between owner and name; letters, digits, `-`, `_` and
    /// `.` in both, no `..` or `--`, and neither `-` nor `.` at an end. What ends in
    /// `.safetensors` is a file.
    pub fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        let file = Path::new(name).extension().is_some_and(|end| end == "safetensors");
        let sound = |part: &str| {
            let letter = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            let end = |c: Option<char>| c.is_some_and(|c| !"-.".contains(c));
            part.chars().all(letter)
                && end(part.chars().next())
                && end(part.chars().last())
                && !part.contains("..")
                && !part.contains("--")
        };
        let fits = text.len() <= LONGEST && !file && sound(owner) && sound(name);
        fits.then(|| Self(text.to_owned()))
    }

    /// `owner/name`
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id that a folder of the cache stands for (`models--owner--name`).
    pub(super) fn of_folder(name: &str) -> Option<Self> {
        let (owner, name) = name.strip_prefix("models--")?.split_once("--")?;
        Self::parse(&format!("{owner}/{name}"))
    }

    /// The id of a snapshot in a cache: `…/models--owner--name/snapshots/COMMIT`.
    pub fn of_snapshot(path: &Path) -> Option<Self> {
        let snapshots = path.parent()?;
        if snapshots.file_name()? != "snapshots" {
            return None;
        }
        Self::of_folder(snapshots.parent()?.file_name()?.to_str()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_owner_and_name_and_nothing_that_could_be_a_path() {
        for good in ["stabilityai/sdxl-turbo", "a/b", "runwayml/stable-diffusion-v1-5", "A_1/x.y-z"]
        {
            assert_eq!(ModelId::parse(good).map(|id| id.0), Some(good.to_owned()));
        }
        let long = format!("a/{}", "b".repeat(95));
        for bad in [
            "",
            "a",
            "a/",
            "/b",
            "a/b/c",
            "./b",
            "../b",
            "a/..",
            "a/.b",
            "~/b",
            "a/b.",
            "a b/c",
            "a/b\n",
            "a/ü",
            "a\\b/c",
            "C:/b",
            "a--b/c",
            "a/b.safetensors",
            "a/b?x",
            "a/b%2e",
            &long,
        ] {
            assert_eq!(ModelId::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_snapshot_knows_whose_it_is() {
        let id = |path: &str| ModelId::of_snapshot(Path::new(path)).map(|id| id.0);
        let cached = "/c/hub/models--stabilityai--sdxl-turbo/snapshots/71153311";
        assert_eq!(id(cached), Some("stabilityai/sdxl-turbo".to_owned()));
        assert_eq!(id("/c/hub/models--gpt2/snapshots/71153311"), None);
        assert_eq!(id("/c/models/snapshots"), None);
        assert_eq!(id("sd15"), None);
    }
}
