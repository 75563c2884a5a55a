//! One tensor on its way into a file: a name, a number format, a shape and bytes.

use half::f16;
use serde::{Deserialize, Serialize};

use crate::walk::{Grid, Picture};

/// The number formats that recordings hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Dtype {
    U8,
    F16,
    F32,
    I64,
}

impl Dtype {
    /// Bytes a number.
    pub(super) const fn size(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::F16 => 2,
            Self::F32 => 4,
            Self::I64 => 8,
        }
    }
}

/// A tensor as it is written.
#[derive(Debug)]
pub(super) struct Tensor {
    pub(super) name: String,
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
    pub(super) bytes: Vec<u8>,
}

impl Tensor {
    /// In 32 bits.
    pub(super) fn f32(name: impl Into<String>, shape: &[usize], data: &[f32]) -> Self {
        let bytes = data.iter().flat_map(|x| x.to_le_bytes()).collect();
        Self { name: name.into(), dtype: Dtype::F32, shape: shape.to_vec(), bytes }
    }

    /// In 16 bits; finite numbers stay finite.
    pub(super) fn f16(name: impl Into<String>, shape: &[usize], data: &[f32]) -> Self {
        let most = f16::MAX.to_f32();
        let short = |x: f32| if x.is_finite() { x.clamp(-most, most) } else { x };
        let bytes = data.iter().flat_map(|&x| f16::from_f32(short(x)).to_le_bytes()).collect();
        Self { name: name.into(), dtype: Dtype::F16, shape: shape.to_vec(), bytes }
    }

    /// Whole numbers.
    pub(super) fn i64(name: impl Into<String>, shape: &[usize], data: &[u32]) -> Self {
        let bytes = data.iter().flat_map(|&x| i64::from(x).to_le_bytes()).collect();
        Self { name: name.into(), dtype: Dtype::I64, shape: shape.to_vec(), bytes }
    }

    /// Bytes.
    pub(super) fn u8(name: impl Into<String>, shape: &[usize], bytes: Vec<u8>) -> Self {
        Self { name: name.into(), dtype: Dtype::U8, shape: shape.to_vec(), bytes }
    }

    /// A picture, one plane a colour: `[3,H,W]`.
    pub(super) fn picture(name: impl Into<String>, picture: &Picture) -> Self {
        let bytes = (0..3).flat_map(|c| picture.rgb().iter().skip(c).step_by(3).copied()).collect();
        Self::u8(name, &[3, picture.height(), picture.width()], bytes)
    }

    /// JSON as bytes.
    pub(super) fn json(name: impl Into<String>, value: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(value).unwrap_or_default();
        Self::u8(name, &[bytes.len()], bytes)
    }
}

/// Planes in 8 bits, each with limits of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Eighths {
    /// For each plane, the values of byte 0 and byte 255.
    pub(super) limits: Vec<[f32; 2]>,
}

/// Writes the planes of `grid` in 8 bits, from each plane's smallest number (or from 0) to its
/// largest.
pub(super) fn eighths(grid: &Grid, from_zero: bool) -> (Eighths, Vec<u8>) {
    let mut limits = Vec::with_capacity(grid.planes());
    let mut bytes = Vec::with_capacity(grid.len());
    for p in 0..grid.planes() {
        let plane = grid.plane(p);
        let finite = || plane.iter().copied().filter(|x| x.is_finite());
        let low = if from_zero { 0.0 } else { finite().reduce(f32::min).unwrap_or(0.0) };
        let high = finite().reduce(f32::max).unwrap_or(0.0).max(low);
        let span = if high > low { high - low } else { 1.0 };
        bytes.extend(
            plane.iter().map(|x| ((x - low) / span * 255.0).round().clamp(0.0, 255.0) as u8),
        );
        limits.push([low, high]);
    }
    (Eighths { limits }, bytes)
}

/// The numbers that such bytes stand for; `None` where limits and shape do not fit.
pub(super) fn from_eighths(eighths: &Eighths, shape: &[usize], bytes: &[u8]) -> Option<Grid> {
    let planes = eighths.limits.len();
    let size = bytes.len().checked_div(planes)?;
    if size == 0 || size * planes != bytes.len() {
        return None;
    }
    let data = bytes
        .chunks(size)
        .zip(&eighths.limits)
        .flat_map(|(plane, [low, high])| {
            plane.iter().map(move |&b| low + (high - low) * f32::from(b) / 255.0)
        })
        .collect();
    Grid::new(shape, data)
}
