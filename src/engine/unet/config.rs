//! The shape of a UNet, from diffusers' `config.json`. What this program cannot follow is
//! refused by name: a silent difference would be another picture.

use serde_json::{Value, json};

use crate::engine::model_folder::Config;
use crate::walk::Problem;

/// Keys that are read here, and keys that change nothing when a trained network answers.
const KNOWN: &[&str] = &[
    "act_fn",
    "addition_embed_type",
    "addition_embed_type_num_heads",
    "addition_time_embed_dim",
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
    "mid_block_type",
    "norm_eps",
    "norm_num_groups",
    "num_attention_heads",
    "out_channels",
    "projection_class_embeddings_input_dim",
    "reverse_transformer_layers_per_block",
    "sample_size",
    "time_cond_proj_dim",
    "time_embedding_dim",
    "transformer_layers_per_block",
    "up_block_types",
    "use_linear_projection",
    // Attention in 32 bits: what we do anyway where it matters.
    "upcast_attention",
];

/// The most resnets of a level, and the most transformer blocks one after the other.
const MOST_LAYERS: usize = 64;

/// What stands between the way down and the way up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MiddleShape {
    /// Two resnets around a transformer of so many blocks.
    Attending(usize),
    /// One resnet.
    Plain,
    /// Nothing.
    Absent,
}

/// What the noise predictor is told of the whole picture beside time and text: XL's pooled text
/// vector and six sizes (Podell et al. 2023, section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddedShape {
    /// Sinusoids of each of the six sizes.
    pub size_width: usize,
    /// Numbers of the pooled text.
    pub pooled: usize,
}

/// The shape of one UNet.
#[derive(Clone, Debug, PartialEq)]
pub struct UnetConfig {
    /// Channels of the latent, in and out.
    pub channels: (usize, usize),
    /// Channels of each level.
    pub levels: Vec<usize>,
    /// For each level on the way down, for each of its resnets the blocks of the transformer that
    /// follows it; `None` where the level does not attend to the text.
    pub down: Vec<LevelShape>,
    /// The same for each level on the way up, the smallest first.
    pub up: Vec<LevelShape>,
    /// What stands between.
    pub middle: MiddleShape,
    /// Heads of each level. diffusers calls this `attention_head_dim`, by an accident of naming.
    pub heads: Vec<usize>,
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
    /// XL's additional vector, where the network takes one.
    pub added: Option<AddedShape>,
    /// Numbers of the guidance embedding, where the network takes one (Meng et al. 2023).
    pub guidance: Option<usize>,
}

/// The resnets and transformers of one level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelShape {
    /// How many resnets.
    pub resnets: usize,
    /// The blocks of the transformer after each resnet; `None`: no attention here.
    pub transformers: Option<Vec<usize>>,
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
        let (down, up) = level_shapes(config, count)?;
        let read = Self {
            channels: (config.size("in_channels", 4)?, config.size("out_channels", 4)?),
            middle: middle(config)?,
            down,
            up,
            heads: config.per_level(heads_key, count, 8)?,
            context: config.same_size("cross_attention_dim", 1280)?,
            groups: config.size("norm_num_groups", 32)?,
            epsilon: config.number("norm_eps", 1e-5)?,
            time_width: config.size("time_embedding_dim", levels[0] * 4)?,
            cosines_first: config.flag("flip_sin_to_cos", true)?,
            frequency_shift: config.number("freq_shift", 0.0)?,
            centred: config.flag("center_input_sample", false)?,
            down_padding: config.size("downsample_padding", 1)?,
            added: added(config)?,
            guidance: config.maybe_size("time_cond_proj_dim")?,
            levels,
        };
        read.check(config)?;
        Ok(read)
    }

    /// Whether the network is told the guidance scale, instead of being asked twice.
    pub const fn guidance_embedded(&self) -> bool {
        self.guidance.is_some()
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
        // Narrower sinusoids have no frequencies to divide.
        if let Some(width) = self.guidance.filter(|width| *width < 4) {
            return Err(config.unfit("time_cond_proj_dim", Some(&width.into())));
        }
        if self.down_padding != 1 {
            return Err(config.unfit("downsample_padding", Some(&self.down_padding.into())));
        }
        Ok(())
    }
}

