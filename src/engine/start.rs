//! The picture that a walk begins from: read, brought to the walk's size, and as the encoder sees it.

use std::io::Cursor;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::model_folder::hexadecimal;
use crate::picture_file::{bytes, covering, decoded};
use crate::walk::{Grid, ImageAsked, Picture, Problem, StartImage};

/// The picture that was asked for, at this size: pixels at hand of this size as they are, else those
/// of its file.
///
/// # Errors
/// A file that cannot be read, is no picture, or is another one than the walk that is made again
/// began from.
pub(super) fn start(
    asked: &ImageAsked,
    (width, height): (usize, usize),
) -> Result<StartImage, Problem> {
    let path = Path::new(&asked.file);
    let name = path.file_name().map_or_else(|| asked.file.clone(), |n| n.to_string_lossy().into());
    let name: String = name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if let (Some(picture), Some(hash)) = (&asked.picture, &asked.hash)
        && (picture.width(), picture.height()) == (width, height)
    {
        return Ok(StartImage { name, hash: hash.clone(), picture: Some(picture.clone()) });
    }
    let about = |key| Problem::new(key).with("file", path.display());
    let bytes = bytes(path)?;
    let hash = hexadecimal(&Sha256::digest(&bytes));
    if asked.hash.as_ref().is_some_and(|wanted| *wanted != hash) {
        return Err(about("image-other"));
    }
    let whole = decoded(Cursor::new(bytes), about)?;
    let picture = covering(&whole, width as u32, height as u32);
    Ok(StartImage { name, hash, picture: Some(picture) })
}

/// `[1,3,H,W]` in −1..1, as diffusers has it: `2 · (v / 255) − 1`.
pub(super) fn pixels(picture: &Picture) -> Grid {
    let (width, height) = (picture.width(), picture.height());
    let size = (width * height).max(1);
    Grid::from_fn(&[1, 3, height, width], |i| {
        let (channel, at) = (i / size, i % size);
        f32::from(picture.rgb()[at * 3 + channel]) / 255.0 * 2.0 - 1.0
    })
}
