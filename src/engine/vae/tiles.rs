//! Decoding in tiles, where the whole picture has no room in memory.
//!
//! The latent is cut into squares that overlap by a quarter, each is decoded by itself, and where
//! two meet one fades linearly into the other, as `AutoencoderKL.tiled_decode` of diffusers 0.42
//! does (`tile_latent_min_size` 64 for a model of 512 pixels, `tile_overlap_factor` 0.25); only the
//! last tile of a row is whole here and overlaps more, where diffusers' is cut thin. That is
//! approximate: each tile has its own group norms, whose mean and spread are those of the tile and
//! not of the picture, and its own attention in the middle, so that colours and light can differ
//! from those of a whole decoding.

use candle_core::{Device, Tensor};

use crate::engine::capture;
use crate::walk::Problem;

/// Latent cells along a tile's side, the largest first: 512 pixels where a cell covers 8. Smaller
/// ones are further from the whole, and only for where the larger have no room either.
const SIDES: [usize; 2] = [64, SMALLEST];
/// The side of the smallest tiles.
pub(in crate::engine) const SMALLEST: usize = 32;

/// The side of the tiles in which a latent of `height × width` cells is decoded, where so many
/// bytes are free and so many `cells` take what `needed` says; `None`: whole, because it fits,
/// because nobody says how much is free, or because it is no larger than a tile.
pub(super) fn side(
    (height, width): (usize, usize),
    free: Option<u64>,
    needed: impl Fn(u64) -> u64,
) -> Option<usize> {
    let fits = |cells: usize| free.is_none_or(|free| needed(cells as u64) <= free);
    if fits(height.saturating_mul(width)) {
        return None;
    }
    let mut cuts = SIDES.into_iter().filter(|&side| count((height, width), side) > 1);
    cuts.clone().find(|side| fits(side * side)).or_else(|| cuts.next_back())
}

/// Where tiles of `side` cells begin along `size` cells: three quarters of a side apart, the last
/// one ending with the latent.
pub(super) fn starts(size: usize, side: usize) -> Vec<usize> {
    let stride = (side - side / 4).max(1);
    let mut starts = vec![0];
    let mut at = 0;
    while at + side < size {
        at = (at + stride).min(size - side);
        starts.push(at);
    }
    starts
}

/// How many tiles of `side` cells a latent of `height × width` cells has.
pub(super) fn count((height, width): (usize, usize), side: usize) -> usize {
    starts(height, side).len() * starts(width, side).len()
}

/// Decodes `[B,4,h,w]` tile by tile with `one`, which gives `[B,3,h·f,w·f]` for a tile; the result
/// is on the processor, in 32 bits.
pub(super) fn decode(
    input: &Tensor,
    side: usize,
    mut one: impl FnMut(&Tensor) -> Result<Tensor, Problem>,
) -> Result<Tensor, Problem> {
    let (batch, _, height, width) = input.dims4()?;
    let mut canvas: Option<Canvas> = None;
    for top in starts(height, side) {
        for left in starts(width, side) {
            let (h, w) = (side.min(height - top), side.min(width - left));
            let tile = one(&input.narrow(2, top, h)?.narrow(3, left, w)?.contiguous()?)?;
            let (_, channels, pixels, _) = tile.dims4()?;
            let cell = pixels / h.max(1);
            let canvas = canvas.get_or_insert_with(|| {
                Canvas::new([batch, channels, height * cell, width * cell], side * cell / 4)
            });
            canvas.lay(capture::grid(&tile)?.data(), [top, left, h, w].map(|cells| cells * cell));
        }
    }
    let canvas = canvas.ok_or_else(|| Problem::new("input-shape"))?;
    Ok(Tensor::from_vec(canvas.blended(), &canvas.shape[..], &Device::Cpu)?)
}

/// Tiles laid over each other, each pixel with the sum of their weights.
struct Canvas {
    /// `B`, channels, height, width.
    shape: [usize; 4],
    /// Over how many pixels one tile fades into the next.
    fade: usize,
    sums: Vec<f32>,
    /// Of one plane: the same in all.
    weights: Vec<f32>,
}

