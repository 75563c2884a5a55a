//! The 3 × 3 convolution in a quarter of the multiplications: Winograd's F(4 × 4, 3 × 3) as
//! Lavin and Gray (2016) use it for networks. Tiles of 6 × 6 cells overlap by two; each is
//! transformed, multiplied with the transformed weights channel by channel, and comes back as
//! 4 × 4 cells.
//!
//! Weights are transformed at each call, a block at a time while it is in the cache: that costs a
//! few hundredths of the products and spares a second copy four times their size.

#![expect(
    clippy::inline_always,
    clippy::needless_range_loop,
    reason = "a loop takes the vectors of the function that it is inlined into, and lanes and \
              places are counted"
)]

mod turn;

use rayon::prelude::*;

use self::turn::{
    IN, OUT, PLACES, WINDOW, column_of, eight_kernels, gather, spread, turn_back, turn_line,
    turn_weights,
};
use super::conv::{Added, Shape, source};
use super::product::{
    DEEP, Job, Panel, Rows, Vectors, add_product, fetch_ahead, put_product, with_registers,
};
use super::scratch::Scratch;

/// Channels, in and out, below which the transforms cost more than they save.
const FEWEST: usize = 128;
/// Tiles below which transforming the weights costs more than it saves.
const FEWEST_TILES: usize = 12;
/// Inner steps that are summed before the sums are put down.
const STRETCH: usize = 320;
/// Tiles that are worked on together.
const TILES: usize = 512;
/// Groups of output channels that share a block of transformed weights.
const GROUPS: usize = 10;

/// Whether this convolution is done here: large enough for the transforms to pay.
pub(in crate::engine) const fn pays(shape: &Shape) -> bool {
    shape.kernel == 3
        && shape.stride == 1
        && shape.padding.0 == 1
        && shape.padding.1 == 1
        && shape.channels.0 >= FEWEST
        && shape.channels.1 >= FEWEST
        && Grid::of(shape).tiles >= FEWEST_TILES
}

/// `[B,C,h,w]` with weights `[O,C,3,3]` to `[B,O,h',w']`.
pub(in crate::engine) fn convolve(
    shape: &Shape,
    input: &[f32],
    weights: &[f32],
    added: Added<'_>,
) -> Vec<f32> {
    let vectors = Vectors::here();
    with_registers!(vectors, convolve_with(shape, input, weights, added))
}

fn convolve_with<const R: usize, const V: usize, const FUSED: bool>(
    vectors: Vectors,
    shape: &Shape,
    input: &[f32],
    weights: &[f32],
    added: Added<'_>,
) -> Vec<f32> {
    let grid = Grid::of(shape);
    let (height, width) = shape.output();
    let mut result = vec![0.0; shape.batch * shape.channels.1 * height * width];
    for first in (0..grid.tiles).step_by(TILES) {
        let tiles = first..grid.tiles.min(first + TILES);
        block_of_tiles::<R, V, FUSED>(
            vectors,
            shape,
            &grid,
            tiles,
            [input, weights],
            added,
            &mut result,
        );
    }
    result
}

/// How the output is cut into tiles, counted row by row over all pictures.
struct Grid {
    across: usize,
    down: usize,
    tiles: usize,
}

impl Grid {
    const fn of(shape: &Shape) -> Self {
        let (height, width) = shape.output();
        let (down, across) = (height.div_ceil(OUT), width.div_ceil(OUT));
        Self { across, down, tiles: shape.batch * down * across }
    }

    /// The tiles of a panel in runs.
    fn runs(&self, tiles: std::ops::Range<usize>) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut at = tiles.start;
        while at < tiles.end {
            let (row, column) = (at / self.across, at % self.across);
            let count = (self.across - column).min(tiles.end - at);
            runs.push(Run {
                picture: row / self.down,
                row: row % self.down * OUT,
                column: column * OUT,
                lane: at - tiles.start,
                tiles: count,
            });
            at += count;
        }
        runs
    }
}

