//! The paths of all runs in one plane: principal components of all their latents together.
//!
//! Latents in the common scale, one point for each call and one for what the last call left. The
//! plane is the one that keeps most of the points' variance (Pearson 1901); it is found from the
//! matrix of the points' products with each other, n × n, since there are far fewer points than
//! numbers in a latent: an eigenvector u of `X·Xᵀ` gives the axis `Xᵀu/√λ` (Turk & Pentland 1991).

mod eigen;

use super::{Reason, Run};
use crate::walk::{Grid, Stage};

/// The most points that the plane is fitted on; with more, every second (third, …) of each run and
/// all first and last ones.
const MOST_FITTED: usize = 192;

/// All runs' paths in one plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// One path for each run that was laid in, in the order given.
    pub paths: Vec<Path>,
    /// Share of the variance of the fitted points along the first axis and the second, 0 to 1.
    pub shares: [f32; 2],
    /// How many points the plane was fitted on.
    pub fitted: usize,
    /// Runs that lie in another space, by id.
    pub left_out: Vec<(usize, Reason)>,
}

/// The path of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Which run, by id.
    pub id: usize,
    /// Its points in order.
    pub points: Vec<PlanePoint>,
}

/// One latent in the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlanePoint {
    /// The call before which it stood, from 0; the count of calls for what the last one left.
    pub call: usize,
    /// Along the first axis, from the mean of the fitted points, in units of the common scale.
    pub x: f32,
    /// Along the second axis.
    pub y: f32,
}

/// The latents of one run, with the call of each.
struct Latents {
    id: usize,
    points: Vec<(usize, Grid)>,
}

impl Plane {
    /// Fits the plane on all runs whose latents have the size of the first one's. The first axis
    /// points from where the paths begin to where they end; the second so that its largest number
    /// is positive (the first of nearly equal ones).
    pub fn of<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Result<Self, Reason> {
        let mut kept: Vec<Latents> = Vec::new();
        let mut left_out = Vec::new();
        for run in runs {
            match latents(run) {
                Err(reason) => left_out.push((run.id, reason)),
                Ok(latents) => match kept.first().and_then(|first| unlike(first, &latents)) {
                    Some(reason) => left_out.push((run.id, reason)),
                    None => kept.push(latents),
                },
            }
        }
        let fitted = chosen(&kept);
        if fitted.len() < 2 {
            return Err(Reason::Missing(Stage::Step));
        }
        let mean = mean(&fitted);
        let (axes, shares) = axes(&fitted, &mean, &kept)?;
        let place = |grid: &Grid, axis: &[f64]| {
            let along = grid.data().iter().zip(&mean).zip(axis);
            along.map(|((&x, m), a)| (f64::from(x) - m) * a).sum::<f64>() as f32
        };
        let paths = kept.iter().map(|run| Path {
            id: run.id,
            points: run
                .points
                .iter()
                .map(|(call, grid)| PlanePoint {
                    call: *call,
                    x: place(grid, &axes[0]),
                    y: place(grid, &axes[1]),
                })
                .collect(),
        });
        Ok(Self { paths: paths.collect(), shares, fitted: fitted.len(), left_out })
    }
}

/// Every latent of a run in the common scale.
fn latents(run: &Run) -> Result<Latents, Reason> {
    let mut points: Vec<(usize, Grid)> =
        run.steps().map(|step| (step.call, step.common_latent())).collect();
    if let Some(last) = run.steps().next_back() {
        points.push((last.call + 1, last.common_next()));
    }
    let Some((_, first)) = points.first() else { return Err(Reason::Missing(Stage::Step)) };
    let unlike = points.iter().find(|(_, grid)| grid.shape() != first.shape());
    if let Some((_, other)) = unlike {
        return Err(Reason::LatentSize(first.shape().to_vec(), other.shape().to_vec()));
    }
    if points.iter().any(|(_, grid)| grid.data().iter().any(|x| !x.is_finite())) {
        return Err(Reason::NotFinite);
    }
    Ok(Latents { id: run.id, points })
}

