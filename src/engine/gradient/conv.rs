//! The convolution, backward: products of matrices with gathered neighbourhoods, as forward.

use std::borrow::Cow;

use rayon::prelude::*;

use super::Operation;
use crate::engine::kernels::conv::{Added, Shape, convolve, gather, source, tile_width};
use crate::engine::kernels::matrix::{Into, Matrix, multiply};
use crate::engine::kernels::worth_threads;

/// Into so many parts the pixels are divided for the weights' gradient: always the same, so that
/// the sum does not depend on the number of threads.
const PARTS: usize = 4;

/// A convolution of input, weights and bias; the bias may be one number a channel or one a
/// picture and channel.
pub(in crate::engine) struct Convolution(pub(in crate::engine) Shape);

impl Operation<3> for Convolution {
    const NAME: &'static str = "convolution";

    fn dims(&self) -> Vec<usize> {
        let (h, w) = self.0.output();
        vec![self.0.batch, self.0.channels.1, h, w]
    }

    fn forward(&self, [x, weights, bias]: [&[f32]; 3]) -> Vec<f32> {
        let (shape, x) = bare(&self.0, x);
        convolve(&shape, &x, weights, Added { bias, residual: None })
    }

    fn backward(
        &self,
        [x, weights, bias]: [&[f32]; 3],
        gradient: &[f32],
        [of_x, of_weights, of_bias]: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        [
            of_x.then(|| input_gradient(&self.0, weights, gradient)),
            of_weights.then(|| {
                let (shape, x) = bare(&self.0, x);
                weight_gradient(&shape, &x, gradient)
            }),
            of_bias.then(|| bias_gradient(&self.0, bias.len(), gradient)),
        ]
    }
}

/// The input enlarged, where it is to be, and the convolution that is left: for the sizes of a
/// training that is faster than to look up every neighbour in the small input.
fn bare<'a>(shape: &Shape, x: &'a [f32]) -> (Shape, Cow<'a, [f32]>) {
    let ((h, w), (high, wide)) = (shape.input, shape.enlarged);
    if shape.enlarged == shape.input {
        return (*shape, Cow::Borrowed(x));
    }
    let mut large = Vec::with_capacity(x.len() / (h * w) * high * wide);
    for plane in x.chunks_exact(h * w) {
        for y in 0..high {
            let row = &plane[y * h / high * w..][..w];
            if wide == 2 * w {
                large.extend(row.iter().flat_map(|value| [*value; 2]));
            } else {
                large.extend((0..wide).map(|x| row[x * w / wide]));
            }
        }
    }
    (Shape { input: shape.enlarged, ..*shape }, Cow::Owned(large))
}

fn bias_gradient(shape: &Shape, count: usize, gradient: &[f32]) -> Vec<f32> {
    let (h, w) = shape.output();
    let mut sums = vec![0.0; count];
    for (i, plane) in gradient.chunks_exact(h * w).enumerate() {
        sums[i % count] += plane.iter().sum::<f32>();
    }
    sums
}

/// `[O,C,k,k]`: the gradient's pixels times the neighbourhoods that they were made from.
fn weight_gradient(shape: &Shape, x: &[f32], gradient: &[f32]) -> Vec<f32> {
    let (h, w) = shape.output();
    let (pixels, depth, out) = (h * w, shape.depth(), shape.channels.1);
    let columns = shape.batch * pixels;
    let tile = tile_width(depth, columns);
    let starts: Vec<usize> = (0..columns).step_by(tile).collect();
    let part = |starts: &[usize]| {
        let mut sum = vec![0.0; out * depth];
        for &start in starts {
            let count = tile.min(columns - start);
            let gathered = gather(shape, x, start, count);
            let rows = gather_planes(gradient, (start, count), (out, pixels));
            multiply(
                &mut sum,
                into(depth, true),
                Matrix::rows(&rows, out, count, count),
                Matrix::rows(&gathered, depth, count, count).transposed(),
            );
        }
        sum
    };
    let each = starts.len().div_ceil(PARTS);
    let parts: Vec<Vec<f32>> = if worth_threads(out * depth * columns) {
        starts.par_chunks(each).map(part).collect()
    } else {
        starts.chunks(each).map(part).collect()
    };
    let mut parts = parts.into_iter();
    let mut total = parts.next().unwrap_or_default();
    for part in parts {
        total.iter_mut().zip(&part).for_each(|(t, p)| *t += p);
    }
    total
}

const fn into(row_stride: usize, add: bool) -> Into {
    Into { row_stride, column_stride: 1, add, scale: 1.0, threads: false }
}

/// Pixels `start..start+count`, counted over all pictures, of planes `[B,O,pixels]`: `[O,count]`.
fn gather_planes(
    planes: &[f32],
    (start, count): (usize, usize),
    (out, pixels): (usize, usize),
) -> Vec<f32> {
    let mut rows = vec![0.0; out * count];
    let mut done = 0;
    while done < count {
        let (b, p) = ((start + done) / pixels, (start + done) % pixels);
        let run = (pixels - p).min(count - done);
        for o in 0..out {
            let from = (b * out + o) * pixels + p;
            rows[o * count + done..][..run].copy_from_slice(&planes[from..from + run]);
        }
        done += run;
    }
    rows
}

