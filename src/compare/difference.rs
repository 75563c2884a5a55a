//! How far two runs are apart at one moment each: latent, guess x0 and predicted noise.
//!
//! All in one scale: latents as `x/√(σ²+1)`, so that samplers that keep them larger can be laid
//! beside others; x0 is the same at σ = 0, and ε is unit noise in every sampler.

use crate::walk::statistics::{Statistics, cosine};
use crate::walk::{Grid, Noise, Step};

use super::Reason;

/// What of a step is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measured {
    /// The latent before the step, in the common scale.
    #[default]
    Latent,
    /// The clean latent that the guided answer implies: an estimate.
    X0,
    /// The guided answer as noise ε (computed from v where the model predicts v).
    Epsilon,
}

impl Measured {
    /// All of them, in the order of menus.
    pub const ALL: [Self; 3] = [Self::Latent, Self::X0, Self::Epsilon];

    /// The name in JSON and the last part of its key, `compare.measured-…`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Latent => "latent",
            Self::X0 => "x0",
            Self::Epsilon => "epsilon",
        }
    }

    /// `[1,4,h,w]` of a step, in the scale in which it is compared.
    pub fn of(self, step: &Step) -> Grid {
        match self {
            Self::Latent => step.common_latent(),
            Self::X0 => step.x0.clone(),
            Self::Epsilon => step.epsilon_of(&step.pred),
        }
    }
}

/// The difference Δ = other − reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Δ itself, signed, in the shape of both.
    pub grid: Grid,
    /// ‖Δ‖: the L2 norm, `√Σδ²`.
    pub norm: f32,
    /// The root mean square, `‖Δ‖/√n`: how far one number moved, typically.
    pub rms: f32,
    /// `a·b/(‖a‖‖b‖)` of the two themselves; 0 where one is zero.
    pub cosine: f32,
    /// The largest |δ|: symmetrical limits for colours.
    pub limit: f32,
}

impl Difference {
    /// `other − reference`; a reason where the shapes differ or a number is none.
    pub fn of(reference: &Grid, other: &Grid) -> Result<Self, Reason> {
        let grid = reference.zip(other, |a, b| b - a).ok_or_else(|| {
            Reason::LatentSize(reference.shape().to_vec(), other.shape().to_vec())
        })?;
        let statistics = Statistics::of(&grid);
        if statistics.non_finite > 0 {
            return Err(Reason::NotFinite);
        }
        let count = grid.len().max(1) as f32;
        Ok(Self {
            norm: statistics.norm,
            rms: statistics.norm / count.sqrt(),
            cosine: cosine(reference.data(), other.data()),
            limit: statistics.min.abs().max(statistics.max.abs()),
            grid,
        })
    }
}

/// The difference of two steps, other − reference.
pub fn between_steps(
    reference: &Step,
    other: &Step,
    measured: Measured,
) -> Result<Difference, Reason> {
    Difference::of(&measured.of(reference), &measured.of(other))
}

/// [`correlation`] of two noises. Of two seeds about 0 ± 1/√n, of one seed 1.
pub fn noise_correlation(reference: &Noise, other: &Noise) -> Result<f32, Reason> {
    correlation(&reference.noise, &other.noise)
}

/// Pearson's correlation of two grids of one shape, number by number:
/// `Σ(a−ā)(b−b̄) / √(Σ(a−ā)²·Σ(b−b̄)²)`.
pub fn correlation(a: &Grid, b: &Grid) -> Result<f32, Reason> {
    if a.shape() != b.shape() {
        return Err(Reason::LatentSize(a.shape().to_vec(), b.shape().to_vec()));
    }
    if a.data().iter().chain(b.data()).any(|x| !x.is_finite()) {
        return Err(Reason::NotFinite);
    }
    let mean = |v: &[f32]| v.iter().map(|&x| f64::from(x)).sum::<f64>() / v.len().max(1) as f64;
    let (mean_a, mean_b) = (mean(a.data()), mean(b.data()));
    let (mut products, mut squares_a, mut squares_b) = (0.0, 0.0, 0.0);
    for (&x, &y) in a.data().iter().zip(b.data()) {
        let (x, y) = (f64::from(x) - mean_a, f64::from(y) - mean_b);
        products += x * y;
        squares_a += x * x;
        squares_b += y * y;
    }
    let size = (squares_a * squares_b).sqrt();
    if size > 0.0 { Ok((products / size).clamp(-1.0, 1.0) as f32) } else { Err(Reason::NoVariance) }
}
