//! The shape of an autoencoder, from diffusers' `config.json`.

use crate::engine::model_folder::Config;
use crate::walk::Problem;

const KNOWN: &[&str] = &[
    "act_fn",
    "block_out_channels",
    "down_block_types",
    "force_upcast",
    "in_channels",
    "latent_channels",
    "layers_per_block",
    "mid_block_add_attention",
    "norm_num_groups",
    "out_channels",
    "sample_size",
    "scaling_factor",
    "up_block_types",
    "use_post_quant_conv",
    "use_quant_conv",
];

/// The shape of one autoencoder.
#[derive(Clone, Debug, PartialEq)]
pub struct VaeConfig {
    /// Channels of the picture, in and out.
    pub pixels: (usize, usize),
    /// Channels of the latent.
    pub latent: usize,
    /// Channels of each level, the pixels' own size first.
    pub levels: Vec<usize>,
    /// Resnets in each level of the encoder; one more in the decoder.
    pub layers: usize,
    /// Groups of every norm.
    pub groups: usize,
    /// Whether the middle looks at itself.
    pub attends: bool,
    /// Whether a 1 × 1 convolution follows the encoder.
    pub quant: bool,
    /// Whether a 1 × 1 convolution precedes the decoder.
    pub post_quant: bool,
    /// Latents are multiplied by this after encoding.
    pub scaling: f64,
    /// Whether its numbers leave what 16 bits can hold (XL's do): then it computes in 32.
    pub wide: bool,
}

impl VaeConfig {
    /// Reads and checks; what this program cannot follow is refused by name.
    pub fn read(config: &Config) -> Result<Self, Problem> {
        config.only(KNOWN, &[])?;
        for (key, only) in
            [("down_block_types", "DownEncoderBlock2D"), ("up_block_types", "UpDecoderBlock2D")]
        {
            if let Some(name) = config.names(key)?.iter().find(|name| **name != only) {
                return Err(config.unfit(key, Some(&(*name).into())));
            }
        }
        let activation = config.text("act_fn", "silu")?;
        if !["silu", "swish"].contains(&activation) {
            return Err(config.unfit("act_fn", Some(&activation.into())));
        }
        let read = Self {
            pixels: (config.size("in_channels", 3)?, config.size("out_channels", 3)?),
            latent: config.size("latent_channels", 4)?,
            levels: config.list("block_out_channels")?,
            layers: config.size("layers_per_block", 1)?,
            groups: config.size("norm_num_groups", 32)?,
            attends: config.flag("mid_block_add_attention", true)?,
            quant: config.flag("use_quant_conv", true)?,
            post_quant: config.flag("use_post_quant_conv", true)?,
            scaling: config.number("scaling_factor", 0.18215)?,
            wide: config.flag("force_upcast", false)?,
        };
        if read.levels.iter().any(|channels| channels % read.groups != 0) {
            return Err(config.unfit("norm_num_groups", Some(&read.groups.into())));
        }
        if read.layers > 16 {
            return Err(config.unfit("layers_per_block", Some(&read.layers.into())));
        }
        if read.scaling <= 0.0 {
            return Err(config.unfit("scaling_factor", Some(&read.scaling.into())));
        }
        Ok(read)
    }
}
