//! Many rows through one linear layer: `y = x·Wᵀ + b`, with what follows it done while the sums
//! are at hand.

#![expect(
    clippy::inline_always,
    reason = "a loop takes the vectors of the function that it is inlined into"
)]

use rayon::prelude::*;

use super::activation::{geglu, gelu_of};
use super::matrix::{Into, Matrix, multiply};
use super::product::{DEEP, Job, Panel, Rows, Vectors, add_product, fetch_ahead, with_registers};
use super::scratch::Scratch;

/// Groups of rows that a thread takes at a time: their numbers stay in the second cache.
const GROUPS: usize = 16;
/// Eights of the inner dimension that are summed before the next rows: a panel of them stays in
/// the first cache.
const STRETCH: usize = 32;

/// Eights of a row of weights that are read together: whole lines of the cache, one behind the
/// other.
const LINES: usize = 8;

/// A linear layer's numbers.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Layer<'a> {
    /// `[out,in]`.
    pub(in crate::engine) weight: &'a [f32],
    /// One number an output, or nothing.
    pub(in crate::engine) bias: &'a [f32],
    /// Numbers of a row before and after.
    pub(in crate::engine) widths: (usize, usize),
}

/// What becomes of a row's sums.
#[derive(Clone, Copy)]
pub(in crate::engine) enum Then<'a> {
    /// They are the result.
    Nothing,
    /// Another tensor of the result's shape is added.
    Add(&'a [f32]),
    /// The first half of them is multiplied with GELU of the second: rows of half the width.
    Geglu,
}

impl Then<'_> {
    const fn width(&self, out: usize) -> usize {
        match self {
            Self::Geglu => out / 2,
            _ => out,
        }
    }
}

/// Rows below which a layer is one product: panels would cost more than they save.
const FEW: usize = 12;

/// Rows `x` through the layer.
pub(in crate::engine) fn forward(x: &[f32], layer: Layer<'_>, then: Then<'_>) -> Vec<f32> {
    if x.len() / layer.widths.0 < FEW {
        return forward_few(x, layer, then);
    }
    let vectors = Vectors::here();
    with_registers!(vectors, forward_with(x, layer, then))
}

fn forward_few(x: &[f32], layer: Layer<'_>, then: Then<'_>) -> Vec<f32> {
    let (input, out) = layer.widths;
    let rows = x.len() / input;
    let mut result = match then {
        Then::Add(beside) => beside.to_vec(),
        Then::Nothing | Then::Geglu => vec![0.0; rows * out],
    };
    if !layer.bias.is_empty() {
        for row in result.chunks_exact_mut(out) {
            row.iter_mut().zip(layer.bias).for_each(|(y, b)| *y += b);
        }
    }
    let into = Into { row_stride: out, column_stride: 1, add: true, scale: 1.0, threads: true };
    let right = Matrix::rows(layer.weight, out, input, input).transposed();
    multiply(&mut result, into, Matrix::rows(x, rows, input, input), right);
    match then {
        Then::Geglu => geglu(&result, out / 2),
        Then::Nothing | Then::Add(_) => result,
    }
}

fn forward_with<const R: usize, const V: usize, const FUSED: bool>(
    vectors: Vectors,
    x: &[f32],
    layer: Layer<'_>,
    then: Then<'_>,
) -> Vec<f32> {
    let (input, out) = layer.widths;
    let rows = x.len() / input;
    let deep = input.div_ceil(DEEP);
    // A gate stands beside its value: two halves of whole panels.
    let half = then.width(out);
    let halves = out / half;
    let panels = half.div_ceil(V);
    let mut room = Scratch::of::<V, DEEP>(halves * panels * deep);
    let right: &mut [Panel<V>] = &mut room.blocks()[..halves * panels * deep];
    let many = super::worth_threads(rows * input * out);
    let stand = |(p, to): (usize, &mut [Panel<V>])| {
        let first = p / panels * half + p % panels * V;
        let count = V.min(p / panels * half + half - first);
        vectors.run(Stand {
            from: &layer.weight[first * input..(first + count) * input],
            input,
            to,
        });
    };
    if many {
        right.par_chunks_exact_mut(deep).enumerate().for_each(stand);
    } else {
        right.chunks_exact_mut(deep).enumerate().for_each(stand);
    }
    let right: &[Panel<V>] = right;
    let threads = if many { rayon::current_num_threads() } else { 1 };
    // Every thread has as many blocks as any other, or the last ones would be waited for.
    let groups = rows.div_ceil(R);
    let blocks = groups.div_ceil(GROUPS).next_multiple_of(threads);
    let groups = groups.div_ceil(blocks).max(1);
    let mut result = vec![0.0; rows * half];
    let block = |(block, to): (usize, &mut [f32])| {
        let first = block * groups * R;
        let count = to.len() / half;
        vectors.run(Block::<R, V, FUSED> {
            x: &x[first * input..(first + count) * input],
            first,
            layer,
            right,
            then,
            to,
        });
    };
    if many {
        result.par_chunks_mut(groups * R * half).enumerate().for_each(block);
    } else {
        result.chunks_mut(groups * R * half).enumerate().for_each(block);
    }
    result
}

