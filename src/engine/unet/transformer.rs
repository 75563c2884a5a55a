//! Where the picture looks at itself and at the text: self-attention, cross-attention and a
//! perceptron on each cell as a token.

use candle_core::Tensor;

use super::config::{LevelShape, UnetConfig};
use crate::engine::kernels::attention::Keep;
use crate::engine::layers::{GroupNorm, LayerNorm, Linear, attend};
use crate::engine::probe::Probe;
use crate::engine::weights::Weights;
use crate::walk::Problem;

/// The norm before the tokens has an epsilon of its own in every published model.
const TOKENS_EPSILON: f64 = 1e-6;
/// Epsilon of the layer norms.
const LAYER_EPSILON: f64 = 1e-5;

/// The sizes of one transformer.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct TransformerKind {
    /// Channels of the picture, and numbers of a token.
    pub(in crate::engine) channels: usize,
    /// Heads.
    pub(in crate::engine) heads: usize,
    /// Blocks one after the other.
    pub(in crate::engine) blocks: usize,
    /// Numbers a token of the text.
    pub(in crate::engine) context: usize,
    /// Groups of the norm.
    pub(in crate::engine) groups: usize,
}

impl TransformerKind {
    /// A transformer of `blocks` blocks at one level, 0 the largest.
    pub(in crate::engine) fn of(config: &UnetConfig, level: usize, blocks: usize) -> Self {
        Self {
            channels: config.levels[level],
            heads: config.heads[level],
            blocks,
            context: config.context,
            groups: config.groups,
        }
    }

    /// The transformer after resnet `i` of a level, where it attends.
    pub(in crate::engine) fn after(
        config: &UnetConfig,
        level: usize,
        shape: &LevelShape,
        i: usize,
    ) -> Option<Self> {
        let blocks = shape.transformers.as_ref()?.get(i)?;
        Some(Self::of(config, level, *blocks))
    }
}

/// A transformer over the cells of a picture, beside its input.
#[derive(Debug)]
pub(in crate::engine) struct Transformer {
    norm: GroupNorm,
    enter: Linear,
    blocks: Vec<Block>,
    leave: Linear,
}

impl Transformer {
    /// Reads `norm`, `proj_in`, `transformer_blocks` and `proj_out`.
    pub(in crate::engine) fn load(
        weights: &Weights,
        kind: TransformerKind,
    ) -> Result<Self, Problem> {
        let square = (kind.channels, kind.channels);
        let blocks = weights.at("transformer_blocks");
        Ok(Self {
            norm: GroupNorm::load(&weights.at("norm"), kind.channels, kind.groups, TOKENS_EPSILON)?,
            enter: Linear::load(&weights.at("proj_in"), square, true)?,
            blocks: (0..kind.blocks)
                .map(|i| Block::load(&blocks.at(i), kind))
                .collect::<Result<_, _>>()?,
            leave: Linear::load(&weights.at("proj_out"), square, true)?,
        })
    }

    /// `[B,C,h,w]` and the text `[B,77,D]`; `path` names this place for probes.
    pub(in crate::engine) fn forward(
        &self,
        x: &Tensor,
        context: &Tensor,
        path: &str,
        probe: &mut Probe,
    ) -> Result<Tensor, Problem> {
        let (_, _, h, w) = x.dims4()?;
        let mut tokens = self.enter.tokens(&self.norm.forward(x)?)?;
        for (i, block) in self.blocks.iter().enumerate() {
            let (next, looked) = block.forward(&tokens, context, probe.keeps())?;
            tokens = next;
            if let Some(probabilities) = looked {
                if self.blocks.len() == 1 {
                    probe.attention(path, &probabilities, (h, w))?;
                } else {
                    probe.attention(&format!("{path}.{i}"), &probabilities, (h, w))?;
                }
            }
        }
        Ok(self.leave.picture(&tokens, x)?)
    }
}

#[derive(Debug)]
struct Block {
    norms: [LayerNorm; 3],
    itself: Attention,
    text: Attention,
    inner: Linear,
    outer: Linear,
}

impl Block {
    fn load(weights: &Weights, kind: TransformerKind) -> Result<Self, Problem> {
        let width = kind.channels;
        let norm = |name| LayerNorm::load(&weights.at(name), width, LAYER_EPSILON);
        Ok(Self {
            norms: [norm("norm1")?, norm("norm2")?, norm("norm3")?],
            itself: Attention::load(&weights.at("attn1"), width, width, kind.heads)?,
            text: Attention::load(&weights.at("attn2"), width, kind.context, kind.heads)?,
            inner: Linear::load(&weights.at("ff.net.0.proj"), (width, width * 8), true)?,
            outer: Linear::load(&weights.at("ff.net.2"), (width * 4, width), true)?,
        })
    }

    fn forward(
        &self,
        x: &Tensor,
        context: &Tensor,
        keep: Keep,
    ) -> candle_core::Result<(Tensor, Option<Tensor>)> {
        let normed = self.norms[0].forward(x)?;
        let (x, _) = self.itself.forward(x, [&normed, &normed], Keep::Nothing)?;
        let normed = self.norms[1].forward(&x)?;
        let (x, probabilities) = self.text.forward(&x, [&normed, context], keep)?;
        let inner = self.inner.forward_geglu(&self.norms[2].forward(&x)?)?;
        Ok((self.outer.forward_beside(&inner, &x)?, probabilities))
    }
}

/// Queries from the picture; keys and values from the picture or the text.
#[derive(Debug)]
struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    heads: usize,
}

impl Attention {
    fn load(weights: &Weights, width: usize, from: usize, heads: usize) -> Result<Self, Problem> {
        Ok(Self {
            query: Linear::load(&weights.at("to_q"), (width, width), false)?,
            key: Linear::load(&weights.at("to_k"), (from, width), false)?,
            value: Linear::load(&weights.at("to_v"), (from, width), false)?,
            out: Linear::load(&weights.at("to_out.0"), (width, width), true)?,
            heads,
        })
    }

    /// `x` with what `asking` found in `from` added.
    fn forward(
        &self,
        x: &Tensor,
        [asking, from]: [&Tensor; 2],
        keep: Keep,
    ) -> candle_core::Result<(Tensor, Option<Tensor>)> {
        let (q, k, v) =
            (self.query.forward(asking)?, self.key.forward(from)?, self.value.forward(from)?);
        let (mixed, probabilities) = attend([&q, &k, &v], self.heads, false, keep)?;
        Ok((self.out.forward_beside(&mixed, x)?, probabilities))
    }
}
