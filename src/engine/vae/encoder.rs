//! From pixels to the moments of a latent: each level but the last halves the size.

use candle_core::Tensor;

use super::config::VaeConfig;
use super::middle::{EPSILON, Middle, kind};
use crate::engine::layers::{Conv, GroupNorm};
use crate::engine::pace::Pace;
use crate::engine::probe::Probe;
use crate::engine::resnet::Resnet;
use crate::engine::weights::Weights;
use crate::walk::Problem;

/// The encoder with its weights.
#[derive(Debug)]
pub(super) struct Encoder {
    enter: Conv,
    down: Vec<Down>,
    middle: Middle,
    norm: GroupNorm,
    leave: Conv,
    quant: Option<Conv>,
}

impl Encoder {
    /// Reads `encoder` and `quant_conv`.
    pub(super) fn load(weights: &Weights, config: &VaeConfig) -> Result<Self, Problem> {
        let inside = weights.at("encoder");
        let count = config.levels.len();
        let last = config.levels[count - 1];
        let moments = 2 * config.latent;
        let quant =
            config.quant.then(|| Conv::load(&weights.at("quant_conv"), (moments, moments), 1));
        Ok(Self {
            enter: Conv::load(&inside.at("conv_in"), (config.pixels.0, config.levels[0]), 3)?,
            down: (0..count)
                .map(|i| Down::load(&inside.at("down_blocks").at(i), config, i))
                .collect::<Result<_, _>>()?,
            middle: Middle::load(&inside.at("mid_block"), last, config)?,
            norm: GroupNorm::load(&inside.at("conv_norm_out"), last, config.groups, EPSILON)?,
            leave: Conv::load(&inside.at("conv_out"), (last, moments), 3)?,
            quant: quant.transpose()?,
        })
    }

    /// `[1,3,H,W]` to `[1,8,h,w]`: means, then logarithms of variances.
    pub(super) fn forward(
        &self,
        image: &Tensor,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        let total = self.down.len() + 2;
        pace.go_on()?;
        let mut x = self.enter.forward(image)?;
        pace.done(1, total);
        for (i, block) in self.down.iter().enumerate() {
            pace.go_on()?;
            x = block.forward(&x)?;
            pace.done(2 + i, total);
        }
        pace.go_on()?;
        x = self.middle.forward(&x)?;
        x = self.leave.forward(&self.norm.forward_silu(&x)?)?;
        probe.encoded("conv_out", &x)?;
        if let Some(quant) = &self.quant {
            x = quant.forward(&x)?;
        }
        pace.done(total, total);
        Ok(x)
    }
}

#[derive(Debug)]
struct Down {
    resnets: Vec<Resnet>,
    halve: Option<Conv>,
}

impl Down {
    fn load(weights: &Weights, config: &VaeConfig, level: usize) -> Result<Self, Problem> {
        let output = config.levels[level];
        let input = config.levels[level.saturating_sub(1)];
        let resnets = (0..config.layers)
            .map(|i| {
                let from = if i == 0 { input } else { output };
                Resnet::load(&weights.at("resnets").at(i), (from, output), kind(config))
            })
            .collect::<Result<_, _>>()?;
        // Unlike the UNet's, these pad with zeros only on the right and at the bottom.
        let halve = (level + 1 < config.levels.len()).then(|| {
            Conv::load(&weights.at("downsamplers.0.conv"), (output, output), 3)
                .map(|conv| conv.halving((0, 1)))
        });
        Ok(Self { resnets, halve: halve.transpose()? })
    }

    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let mut x = x.clone();
        for resnet in &self.resnets {
            x = resnet.forward(&x, None)?;
        }
        match &self.halve {
            Some(halve) => halve.forward(&x),
            None => Ok(x),
        }
    }
}