/// `[B,C,h,w]`: every pixel gets back what it gave to the pixels around it.
fn input_gradient(shape: &Shape, weights: &[f32], gradient: &[f32]) -> Vec<f32> {
    let (before, after) = shape.padding;
    if shape.stride != 1 || before.max(after) >= shape.kernel {
        return scattered(shape, weights, gradient);
    }
    // With step 1 that is a convolution again, of the gradient with the kernels turned round.
    let edge = shape.kernel - 1;
    let back = Shape {
        batch: shape.batch,
        channels: (shape.channels.1, shape.channels.0),
        input: shape.output(),
        enlarged: shape.output(),
        kernel: shape.kernel,
        stride: 1,
        padding: (edge - before, edge - after),
    };
    let zeros = vec![0.0; shape.channels.0];
    let added = Added { bias: &zeros, residual: None };
    let large = convolve(&back, gradient, &turned(shape, weights), added);
    if shape.enlarged == shape.input { large } else { shrunk(shape, &large) }
}

/// Weights `[O,C,k,k]` as `[C,O,k,k]`, each kernel turned by half a turn.
fn turned(shape: &Shape, weights: &[f32]) -> Vec<f32> {
    let ((input, output), square) = (shape.channels, shape.kernel * shape.kernel);
    let mut turned = Vec::with_capacity(weights.len());
    for c in 0..input {
        for o in 0..output {
            turned.extend(weights[(o * input + c) * square..][..square].iter().rev());
        }
    }
    turned
}

/// Adds up the cells that one cell was enlarged to.
fn shrunk(shape: &Shape, large: &[f32]) -> Vec<f32> {
    let ((h, w), (high, wide)) = (shape.input, shape.enlarged);
    let mut small = vec![0.0; shape.batch * shape.channels.0 * h * w];
    for (from, to) in large.chunks_exact(high * wide).zip(small.chunks_exact_mut(h * w)) {
        for (y, row) in from.chunks_exact(wide).enumerate() {
            let to = &mut to[y * h / high * w..][..w];
            if wide == 2 * w {
                for (t, [a, b]) in to.iter_mut().zip(row.as_chunks::<2>().0) {
                    *t += a + b;
                }
            } else {
                row.iter().enumerate().for_each(|(x, value)| to[x * w / wide] += value);
            }
        }
    }
    small
}

/// For any step: the product of weights and gradient is what each neighbourhood gets, and is
/// added where the neighbourhood was gathered.
fn scattered(shape: &Shape, weights: &[f32], gradient: &[f32]) -> Vec<f32> {
    let ((height, width), (h, w)) = (shape.output(), shape.input);
    let ((input, output), k, depth) = (shape.channels, shape.kernel, shape.depth());
    let pixels = height * width;
    let mut result = vec![0.0; shape.batch * input * h * w];
    let one = |(to, gradient): (&mut [f32], &[f32])| {
        let mut given = vec![0.0; depth * pixels];
        multiply(
            &mut given,
            into(pixels, false),
            Matrix::rows(weights, output, depth, depth).transposed(),
            Matrix::rows(gradient, output, pixels, pixels),
        );
        for (i, plane) in given.chunks_exact(pixels).enumerate() {
            let (c, ky, kx) = (i / (k * k), i / k % k, i % k);
            let to = &mut to[c * h * w..][..h * w];
            for (y, row) in plane.chunks_exact(width).enumerate() {
                let at = y * shape.stride + ky;
                let Some(sy) = source(at, shape.padding.0, shape.enlarged.0, h) else { continue };
                for (x, value) in row.iter().enumerate() {
                    let at = x * shape.stride + kx;
                    if let Some(sx) = source(at, shape.padding.0, shape.enlarged.1, w) {
                        to[sy * w + sx] += value;
                    }
                }
            }
        }
    };
    let pictures =
        result.par_chunks_exact_mut(input * h * w).zip(gradient.par_chunks_exact(output * pixels));
    pictures.for_each(one);
    result
}

#[cfg(test)]
mod tests {
    use super::super::differences::check;
    use super::*;

    #[test]
    fn all_kinds_of_convolution() {
        let base = Shape {
            batch: 2,
            channels: (3, 5),
            input: (6, 7),
            enlarged: (6, 7),
            kernel: 3,
            stride: 1,
            padding: (1, 1),
        };
        let kinds = [
            base,
            Shape { stride: 2, ..base },
            Shape { stride: 2, padding: (0, 1), ..base },
            Shape { padding: (0, 1), ..base },
            Shape { padding: (2, 0), ..base },
            Shape { enlarged: (12, 14), ..base },
            Shape { enlarged: (11, 13), ..base },
            Shape { kernel: 1, padding: (0, 0), ..base },
            Shape { channels: (40, 70), input: (16, 16), enlarged: (16, 16), ..base },
        ];
        for shape in kinds {
            let (input, output) = shape.channels;
            let x = shape.batch * input * shape.input.0 * shape.input.1;
            let weights = input * output * shape.kernel * shape.kernel;
            check(&Convolution(shape), [x, weights, output], &format!("{shape:?}"));
            check(&Convolution(shape), [x, weights, 2 * output], &format!("{shape:?}, shifted"));
        }
    }
}
