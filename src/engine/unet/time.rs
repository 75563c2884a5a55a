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
    /// Brings the guidance embedding to the sinusoids' width, where the network takes one.
    guidance: Option<Linear>,
}

impl TimeEmbedding {
    /// Reads `linear_1` and `linear_2`, and `cond_proj` where there is guidance to be told.
    pub(in crate::engine) fn load(weights: &Weights, config: &UnetConfig) -> Result<Self, Problem> {
        let narrow = config.levels[0];
        let guidance = config
            .guidance
            .map(|width| Linear::load(&weights.at("cond_proj"), (width, narrow), false));
        Self::sized(weights, (narrow, config.time_width), guidance.transpose()?)
    }

    /// The perceptron over XL's pooled text and sizes, `[B,from]` to `[B,wide]`.
    pub(in crate::engine) fn of_added(
        weights: &Weights,
        from: usize,
        config: &UnetConfig,
    ) -> Result<Self, Problem> {
        Self::sized(weights, (from, config.time_width), None)
    }

    fn sized(
        weights: &Weights,
        (narrow, wide): (usize, usize),
        guidance: Option<Linear>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            first: Linear::load(&weights.at("linear_1"), (narrow, wide), true)?,
            second: Linear::load(&weights.at("linear_2"), (wide, wide), true)?,
            guidance,
        })
    }

    /// `[B,narrow]` to `[B,wide]`; `guidance` `[B,G]` where the network takes one.
    pub(in crate::engine) fn forward(
        &self,
        sinusoids: &Tensor,
        guidance: Option<&Tensor>,
    ) -> candle_core::Result<Tensor> {
        let told = self.guidance.as_ref().zip(guidance);
        let x = match told {
            Some((layer, guidance)) => (sinusoids + layer.forward(guidance)?)?,
            None => sinusoids.clone(),
        };
        self.second.forward(&silu(&self.first.forward(&x)?)?)
    }
}

/// The sinusoids of a timestep for each row of the batch: `[B,levels[0]]`.
pub(in crate::engine) fn sinusoids(
    timesteps: &[f64],
    config: &UnetConfig,
    place: &Place,
) -> candle_core::Result<Tensor> {
    wide_sinusoids(timesteps, config.levels[0], config, place)
}

/// The sinusoids of some numbers, `[count,width]`. Computed in 32 bits whatever the network
/// computes in: 16 bits cannot hold a timestep.
pub(in crate::engine) fn wide_sinusoids(
    numbers: &[f64],
    width: usize,
    config: &UnetConfig,
    place: &Place,
) -> candle_core::Result<Tensor> {
    let half = width / 2;
    let divisor = half as f32 - config.frequency_shift as f32;
    let mut rows = Vec::with_capacity(numbers.len() * half * 2);
    for &number in numbers {
        let angles = (0..half).map(|i| {
            let exponent = -(10_000f32.ln()) * i as f32 / divisor;
            number as f32 * exponent.exp()
        });
        let (sines, cosines): (Vec<f32>, Vec<f32>) = angles.map(f32::sin_cos).unzip();
        let row = if config.cosines_first { [cosines, sines] } else { [sines, cosines] };
        rows.extend(row.concat());
    }
    Tensor::from_vec(rows, (numbers.len(), half * 2), &Device::Cpu)?
        .to_dtype(place.dtype)?
        .to_device(&place.device)
}