impl Canvas {
    fn new(shape: [usize; 4], fade: usize) -> Self {
        let plane = shape[2] * shape[3];
        let sums = vec![0.0; shape[0] * shape[1] * plane];
        Self { shape, fade, sums, weights: vec![0.0; plane] }
    }

    /// Adds a tile `[B,C,h,w]` at its top and left.
    fn lay(&mut self, tile: &[f32], [top, left, h, w]: [usize; 4]) {
        let [_, _, height, width] = self.shape;
        let rows = self.ramp(top, h, height);
        let columns = self.ramp(left, w, width);
        for (y, down) in rows.iter().enumerate() {
            for (x, along) in columns.iter().enumerate() {
                self.weights[(top + y) * width + left + x] += down * along;
            }
        }
        for (plane, tile) in tile.chunks_exact(h * w).enumerate() {
            let sums = &mut self.sums[plane * height * width..][..height * width];
            for (y, (row, down)) in tile.chunks_exact(w).zip(&rows).enumerate() {
                let to = &mut sums[(top + y) * width + left..][..w];
                for ((to, pixel), along) in to.iter_mut().zip(row).zip(&columns) {
                    *to += pixel * down * along;
                }
            }
        }
    }

    /// The weight along one side: rising from an edge inside the picture, falling towards one.
    fn ramp(&self, start: usize, length: usize, size: usize) -> Vec<f32> {
        let fade = self.fade.max(1) as f32;
        let share = |far: usize| ((far as f32 + 0.5) / fade).min(1.0);
        let inside = (start > 0, start + length < size);
        (0..length)
            .map(|at| {
                let first = if inside.0 { share(at) } else { 1.0 };
                let last = if inside.1 { share(length - 1 - at) } else { 1.0 };
                first * last
            })
            .collect()
    }

    fn blended(&self) -> Vec<f32> {
        let mut blended = self.sums.clone();
        for plane in blended.chunks_exact_mut(self.weights.len().max(1)) {
            plane.iter_mut().zip(&self.weights).for_each(|(sum, weight)| *sum /= weight);
        }
        blended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A decoder that only repeats each cell twice each way: tiles of it lose nothing.
    fn repeated(input: &Tensor) -> Result<Tensor, Problem> {
        let (b, c, h, w) = input.dims4()?;
        Ok(input.narrow(1, 0, 3.min(c))?.upsample_nearest2d(h * 2, w * 2)?.reshape((
            b,
            3,
            h * 2,
            w * 2,
        ))?)
    }

    #[test]
    fn tiles_are_for_what_has_no_room_and_no_larger_than_has() {
        let needed = |cells: u64| cells * 10 + 1000;
        let of = |size, free| side(size, Some(free), needed);
        assert_eq!(of((128, 128), 164_840), None);
        assert_eq!(of((128, 128), 164_839), Some(64));
        assert_eq!(of((128, 128), 41_960), Some(64));
        assert_eq!(of((128, 128), 41_959), Some(32));
        // Too little for any: the smallest is tried, and the device says so.
        assert_eq!(of((128, 128), 0), Some(32));
        assert_eq!(of((64, 64), 41_959), Some(32));
        assert_eq!(of((32, 32), 0), None);
        assert_eq!(of((16, 80), 0), Some(32));
        assert_eq!(side((4096, 4096), None, needed), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn tiles_cover_everything_and_overlap(size in 1usize..400, side in 4usize..80) {
            let starts = starts(size, side);
            prop_assert_eq!(starts[0], 0);
            prop_assert!(starts[starts.len() - 1] + side >= size);
            for pair in starts.windows(2) {
                prop_assert!(pair[0] < pair[1] && pair[1] + side / 4 <= pair[0] + side);
            }
        }

        #[test]
        fn what_needs_no_neighbours_comes_out_whole(h in 1usize..30, w in 1usize..30) {
            let numbers: Vec<f32> = (0..4 * h * w).map(|i| (i % 17) as f32 - 8.0).collect();
            let input = Tensor::from_vec(numbers, (1, 4, h, w), &Device::Cpu).unwrap();
            let tiled = decode(&input, 8, repeated).unwrap();
            let whole = repeated(&input).unwrap();
            let apart = (tiled - whole).unwrap().abs().unwrap().max_all().unwrap();
            prop_assert!(apart.to_scalar::<f32>().unwrap() < 1e-5);
        }
    }
}
