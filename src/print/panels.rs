//! Tensors as small pictures, cell by cell: what stands among the lines.

use crate::walk::colour_map::{diverging, sequential};
use crate::walk::statistics::{absolute_percentile, norm_over_planes};
use crate::walk::{Grid, Picture, Preview, Step};

/// The widest picture of a row of `n` in 80 columns, with an indent of two and gaps of two.
pub(crate) fn widest(n: usize) -> usize {
    (super::table::WIDTH - 2).checked_div(n).unwrap_or(0).saturating_sub(2).min(64)
}

/// One plane, signed: blue below zero, vermilion above, full at `limit`. Averaged over whole
/// blocks where it is wider than `width`; gives the block's edge too.
pub(crate) fn signed_plane(
    grid: &Grid,
    plane: usize,
    limit: f32,
    width: usize,
) -> (Picture, usize) {
    let one = Grid::new(&[1, grid.height(), grid.width()], grid.plane(plane).to_vec());
    let Some(one) = one else { return (Picture::from_fn(0, 0, |_, _| [0; 3]), 1) };
    let (small, block) = one.block_means(width, width);
    let w = small.width();
    let picture = Picture::from_fn(w, small.height(), |x, y| {
        diverging(small.data()[y * w + x], limit, false)
    });
    (picture, block)
}

/// One plane, unsigned, from 0 to its own largest value.
pub(crate) fn unsigned_plane(grid: &Grid, plane: usize, width: usize) -> (Picture, usize) {
    let one = Grid::new(&[1, grid.height(), grid.width()], grid.plane(plane).to_vec());
    let Some(one) = one else { return (Picture::from_fn(0, 0, |_, _| [0; 3]), 1) };
    let (small, block) = one.block_means(width, width);
    let top = small.data().iter().copied().fold(0.0, f32::max);
    let w = small.width();
    let picture =
        Picture::from_fn(w, small.height(), |x, y| sequential(small.data()[y * w + x], 0.0, top));
    (picture, block)
}

/// A latent in the common scale: the linear preview where the model has one, else channel 1.
pub(crate) fn latent(grid: &Grid, preview: Option<&Preview>, width: usize) -> Picture {
    preview.and_then(|p| p.apply(grid)).map_or_else(
        || signed_plane(grid, 0, absolute_percentile(grid.data(), 0.98), width).0,
        |picture| picture.block_means(width, width).0,
    )
}

/// The four small pictures of a step: latent, predicted noise, x0, and where the two answers part
/// (the norm over the channels; absent without guidance).
pub(crate) fn step(step: &Step, preview: Option<&Preview>, width: usize) -> Vec<Picture> {
    let epsilon = step.epsilon_of(&step.pred);
    let mut row = vec![
        latent(&step.common_latent(), preview, width),
        signed_plane(&epsilon, 0, 3.0, width).0,
        x0(step, preview, width),
    ];
    if let Some(difference) = step.difference() {
        row.push(unsigned_plane(&norm_over_planes(&difference), 0, width).0);
    }
    row
}

/// x0 through the VAE where it was decoded, else the preview.
pub(crate) fn x0(step: &Step, preview: Option<&Preview>, width: usize) -> Picture {
    step.x0_image.as_ref().map_or_else(
        || latent(&step.x0, preview, width),
        |picture| picture.block_means(width, width).0,
    )
}
