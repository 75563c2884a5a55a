//! The shapes of the families' networks, as the published models' configs have them.

use serde_json::{Value, json};

use super::TimedFamily;
use crate::engine::device::Place;
use crate::engine::model_folder::{Config, ModelFolder, Part};
use crate::engine::text::TextConfig;
use crate::engine::unet::config::UnetConfig;
use crate::engine::vae::config::VaeConfig;
use crate::engine::weights::Weights;
use crate::walk::Problem;

/// The networks' shapes and their numbers.
pub(super) struct Shapes {
    /// One text encoder, or XL's two.
    pub(super) texts: Vec<TextConfig>,
    pub(super) unet: UnetConfig,
    pub(super) vae: VaeConfig,
    /// Of text encoders, noise predictor and autoencoder.
    pub(super) weights: [Weights; 3],
    /// Height and width of the pictures that the family was trained for.
    pub(super) size: usize,
}

impl Shapes {
    /// The family's.
    pub(super) fn of(family: TimedFamily, place: &Place) -> Result<Self, Problem> {
        match family {
            TimedFamily::Sd15 => Self::invented(&[clip_l()], [unet15(), vae()], 512, place),
            TimedFamily::Sd21 => Self::invented(&[open_clip_h()], [unet21(), vae()], 768, place),
            TimedFamily::Sdxl => {
                let texts = [clip_l(), open_clip_g()];
                Self::invented(&texts, [unet_xl(), vae()], 1024, place)
            }
            TimedFamily::Pocket => {
                let folder = ModelFolder::pocket();
                let card = folder.card()?;
                Ok(Self {
                    texts: vec![TextConfig::read(&folder.config(Part::Text)?)?],
                    unet: UnetConfig::read(&folder.config(Part::Unet)?)?,
                    vae: VaeConfig::read(&folder.config(Part::Vae)?)?,
                    weights: [
                        folder.weights(Part::Text, &place.beside())?,
                        folder.weights(Part::Unet, place)?,
                        folder.weights(Part::Vae, place)?,
                    ],
                    size: card.default_size.0,
                })
            }
        }
    }

    /// Places of a text.
    pub(super) fn positions(&self) -> usize {
        self.texts.first().map_or(77, |text| text.positions)
    }

    fn invented(
        texts: &[Value],
        [unet, vae]: [Value; 2],
        size: usize,
        place: &Place,
    ) -> Result<Self, Problem> {
        let config = |value: &Value| {
            Config::new("config.json", value.as_object().cloned().unwrap_or_default())
        };
        let weights = Weights::invented(place);
        Ok(Self {
            texts: texts
                .iter()
                .map(|text| TextConfig::read(&config(text)))
                .collect::<Result<_, _>>()?,
            unet: UnetConfig::read(&config(&unet))?,
            vae: VaeConfig::read(&config(&vae))?,
            weights: [Weights::invented(&place.beside()), weights.clone(), weights],
            size,
        })
    }
}

/// OpenAI's CLIP ViT-L/14, as SD 1.5 has it.
fn clip_l() -> Value {
    json!({
        "vocab_size": 49_408, "hidden_size": 768, "intermediate_size": 3072,
        "num_hidden_layers": 12, "num_attention_heads": 12, "max_position_embeddings": 77,
        "hidden_act": "quick_gelu",
    })
}

/// OpenCLIP ViT-H/14 without its last layer, as SD 2.1 has it.
fn open_clip_h() -> Value {
    json!({
        "vocab_size": 49_408, "hidden_size": 1024, "intermediate_size": 4096,
        "num_hidden_layers": 23, "num_attention_heads": 16, "max_position_embeddings": 77,
        "hidden_act": "gelu",
    })
}

/// OpenCLIP ViT-bigG/14, XL's second.
fn open_clip_g() -> Value {
    json!({
        "vocab_size": 49_408, "hidden_size": 1280, "intermediate_size": 5120,
        "num_hidden_layers": 32, "num_attention_heads": 20, "max_position_embeddings": 77,
        "hidden_act": "gelu", "projection_dim": 1280,
    })
}

fn unet_xl() -> Value {
    json!({
        "block_out_channels": [320, 640, 1280],
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        "transformer_layers_per_block": [1, 2, 10],
        "layers_per_block": 2, "attention_head_dim": [5, 10, 20],
        "cross_attention_dim": 2048, "norm_num_groups": 32, "use_linear_projection": true,
        "addition_embed_type": "text_time", "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
    })
}

fn unet15() -> Value {
    json!({
        "block_out_channels": [320, 640, 1280, 1280],
        "down_block_types": attending(["CrossAttnDownBlock2D", "DownBlock2D"], [0, 0, 0, 1]),
        "up_block_types": attending(["CrossAttnUpBlock2D", "UpBlock2D"], [1, 0, 0, 0]),
        "layers_per_block": 2, "attention_head_dim": 8, "cross_attention_dim": 768,
        "norm_num_groups": 32,
    })
}

fn unet21() -> Value {
    json!({
        "block_out_channels": [320, 640, 1280, 1280],
        "down_block_types": attending(["CrossAttnDownBlock2D", "DownBlock2D"], [0, 0, 0, 1]),
        "up_block_types": attending(["CrossAttnUpBlock2D", "UpBlock2D"], [1, 0, 0, 0]),
        "layers_per_block": 2, "attention_head_dim": [5, 10, 20, 20],
        "cross_attention_dim": 1024, "norm_num_groups": 32, "use_linear_projection": true,
    })
}

/// Kinds of blocks, each the first or the second of two.
fn attending(kinds: [&str; 2], levels: [usize; 4]) -> Vec<String> {
    levels.iter().map(|level| kinds[*level].to_owned()).collect()
}

fn vae() -> Value {
    json!({
        "block_out_channels": [128, 256, 512, 512],
        "down_block_types": vec!["DownEncoderBlock2D"; 4],
        "up_block_types": vec!["UpDecoderBlock2D"; 4],
        "layers_per_block": 2, "latent_channels": 4, "norm_num_groups": 32,
        "scaling_factor": 0.18215,
    })
}
