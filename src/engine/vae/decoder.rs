//! From a latent to pixels: each level but the last doubles the size.

use candle_core::Tensor;

use super::config::VaeConfig;
use super::middle::{EPSILON, Middle, kind};
use crate::engine::layers::{Conv, GroupNorm};
use crate::engine::pace::Pace;
use crate::engine::probe::Probe;
use crate::engine::resnet::Resnet;
use crate::engine::weights::Weights;
use crate::walk::Problem;

/// The decoder with its weights.
#[derive(Debug)]
pub(super) struct Decoder {
    post_quant: Option<Conv>,
    enter: Conv,
    middle: Middle,
    up: Vec<Up>,
    norm: GroupNorm,
    leave: Conv,
}

impl Decoder {
    /// Reads `post_quant_conv` and `decoder`.
    pub(super) fn load(weights: &Weights, config: &VaeConfig) -> Result<Self, Problem> {
        let inside = weights.at("decoder");
        let count = config.levels.len();
        let (first, last) = (config.levels[0], config.levels[count - 1]);
        let square = (config.latent, config.latent);
        let post_quant =
            config.post_quant.then(|| Conv::load(&weights.at("post_quant_conv"), square, 1));
        Ok(Self {
            post_quant: post_quant.transpose()?,
            enter: Conv::load(&inside.at("conv_in"), (config.latent, last), 3)?,
            middle: Middle::load(&inside.at("mid_block"), last, config)?,
            up: (0..count)
                .map(|i| Up::load(&inside.at("up_blocks").at(i), config, i))
                .collect::<Result<_, _>>()?,
            norm: GroupNorm::load(&inside.at("conv_norm_out"), first, config.groups, EPSILON)?,
            leave: Conv::load(&inside.at("conv_out"), (first, config.pixels.1), 3)?,
        })
    }

    pub(super) fn forward(
        &self,
        input: &Tensor,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        let total = self.up.len() + 2;
        pace.go_on()?;
        let mut x = match &self.post_quant {
            Some(conv) => conv.forward(input)?,
            None => input.clone(),
        };
        probe.level("post_quant_conv", &x)?;
        x = self.enter.forward(&x)?;
        probe.level("conv_in", &x)?;
        x = self.middle.forward(&x)?;
        probe.level("mid", &x)?;
        pace.done(1, total);
        for (i, block) in self.up.iter().enumerate() {
            x = block.forward(&x, pace)?;
            probe.level(&format!("up.{i}"), &x)?;
            pace.done(2 + i, total);
        }
        pace.go_on()?;
        x = self.leave.forward(&self.norm.forward_silu(&x)?)?;
        probe.level("conv_out", &x)?;
        pace.done(total, total);
        Ok(x)
    }
}

#[derive(Debug)]
struct Up {
    resnets: Vec<Resnet>,
    double: Option<Conv>,
}

impl Up {
    fn load(weights: &Weights, config: &VaeConfig, place: usize) -> Result<Self, Problem> {
        let level = config.levels.len() - 1 - place;
        let output = config.levels[level];
        let before = config.levels[(level + 1).min(config.levels.len() - 1)];
        let resnets = (0..=config.layers)
            .map(|i| {
                let from = if i == 0 { before } else { output };
                Resnet::load(&weights.at("resnets").at(i), (from, output), kind(config))
            })
            .collect::<Result<_, _>>()?;
        let double =
            (level > 0).then(|| Conv::load(&weights.at("upsamplers.0.conv"), (output, output), 3));
        Ok(Self { resnets, double: double.transpose()? })
    }

    fn forward(&self, x: &Tensor, pace: &Pace<'_>) -> Result<Tensor, Problem> {
        let mut x = x.clone();
        for resnet in &self.resnets {
            pace.go_on()?;
            x = resnet.forward(&x, None)?;
        }
        if let Some(double) = &self.double {
            let (_, _, h, w) = x.dims4()?;
            x = double.forward_enlarged(&x, (h * 2, w * 2))?;
        }
        Ok(x)
    }
}
