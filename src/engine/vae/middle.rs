//! The middle of encoder and decoder: two residual blocks with an attention of one head between.

use candle_core::Tensor;

use super::config::VaeConfig;
use crate::engine::kernels::attention::Keep;
use crate::engine::layers::{GroupNorm, Linear, attend};
use crate::engine::resnet::{Resnet, ResnetKind};
use crate::engine::weights::Weights;
use crate::walk::Problem;

/// Epsilon of every norm in an autoencoder.
pub(super) const EPSILON: f64 = 1e-6;

/// What the residual blocks of an autoencoder have in common.
pub(super) const fn kind(config: &VaeConfig) -> ResnetKind {
    ResnetKind { groups: config.groups, epsilon: EPSILON, time_width: None }
}

/// The middle, at the latent's size.
#[derive(Debug)]
pub(super) struct Middle {
    first: Resnet,
    attention: Option<Attention>,
    second: Resnet,
}

impl Middle {
    /// Reads `mid_block`.
    pub(super) fn load(
        weights: &Weights,
        channels: usize,
        config: &VaeConfig,
    ) -> Result<Self, Problem> {
        let resnet = |i: usize| {
            Resnet::load(&weights.at("resnets").at(i), (channels, channels), kind(config))
        };
        let attention = config
            .attends
            .then(|| Attention::load(&weights.at("attentions.0"), channels, config.groups));
        Ok(Self { first: resnet(0)?, attention: attention.transpose()?, second: resnet(1)? })
    }

    pub(super) fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let mut x = self.first.forward(x, None)?;
        if let Some(attention) = &self.attention {
            x = attention.forward(&x)?;
        }
        self.second.forward(&x, None)
    }
}

#[derive(Debug)]
struct Attention {
    norm: GroupNorm,
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
}

impl Attention {
    /// Reads either naming: today's `to_q` or the first releases' `query`.
    fn load(weights: &Weights, channels: usize, groups: usize) -> Result<Self, Problem> {
        let names = if weights.has("query.weight") {
            ["query", "key", "value", "proj_attn"]
        } else {
            ["to_q", "to_k", "to_v", "to_out.0"]
        };
        let [query, key, value, out] =
            names.map(|name| Linear::load(&weights.at(name), (channels, channels), true));
        Ok(Self {
            norm: GroupNorm::load(&weights.at("group_norm"), channels, groups, EPSILON)?,
            query: query?,
            key: key?,
            value: value?,
            out: out?,
        })
    }

    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let normed = self.norm.forward(x)?;
        let (q, k, v) =
            (self.query.tokens(&normed)?, self.key.tokens(&normed)?, self.value.tokens(&normed)?);
        let (mixed, _) = attend([&q, &k, &v], 1, false, Keep::Nothing)?;
        self.out.picture(&mixed, x)
    }
}
