//! The three networks over weights that learn, or over their averages; and their configurations
//! as diffusers and transformers write them.

use std::collections::BTreeMap;

use candle_core::{Tensor, Var};
use serde_json::{Map, Value, json};

use super::Variables;
use super::layout::Layout;
use super::recipe;
use crate::engine::model_folder::{Config, Part};
use crate::engine::text::{TextConfig, TextEncoder};
use crate::engine::unet::UNet;
use crate::engine::unet::config::UnetConfig;
use crate::engine::vae::Vae;
use crate::engine::vae::config::VaeConfig;
use crate::engine::weights::Weights;
use crate::engine::{ModelFolder, Place, untrained};
use crate::walk::Problem;

/// Ids of CLIP's vocabulary.
pub const VOCABULARY: usize = 49_408;

/// The folder of a network, which stands before the names of its weights.
pub const fn folder(part: Part) -> &'static str {
    part.folder()
}

/// The weights with which a training begins: decided by the seed and the names alone.
pub fn begin(
    weights: &mut Variables,
    part: Part,
    layout: &Layout,
    seed: u64,
    place: &Place,
) -> Result<(), Problem> {
    for (name, shape) in layout.tensors() {
        let numbers = untrained(seed, folder(part), name, shape);
        let tensor = Tensor::from_vec(numbers, shape, &place.device)?;
        weights.insert(format!("{}/{name}", folder(part)), Var::from_tensor(&tensor)?);
    }
    Ok(())
}

/// The weights of one network among those of several.
pub fn of_part<'a>(
    part: Part,
    all: impl IntoIterator<Item = (&'a String, &'a Tensor)>,
    place: &Place,
) -> Weights {
    let own = |(name, tensor): (&String, &Tensor)| {
        let name = name.strip_prefix(folder(part))?.strip_prefix('/')?;
        Some((name.to_owned(), tensor.clone()))
    };
    let tensors: BTreeMap<_, _> = all.into_iter().filter_map(own).collect();
    Weights::of_tensors(folder(part), tensors, place)
}

/// The noise predictor over these weights.
pub fn unet(networks: &recipe::Networks, weights: &Weights) -> Result<UNet, Problem> {
    let config = Config::new("unet/config.json", unet_config(networks)?);
    UNet::from_weights(UnetConfig::read(&config)?, weights)
}

/// The text encoder over these weights, with a table of `ids` rows.
pub fn text(
    networks: &recipe::Networks,
    ids: usize,
    weights: &Weights,
) -> Result<TextEncoder, Problem> {
    let config = Config::new("text_encoder/config.json", text_config(networks, ids)?);
    TextEncoder::from_weights(TextConfig::read(&config)?, weights)
}

/// The autoencoder over these weights.
pub fn vae(networks: &recipe::Networks, weights: &Weights) -> Result<Vae, Problem> {
    let config = Config::new("vae/config.json", vae_config(networks)?);
    Vae::from_weights(VaeConfig::read(&config)?, weights)
}

/// `unet/config.json`: the pocket model's, with the sizes of the recipe.
pub fn unet_config(networks: &recipe::Networks) -> Result<Map<String, Value>, Problem> {
    let size = &networks.unet;
    let attending = size.levels.len() - 1;
    let plain_first = [vec!["DownBlock2D"], vec!["CrossAttnDownBlock2D"; attending]].concat();
    let plain_last = [vec!["CrossAttnUpBlock2D"; attending], vec!["UpBlock2D"]].concat();
    changed(
        "unet/config.json",
        json!({
            "block_out_channels": size.levels,
            "norm_num_groups": size.groups,
            "attention_head_dim": size.heads,
            "cross_attention_dim": networks.text.width,
            "down_block_types": plain_first,
            "up_block_types": plain_last,
        }),
    )
}

/// `text_encoder/config.json` over a table of `ids` rows.
pub fn text_config(networks: &recipe::Networks, ids: usize) -> Result<Map<String, Value>, Problem> {
    let size = networks.text;
    changed(
        "text_encoder/config.json",
        json!({
            "vocab_size": ids,
            "hidden_size": size.width,
            "projection_dim": size.width,
            "intermediate_size": 4 * size.width,
            "num_hidden_layers": size.layers,
            "num_attention_heads": size.heads,
        }),
    )
}

/// `vae/config.json`.
pub fn vae_config(networks: &recipe::Networks) -> Result<Map<String, Value>, Problem> {
    let size = &networks.vae;
    changed(
        "vae/config.json",
        json!({ "block_out_channels": size.levels, "norm_num_groups": size.groups }),
    )
}

fn changed(file: &str, values: Value) -> Result<Map<String, Value>, Problem> {
    let mut map = ModelFolder::pocket().json(file)?;
    if let Value::Object(values) = values {
        map.extend(values);
    }
    Ok(map)
}
