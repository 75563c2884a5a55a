//! A plane of numbers in words: how far they reach, and where the highest and the lowest lie.

use crate::print::describe::whereabouts;
use crate::walk::{Grid, Statistics};
use crate::words::Words;

/// A plane of numbers: how far they reach, and where the highest and the lowest lie.
pub(super) fn told(grid: &Grid, plane: usize, words: Words) -> String {
    let (high, low) = ends(grid, plane);
    let statistics = Statistics::of_slice(grid.plane(plane));
    let number = |value: f32| format!("{value:.2}").replace('-', "−");
    let facts = [
        ("min", &*number(statistics.min)),
        ("max", &number(statistics.max)),
        ("high", words.text(whereabouts(high.0, high.1))),
        ("low", words.text(whereabouts(low.0, low.1))),
    ];
    words.fill("dialogue.numbers", &facts)
}

/// The ninths of a plane with the highest and the lowest mean: third across and down of each.
pub(super) fn ends(grid: &Grid, plane: usize) -> ((usize, usize), (usize, usize)) {
    let (width, height) = (grid.width().max(1), grid.height().max(1));
    let mut ninths = [(0.0f32, 0u32); 9];
    for (i, value) in grid.plane(plane).iter().enumerate() {
        let (x, y) = (i % width * 3 / width, i / width * 3 / height);
        let ninth = &mut ninths[y.min(2) * 3 + x.min(2)];
        *ninth = (ninth.0 + value, ninth.1 + 1);
    }
    let mean = |at: usize| ninths[at].0 / ninths[at].1.max(1) as f32;
    let filled = || (0..9).filter(|at| ninths[*at].1 > 0);
    let most = filled().max_by(|a, b| mean(*a).total_cmp(&mean(*b))).unwrap_or(4);
    let least = filled().min_by(|a, b| mean(*a).total_cmp(&mean(*b))).unwrap_or(4);
    ((most % 3, most / 3), (least % 3, least / 3))
}