/// Turns rows of weights into the columns of a panel.
struct Stand<'a, const V: usize> {
    from: &'a [f32],
    input: usize,
    to: &'a mut [Panel<V>],
}

impl<const V: usize> Job for Stand<'_, V> {
    #[inline(always)]
    fn run(self) {
        let rows = self.from.len() / self.input;
        let whole = if rows == V { self.input / (DEEP * LINES) * LINES } else { 0 };
        for (at, to) in self.to[..whole].chunks_exact_mut(LINES).enumerate() {
            let mut block = [[[0.0f32; DEEP]; LINES]; V];
            for (v, block) in block.iter_mut().enumerate() {
                let from = &self.from[v * self.input + at * LINES * DEEP..][..LINES * DEEP];
                block.as_flattened_mut().copy_from_slice(from);
            }
            for (eight, to) in to.iter_mut().enumerate() {
                for k in 0..DEEP {
                    for v in 0..V {
                        to[k][v] = block[v][eight][k];
                    }
                }
            }
        }
        for (v, row) in self.from.chunks_exact(self.input).enumerate() {
            let rest = row[whole * DEEP..].chunks(DEEP);
            for (to, eight) in self.to[whole..].iter_mut().zip(rest) {
                for (to, x) in to.iter_mut().zip(eight) {
                    to[v] = *x;
                }
            }
        }
        if let Some(last) = self.to.last_mut().filter(|_| !self.input.is_multiple_of(DEEP)) {
            last[self.input % DEEP..].fill([0.0; V]);
        }
    }
}

/// Lays rows side by side, eight numbers of each at a time: `[groups][deep]`. Behind the last
/// number of a row stand zeros; rows behind the last one are left as they are.
#[inline(always)]
pub(in crate::engine) fn lay_rows<const R: usize>(
    x: &[f32],
    input: usize,
    stride: usize,
    count: usize,
    to: &mut [Rows<R>],
) {
    let deep = input.div_ceil(DEEP);
    for at in 0..count {
        let row = &x[at * stride..][..input];
        let to = &mut to[at / R * deep..][..deep];
        let (whole, rest) = row.as_chunks::<DEEP>();
        for (to, eight) in to.iter_mut().zip(whole) {
            to[at % R] = *eight;
        }
        if !rest.is_empty() {
            to[deep - 1][at % R][..rest.len()].copy_from_slice(rest);
            to[deep - 1][at % R][rest.len()..].fill(0.0);
        }
    }
}

struct Block<'a, const R: usize, const V: usize, const FUSED: bool> {
    x: &'a [f32],
    first: usize,
    layer: Layer<'a>,
    right: &'a [Panel<V>],
    then: Then<'a>,
    to: &'a mut [f32],
}

