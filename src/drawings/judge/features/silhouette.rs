//! Which pixels of a picture belong to the thing, and the square around them.

use super::{floats, percentile, zip};
use crate::walk::Picture;

/// A pixel belongs to the thing if a channel differs from the background by more than this.
const APART: f32 = 30.0;
/// A patch of fewer pixels, or of a smaller share of the largest patch, is a speck.
const SPECK: (usize, f32) = (4, 0.05);

/// Row by row, whether the picture differs from its background; specks do not count.
pub(super) fn of(picture: &Picture, ground: [f32; 3]) -> Vec<bool> {
    let differs = |x, y| zip(floats(picture, x, y), ground).any(|(a, b)| (a - b).abs() > APART);
    let places = (0..picture.height()).flat_map(|y| (0..picture.width()).map(move |x| (x, y)));
    let mask: Vec<bool> = places.map(|(x, y)| differs(x, y)).collect();
    let (named, sizes) = patches(&mask, picture.width());
    let largest = sizes.iter().copied().max().unwrap_or(0);
    let least = (SPECK.0 as f32).max(SPECK.1 * largest as f32);
    named.iter().map(|name| name.is_some_and(|name| sizes[name] as f32 >= least)).collect()
}

/// The patch of every pixel of the mask, and the size of every patch; corners touch.
fn patches(mask: &[bool], width: usize) -> (Vec<Option<usize>>, Vec<usize>) {
    let (mut named, mut sizes) = (vec![None; mask.len()], Vec::new());
    for start in 0..mask.len() {
        if !mask[start] || named[start].is_some() {
            continue;
        }
        let (name, mut size, mut open) = (sizes.len(), 0, vec![start]);
        named[start] = Some(name);
        while let Some(at) = open.pop() {
            size += 1;
            for next in beside(at, width, mask.len()) {
                if mask[next] && named[next].is_none() {
                    named[next] = Some(name);
                    open.push(next);
                }
            }
        }
        sizes.push(size);
    }
    (named, sizes)
}

/// The pixel and up to eight around it.
fn beside(at: usize, width: usize, count: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (at % width, at / width);
    let columns = x.saturating_sub(1)..=(x + 1).min(width - 1);
    let rows = y.saturating_sub(1)..=(y + 1).min(count / width - 1);
    rows.flat_map(move |row| columns.clone().map(move |column| row * width + column))
}

/// A square in pixels: its left upper corner, which may lie between pixels and outside the
/// picture, and its side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Square {
    x: f32,
    y: f32,
    side: f32,
}

impl Square {
    /// Around a silhouette of one pixel at least.
    pub(super) fn around(mask: &[bool], width: usize) -> Self {
        let inside = || mask.iter().enumerate().filter(|(_, inside)| **inside).map(|(at, _)| at);
        let (top, bottom) = ends(inside().map(|at| at / width));
        let (left, right) = ends(inside().map(|at| at % width));
        let side = (bottom - top).max(right - left) as f32 + 1.0;
        let start = |low: usize, high: usize| ((low + high + 1) as f32 - side) / 2.0;
        Self { x: start(left, right), y: start(top, bottom), side }
    }

    /// The square of a plane at `side` pixels a side: between four pixels in a straight line, 0
    /// outside the plane.
    pub(super) fn sampled(self, plane: &[f32], width: usize, side: usize) -> Vec<f32> {
        let height = plane.len() / width;
        // One pixel of 0 stands around the plane.
        let value = |x: usize, y: usize| {
            let inside = (1..=width).contains(&x) && (1..=height).contains(&y);
            if inside { plane[(y - 1) * width + x - 1] } else { 0.0 }
        };
        let place = |start: f32, k: usize, length: usize| {
            let at = (k as f32 + 0.5) * self.side / side as f32 - 0.5;
            (start + at + 1.0).clamp(0.0, length as f32 + 0.999)
        };
        let one = |row: usize, column: usize| {
            let (y, x) = (place(self.y, row, height), place(self.x, column, width));
            let (i, j, down, across) = (y as usize, x as usize, y.fract(), x.fract());
            let line = |i| value(j, i) * (1.0 - across) + value(j + 1, i) * across;
            line(i) * (1.0 - down) + line(i + 1) * down
        };
        (0..side).flat_map(|row| (0..side).map(move |column| one(row, column))).collect()
    }
}

/// First and last place that count: stray pixels at the rim do not stretch the square.
fn ends(places: impl Iterator<Item = usize>) -> (usize, usize) {
    let mut sorted: Vec<f32> = places.map(|place| place as f32).collect();
    sorted.sort_by(f32::total_cmp);
    (percentile(&sorted, 0.005) as usize, percentile(&sorted, 0.995) as usize)
}