/// Why a run's latents do not lie in the space of the first one's.
fn unlike(first: &Latents, run: &Latents) -> Option<Reason> {
    let shape = |latents: &Latents| latents.points.first().map(|(_, grid)| grid.shape().to_vec());
    let (a, b) = (shape(first)?, shape(run)?);
    (a != b).then_some(Reason::LatentSize(a, b))
}

/// The points that the plane is fitted on.
fn chosen(runs: &[Latents]) -> Vec<&Grid> {
    let all: usize = runs.iter().map(|run| run.points.len()).sum();
    let every = all.div_ceil(MOST_FITTED).max(1);
    let of_run = |run: &'_ Latents| {
        let last = run.points.len().saturating_sub(1);
        (0..run.points.len()).filter(|i| i % every == 0 || *i == last).collect::<Vec<_>>()
    };
    runs.iter().flat_map(|run| of_run(run).into_iter().map(|i| &run.points[i].1)).collect()
}

fn mean(points: &[&Grid]) -> Vec<f64> {
    let size = points.first().map_or(0, |grid| grid.len());
    let mut sum = vec![0.0; size];
    for grid in points {
        for (s, &x) in sum.iter_mut().zip(grid.data()) {
            *s += f64::from(x);
        }
    }
    sum.iter().map(|s| s / points.len().max(1) as f64).collect()
}

/// Two orthogonal axes of length 1 and the share of variance along each. The second is zero where
/// all points lie on a line.
fn axes(
    fitted: &[&Grid],
    mean: &[f64],
    runs: &[Latents],
) -> Result<([Vec<f64>; 2], [f32; 2]), Reason> {
    let centred: Vec<Vec<f64>> = fitted
        .iter()
        .map(|grid| grid.data().iter().zip(mean).map(|(&x, m)| f64::from(x) - m).collect())
        .collect();
    let n = centred.len();
    let mut products = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let product = centred[i].iter().zip(&centred[j]).map(|(a, b)| a * b).sum::<f64>();
            products[i * n + j] = product;
            products[j * n + i] = product;
        }
    }
    let total: f64 = (0..n).map(|i| products[i * n + i]).sum();
    if total <= 0.0 {
        return Err(Reason::NoVariance);
    }
    let eigen = eigen::symmetric(products, n);
    // Below this an eigenvalue is rounding.
    let least = total * 1e-12;
    let axis = |k: usize| -> (Vec<f64>, f64) {
        let (value, vector) = &eigen[k.min(n - 1)];
        let mut axis = vec![0.0; mean.len()];
        if k >= n || *value <= least {
            return (axis, 0.0);
        }
        for (weight, row) in vector.iter().zip(&centred) {
            for (a, x) in axis.iter_mut().zip(row) {
                *a += weight * x / value.sqrt();
            }
        }
        (axis, value / total)
    };
    let ((mut first, a), (mut second, b)) = (axis(0), axis(1));
    orient_by_time(&mut first, runs);
    orient_by_size(&mut second);
    Ok(([first, second], [a as f32, b as f32]))
}

/// Turns the axis so that the paths go along it from their beginnings to their ends.
fn orient_by_time(axis: &mut [f64], runs: &[Latents]) {
    let along = |grid: &Grid| -> f64 {
        grid.data().iter().zip(axis.iter()).map(|(&x, a)| f64::from(x) * a).sum()
    };
    let way: f64 = runs
        .iter()
        .filter_map(|run| Some(along(&run.points.last()?.1) - along(&run.points.first()?.1)))
        .sum();
    if way < 0.0 {
        turn(axis);
    }
}

/// Turns the axis so that its largest number is positive; of nearly equal ones the first.
fn orient_by_size(axis: &mut [f64]) {
    let largest = axis.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    let first = axis.iter().find(|x| x.abs() >= largest * (1.0 - 1e-6));
    if first.is_some_and(|x| *x < 0.0) {
        turn(axis);
    }
}

fn turn(axis: &mut [f64]) {
    for x in axis {
        *x = -*x;
    }
}
