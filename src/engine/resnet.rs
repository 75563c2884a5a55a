//! The residual block that UNet and autoencoder share: norm, SiLU, convolution, twice, beside
//! the input; between the two the timestep is added where there is one.

use candle_core::Tensor;

use super::layers::{Conv, GroupNorm, Linear};
use super::weights::Weights;
use crate::walk::Problem;

/// One residual block.
#[derive(Debug)]
pub(super) struct Resnet {
    norms: [GroupNorm; 2],
    convs: [Conv; 2],
    time: Option<Linear>,
    /// A 1 × 1 convolution of the input, where the number of channels changes.
    shortcut: Option<Conv>,
}

/// What the residual blocks of one network have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResnetKind {
    /// Groups of the norms.
    pub(super) groups: usize,
    /// Epsilon of the norms.
    pub(super) epsilon: f64,
    /// Width of the time embedding, where there is one.
    pub(super) time_width: Option<usize>,
}

impl Resnet {
    /// Reads a block from `channels.0` to `channels.1`.
    pub(super) fn load(
        weights: &Weights,
        channels: (usize, usize),
        kind: ResnetKind,
    ) -> Result<Self, Problem> {
        let (input, output) = channels;
        let norm = |name, size| GroupNorm::load(&weights.at(name), size, kind.groups, kind.epsilon);
        let time = kind
            .time_width
            .map(|width| Linear::load(&weights.at("time_emb_proj"), (width, output), true));
        let shortcut =
            (input != output).then(|| Conv::load(&weights.at("conv_shortcut"), channels, 1));
        Ok(Self {
            norms: [norm("norm1", input)?, norm("norm2", output)?],
            convs: [
                Conv::load(&weights.at("conv1"), channels, 3)?,
                Conv::load(&weights.at("conv2"), (output, output), 3)?,
            ],
            time: time.transpose()?,
            shortcut: shortcut.transpose()?,
        })
    }

    /// `[B,in,h,w]` to `[B,out,h,w]`; `time` `[B,T]` is the embedding after SiLU.
    pub(super) fn forward(&self, x: &Tensor, time: Option<&Tensor>) -> candle_core::Result<Tensor> {
        let normed = self.norms[0].forward_silu(x)?;
        let inner = match (&self.time, time) {
            (Some(linear), Some(time)) => {
                self.convs[0].forward_shifted(&normed, &linear.forward(time)?)?
            }
            _ => self.convs[0].forward(&normed)?,
        };
        let normed = self.norms[1].forward_silu(&inner)?;
        match &self.shortcut {
            None => self.convs[1].forward_beside(&normed, x),
            Some(shortcut) => self.convs[1].forward_beside(&normed, &shortcut.forward(x)?),
        }
    }
}
