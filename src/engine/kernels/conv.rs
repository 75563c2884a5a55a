//! Convolution: tiles of the output's pixels, each one product of the stored weights with the
//! gathered neighbourhoods.

use rayon::prelude::*;

use super::matrix::{Into, Matrix, multiply};
use super::winograd;

/// The sizes of one convolution.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Shape {
    /// Pictures.
    pub(in crate::engine) batch: usize,
    /// Channels in and out.
    pub(in crate::engine) channels: (usize, usize),
    /// Height and width of the input.
    pub(in crate::engine) input: (usize, usize),
    /// Height and width to which the input is enlarged first, each new cell taking the value of
    /// the cell it lies in; equal to `input` where it is not.
    pub(in crate::engine) enlarged: (usize, usize),
    /// Edge of the kernel.
    pub(in crate::engine) kernel: usize,
    /// Step of the kernel.
    pub(in crate::engine) stride: usize,
    /// Zeros before (left and top) and after (right and bottom).
    pub(in crate::engine) padding: (usize, usize),
}

impl Shape {
    /// Height and width of the result.
    pub(in crate::engine) const fn output(&self) -> (usize, usize) {
        let room = self.padding.0 + self.padding.1;
        (
            (self.enlarged.0 + room - self.kernel) / self.stride + 1,
            (self.enlarged.1 + room - self.kernel) / self.stride + 1,
        )
    }

    /// Whether the kernel moves over the bare input pixel by pixel and the result has its size.
    const fn keeps_size(&self) -> bool {
        let even = self.padding.0 == self.kernel / 2 && self.padding.1 == self.kernel / 2;
        let bare = self.enlarged.0 == self.input.0 && self.enlarged.1 == self.input.1;
        self.stride == 1 && self.kernel % 2 == 1 && even && bare
    }

    /// Numbers that one pixel of the result is made from.
    pub(in crate::engine) const fn depth(&self) -> usize {
        self.channels.0 * self.kernel * self.kernel
    }
}

/// What is added to the bare product.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Added<'a> {
    /// One number a channel, or one a picture and channel (then `batch × channels` of them).
    pub(in crate::engine) bias: &'a [f32],
    /// Another tensor of the result's shape.
    pub(in crate::engine) residual: Option<&'a [f32]>,
}

/// `[B,C,h,w]` with weights `[O,C,k,k]` to `[B,O,h',w']`.
pub(in crate::engine) fn convolve(
    shape: &Shape,
    input: &[f32],
    weights: &[f32],
    added: Added<'_>,
) -> Vec<f32> {
    if winograd::pays(shape) {
        return winograd::convolve(shape, input, weights, added);
    }
    let (height, width) = shape.output();
    let (pixels, depth, out) = (height * width, shape.depth(), shape.channels.1);
    let columns = shape.batch * pixels;
    let tile = tile_width(depth, columns);
    let starts: Vec<usize> = (0..columns).step_by(tile).collect();
    let alone = starts.len() == 1;
    let compute = |&start: &usize| {
        let count = tile.min(columns - start);
        let gathered = gather(shape, input, start, count);
        let mut product = vec![0.0; out * count];
        let into =
            Into { row_stride: count, column_stride: 1, add: false, scale: 1.0, threads: alone };
        multiply(
            &mut product,
            into,
            Matrix::rows(weights, out, depth, depth),
            Matrix::rows(&gathered, depth, count, count),
        );
        product
    };
    let many = super::worth_threads(out * depth * columns) && !alone;
    let mut result = vec![0.0; out * columns];
    // A few tiles at a time: all of them together would be a second result.
    for round in starts.chunks(4 * rayon::current_num_threads()) {
        let products: Vec<Vec<f32>> = if many {
            round.par_iter().map(compute).collect()
        } else {
            round.iter().map(compute).collect()
        };
        for (start, product) in round.iter().zip(&products) {
            let count = tile.min(columns - start);
            scatter(&mut result, product, (*start, count), (out, pixels), added);
        }
    }
    result
}

/// So many columns that the gathered neighbourhoods stay in the second cache.
pub(in crate::engine) fn tile_width(depth: usize, columns: usize) -> usize {
    ((1 << 18) / depth.max(1)).next_multiple_of(64).clamp(64, 1024).min(columns)
}

