//! What a frame holds besides tensors, as JSON in tensors of bytes named `….about`.

use serde::{Deserialize, Serialize};

use super::tensor::Eighths;
use crate::walk::{Formula, Statistics};

/// `schedule.about`
#[derive(Serialize, Deserialize)]
pub(super) struct AboutSchedule {
    /// For each call, the step that it belongs to.
    pub(super) steps: Vec<usize>,
    pub(super) init_noise_sigma: f32,
    /// How many of the timesteps, at the beginning, belong to calls that strength left out.
    #[serde(default, skip_serializing_if = "is_none")]
    pub(super) left_out: usize,
}

fn is_none(n: &usize) -> bool {
    *n == 0
}

/// `encode.about`
#[derive(Serialize, Deserialize)]
pub(super) struct AboutEncode {
    pub(super) seconds: f32,
    pub(super) scaling: f32,
    /// Names of the whole tensors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) whole: Vec<String>,
}

/// `step.{iii}.about`
#[derive(Serialize, Deserialize)]
pub(super) struct AboutStep {
    pub(super) step: usize,
    pub(super) timestep: f32,
    pub(super) sigma: f32,
    pub(super) sigma_next: f32,
    pub(super) seconds: f32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) peak_mb: Option<f32>,
    pub(super) formula: Formula,
    /// Height and width of the attention's rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) attention: Option<[usize; 2]>,
    /// The attention's limits, where it is kept in 8 bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) limits: Option<Eighths>,
    /// Names of the probes of this call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) probes: Vec<String>,
}

/// A picture that was decoded whole is one tile.
const fn whole() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_whole(tiles: &usize) -> bool {
    *tiles == 1
}

/// `decode.about`
#[derive(Serialize, Deserialize)]
pub(super) struct AboutDecode {
    pub(super) seconds: f32,
    pub(super) levels: Vec<AboutLevel>,
    /// In how many tiles it was decoded.
    #[serde(default = "whole", skip_serializing_if = "is_whole")]
    pub(super) tiles: usize,
    /// Names of the whole levels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) whole: Vec<String>,
}

/// One level of the decoder.
#[derive(Serialize, Deserialize)]
pub(super) struct AboutLevel {
    pub(super) name: String,
    pub(super) shape: [usize; 3],
    pub(super) statistics: Statistics,
    pub(super) channels: Vec<usize>,
    /// The planes' limits, where they are kept in 8 bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) limits: Option<Eighths>,
}

/// Statistics that JSON can hold: it has no word for infinite.
pub(super) fn finite(statistics: &Statistics) -> Statistics {
    let short = |x: f32| if x.is_nan() { 0.0 } else { x.clamp(f32::MIN, f32::MAX) };
    Statistics {
        shape: statistics.shape.clone(),
        mean: short(statistics.mean),
        std: short(statistics.std),
        min: short(statistics.min),
        max: short(statistics.max),
        norm: short(statistics.norm),
        non_finite: statistics.non_finite,
    }
}
