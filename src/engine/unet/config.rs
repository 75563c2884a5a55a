//! The shape of a UNet, from diffusers' `config.json`. What this program cannot follow is
//! refused by name: a silent difference would be another picture.

use serde_json::json;

use crate::engine::model_folder::Config;
use crate::walk::Problem;

/// Keys that are read here, and keys that change nothing when a trained network answers.
const KNOWN: &[&str] = &[
    "act_fn",
    "addition_embed_type_num_heads",
    "attention_head_dim",
    "block_out_channels",
    "center_input_sample",
    "cross_attention_dim",
    "down_block_types",
    "downsample_padding",
    "dropout",
    "flip_sin_to_cos",
    "freq_shift",
    "in_channels",
    "layers_per_block",
    "norm_eps",
    "norm_num_groups",
    "num_attention_heads",
    "out_channels",
    "sample_size",
    "time_embedding_dim",
    "transformer_layers_per_block",
    "up_block_types",
    "use_linear_projection",
    // Attention in 32 bits: what we do anyway where it matters.
    "upcast_attention",
];

/// The shape of one UNet.
#[derive(Clone, Debug, PartialEq)]
pub struct UnetConfig {
    /// Channels of the latent, in and out.
    pub channels: (usize, usize),
    /// Channels of each level.
    pub levels: Vec<usize>,
    /// Whether each level on the way down attends to the text.
    pub down_attends: Vec<bool>,
    /// Whether each level on the way up attends to the text.
    pub up_attends: Vec<bool>,
    /// Resnets in each level on the way down; one more on the way up.
    pub layers: usize,
    /// Heads of each level. diffusers calls this `attention_head_dim`, by an accident of naming.
    pub heads: Vec<usize>,
    /// Transformer blocks of each level.
    pub transformers: Vec<usize>,
    /// Numbers a token of the text.
    pub context: usize,
    /// Groups of every group norm.
    pub groups: usize,
    /// Epsilon of the resnets' norms and of the last one.
    pub epsilon: f64,
    /// Width of the time embedding after its perceptron.
    pub time_width: usize,
    /// Cosines before sines in the time's sinusoids.
    pub cosines_first: bool,
    /// Taken from the number of frequencies in their exponents' divisor.
    pub frequency_shift: f64,
    /// Whether the input is brought from 0..1 to −1..1 first.
    pub centred: bool,
    /// Padding of the halving convolutions.
    pub down_padding: usize,
}

impl UnetConfig {
    /// Reads and checks; what this program cannot follow is refused by name.
    pub fn read(config: &Config) -> Result<Self, Problem> {
        config.only(
            KNOWN,
            &[
                ("attention_type", json!("default")),
                ("conv_in_kernel", json!(3)),
                ("conv_out_kernel", json!(3)),
                ("mid_block_type", json!("UNetMidBlock2DCrossAttn")),
                ("mid_block_scale_factor", json!(1)),
                ("resnet_out_scale_factor", json!(1.0)),
                ("resnet_time_scale_shift", json!("default")),
                ("time_embedding_type", json!("positional")),
            ],
        )?;
        let levels = config.list("block_out_channels")?;
        let count = levels.len();
        let heads_key = if config.has("num_attention_heads") {
            "num_attention_heads"
        } else {
            "attention_head_dim"
        };
        let read = Self {
            channels: (config.size("in_channels", 4)?, config.size("out_channels", 4)?),
            down_attends: kinds(
                config,
                "down_block_types",
                count,
                ["DownBlock2D", "CrossAttnDownBlock2D"],
            )?,
            up_attends: kinds(
                config,
                "up_block_types",
                count,
                ["UpBlock2D", "CrossAttnUpBlock2D"],
            )?,
            layers: config.size("layers_per_block", 2)?,
            heads: config.per_level(heads_key, count, 8)?,
            transformers: config.per_level("transformer_layers_per_block", count, 1)?,
            context: config.size("cross_attention_dim", 1280)?,
            groups: config.size("norm_num_groups", 32)?,
            epsilon: config.number("norm_eps", 1e-5)?,
            time_width: config.size("time_embedding_dim", levels[0] * 4)?,
            cosines_first: config.flag("flip_sin_to_cos", true)?,
            frequency_shift: config.number("freq_shift", 0.0)?,
            centred: config.flag("center_input_sample", false)?,
            down_padding: config.size("downsample_padding", 1)?,
            levels,
        };
        read.check(config)?;
        Ok(read)
    }

    fn check(&self, config: &Config) -> Result<(), Problem> {
        let activation = config.text("act_fn", "silu")?;
        if !["silu", "swish"].contains(&activation) {
            return Err(config.unfit("act_fn", Some(&activation.into())));
        }
        for (&channels, &heads) in self.levels.iter().zip(&self.heads) {
            if channels % self.groups != 0 {
                return Err(config.unfit("norm_num_groups", Some(&self.groups.into())));
            }
            if channels % heads != 0 {
                return Err(config.unfit("attention_head_dim", Some(&heads.into())));
            }
        }
        if !self.levels[0].is_multiple_of(2) || self.levels[0] < 4 {
            return Err(config.unfit("block_out_channels", Some(&self.levels[0].into())));
        }
        if self.layers > 16 || self.transformers.iter().any(|&n| n > 16) {
            return Err(config.unfit("layers_per_block", Some(&self.layers.into())));
        }
        if self.down_padding != 1 {
            return Err(config.unfit("downsample_padding", Some(&self.down_padding.into())));
        }
        Ok(())
    }
}

/// For each level, whether its block is the second of the two kinds.
fn kinds(
    config: &Config,
    key: &str,
    count: usize,
    [plain, attending]: [&str; 2],
) -> Result<Vec<bool>, Problem> {
    let names = config.names(key)?;
    let stranger = names.iter().find(|name| **name != plain && **name != attending);
    if let Some(name) = stranger {
        return Err(config.unfit(key, Some(&(*name).into())));
    }
    if names.len() != count {
        return Err(config.unfit(key, Some(&names.into())));
    }
    Ok(names.iter().map(|name| *name == attending).collect())
}