/// The levels on the way down and on the way up. `reverse_transformer_layers_per_block` is the way
/// up of a network whose two ways differ.
fn level_shapes(
    config: &Config,
    count: usize,
) -> Result<(Vec<LevelShape>, Vec<LevelShape>), Problem> {
    const DOWN: &str = "transformer_layers_per_block";
    const UP: &str = "reverse_transformer_layers_per_block";
    let down_attends =
        kinds(config, "down_block_types", count, ["DownBlock2D", "CrossAttnDownBlock2D"])?;
    let up_attends = kinds(config, "up_block_types", count, ["UpBlock2D", "CrossAttnUpBlock2D"])?;
    let resnets = config.per_level("layers_per_block", count, 2)?;
    if let Some(most) = resnets.iter().find(|n| **n > MOST_LAYERS) {
        return Err(config.unfit("layers_per_block", Some(&(*most).into())));
    }
    let entries = |key: &str| -> Result<Vec<Value>, Problem> {
        match config.value(key) {
            Some(Value::Array(list)) if list.len() == count => Ok(list.clone()),
            Some(value @ Value::Array(_)) => Err(config.unfit(key, Some(value))),
            Some(value) => Ok(vec![value.clone(); count]),
            None => Ok(vec![1.into(); count]),
        }
    };
    let down = entries(DOWN)?;
    let (up_key, up) = if config.has(UP) {
        (UP, entries(UP)?)
    } else if down.iter().any(Value::is_array) {
        // diffusers refuses this too: nothing says how the way up is built.
        return Err(config.unfit(UP, None));
    } else {
        (DOWN, down.iter().rev().cloned().collect())
    };
    let shape = |key: &str, attends: bool, resnets: usize, entry: &Value| {
        let transformers = attends.then(|| blocks(config, key, entry, resnets)).transpose()?;
        Ok::<_, Problem>(LevelShape { resnets, transformers })
    };
    let down = (0..count).map(|i| shape(DOWN, down_attends[i], resnets[i], &down[i]));
    let up = (0..count).map(|i| shape(up_key, up_attends[i], resnets[count - 1 - i] + 1, &up[i]));
    Ok((down.collect::<Result<_, _>>()?, up.collect::<Result<_, _>>()?))
}

/// The transformer blocks after each of `resnets` resnets: one number for all, or a list.
fn blocks(
    config: &Config,
    key: &str,
    entry: &Value,
    resnets: usize,
) -> Result<Vec<usize>, Problem> {
    let unfit = || config.unfit(key, config.value(key));
    let whole = |value: &Value| {
        value.as_u64().map(|n| n as usize).filter(|n| *n <= MOST_LAYERS).ok_or_else(unfit)
    };
    match entry {
        Value::Array(list) if list.len() == resnets => list.iter().map(whole).collect(),
        Value::Array(_) => Err(unfit()),
        value => Ok(vec![whole(value)?; resnets]),
    }
}

fn middle(config: &Config) -> Result<MiddleShape, Problem> {
    const KEY: &str = "mid_block_type";
    if config.is_null(KEY) {
        return Ok(MiddleShape::Absent);
    }
    match config.text(KEY, "UNetMidBlock2DCrossAttn")? {
        "UNetMidBlock2D" => Ok(MiddleShape::Plain),
        "UNetMidBlock2DCrossAttn" => {
            const BLOCKS: &str = "transformer_layers_per_block";
            let last = match config.value(BLOCKS) {
                None => Value::from(1),
                Some(Value::Array(list)) => list.last().cloned().unwrap_or(Value::Null),
                Some(value) => value.clone(),
            };
            // Of a list the first counts: there is one transformer in the middle.
            let first = last.as_array().map_or(Some(&last), |list| list.first());
            let first = first.cloned().unwrap_or(Value::Null);
            let of = blocks(config, BLOCKS, &first, 1)?;
            Ok(MiddleShape::Attending(of.first().copied().unwrap_or(1)))
        }
        other => Err(config.unfit(KEY, Some(&other.into()))),
    }
}

/// XL's additional vector. The width of the pooled text is what the sizes leave.
fn added(config: &Config) -> Result<Option<AddedShape>, Problem> {
    const KIND: &str = "addition_embed_type";
    const WIDTH: &str = "projection_class_embeddings_input_dim";
    if !config.has(KIND) {
        return Ok(None);
    }
    if config.text(KIND, "text_time")? != "text_time" {
        return Err(config.unfit(KIND, config.value(KIND)));
    }
    let missing = |key| config.unfit(key, config.value(key));
    let size_width = config.maybe_size("addition_time_embed_dim")?;
    let size_width = size_width.ok_or_else(|| missing("addition_time_embed_dim"))?;
    let whole = config.maybe_size(WIDTH)?.ok_or_else(|| missing(WIDTH))?;
    let pooled = whole.checked_sub(6 * size_width).filter(|pooled| *pooled > 0);
    let pooled = pooled.ok_or_else(|| missing(WIDTH))?;
    if !size_width.is_multiple_of(2) {
        return Err(missing("addition_time_embed_dim"));
    }
    Ok(Some(AddedShape { size_width, pooled }))
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