#[expect(clippy::too_many_arguments, reason = "a convolution's parts, one thing each")]
fn block_of_tiles<const R: usize, const V: usize, const FUSED: bool>(
    vectors: Vectors,
    shape: &Shape,
    grid: &Grid,
    tiles: std::ops::Range<usize>,
    [input, weights]: [&[f32]; 2],
    added: Added<'_>,
    result: &mut [f32],
) {
    let deep = shape.channels.0.div_ceil(DEEP);
    let panels = tiles.len().div_ceil(V);
    let mut room = Scratch::of::<V, DEEP>(panels * PLACES * deep);
    let turned: &mut [Panel<V>] = &mut room.blocks()[..panels * PLACES * deep];
    turned.par_chunks_exact_mut(PLACES * deep).enumerate().for_each(|(p, to)| {
        let first = tiles.start + p * V;
        let runs = grid.runs(first..tiles.end.min(first + V));
        vectors.run(Turn { shape, input, runs: &runs, deep, to });
    });

    let turned: &[Panel<V>] = turned;
    let (height, width) = shape.output();
    let out = shape.channels.1;
    let groups = out.div_ceil(R);
    let threads = rayon::current_num_threads();
    let blocks = groups.div_ceil(GROUPS).next_multiple_of(threads).min(groups);
    let each = groups.div_ceil(blocks);
    // Every block of output channels with its planes in all pictures.
    let mut planes: Vec<Vec<&mut [f32]>> = Vec::new();
    planes.resize_with(groups.div_ceil(each), Vec::new);
    for (at, plane) in result.chunks_exact_mut(height * width).enumerate() {
        planes[at % out / (each * R)].push(plane);
    }
    planes.into_par_iter().enumerate().for_each(|(block, mut planes)| {
        let channels = block * each * R..out.min((block + 1) * each * R);
        let work = Work::<R, V, FUSED> {
            shape,
            grid,
            tiles: tiles.clone(),
            channels,
            deep,
            turned,
            weights,
            added,
            planes: &mut planes,
        };
        vectors.run(work);
    });
}

/// Tiles of one panel that lie side by side in one row of tiles.
#[derive(Clone, Copy)]
struct Run {
    picture: usize,
    /// Of the first tile's first cell in the output.
    row: usize,
    column: usize,
    /// The first tile's place in the panel.
    lane: usize,
    tiles: usize,
}

/// Reads the tiles of one panel from every channel and transforms them: `[place][channel/8]`.
struct Turn<'a, const V: usize> {
    shape: &'a Shape,
    input: &'a [f32],
    runs: &'a [Run],
    deep: usize,
    to: &'a mut [Panel<V>],
}

impl<const V: usize> Job for Turn<'_, V> {
    #[inline(always)]
    fn run(self) {
        let (h, w) = self.shape.input;
        let channels = self.shape.channels.0;
        for c in 0..channels {
            let mut cells = [[[0.0f32; V]; IN]; IN];
            for run in self.runs {
                let plane = &self.input[(run.picture * channels + c) * h * w..][..h * w];
                for (dy, cells) in cells.iter_mut().enumerate() {
                    if let Some(row) = source(run.row + dy, 1, self.shape.enlarged.0, h) {
                        read_line(self.shape, &plane[row * w..][..w], *run, cells);
                    }
                }
            }
            let mut half = [[[0.0f32; V]; IN]; IN];
            for (to, from) in half.iter_mut().zip(&cells) {
                *to = turn_line(from);
            }
            for column in 0..IN {
                let line = turn_line(&column_of(&half, column));
                for (row, numbers) in line.iter().enumerate() {
                    let at = (row * IN + column) * self.deep + c / DEEP;
                    self.to[at][c % DEEP] = *numbers;
                }
            }
        }
        if !channels.is_multiple_of(DEEP) {
            for place in self.to.chunks_exact_mut(self.deep) {
                place[self.deep - 1][channels % DEEP..].fill([0.0; V]);
            }
        }
    }
}

/// One line of every tile of a run; zeros outside.
#[inline(always)]
fn read_line<const V: usize>(shape: &Shape, line: &[f32], run: Run, cells: &mut [[f32; V]; IN]) {
    let mut window = [0.0f32; WINDOW];
    let length = OUT * run.tiles + 2;
    let width = shape.enlarged.1;
    // The window begins one cell before the first tile's first.
    let skip = 1usize.saturating_sub(run.column);
    let from = (run.column + skip).saturating_sub(1);
    let count = (length - skip).min(width.saturating_sub(from));
    if width == line.len() {
        window[skip..skip + count].copy_from_slice(&line[from..from + count]);
    } else {
        for (i, cell) in window[skip..skip + count].iter_mut().enumerate() {
            *cell = line[(from + i) * line.len() / width];
        }
    }
    if run.tiles == V {
        spread(&window, 0, V, cells);
    } else {
        spread(&window, run.lane, run.tiles, cells);
    }
}

