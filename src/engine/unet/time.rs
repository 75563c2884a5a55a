//! The timestep as numbers: sinusoids of many frequencies (Vaswani et al. 2017), then a small
//! perceptron.

use candle_core::{Device, Tensor};

use super::config::UnetConfig;
use crate::engine::device::Place;
use crate::engine::layers::{Linear, silu};
use crate::engine::weights::Weights;
use crate::walk::Problem;

/// The perceptron over the sinusoids.
#[derive(Debug)]
pub(in crate::engine) struct TimeEmbedding {
    first: Linear,
    second: Linear,
}

impl TimeEmbedding {
    /// Reads `linear_1` and `linear_2`.
    pub(in crate::engine) fn load(weights: &Weights, config: &UnetConfig) -> Result<Self, Problem> {
        let (narrow, wide) = (config.levels[0], config.time_width);
        Ok(Self {
            first: Linear::load(&weights.at("linear_1"), (narrow, wide), true)?,
            second: Linear::load(&weights.at("linear_2"), (wide, wide), true)?,
        })
    }

    /// `[B,narrow]` to `[B,wide]`.
    pub(in crate::engine) fn forward(&self, sinusoids: &Tensor) -> candle_core::Result<Tensor> {
        self.second.forward(&silu(&self.first.forward(sinusoids)?)?)
    }
}

/// The sinusoids of a timestep for each row of the batch: `[B,levels[0]]`. Computed in 32 bits
/// whatever the network computes in: 16 bits cannot hold a timestep.
pub(in crate::engine) fn sinusoids(
    timesteps: &[f64],
    config: &UnetConfig,
    place: &Place,
) -> candle_core::Result<Tensor> {
    let half = config.levels[0] / 2;
    let divisor = half as f32 - config.frequency_shift as f32;
    let mut rows = Vec::with_capacity(timesteps.len() * half * 2);
    for &timestep in timesteps {
        let angles = (0..half).map(|i| {
            let exponent = -(10_000f32.ln()) * i as f32 / divisor;
            timestep as f32 * exponent.exp()
        });
        let (sines, cosines): (Vec<f32>, Vec<f32>) = angles.map(f32::sin_cos).unzip();
        let row = if config.cosines_first { [cosines, sines] } else { [sines, cosines] };
        rows.extend(row.concat());
    }
    Tensor::from_vec(rows, (timesteps.len(), half * 2), &Device::Cpu)?
        .to_dtype(place.dtype)?
        .to_device(&place.device)
}
