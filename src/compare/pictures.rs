//! How far two finished pictures are apart, on the 8-bit pixels that a person sees.

use crate::walk::{Grid, Image, Picture, Stage};

use super::Reason;

/// The peak signal-to-noise ratio of two pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Psnr {
    /// Every pixel is equal: the ratio would be infinite.
    Identical,
    /// `10·log₁₀(255²/MSE)` in dB, MSE the mean square over all pixels and all three colours.
    Decibels(f32),
}

/// What parts two pictures of one size; signed values are other − reference, in 8-bit levels.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureDifference {
    /// `[3,H,W]`: red, green and blue, −255 to 255.
    pub grid: Grid,
    /// `[1,H,W]`: the mean of the three, for one diverging map (lighter above zero).
    pub lightness: Grid,
    /// The largest |value| of `lightness`, at least 1: symmetrical limits for colours.
    pub limit: f32,
    /// The ratio.
    pub psnr: Psnr,
    /// Mean absolute difference in 8-bit levels.
    pub mean_absolute: f32,
    /// Share of pixels, 0 to 1, that differ in any colour.
    pub changed: f32,
}

/// The difference of two walks' pictures.
pub fn between_images(reference: &Image, other: &Image) -> Result<PictureDifference, Reason> {
    let picture = |image: &Image| image.picture().ok_or(Reason::Missing(Stage::Image));
    between_pictures(&picture(reference)?, &picture(other)?)
}

/// The difference of two pictures; a reason where their sizes differ.
pub fn between_pictures(reference: &Picture, other: &Picture) -> Result<PictureDifference, Reason> {
    let (w, h) = (reference.width(), reference.height());
    if (w, h) != (other.width(), other.height()) {
        return Err(Reason::PictureSize((w, h), (other.width(), other.height())));
    }
    let (a, b) = (reference.rgb(), other.rgb());
    let apart = |i: usize| i32::from(b[i]) - i32::from(a[i]);
    let grid = Grid::from_fn(&[3, h, w], |i| apart(i % (w * h) * 3 + i / (w * h)) as f32);
    let lightness =
        Grid::from_fn(&[1, h, w], |i| (0..3).map(|c| apart(i * 3 + c)).sum::<i32>() as f32 / 3.0);
    let (mut squares, mut sizes) = (0u64, 0u64);
    for i in 0..a.len() {
        let size = u64::from(apart(i).unsigned_abs());
        squares += size * size;
        sizes += size;
    }
    let changed = a.chunks_exact(3).zip(b.chunks_exact(3)).filter(|(a, b)| a != b).count();
    let count = a.len().max(1) as f64;
    let psnr = if squares == 0 {
        Psnr::Identical
    } else {
        Psnr::Decibels((10.0 * (255.0 * 255.0 * count / squares as f64).log10()) as f32)
    };
    Ok(PictureDifference {
        limit: lightness.data().iter().fold(1.0, |limit: f32, x| limit.max(x.abs())),
        grid,
        lightness,
        psnr,
        mean_absolute: (sizes as f64 / count) as f32,
        changed: changed as f32 / (w * h).max(1) as f32,
    })
}
