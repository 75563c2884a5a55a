//! Statistics of a tensor: the one module that computes them, for every view and every export.

use serde::{Deserialize, Serialize};

use super::Grid;

/// Numbers that describe a tensor. Deviation with divisor n; sums in f64; non-finite values are
/// counted and left out of everything else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Sizes of the axes.
    pub shape: Vec<usize>,
    /// Arithmetic mean.
    pub mean: f32,
    /// Standard deviation, divisor n.
    pub std: f32,
    /// Smallest finite number.
    pub min: f32,
    /// Largest finite number.
    pub max: f32,
    /// L2 norm: the square root of the sum of squares.
    pub norm: f32,
    /// How many values are NaN or infinite.
    pub non_finite: usize,
}

impl Statistics {
    /// Computes them; all zero for an empty grid.
    pub fn of(grid: &Grid) -> Self {
        Self { shape: grid.shape().to_vec(), ..Self::of_slice(grid.data()) }
    }

    /// The same for plain numbers; the shape is their count.
    pub fn of_slice(data: &[f32]) -> Self {
        let finite = || data.iter().filter(|x| x.is_finite()).map(|&x| f64::from(x));
        let count = finite().count();
        let n = count.max(1) as f64;
        let mean = finite().sum::<f64>() / n;
        let square = finite().map(|x| x * x).sum::<f64>();
        let variance = finite().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let (min, max) =
            finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), x| (lo.min(x), hi.max(x)));
        let or_zero = |x: f64| if x.is_finite() { x as f32 } else { 0.0 };
        Self {
            shape: vec![data.len()],
            mean: mean as f32,
            std: variance.sqrt() as f32,
            min: or_zero(min),
            max: or_zero(max),
            norm: square.sqrt() as f32,
            non_finite: data.len() - count,
        }
    }
}

/// Counts of values in equal bins between two printed edges.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Left edge of the first bin.
    pub low: f32,
    /// Right edge of the last bin.
    pub high: f32,
    /// How many values fell into each bin.
    pub counts: Vec<usize>,
    /// How many finite values fell outside the edges.
    pub outside: usize,
}

impl Histogram {
    /// Sorts `data` into `bins` equal bins from `low` to `high` (the right edge belongs to the
    /// last bin).
    pub fn of(data: &[f32], low: f32, high: f32, bins: usize) -> Self {
        let bins = bins.max(1);
        let mut counts = vec![0; bins];
        let mut outside = 0;
        for &x in data.iter().filter(|x| x.is_finite()) {
            if x < low || x > high || high <= low {
                outside += 1;
            } else {
                let bin = ((x - low) / (high - low) * bins as f32) as usize;
                counts[bin.min(bins - 1)] += 1;
            }
        }
        Self { low, high, counts, outside }
    }
}

/// `a·b / (‖a‖‖b‖)` in f64; 0 where either is zero or the lengths differ.
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    if a.len() != b.len() {
        return 0.0;
    }
    let dot: f64 = a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum();
    let square = |v: &[f32]| v.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
    let size = (square(a) * square(b)).sqrt();
    if size > 0.0 { (dot / size) as f32 } else { 0.0 }
}

/// The angle between two vectors in degrees, 0 to 180.
pub fn angle_degrees(a: &[f32], b: &[f32]) -> f32 {
    cosine(a, b).clamp(-1.0, 1.0).acos().to_degrees()
}

/// `‖a − b‖ / ‖b‖`, the measure in which this program is held against others; infinite where the
/// lengths differ, and 0 where both are zero.
pub fn relative_error(a: &[f32], b: &[f32]) -> f64 {
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    let part = |f: &dyn Fn(f64, f64) -> f64| {
        a.iter().zip(b).map(|(&x, &y)| f(f64::from(x), f64::from(y))).sum::<f64>().sqrt()
    };
    let (difference, size) = (part(&|x, y| (x - y).powi(2)), part(&|_, y| y * y));
    if difference == 0.0 { 0.0 } else { difference / size }
}

/// The value below which `share` (0..1) of the absolute values lie: a limit for colour maps that
/// a few huge numbers cannot spoil. 0 for no finite numbers.
pub fn absolute_percentile(data: &[f32], share: f32) -> f32 {
    let mut sizes: Vec<f32> = data.iter().filter(|x| x.is_finite()).map(|x| x.abs()).collect();
    if sizes.is_empty() {
        return 0.0;
    }
    let place = ((sizes.len() - 1) as f32 * share.clamp(0.0, 1.0)).round() as usize;
    *sizes.select_nth_unstable_by(place, f32::total_cmp).1
}

/// Per cell, the L2 norm over all planes of `[.., h, w]`: one plane `[1, h, w]`.
pub fn norm_over_planes(grid: &Grid) -> Grid {
    let size = grid.width() * grid.height();
    Grid::from_fn(&[1, grid.height(), grid.width()], |i| {
        (0..grid.planes()).map(|p| grid.data()[p * size + i].powi(2)).sum::<f32>().sqrt()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_leave_out_what_is_not_finite() {
        let s = Statistics::of_slice(&[1.0, 3.0, f32::NAN, f32::INFINITY]);
        assert_eq!((s.mean, s.std, s.min, s.max, s.non_finite), (2.0, 1.0, 1.0, 3.0, 2));
        assert_eq!(Statistics::of_slice(&[]).max, 0.0);
    }

    #[test]
    fn every_finite_value_is_counted_once() {
        let h = Histogram::of(&[-2.0, -1.0, 0.0, 1.0, 2.0, f32::NAN], -1.0, 1.0, 4);
        assert_eq!((h.counts.iter().sum::<usize>(), h.outside), (3, 2));
        assert_eq!(h.counts, [1, 0, 1, 1]);
    }

    #[test]
    fn angle_and_error_of_known_vectors() {
        assert!((angle_degrees(&[1.0, 0.0], &[0.0, 2.0]) - 90.0).abs() < 1e-4);
        assert_eq!(relative_error(&[3.0, 4.0], &[3.0, 4.0]), 0.0);
        assert!((relative_error(&[0.0, 0.0], &[3.0, 4.0]) - 1.0).abs() < 1e-12);
        assert_eq!(relative_error(&[1.0], &[1.0, 2.0]), f64::INFINITY);
    }

    #[test]
    fn the_percentile_ignores_a_few_huge_numbers() {
        let mut data = vec![1.0; 99];
        data.push(1000.0);
        assert_eq!(absolute_percentile(&data, 0.98), 1.0);
    }
}
