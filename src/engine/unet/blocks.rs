//! The levels of a UNet: on the way down, in the middle, on the way up. A level with attention
//! and one without are the same block, with or without transformers.

use candle_core::Tensor;

use super::config::{MiddleShape, UnetConfig};
use super::transformer::{Transformer, TransformerKind};
use crate::engine::layers::{Conv, join};
use crate::engine::probe::Probe;
use crate::engine::resnet::{Resnet, ResnetKind};
use crate::engine::weights::Weights;
use crate::walk::Problem;

/// What every block is given beside the picture.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    /// `[B,T]`: the time embedding after SiLU.
    pub(super) time: &'a Tensor,
    /// `[B,77,D]`: the text.
    pub(super) context: &'a Tensor,
}

/// A residual block with the transformer that may follow it.
#[derive(Debug)]
struct Pair {
    resnet: Resnet,
    transformer: Option<Transformer>,
}

impl Pair {
    fn load(
        weights: &Weights,
        place: usize,
        channels: (usize, usize),
        config: &UnetConfig,
        transformer: Option<TransformerKind>,
    ) -> Result<Self, Problem> {
        let transformer = transformer
            .map(|kind| Transformer::load(&weights.at("attentions").at(place), kind))
            .transpose()?;
        let resnet = Resnet::load(&weights.at("resnets").at(place), channels, kind(config))?;
        Ok(Self { resnet, transformer })
    }

    fn forward(
        &self,
        x: &Tensor,
        beside: Beside<'_>,
        path: &str,
        probe: &mut Probe,
    ) -> Result<Tensor, Problem> {
        let x = self.resnet.forward(x, Some(beside.time))?;
        match &self.transformer {
            Some(transformer) => transformer.forward(&x, beside.context, path, probe),
            None => Ok(x),
        }
    }
}

const fn kind(config: &UnetConfig) -> ResnetKind {
    ResnetKind {
        groups: config.groups,
        epsilon: config.epsilon,
        time_width: Some(config.time_width),
    }
}

/// A level on the way down.
#[derive(Debug)]
pub(super) struct Down {
    pairs: Vec<Pair>,
    halve: Option<Conv>,
}

impl Down {
    /// Reads `down_blocks.{level}`.
    pub(super) fn load(
        weights: &Weights,
        config: &UnetConfig,
        level: usize,
    ) -> Result<Self, Problem> {
        let output = config.levels[level];
        let input = config.levels[level.saturating_sub(1)];
        let shape = &config.down[level];
        let pairs = (0..shape.resnets)
            .map(|i| {
                let from = if i == 0 { input } else { output };
                let transformer = TransformerKind::after(config, level, shape, i);
                Pair::load(weights, i, (from, output), config, transformer)
            })
            .collect::<Result<_, _>>()?;
        let halve = (level + 1 < config.levels.len()).then(|| {
            Conv::load(&weights.at("downsamplers.0.conv"), (output, output), 3)
                .map(|conv| conv.halving((config.down_padding, config.down_padding)))
        });
        Ok(Self { pairs, halve: halve.transpose()? })
    }

    /// Gives the level's output; each intermediate is put on `skips` for the way up.
    pub(super) fn forward(
        &self,
        x: &Tensor,
        beside: Beside<'_>,
        level: usize,
        skips: &mut Vec<Tensor>,
        probe: &mut Probe,
    ) -> Result<Tensor, Problem> {
        let mut x = x.clone();
        for (i, pair) in self.pairs.iter().enumerate() {
            x = pair.forward(&x, beside, &format!("down.{level}.{i}"), probe)?;
            skips.push(x.clone());
        }
        if let Some(halve) = &self.halve {
            x = halve.forward(&x)?;
            skips.push(x.clone());
        }
        Ok(x)
    }
}

/// The middle: two residual blocks with a transformer between them, or less.
#[derive(Debug)]
pub(super) struct Middle {
    pairs: Vec<Pair>,
}

impl Middle {
    /// Reads `mid_block`.
    pub(super) fn load(weights: &Weights, config: &UnetConfig) -> Result<Self, Problem> {
        let last = config.levels.len() - 1;
        let channels = (config.levels[last], config.levels[last]);
        let transformers = match config.middle {
            MiddleShape::Attending(blocks) => {
                vec![Some(TransformerKind::of(config, last, blocks)), None]
            }
            MiddleShape::Plain => vec![None],
            MiddleShape::Absent => Vec::new(),
        };
        let pairs = transformers.into_iter().enumerate();
        let pairs = pairs.map(|(i, kind)| Pair::load(weights, i, channels, config, kind));
        Ok(Self { pairs: pairs.collect::<Result<_, _>>()? })
    }

    /// The smallest picture, once through.
    pub(super) fn forward(
        &self,
        x: &Tensor,
        beside: Beside<'_>,
        probe: &mut Probe,
    ) -> Result<Tensor, Problem> {
        let mut x = x.clone();
        for (i, pair) in self.pairs.iter().enumerate() {
            x = pair.forward(&x, beside, &format!("mid.{i}"), probe)?;
        }
        Ok(x)
    }

    /// Whether there is nothing between the two ways.
    pub(super) const fn is_absent(&self) -> bool {
        self.pairs.is_empty()
    }
}

/// A level on the way up.
#[derive(Debug)]
pub(super) struct Up {
    pairs: Vec<Pair>,
    enlarge: Option<Conv>,
}

impl Up {
    /// Reads `up_blocks.{place}`: place 0 is the smallest level.
    pub(super) fn load(
        weights: &Weights,
        config: &UnetConfig,
        place: usize,
    ) -> Result<Self, Problem> {
        let level = config.levels.len() - 1 - place;
        let output = config.levels[level];
        let before = config.levels[(level + 1).min(config.levels.len() - 1)];
        let after = config.levels[level.saturating_sub(1)];
        let shape = &config.up[place];
        let pairs = (0..shape.resnets)
            .map(|i| {
                let from = if i == 0 { before } else { output };
                let skip = if i + 1 == shape.resnets { after } else { output };
                let transformer = TransformerKind::after(config, level, shape, i);
                Pair::load(weights, i, (from + skip, output), config, transformer)
            })
            .collect::<Result<_, _>>()?;
        let enlarge =
            (level > 0).then(|| Conv::load(&weights.at("upsamplers.0.conv"), (output, output), 3));
        Ok(Self { pairs, enlarge: enlarge.transpose()? })
    }

    /// Takes from `skips` what the way down has left, and enlarges to the size of the next one:
    /// that is twice the size, but for latents that could not be halved evenly.
    pub(super) fn forward(
        &self,
        x: &Tensor,
        beside: Beside<'_>,
        place: usize,
        skips: &mut Vec<Tensor>,
        probe: &mut Probe,
    ) -> Result<Tensor, Problem> {
        let mut x = x.clone();
        for (i, pair) in self.pairs.iter().enumerate() {
            if let Some(skip) = skips.pop() {
                x = join(&x, &skip)?;
            }
            x = pair.forward(&x, beside, &format!("up.{place}.{i}"), probe)?;
        }
        if let Some(enlarge) = &self.enlarge {
            let (_, _, h, w) = x.dims4()?;
            let size = match skips.last() {
                Some(skip) => (skip.dim(2)?, skip.dim(3)?),
                None => (h * 2, w * 2),
            };
            x = enlarge.forward_enlarged(&x, size)?;
        }
        Ok(x)
    }
}
