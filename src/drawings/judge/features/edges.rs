//! The shape of a thing in numbers: the directions of its edges in overlapping cells, and its
//! silhouette.
//!
//! Source: Dalal and Triggs, "Histograms of oriented gradients for human detection", 2005.

use std::f32::consts::PI;

use super::floats;
use super::silhouette::Square;
use crate::walk::Picture;

/// Pixels a side to which the thing is brought.
const SIDE: usize = 48;
/// Pixels from one cell of edges to the next; each is two of them wide.
const CELL: usize = 8;
/// Cells a side.
const CELLS: usize = SIDE / CELL;
/// Directions of edges, half a turn in all: dark on light is as light on dark.
const DIRECTIONS: usize = 8;
/// Cells a side of the silhouette.
const OUTLINE: usize = 8;
/// The silhouette's weight beside the edges'.
const WEIGHT: f32 = 0.5;
/// A silhouette of fewer pixels is nothing.
const FEWEST: usize = 30;

/// Edges (8 directions × 6 × 6 cells, of length 1) and silhouette (8 × 8, of length ½); zeros for
/// a silhouette of next to nothing.
pub(super) fn shape(picture: &Picture, mask: &[bool], ground: [f32; 3]) -> Vec<f32> {
    if mask.iter().filter(|inside| **inside).count() < FEWEST {
        return vec![0.0; DIRECTIONS * CELLS * CELLS + OUTLINE * OUTLINE];
    }
    let (width, height) = (picture.width(), picture.height());
    let square = Square::around(mask, width);
    let grey = |colour: [f32; 3]| colour.iter().sum::<f32>() / 3.0;
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let greys: Vec<f32> = places.map(|(x, y)| grey(floats(picture, x, y)) - grey(ground)).collect();
    let solid: Vec<f32> = mask.iter().map(|inside| f32::from(u8::from(*inside))).collect();
    let mut numbers = unit(directions(&square.sampled(&greys, width, SIDE)), 1.0);
    numbers.extend(unit(outline(&square.sampled(&solid, width, SIDE)), WEIGHT));
    numbers
}

/// These numbers with a length of `length`.
fn unit(numbers: Vec<f32>, length: f32) -> Vec<f32> {
    let own = numbers.iter().map(|x| x * x).sum::<f32>().sqrt() + 1e-6;
    numbers.into_iter().map(|x| x * length / own).collect()
}

/// How much edge of each direction is in each cell: the root of the mean of the roots of slopes.
fn directions(plane: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0; DIRECTIONS * CELLS * CELLS];
    for (at, (direction, strength)) in edges(plane).enumerate() {
        let (low, part) = (direction as usize % DIRECTIONS, direction.fract());
        for row in cells_of(at / SIDE) {
            for column in cells_of(at % SIDE) {
                let mut add = |direction: usize, value: f32| {
                    sums[(direction * CELLS + row) * CELLS + column] += value;
                };
                add(low, strength * (1.0 - part));
                add((low + 1) % DIRECTIONS, strength * part);
            }
        }
    }
    let pixels = (4 * CELL * CELL) as f32;
    sums.into_iter().map(|sum| (sum / pixels).sqrt()).collect()
}

/// The two cells, or at the rim the one, that a row or column of pixels lies in.
fn cells_of(pixel: usize) -> impl Iterator<Item = usize> {
    let half = (pixel + CELL / 2) / CELL;
    half.saturating_sub(1)..(half + 1).min(CELLS)
}

/// Pixel by pixel: the direction of the slope in eighths of half a turn, and the root of its
/// steepness.
fn edges(plane: &[f32]) -> impl Iterator<Item = (f32, f32)> {
    let slope = |at: usize, place: usize, stride: usize| {
        let (before, after) = (usize::from(place > 0), usize::from(place + 1 < SIDE));
        let rise = plane[at + after * stride] - plane[at - before * stride];
        rise / (before + after) as f32
    };
    (0..SIDE * SIDE).map(move |at| {
        let (down, across) = (slope(at, at / SIDE, SIDE), slope(at, at % SIDE, 1));
        let direction = down.atan2(across).rem_euclid(PI) / PI * DIRECTIONS as f32;
        (direction, across.hypot(down).sqrt())
    })
}

/// The share of each cell that the silhouette covers, less one half.
fn outline(plane: &[f32]) -> Vec<f32> {
    let step = SIDE / OUTLINE;
    let mut sums = vec![0.0; OUTLINE * OUTLINE];
    for (at, solid) in plane.iter().enumerate() {
        sums[at / SIDE / step * OUTLINE + at % SIDE / step] += solid / (step * step) as f32;
    }
    sums.into_iter().map(|share| share - 0.5).collect()
}
