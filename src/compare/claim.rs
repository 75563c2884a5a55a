//! What turning a piece off changed, beside what the piece's attention map claimed.
//!
//! The map says how much each cell took from the piece, not what it did with it: the two need not
//! agree, and how far they do is a number.

use super::{PictureDifference, Reason, Run, correlation};
use crate::walk::{Grid, Stage};

/// The attention map `[1,h,w]` of the piece at `place` (among the 77, 0 the start mark), averaged
/// over the calls of `run` from `call` on; `None` where none was kept.
pub fn claimed(run: &Run, place: usize, call: usize) -> Option<Grid> {
    let maps: Vec<Grid> = run
        .steps()
        .filter(|step| step.call >= call)
        .filter_map(|step| {
            let rows = &step.attention.as_ref()?.rows;
            let (h, w) = (rows.height(), rows.width());
            // The last row sums up all padding: no piece.
            let inside = place + 1 < rows.planes();
            Grid::new(&[1, h, w], rows.plane(place).to_vec()).filter(|_| inside)
        })
        .collect();
    let share = 1.0 / maps.len().max(1) as f32;
    let terms: Vec<(f32, &Grid)> = maps.iter().map(|map| (share, map)).collect();
    Grid::weighted_sum(&terms)
}

/// Pearson's correlation, over the cells of the map, of how much the picture changed there (the
/// mean |Δ lightness| of the pixels over each cell) with the map: 1 where it changed just where
/// the piece was attended to, about 0 where the two have nothing to do with each other.
pub fn change_and_claim(apart: &PictureDifference, map: &Grid) -> Result<f32, Reason> {
    let changed = apart.lightness.map(f32::abs);
    let (changed, _) = changed.block_means(map.width(), map.height());
    if changed.shape() != map.shape() {
        let size = |grid: &Grid| (grid.width(), grid.height());
        return Err(Reason::PictureSize(size(&changed), size(map)));
    }
    if map.is_empty() {
        return Err(Reason::Missing(Stage::Step));
    }
    correlation(&changed, map)
}
