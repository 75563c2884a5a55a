//! Group norm and layer norm in one pass over the data, with SiLU where it follows.

use rayon::prelude::*;

use super::activation::silu;
use super::widest;

/// Scale and shift, one number a channel, and what keeps the root from zero.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Affine<'a> {
    /// Factors.
    pub(in crate::engine) weight: &'a [f32],
    /// Summands.
    pub(in crate::engine) bias: &'a [f32],
    /// Added to the variance.
    pub(in crate::engine) epsilon: f64,
}

/// Group norm of `[B,C,pixels]` in groups of neighbouring channels, then SiLU if asked.
pub(in crate::engine) fn group_norm(
    input: &[f32],
    pixels: usize,
    groups: usize,
    affine: Affine<'_>,
    then_silu: bool,
) -> Vec<f32> {
    let each = affine.weight.len() / groups;
    let mut result = vec![0.0; input.len()];
    let work = |(at, to): (usize, &mut [f32])| {
        let from = &input[at * each * pixels..][..each * pixels];
        let (mean, factor) = mean_and_factor(from, affine.epsilon);
        let first = at % groups * each;
        let planes = from.chunks_exact(pixels).zip(to.chunks_exact_mut(pixels));
        for ((from, to), c) in planes.zip(first..) {
            let scale = affine.weight[c] * factor;
            let shift = affine.bias[c] - mean * scale;
            widest(|| {
                for (y, x) in to.iter_mut().zip(from) {
                    *y = x * scale + shift;
                }
            });
            if then_silu {
                silu(to);
            }
        }
    };
    if super::worth_threads(input.len() * 16) {
        result.par_chunks_exact_mut(each * pixels).enumerate().for_each(work);
    } else {
        result.chunks_exact_mut(each * pixels).enumerate().for_each(work);
    }
    result
}

/// Layer norm of rows as long as the affine part.
pub(in crate::engine) fn layer_norm(input: &[f32], affine: Affine<'_>) -> Vec<f32> {
    let width = affine.weight.len();
    let mut result = vec![0.0; input.len()];
    let rows = |(from, to): (&[f32], &mut [f32])| {
        for (from, to) in from.chunks_exact(width).zip(to.chunks_exact_mut(width)) {
            let (mean, factor) = mean_and_factor(from, affine.epsilon);
            widest(|| {
                for (((y, x), w), b) in to.iter_mut().zip(from).zip(affine.weight).zip(affine.bias)
                {
                    *y = (x - mean) * factor * w + b;
                }
            });
        }
    };
    let many = 64 * width;
    if super::worth_threads(input.len() * 16) {
        input.par_chunks(many).zip(result.par_chunks_mut(many)).for_each(rows);
    } else {
        rows((input, &mut result));
    }
    result
}

/// The mean, and one over the root of the variance (divisor n). Sums run in 16 lanes, joined in
/// 64 bits, so that large groups lose nothing.
pub(in crate::engine) fn mean_and_factor(data: &[f32], epsilon: f64) -> (f32, f32) {
    let n = data.len().max(1) as f64;
    let mean = widest(|| lanes(data, |x| x)) / n;
    let centre = mean as f32;
    let square = widest(|| lanes(data, |x| (x - centre) * (x - centre))) / n;
    let variance = square - (mean - f64::from(centre)).powi(2);
    (centre, (1.0 / (variance.max(0.0) + epsilon).sqrt()) as f32)
}

#[expect(clippy::inline_always, reason = "it takes the width of its caller")]
#[inline(always)]
fn lanes(data: &[f32], f: impl Fn(f32) -> f32) -> f64 {
    let mut total = 0.0f64;
    // Blocks short enough that a lane's rounding stays in its last bits.
    for block in data.chunks(4096) {
        let (whole, rest) = block.as_chunks::<16>();
        let mut sums = [0.0f32; 16];
        for chunk in whole {
            for (sum, x) in sums.iter_mut().zip(chunk) {
                *sum += f(*x);
            }
        }
        total += sums.iter().map(|s| f64::from(*s)).sum::<f64>();
        total += rest.iter().map(|x| f64::from(f(*x))).sum::<f64>();
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_has_mean_zero_and_variance_one() {
        let input: Vec<f32> = (0..2 * 4 * 9).map(|i| ((i * 37) % 23) as f32 + 100.0).collect();
        let affine = Affine { weight: &[1.0; 4], bias: &[0.0; 4], epsilon: 1e-6 };
        for group in group_norm(&input, 9, 2, affine, false).chunks(18) {
            let mean = group.iter().sum::<f32>() / 18.0;
            let variance = group.iter().map(|x| x * x).sum::<f32>() / 18.0;
            assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4, "{mean} {variance}");
        }
    }

    #[test]
    fn a_constant_row_becomes_the_bias() {
        let affine = Affine { weight: &[2.0; 3], bias: &[1.0, 2.0, 3.0], epsilon: 1e-5 };
        assert_eq!(layer_norm(&[7.0; 3], affine), [1.0, 2.0, 3.0]);
    }
}
