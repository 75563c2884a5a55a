//! The picture that a walk begins from, instead of from noise alone (image-to-image; Meng et al.
//! 2021, `SDEdit`).

use serde::{Deserialize, Serialize};

use super::Picture;

/// A picture as it was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ImageAsked {
    /// Path of its file, PNG or JPEG.
    pub file: String,
    /// SHA-256 that the file must have, where another walk is made again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Its pixels as another walk of the same size began from, where they are at hand: then the file
    /// is not read.
    #[serde(skip)]
    pub picture: Option<Picture>,
}

impl ImageAsked {
    /// The picture in a file.
    pub fn file(path: &str) -> Self {
        Self { file: path.to_owned(), hash: None, picture: None }
    }
}

/// A picture that was read, as recordings tell it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StartImage {
    /// Name of its file, without its folder.
    pub name: String,
    /// SHA-256 of its file, hexadecimal.
    pub hash: String,
    /// Its pixels at the size of the walk; a recording has them among its tensors.
    #[serde(skip)]
    pub picture: Option<Picture>,
}

impl StartImage {
    /// What to ask for to begin from it again.
    pub fn asked_again(&self) -> ImageAsked {
        ImageAsked {
            file: self.name.clone(),
            hash: Some(self.hash.clone()),
            picture: self.picture.clone(),
        }
    }
}
