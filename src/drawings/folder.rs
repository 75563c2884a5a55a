//! A user's folder of pictures, to teach a word from: PNG and JPEG, each read within bounds,
//! brought to the model's size.

use std::fs;
use std::io::{BufRead, Cursor, Seek};
use std::path::{Path, PathBuf};

use image::RgbImage;
use image::imageops::thumbnail;

use super::render::EDGE;
use crate::picture_file::{self, bytes};
use crate::walk::{Picture, Problem};

/// A word cannot be taught from fewer.
pub const FEWEST_PICTURES: usize = 2;
/// Further pictures of a folder are left alone.
const MOST_PICTURES: usize = 100;

/// The pictures of a folder.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Name and picture, 64×64, in the order of their names.
    pub pictures: Vec<(String, Picture)>,
    /// What was wrong with the other picture files, each named in its facts.
    pub skipped: Vec<Problem>,
}

/// Reads the first hundred PNG and JPEG files of a folder. A file that cannot be read is left out
/// and named.
///
/// # Errors
/// The folder cannot be read (`folder-unreadable`), holds no picture file (`pictures-none`), none
/// that can be read (what is wrong with the first), or only one (`pictures-one`).
pub fn read_folder(folder: &Path) -> Result<Found, Problem> {
    let mut found = Found::default();
    for path in picture_files(folder)? {
        match read(&path) {
            Ok(picture) => found.pictures.push((name(&path), picture)),
            Err(problem) => found.skipped.push(problem),
        }
    }
    match (found.pictures.len(), found.skipped.first()) {
        (0, Some(problem)) => Err(problem.clone()),
        (0, None) => Err(Problem::new("pictures-none").with("folder", folder.display())),
        (count, _) if count < FEWEST_PICTURES => {
            Err(Problem::new("pictures-one").with("folder", folder.display()))
        }
        _ => Ok(found),
    }
}

fn picture_files(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let unreadable = |error: std::io::Error| {
        Problem::new("folder-unreadable").with("folder", folder.display()).with("reason", error)
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let end = path.extension().and_then(|end| end.to_str()).unwrap_or("").to_lowercase();
        if ["png", "jpg", "jpeg"].contains(&end.as_str()) {
            files.push(path);
        }
    }
    files.sort();
    files.truncate(MOST_PICTURES);
    Ok(files)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// One picture.
fn read(path: &Path) -> Result<Picture, Problem> {
    let about = |key| Problem::new(key).with("file", path.display());
    decoded(Cursor::new(bytes(path)?), about)
}

/// What a picture file holds, at the size of drawings.
pub(super) fn decoded(
    file: impl BufRead + Seek,
    about: impl Fn(&'static str) -> Problem,
) -> Result<Picture, Problem> {
    Ok(fitted(&picture_file::decoded(file, about)?))
}

/// The whole picture within 64×64, averaged in boxes; what its form leaves free gets the middle
/// colour of its border, as if a plain background went on.
fn fitted(image: &RgbImage) -> Picture {
    let (width, height) = (image.width().max(1), image.height().max(1));
    let edge = EDGE as u32;
    let longest = u64::from(width.max(height));
    let scaled = |length: u32| {
        let length = (u64::from(length) * u64::from(edge) + longest / 2) / longest;
        u32::try_from(length).unwrap_or(edge).clamp(1, edge)
    };
    let small = thumbnail(image, scaled(width), scaled(height));
    let (left, top) = ((edge - small.width()) / 2, (edge - small.height()) / 2);
    let ground = border_colour(&small);
    Picture::from_fn(EDGE, EDGE, |x, y| {
        let inside = |at: usize, start: u32| (at as u32).checked_sub(start);
        let place = inside(x, left).zip(inside(y, top));
        place.and_then(|(x, y)| small.get_pixel_checked(x, y)).map_or(ground, |pixel| pixel.0)
    })
}

/// The median of each channel along the rim.
fn border_colour(image: &RgbImage) -> [u8; 3] {
    let (right, bottom) = (image.width().saturating_sub(1), image.height().saturating_sub(1));
    let rim = image.enumerate_pixels();
    let rim = rim.filter(|(x, y, _)| *x == 0 || *y == 0 || *x == right || *y == bottom);
    let rim: Vec<[u8; 3]> = rim.map(|(.., pixel)| pixel.0).collect();
    [0, 1, 2].map(|channel| {
        let mut values: Vec<u8> = rim.iter().map(|colour| colour[channel]).collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or(255)
    })
}