/// The neighbourhoods of the output's pixels `start..start+count` (counted over all pictures) as
/// columns: `[C·k·k, count]`.
pub(in crate::engine) fn gather(
    shape: &Shape,
    input: &[f32],
    start: usize,
    count: usize,
) -> Vec<f32> {
    let (height, width) = shape.output();
    let (h, w) = shape.input;
    let k = shape.kernel;
    let mut gathered = vec![0.0; shape.depth() * count];
    let mut done = 0;
    while done < count {
        let at = start + done;
        if shape.keeps_size() {
            // What of a picture lies in this tile, at once.
            let run = (height * width - at % (height * width)).min(count - done);
            gather_shifted(shape, input, at, (run, count), &mut gathered[done..]);
            done += run;
            continue;
        }
        // One run: a row of the output, or what of it lies in this tile.
        let (b, y, x) = (at / (height * width), at / width % height, at % width);
        let run = (width - x).min(count - done);
        for c in 0..shape.channels.0 {
            let plane = &input[(b * shape.channels.0 + c) * h * w..][..h * w];
            for ky in 0..k {
                let Some(sy) = source(y * shape.stride + ky, shape.padding.0, shape.enlarged.0, h)
                else {
                    continue;
                };
                let row = &plane[sy * w..][..w];
                for kx in 0..k {
                    let to = ((c * k + ky) * k + kx) * count + done;
                    gather_row(shape, row, x, kx, &mut gathered[to..to + run]);
                }
            }
        }
        done += run;
    }
    gathered
}

/// For a kernel that keeps the picture's size, each row of the result is the channel's plane,
/// moved: one copy, then zeros where it was moved over an edge. `at` is the first pixel, counted
/// over all pictures, `run` how many, all of one picture; rows of `to` are `stride` apart.
fn gather_shifted(
    shape: &Shape,
    input: &[f32],
    at: usize,
    (run, stride): (usize, usize),
    to: &mut [f32],
) {
    let ((h, w), k, channels) = (shape.input, shape.kernel, shape.channels.0);
    let (picture, first) = (at / (h * w), at % (h * w));
    for c in 0..channels {
        let plane = &input[(picture * channels + c) * h * w..][..h * w];
        for ky in 0..k {
            for kx in 0..k {
                let to = &mut to[((c * k + ky) * k + kx) * stride..][..run];
                // Pixel p takes plane[p + forth − back], where that is inside.
                let (forth, back) = (ky * w + kx, shape.padding.0 * (w + 1));
                let from = first.max(back.saturating_sub(forth));
                let end = (first + run).min((h * w + back).saturating_sub(forth));
                if from < end {
                    let source = &plane[from + forth - back..end + forth - back];
                    to[from - first..end - first].copy_from_slice(source);
                }
                let over = if kx < shape.padding.0 {
                    0..(shape.padding.0 - kx).min(w)
                } else {
                    w.saturating_sub(kx - shape.padding.0)..w
                };
                for x in over {
                    let before = (first + w - 1 - x) / w * w + x - first;
                    to.iter_mut().skip(before).step_by(w).for_each(|value| *value = 0.0);
                }
            }
        }
    }
}

/// The place in the input that a padded, enlarged coordinate takes its value from.
pub(in crate::engine) const fn source(
    at: usize,
    before: usize,
    enlarged: usize,
    size: usize,
) -> Option<usize> {
    if at < before || at - before >= enlarged {
        return None;
    }
    let inside = at - before;
    Some(if enlarged == size { inside } else { inside * size / enlarged })
}

fn gather_row(shape: &Shape, row: &[f32], x: usize, kx: usize, to: &mut [f32]) {
    let (before, enlarged, w) = (shape.padding.0, shape.enlarged.1, row.len());
    if shape.stride == 1 && enlarged == w {
        // Straight copy of what lies inside; the rest stays zero.
        let first = x + kx;
        let skip = before.saturating_sub(first);
        let from = (first + skip).saturating_sub(before);
        let length = to.len().saturating_sub(skip).min(w.saturating_sub(from));
        if length > 0 {
            to[skip..skip + length].copy_from_slice(&row[from..from + length]);
        }
        return;
    }
    for (i, value) in to.iter_mut().enumerate() {
        if let Some(sx) = source((x + i) * shape.stride + kx, before, enlarged, w) {
            *value = row[sx];
        }
    }
}

