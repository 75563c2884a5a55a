//! candle-transformers' networks behind the same calls: a second opinion without probes.

use std::fmt;

use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use candle_transformers::models::clip::text_model::{
    Activation, ClipTextConfig, ClipTextTransformer,
};
use candle_transformers::models::stable_diffusion::unet_2d::{
    BlockConfig, UNet2DConditionModel, UNet2DConditionModelConfig,
};
use candle_transformers::models::stable_diffusion::vae::{AutoEncoderKL, AutoEncoderKLConfig};

use super::device::Place;
use super::model_folder::{ModelFolder, Part};
use super::text::{TextConfig, TextStates, text_module};
use super::unet::config::{LevelShape, MiddleShape, UnetConfig};
use super::vae::config::VaeConfig;
use super::weights::Weights;
use crate::walk::Problem;

/// The number of groups that candle-transformers' UNet blocks norm in, whatever they are told.
const GROUPS: usize = 32;

/// candle-transformers' three networks with a model's weights.
pub struct Stock {
    /// None where the text encoder has the exact GELU, which that one lacks.
    text: Option<ClipTextTransformer>,
    unet: UNet2DConditionModel,
    vae: AutoEncoderKL,
}

impl fmt::Debug for Stock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stock").finish_non_exhaustive()
    }
}

impl Stock {
    /// Reads a folder whose shapes these networks can hold; else a [`Problem`] that says why not.
    pub fn load(folder: &ModelFolder, place: &Place) -> Result<Self, Problem> {
        let unet = UnetConfig::read(&folder.config(Part::Unet)?)?;
        if unet.groups != GROUPS {
            return Err(Problem::new("stock-groups").with("groups", unet.groups));
        }
        let (text, vae) = (text(folder, place)?, vae(folder, place)?);
        Ok(Self { text, vae, unet: noise_predictor(folder, &unet, place)? })
    }

    /// Encodes rows of 77 ids, one after the other: these networks mask only single texts right.
    /// Only the end is to be had: `layers` is empty. `None` where this family's encoder is not
    /// there (its activation is missing).
    pub fn encode(&self, rows: &[&[u32]]) -> Result<Option<TextStates>, Problem> {
        let Some(text) = &self.text else { return Ok(None) };
        Ok(Some(TextStates { layers: Vec::new(), last: encode(text, rows)? }))
    }

    /// As [`super::unet::UNet::predict`], without probes and without pauses to cancel.
    pub fn predict(
        &self,
        input: &Tensor,
        timestep: f64,
        context: &Tensor,
    ) -> Result<Tensor, Problem> {
        Ok(self.unet.forward(input, timestep, context)?)
    }

    /// As [`super::vae::Vae::decode`].
    pub fn decode(&self, input: &Tensor) -> Result<Tensor, Problem> {
        Ok(self.vae.decode(input)?)
    }
}

/// Encodes texts one by one: `[B,77,D]` after the final norm.
pub(super) fn encode(text: &ClipTextTransformer, rows: &[&[u32]]) -> Result<Tensor, Problem> {
    let device = &Device::Cpu;
    let each = rows
        .iter()
        .map(|row| text.forward_with_mask(&Tensor::new(*row, device)?.unsqueeze(0)?, usize::MAX));
    Ok(Tensor::cat(&each.collect::<candle_core::Result<Vec<_>>>()?, 0)?)
}

/// The text encoder; `None` where its activation is the exact GELU.
pub(super) fn text(
    folder: &ModelFolder,
    place: &Place,
) -> Result<Option<ClipTextTransformer>, Problem> {
    let config = TextConfig::read(&folder.config(Part::Text)?)?;
    if !config.quick || !place.device.is_cpu() {
        return Ok(None);
    }
    let weights = text_module(&folder.weights(Part::Text, place)?);
    let config = ClipTextConfig {
        vocab_size: config.vocabulary,
        embed_dim: config.width,
        activation: Activation::QuickGelu,
        intermediate_size: config.inner,
        max_position_embeddings: config.positions,
        pad_with: None,
        num_hidden_layers: config.layers,
        num_attention_heads: config.heads,
        projection_dim: config.width,
    };
    Ok(Some(ClipTextTransformer::new(weights.builder(), &config)?))
}