impl<const R: usize, const V: usize, const FUSED: bool> Job for Block<'_, R, V, FUSED> {
    #[inline(always)]
    fn run(self) {
        let (input, out) = self.layer.widths;
        let deep = input.div_ceil(DEEP);
        let rows = self.x.len() / input;
        let groups = rows.div_ceil(R);
        let mut room = Scratch::of::<DEEP, R>(groups * deep);
        let left: &mut [Rows<R>] = &mut room.blocks()[..groups * deep];
        lay_rows(self.x, input, input, rows, left);
        let half = self.then.width(out);
        let panels = half.div_ceil(V);
        let mut sums = [[[[0.0f32; V]; R]; GROUPS]; 2];
        for panel in 0..panels {
            let count = V.min(half - panel * V);
            for h in 0..out / half {
                let right = &self.right[(h * panels + panel) * deep..][..deep];
                let start = self.start(h * half + panel * V, count);
                for sums in &mut sums[h] {
                    *sums = [start; R];
                }
                for first in (0..deep).step_by(STRETCH) {
                    let length = STRETCH.min(deep - first);
                    let next = self.after((panel, h, first), (panels, out / half), deep);
                    for group in 0..groups {
                        fetch_ahead(next, group, groups);
                        let left = &left[group * deep + first..][..length];
                        add_product::<R, V, FUSED>(
                            &mut sums[h][group],
                            left,
                            &right[first..first + length],
                        );
                    }
                }
            }
            for row in 0..rows {
                let sums = [&sums[0][row / R][row % R], &sums[1][row / R][row % R]];
                let at = row * half + panel * V;
                let to = &mut self.to[at..at + count];
                match self.then {
                    Then::Nothing => to.copy_from_slice(&sums[0][..count]),
                    Then::Add(beside) => {
                        let beside = &beside[self.first * half + at..][..count];
                        for ((to, sum), beside) in to.iter_mut().zip(sums[0]).zip(beside) {
                            *to = sum + beside;
                        }
                    }
                    Then::Geglu => {
                        for ((to, value), gate) in to.iter_mut().zip(sums[0]).zip(sums[1]) {
                            *to = value * gelu_of(*gate);
                        }
                    }
                }
            }
        }
    }
}

impl<const R: usize, const V: usize, const FUSED: bool> Block<'_, R, V, FUSED> {
    /// The columns that are multiplied after these ones.
    #[inline(always)]
    fn after(
        &self,
        (panel, h, first): (usize, usize, usize),
        (panels, halves): (usize, usize),
        deep: usize,
    ) -> &[Panel<V>] {
        let (panel, h, first) = if first + STRETCH < deep {
            (panel, h, first + STRETCH)
        } else if h + 1 < halves {
            (panel, h + 1, 0)
        } else {
            (panel + 1, 0, 0)
        };
        if panel == panels {
            return &[];
        }
        let at = (h * panels + panel) * deep + first;
        &self.right[at..at + STRETCH.min(deep - first)]
    }

    #[inline(always)]
    fn start(&self, first: usize, count: usize) -> [f32; V] {
        let mut start = [0.0; V];
        if !self.layer.bias.is_empty() {
            start[..count].copy_from_slice(&self.layer.bias[first..first + count]);
        }
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::kernels::product::numbers;

    /// Held against sums in 64 bits, with every ending, in every kind of vectors that this
    /// processor has.
    #[test]
    fn rows_in_panels_equal_the_definition() {
        for (rows, input, out) in [(50, 37, 22), (13, 8, 2), (200, 300, 66), (97, 16, 32)] {
            let (x, weight) = (numbers(rows * input, 1), numbers(out * input, 2));
            let (bias, beside) = (numbers(out, 3), numbers(rows * out, 4));
            let sum = |row: usize, o: usize| {
                let products = x[row * input..][..input].iter().zip(&weight[o * input..][..input]);
                let sum: f64 = products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                (sum + f64::from(bias[o])) as f32
            };
            let layer = Layer { weight: &weight, bias: &bias, widths: (input, out) };
            let plain = |then| forward_with::<4, 8, false>(Vectors::Plain, &x, layer, then);
            let added = |at: usize| sum(at / out, at % out) + beside[at];
            let half = out / 2;
            let gated =
                |at: usize| sum(at / half, at % half) * gelu_of(sum(at / half, half + at % half));
            for (then, expected) in [
                (Then::Nothing, &(|at: usize| sum(at / out, at % out)) as &dyn Fn(usize) -> f32),
                (Then::Add(&beside), &added),
                (Then::Geglu, &gated),
            ] {
                for found in [forward(&x, layer, then), plain(then)] {
                    for (at, y) in found.iter().enumerate() {
                        assert!((y - expected(at)).abs() < 1e-4, "{rows} {input} {out} at {at}");
                    }
                }
            }
        }
    }
}