/// Writes a tile `[O, count]` to its places in `[B,O,pixels]`, with bias and residual.
fn scatter(
    result: &mut [f32],
    product: &[f32],
    (start, count): (usize, usize),
    (out, pixels): (usize, usize),
    added: Added<'_>,
) {
    let mut done = 0;
    while done < count {
        let (b, p) = ((start + done) / pixels, (start + done) % pixels);
        let run = (pixels - p).min(count - done);
        for o in 0..out {
            let bias = if added.bias.len() > out { added.bias[b * out + o] } else { added.bias[o] };
            let to = (b * out + o) * pixels + p;
            let from = &product[o * count + done..][..run];
            let target = &mut result[to..to + run];
            match added.residual {
                None => target.iter_mut().zip(from).for_each(|(t, f)| *t = f + bias),
                Some(residual) => {
                    let beside = &residual[to..to + run];
                    for ((t, f), r) in target.iter_mut().zip(from).zip(beside) {
                        *t = f + bias + r;
                    }
                }
            }
        }
        done += run;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_definition(s: &Shape, input: &[f32], weights: &[f32], bias: &[f32]) -> Vec<f32> {
        let ((oh, ow), (h, w), k) = (s.output(), s.input, s.kernel);
        let mut out = Vec::new();
        for b in 0..s.batch {
            for o in 0..s.channels.1 {
                for y in 0..oh {
                    for x in 0..ow {
                        let mut sum = f64::from(bias[o]);
                        for c in 0..s.channels.0 {
                            for ky in 0..k {
                                for kx in 0..k {
                                    let sy =
                                        source(y * s.stride + ky, s.padding.0, s.enlarged.0, h);
                                    let sx =
                                        source(x * s.stride + kx, s.padding.0, s.enlarged.1, w);
                                    let (Some(sy), Some(sx)) = (sy, sx) else { continue };
                                    sum += f64::from(
                                        input[((b * s.channels.0 + c) * h + sy) * w + sx],
                                    ) * f64::from(
                                        weights[((o * s.channels.0 + c) * k + ky) * k + kx],
                                    );
                                }
                            }
                        }
                        out.push(sum as f32);
                    }
                }
            }
        }
        out
    }

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 24) as f32 - 0.5
            })
            .collect()
    }

    #[test]
    fn equals_the_definition_for_all_kinds_of_convolution() {
        let base = Shape {
            batch: 2,
            channels: (5, 7),
            input: (9, 11),
            enlarged: (9, 11),
            kernel: 3,
            stride: 1,
            padding: (1, 1),
        };
        let kinds = [
            base,
            Shape { stride: 2, ..base },
            Shape { stride: 2, padding: (0, 1), ..base },
            Shape { enlarged: (18, 21), ..base },
            Shape { kernel: 1, padding: (0, 0), ..base },
            Shape { channels: (300, 3), ..base },
            Shape { channels: (300, 3), input: (40, 3), enlarged: (40, 3), ..base },
            Shape { kernel: 5, padding: (2, 2), input: (4, 1), enlarged: (4, 1), ..base },
        ];
        for s in kinds {
            let input = numbers(s.batch * s.channels.0 * s.input.0 * s.input.1, 1);
            let weights = numbers(s.channels.0 * s.channels.1 * s.kernel * s.kernel, 2);
            let bias = numbers(s.channels.1, 3);
            let expected = by_definition(&s, &input, &weights, &bias);
            let found = convolve(&s, &input, &weights, Added { bias: &bias, residual: None });
            assert_eq!(found.len(), expected.len(), "{s:?}");
            for (f, e) in found.iter().zip(&expected) {
                assert!((f - e).abs() < 1e-4, "{s:?}: {f} {e}");
            }
        }
    }

    #[test]
    fn bias_of_each_picture_and_residual_are_added() {
        let s = Shape {
            batch: 2,
            channels: (1, 1),
            input: (1, 2),
            enlarged: (1, 2),
            kernel: 1,
            stride: 1,
            padding: (0, 0),
        };
        let added = Added { bias: &[10.0, 20.0], residual: Some(&[0.5; 4]) };
        let found = convolve(&s, &[1.0, 2.0, 3.0, 4.0], &[2.0], added);
        assert_eq!(found, [12.5, 14.5, 26.5, 28.5]);
    }
}