/// The autoencoder. Right for one picture at a time only.
pub(super) fn vae(folder: &ModelFolder, place: &Place) -> Result<AutoEncoderKL, Problem> {
    let config = VaeConfig::read(&folder.config(Part::Vae)?)?;
    if !config.attends {
        return Err(Problem::new("stock-shape").with("reason", "mid_block_add_attention"));
    }
    let weights = folder.weights(Part::Vae, place)?;
    let stock = AutoEncoderKLConfig {
        block_out_channels: config.levels,
        layers_per_block: config.layers,
        latent_channels: config.latent,
        norm_num_groups: config.groups,
        use_quant_conv: config.quant,
        use_post_quant_conv: config.post_quant,
    };
    Ok(AutoEncoderKL::new(weights.builder(), config.pixels.0, config.pixels.1, stock)?)
}

fn noise_predictor(
    folder: &ModelFolder,
    config: &UnetConfig,
    place: &Place,
) -> Result<UNet2DConditionModel, Problem> {
    let not = |reason: &str| Problem::new("stock-shape").with("reason", reason);
    let (down, up) = (blocks(&config.down), blocks(&config.up));
    let Some((down, up)) = down.zip(up) else { return Err(not("transformer_layers_per_block")) };
    if !down.iter().map(Option::is_some).eq(up.iter().rev().map(Option::is_some)) {
        return Err(not("up_block_types"));
    }
    if config.added.is_some() {
        return Err(not("addition_embed_type"));
    }
    if config.guidance.is_some() {
        return Err(not("time_cond_proj_dim"));
    }
    if config.time_width != config.levels[0] * 4 {
        return Err(not("time_embedding_dim"));
    }
    let last = config.levels.len() - 1;
    if config.middle != MiddleShape::Attending(down[last].unwrap_or(1)) {
        return Err(not("mid_block_type"));
    }
    let layers = config.down.first().map_or(0, |level| level.resnets);
    if config.down.iter().any(|level| level.resnets != layers) {
        return Err(not("layers_per_block"));
    }
    if !down.iter().zip(up.iter().rev()).all(|(down, up)| down == up) {
        return Err(not("reverse_transformer_layers_per_block"));
    }
    let blocks = (0..=last)
        .map(|i| BlockConfig {
            out_channels: config.levels[i],
            use_cross_attn: down[i],
            attention_head_dim: config.heads[i],
        })
        .collect();
    let weights = folder.weights(Part::Unet, place)?;
    let linear = weights
        .names()
        .find(|name| name.ends_with("proj_in.weight"))
        .and_then(|name| weights.shape(&name).map(<[usize]>::len))
        .is_some_and(|axes| axes == 2);
    let stock = UNet2DConditionModelConfig {
        center_input_sample: config.centred,
        flip_sin_to_cos: config.cosines_first,
        freq_shift: config.frequency_shift,
        blocks,
        layers_per_block: layers,
        downsample_padding: config.down_padding,
        mid_block_scale_factor: 1.0,
        norm_num_groups: config.groups,
        norm_eps: config.epsilon,
        cross_attention_dim: config.context,
        sliced_attention_size: None,
        use_linear_projection: linear,
    };
    let (input, output) = config.channels;
    Ok(UNet2DConditionModel::new(weights.builder(), input, output, false, stock)?)
}

/// The transformer blocks of each level, which these networks have as one number a level; `None`
/// where a level has several.
fn blocks(levels: &[LevelShape]) -> Option<Vec<Option<usize>>> {
    let one = |level: &LevelShape| {
        let Some(each) = &level.transformers else { return Some(None) };
        let first = each.first().copied();
        each.iter().all(|n| Some(*n) == first).then_some(first)
    };
    levels.iter().map(one).collect()
}

impl Weights {
    /// These weights as candle's networks ask for them.
    pub(super) fn builder(&self) -> VarBuilder<'static> {
        let place = self.place();
        VarBuilder::from_backend(Box::new(self.clone()), place.dtype, place.device.clone())
    }
}

impl SimpleBackend for Weights {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: Init,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        Self::get(self, name, shape.dims())
            .map_err(candle_core::Error::wrap)?
            .to_dtype(dtype)?
            .to_device(device)
    }

    fn get_unchecked(
        &self,
        name: &str,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        let shape = self.shape(name).unwrap_or(&[]).to_vec();
        SimpleBackend::get(self, shape.into(), name, Init::Const(0.0), dtype, device)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.has(name)
    }
}