/// What one thread does for a block of output channels.
struct Work<'a, 'b, const R: usize, const V: usize, const FUSED: bool> {
    shape: &'a Shape,
    grid: &'a Grid,
    tiles: std::ops::Range<usize>,
    channels: std::ops::Range<usize>,
    deep: usize,
    turned: &'a [Panel<V>],
    weights: &'a [f32],
    added: Added<'a>,
    /// The block's channels of the first picture, then of the second.
    planes: &'a mut [&'b mut [f32]],
}

impl<const R: usize, const V: usize, const FUSED: bool> Job for Work<'_, '_, R, V, FUSED> {
    #[inline(always)]
    fn run(mut self) {
        let panels = self.tiles.len().div_ceil(V);
        let count = self.channels.len().div_ceil(R) * PLACES * panels;
        let mut room = Scratch::of::<V, R>(count);
        let sums: &mut [[[f32; V]; R]] = &mut room.blocks()[..count];
        self.products(sums);
        let runs: Vec<Vec<Run>> = (0..panels)
            .map(|panel| {
                let first = self.tiles.start + panel * V;
                self.grid.runs(first..self.tiles.end.min(first + V))
            })
            .collect();
        for (group, sums) in sums.chunks_exact(PLACES * panels).enumerate() {
            for (sums, runs) in sums.chunks_exact(PLACES).zip(&runs) {
                for r in 0..R.min(self.channels.len() - group * R) {
                    self.write(sums, (group, r), runs);
                }
            }
        }
    }
}

impl<const R: usize, const V: usize, const FUSED: bool> Work<'_, '_, R, V, FUSED> {
    /// `[group][panel][place]`.
    #[inline(always)]
    fn products(&self, sums: &mut [[[f32; V]; R]]) {
        let panels = self.tiles.len().div_ceil(V);
        let groups = self.channels.len().div_ceil(R);
        let stretch = STRETCH / DEEP;
        let mut room = Scratch::of::<DEEP, R>(PLACES * groups * stretch.min(self.deep));
        let rows: &mut [Rows<R>] = room.blocks();
        for first in (0..self.deep).step_by(stretch) {
            let length = stretch.min(self.deep - first);
            self.turn_rows((first, length), rows);
            for place in 0..PLACES {
                for panel in 0..panels {
                    let at = (panel * PLACES + place) * self.deep + first;
                    let right = &self.turned[at..at + length];
                    let next = at + PLACES * self.deep;
                    let next = self.turned.get(next..next + length).unwrap_or_default();
                    for group in 0..groups {
                        fetch_ahead(next, group, groups);
                        let left = &rows[(place * groups + group) * length..][..length];
                        let at = (group * panels + panel) * PLACES + place;
                        if first == 0 {
                            put_product::<R, V, FUSED>(&mut sums[at], left, right);
                        } else {
                            add_product::<R, V, FUSED>(&mut sums[at], left, right);
                        }
                    }
                }
            }
        }
    }

    /// The weights of this block for `length` eights of input channels, transformed:
    /// `[place][group][eight]`.
    #[inline(always)]
    fn turn_rows(&self, (first, length): (usize, usize), rows: &mut [Rows<R>]) {
        let inputs = self.shape.channels.0;
        let groups = self.channels.len().div_ceil(R);
        for group in 0..groups {
            let channels = R.min(self.channels.len() - group * R);
            for eight in 0..length {
                let c = (first + eight) * DEEP;
                for r in 0..channels {
                    let o = self.channels.start + group * R + r;
                    let own = &self.weights[(o * inputs + c) * 9..(o + 1) * inputs * 9];
                    let kernels = eight_kernels(own);
                    let half = [
                        turn_weights(&kernels[0]),
                        turn_weights(&kernels[1]),
                        turn_weights(&kernels[2]),
                    ];
                    for column in 0..IN {
                        let line =
                            turn_weights(&[half[0][column], half[1][column], half[2][column]]);
                        for (row, numbers) in line.iter().enumerate() {
                            rows[((row * IN + column) * groups + group) * length + eight][r] =
                                *numbers;
                        }
                    }
                }
            }
        }
    }

