//! The configs that a checkpoint in one file does not hold: what its shapes say, and by family
//! what they cannot say (heads, the activation, the schedule).
//!
//! The values by family are those of the published models' own configs: runwayml's SD 1.5 and
//! Stability's SD 2.1, as diffusers has them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::text_names::OPEN_CLIP;
use super::{Names, Shapes, unet_names};
use crate::engine::pocket;
use crate::walk::Problem;

/// Numbers of a head of attention in SD 2 and in every text encoder.
const HEAD: usize = 64;
/// Heads of every level in SD 1.
const HEADS: usize = 8;
/// Groups of every norm.
const GROUPS: usize = 32;

/// The small files of a folder in diffusers' layout, by their paths.
///
/// # Errors
/// `single-file-shape` where a tensor is missing that the shapes are told from.
pub(super) fn files(
    names: &[Names; 3],
    shapes: &Shapes,
) -> Result<BTreeMap<&'static str, Vec<u8>>, Problem> {
    let [text, unet, vae] = names;
    let open_clip = shapes.keys().any(|name| name.starts_with(OPEN_CLIP));
    let pad = if open_clip { "!" } else { "<|endoftext|>" };
    let configs = [
        ("text_encoder/config.json", text_config(text, open_clip)?),
        ("unet/config.json", unet_config(unet, shapes, open_clip)?),
        ("vae/config.json", vae_config(vae)?),
        ("scheduler/scheduler_config.json", scheduler(open_clip)),
        ("tokenizer/tokenizer_config.json", json!({ "model_max_length": 77, "pad_token": pad })),
    ];
    let vocabulary = ["tokenizer/vocab.json", "tokenizer/merges.txt"];
    let own = vocabulary.iter().filter_map(|file| Some((*file, pocket::file(file)?.to_vec())));
    let configs = configs.into_iter().map(|(file, value)| (file, value.to_string().into_bytes()));
    Ok(configs.chain(own).collect())
}

/// One side of a tensor.
fn side(names: &Names, tensor: &str, axis: usize) -> Result<usize, Problem> {
    let found = names.get(tensor).and_then(|held| held.shape.get(axis)).copied();
    found.ok_or_else(|| Problem::new("single-file-shape").with("tensor", tensor))
}

/// How many modules of a list there are: `stem.0`, `stem.1` and so on.
fn count(names: &Names, stem: &str) -> usize {
    let numbers = names.keys().filter_map(|name| {
        unet_names::numbered(name.strip_prefix(stem)?.strip_prefix('.')?).map(|(number, _)| number)
    });
    numbers.max().map_or(0, |last| last + 1)
}

fn text_config(names: &Names, open_clip: bool) -> Result<Value, Problem> {
    let table = "text_model.embeddings.token_embedding.weight";
    let width = side(names, table, 1)?;
    // SD 2 reads OpenCLIP's last layer but one; the last is in the file and is not used.
    let unused = usize::from(open_clip);
    Ok(json!({
        "vocab_size": side(names, table, 0)?,
        "hidden_size": width,
        "num_hidden_layers": count(names, "text_model.encoder.layers").saturating_sub(unused),
        "num_attention_heads": (width / HEAD).max(1),
        "intermediate_size": side(names, "text_model.encoder.layers.0.mlp.fc1.weight", 0)?,
        "max_position_embeddings":
            side(names, "text_model.embeddings.position_embedding.weight", 0)?,
        "hidden_act": if open_clip { "gelu" } else { "quick_gelu" },
        "layer_norm_eps": 1e-5,
    }))
}

fn unet_config(names: &Names, shapes: &Shapes, open_clip: bool) -> Result<Value, Problem> {
    let levels: Vec<usize> = (0..count(names, "down_blocks"))
        .map(|level| side(names, &format!("down_blocks.{level}.resnets.0.conv1.weight"), 0))
        .collect::<Result<_, _>>()?;
    let attends = |way: &str, level: usize| count(names, &format!("{way}.{level}.attentions")) > 0;
    let kind = |attends: bool, way: &str| {
        format!("{}{way}Block2D", if attends { "CrossAttn" } else { "" })
    };
    let kinds = |blocks: &str, way: &str| -> Vec<String> {
        (0..levels.len()).map(|level| kind(attends(blocks, level), way)).collect()
    };
    let query = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight";
    let linear = names
        .get("mid_block.attentions.0.proj_in.weight")
        .is_some_and(|held| held.shape.len() == 2);
    let heads: Vec<usize> =
        levels.iter().map(|width| if open_clip { (width / HEAD).max(1) } else { HEADS }).collect();
    Ok(json!({
        "in_channels": side(names, "conv_in.weight", 1)?,
        "out_channels": side(names, "conv_out.weight", 0)?,
        "block_out_channels": levels,
        "down_block_types": kinds("down_blocks", "Down"),
        "up_block_types": kinds("up_blocks", "Up"),
        "layers_per_block": unet_names::each_level(shapes).saturating_sub(1),
        "cross_attention_dim": side(names, query, 1)?,
        "attention_head_dim": heads,
        "use_linear_projection": linear,
        "norm_num_groups": GROUPS,
        "sample_size": if open_clip { 96 } else { 64 },
    }))
}

fn vae_config(names: &Names) -> Result<Value, Problem> {
    let levels: Vec<usize> = (0..count(names, "encoder.down_blocks"))
        .map(|level| side(names, &format!("encoder.down_blocks.{level}.resnets.0.conv1.weight"), 0))
        .collect::<Result<_, _>>()?;
    let of = |kind: &'static str| vec![kind; levels.len()];
    Ok(json!({
        "in_channels": side(names, "encoder.conv_in.weight", 1)?,
        "out_channels": side(names, "decoder.conv_out.weight", 0)?,
        "latent_channels": side(names, "decoder.conv_in.weight", 1)?,
        "layers_per_block": count(names, "encoder.down_blocks.0.resnets"),
        "down_block_types": of("DownEncoderBlock2D"),
        "up_block_types": of("UpDecoderBlock2D"),
        "block_out_channels": levels,
        "norm_num_groups": GROUPS,
        "scaling_factor": 0.18215,
    }))
}

/// SD 1.5's and SD 2.1's schedules. That of SD 2 base predicts the noise; one file does not say
/// which of the two it is.
fn scheduler(open_clip: bool) -> Value {
    let (class, prediction) =
        if open_clip { ("DDIMScheduler", "v_prediction") } else { ("PNDMScheduler", "epsilon") };
    json!({
        "_class_name": class,
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "num_train_timesteps": 1000,
        "prediction_type": prediction,
        "set_alpha_to_one": false,
        "skip_prk_steps": true,
        "steps_offset": 1,
        "clip_sample": false,
        "timestep_spacing": "leading",
    })
}