    /// Transforms the sums of one channel back and writes its tiles.
    #[inline(always)]
    fn write(&mut self, sums: &[[[f32; V]; R]], (group, r): (usize, usize), runs: &[Run]) {
        let mut half = [[[0.0f32; V]; OUT]; IN];
        for (row, half) in half.iter_mut().enumerate() {
            *half = turn_back(&[
                sums[row * IN][r],
                sums[row * IN + 1][r],
                sums[row * IN + 2][r],
                sums[row * IN + 3][r],
                sums[row * IN + 4][r],
                sums[row * IN + 5][r],
            ]);
        }
        let mut cells = [[[0.0f32; V]; OUT]; OUT];
        for column in 0..OUT {
            let line = turn_back(&column_of(&half, column));
            for row in 0..OUT {
                cells[row][column] = line[row];
            }
        }
        let (height, width) = self.shape.output();
        let at = group * R + r;
        let (o, out) = (self.channels.start + at, self.shape.channels.1);
        for run in runs {
            let shifts = self.added.bias.len() > out;
            let bias = self.added.bias[if shifts { run.picture * out + o } else { o }];
            let plane = &mut self.planes[run.picture * self.channels.len() + at];
            let start = (run.picture * out + o) * height * width;
            let across = (OUT * run.tiles).min(width - run.column);
            for row in 0..OUT.min(height - run.row) {
                let mut window = [0.0f32; WINDOW];
                if run.tiles == V {
                    gather(&cells[row], 0, V, &mut window);
                } else {
                    gather(&cells[row], run.lane, run.tiles, &mut window);
                }
                let from = (run.row + row) * width + run.column;
                let to = &mut plane[from..from + across];
                if let Some(residual) = self.added.residual {
                    let beside = &residual[start + from..][..across];
                    for ((to, cell), beside) in to.iter_mut().zip(&window).zip(beside) {
                        *to = cell + bias + beside;
                    }
                } else {
                    for (to, cell) in to.iter_mut().zip(&window) {
                        *to = cell + bias;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::conv;
    use super::*;
    use crate::engine::kernels::product::numbers;

    /// Held against the plain convolution, in every kind of vectors that this processor has.
    #[test]
    fn equals_the_plain_convolution() {
        let base = Shape {
            batch: 2,
            channels: (37, 29),
            input: (9, 11),
            enlarged: (9, 11),
            kernel: 3,
            stride: 1,
            padding: (1, 1),
        };
        let shapes = [
            base,
            Shape { channels: (8, 12), input: (1, 1), enlarged: (1, 1), ..base },
            Shape { channels: (340, 30), input: (4, 70), enlarged: (4, 70), ..base },
            Shape { input: (5, 6), enlarged: (10, 11), ..base },
            Shape { batch: 1, channels: (16, 70), input: (100, 97), enlarged: (100, 97), ..base },
        ];
        for shape in shapes {
            let (h, w) = shape.input;
            let (oh, ow) = shape.output();
            let (from, to) = shape.channels;
            let input = numbers(shape.batch * from * h * w, 1);
            let weights = numbers(to * from * 9, 2);
            let bias = numbers(shape.batch * to, 3);
            let residual = numbers(shape.batch * to * oh * ow, 4);
            for added in [
                Added { bias: &bias, residual: Some(&residual) },
                Added { bias: &bias[..to], residual: None },
            ] {
                let plain = conv::convolve(&shape, &input, &weights, added);
                let run = |vectors| match vectors {
                    Vectors::Plain => {
                        convolve_with::<4, 8, false>(vectors, &shape, &input, &weights, added)
                    }
                    _ => convolve(&shape, &input, &weights, added),
                };
                for vectors in [Vectors::Plain, Vectors::here()] {
                    let found = run(vectors);
                    let error = relative(&found, &plain);
                    assert!(error < 1e-5, "{vectors:?} {shape:?}: {error:.1e}");
                }
            }
        }
    }

    fn relative(found: &[f32], expected: &[f32]) -> f64 {
        let square = |x: f32| f64::from(x) * f64::from(x);
        let off: f64 = found.iter().zip(expected).map(|(a, b)| square(a - b)).sum();
        (off / expected.iter().map(|x| square(*x)).sum::<f64>()).sqrt()
    }
}
