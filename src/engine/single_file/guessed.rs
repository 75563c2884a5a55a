//! The configs that a checkpoint in one file does not hold: what its shapes say, and by family
//! what they cannot say (heads, the activation, the schedule).
//!
//! The values by family are those of the published models' own configs: runwayml's SD 1.5 and
//! Stability's SD 2.1 and SDXL base, as diffusers has them.

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

/// The families that are told apart by what stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    Sd1,
    Sd2,
    Xl,
}

/// The small files of a folder in diffusers' layout, by their paths.
///
/// # Errors
/// `single-file-shape` where a tensor is missing that the shapes are told from.
pub(super) fn files(
    names: &[Names; 4],
    shapes: &Shapes,
) -> Result<BTreeMap<&'static str, Vec<u8>>, Problem> {
    let [text, second, unet, vae] = names;
    let layout = if !second.is_empty() {
        Layout::Xl
    } else if shapes.keys().any(|name| name.starts_with(OPEN_CLIP)) {
        Layout::Sd2
    } else {
        Layout::Sd1
    };
    let pad = |open_clip: bool| {
        let pad = if open_clip { "!" } else { "<|endoftext|>" };
        json!({ "model_max_length": 77, "pad_token": pad })
    };
    let mut configs = vec![
        ("text_encoder/config.json", text_config(text, layout == Layout::Sd2, layout)?),
        ("unet/config.json", unet_config(unet, second, shapes, layout)?),
        ("vae/config.json", vae_config(vae, layout)?),
        ("scheduler/scheduler_config.json", scheduler(layout)),
        ("tokenizer/tokenizer_config.json", pad(layout == Layout::Sd2)),
    ];
    let mut vocabulary = vec![
        ("tokenizer/vocab.json", "tokenizer/vocab.json"),
        ("tokenizer/merges.txt", "tokenizer/merges.txt"),
    ];
    if layout == Layout::Xl {
        configs.push(("text_encoder_2/config.json", text_config(second, true, layout)?));
        configs.push(("tokenizer_2/tokenizer_config.json", pad(true)));
        vocabulary.push(("tokenizer_2/vocab.json", "tokenizer/vocab.json"));
        vocabulary.push(("tokenizer_2/merges.txt", "tokenizer/merges.txt"));
    }
    let own = vocabulary.iter().filter_map(|(at, file)| Some((*at, pocket::file(file)?.to_vec())));
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

fn text_config(names: &Names, open_clip: bool, layout: Layout) -> Result<Value, Problem> {
    let table = "text_model.embeddings.token_embedding.weight";
    let width = side(names, table, 1)?;
    // SD 2 reads OpenCLIP's last layer but one; the last is in the file and is not used.
    let unused = usize::from(layout == Layout::Sd2);
    let projection = names.get("text_projection.weight").and_then(|held| held.shape.first());
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
        // As the published configs say, which lets the largest id count as the end mark.
        "eos_token_id": 2,
        "projection_dim": projection.copied().unwrap_or(width),
    }))
}

fn unet_config(
    names: &Names,
    second: &Names,
    shapes: &Shapes,
    layout: Layout,
) -> Result<Value, Problem> {
    let levels: Vec<usize> = (0..count(names, "down_blocks"))
        .map(|level| side(names, &format!("down_blocks.{level}.resnets.0.conv1.weight"), 0))
        .collect::<Result<_, _>>()?;
    let kinds = |blocks: &str, way: &str| -> Vec<String> {
        let attends = |level| count(names, &format!("{blocks}.{level}.attentions")) > 0;
        let kind = |attends| format!("{}{way}Block2D", if attends { "CrossAttn" } else { "" });
        (0..levels.len()).map(|level| kind(attends(level))).collect()
    };
    let each = unet_names::each_level(shapes);
    let first = names.iter().find(|(name, _)| name.ends_with("proj_in.weight"));
    let linear = first.is_some_and(|(_, held)| held.shape.len() == 2);
    let keys = names.iter().find(|(name, _)| name.ends_with("attn2.to_k.weight"));
    let context = keys
        .and_then(|(_, held)| held.shape.get(1))
        .copied()
        .ok_or_else(|| Problem::new("single-file-shape").with("tensor", "attn2.to_k.weight"))?;
    let heads = |width: &usize| match layout {
        Layout::Sd1 => HEADS,
        Layout::Sd2 | Layout::Xl => (width / HEAD).max(1),
    };
    let mut config = json!({
        "in_channels": side(names, "conv_in.weight", 1)?,
        "out_channels": side(names, "conv_out.weight", 0)?,
        "block_out_channels": levels,
        "down_block_types": kinds("down_blocks", "Down"),
        "up_block_types": kinds("up_blocks", "Up"),
        "layers_per_block": each.saturating_sub(1),
        "transformer_layers_per_block": depths(names, "down_blocks", levels.len(), each - 1),
        "reverse_transformer_layers_per_block": depths(names, "up_blocks", levels.len(), each),
        "mid_block_type": middle(names),
        "cross_attention_dim": context,
        "attention_head_dim": levels.iter().map(heads).collect::<Vec<usize>>(),
        "use_linear_projection": linear,
        "norm_num_groups": GROUPS,
        "sample_size": match layout {
            Layout::Sd1 => 64,
            Layout::Sd2 => 96,
            Layout::Xl => 128,
        },
    });
    if let (Layout::Xl, Some(map)) = (layout, config.as_object_mut()) {
        let whole = side(names, "add_embedding.linear_1.weight", 1)?;
        let pooled = side(second, "text_projection.weight", 0)?;
        map.insert("addition_embed_type".to_owned(), "text_time".into());
        map.insert("projection_class_embeddings_input_dim".to_owned(), whole.into());
        map.insert("addition_time_embed_dim".to_owned(), (whole.saturating_sub(pooled) / 6).into());
    }
    Ok(config)
}

/// The transformer blocks after each resnet of each level; where a level has none, those of the
/// middle, whose number the last level's is.
fn depths(names: &Names, way: &str, levels: usize, resnets: usize) -> Value {
    let middle = count(names, "mid_block.attentions.0.transformer_blocks").max(1);
    let level = |level: usize| -> Value {
        let of = |i| format!("{way}.{level}.attentions.{i}.transformer_blocks");
        let depths: Vec<usize> = (0..resnets).map(|i| count(names, &of(i))).collect();
        if depths.iter().all(|depth| *depth == 0) { middle.into() } else { json!(depths) }
    };
    (0..levels).map(level).collect()
}

/// What stands between the way down and the way up.
fn middle(names: &Names) -> Value {
    match (count(names, "mid_block.attentions"), count(names, "mid_block.resnets")) {
        (0, 0) => Value::Null,
        (0, _) => "UNetMidBlock2D".into(),
        _ => "UNetMidBlock2DCrossAttn".into(),
    }
}

fn vae_config(names: &Names, layout: Layout) -> Result<Value, Problem> {
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
        "scaling_factor": if layout == Layout::Xl { 0.13025 } else { 0.18215 },
    }))
}

/// SD 1.5's, SD 2.1's and SDXL base's schedules. That of SD 2 base predicts the noise; one file
/// does not say which of the two it is.
fn scheduler(layout: Layout) -> Value {
    let (class, prediction) = match layout {
        Layout::Sd1 => ("PNDMScheduler", "epsilon"),
        Layout::Sd2 => ("DDIMScheduler", "v_prediction"),
        Layout::Xl => ("EulerDiscreteScheduler", "epsilon"),
    };
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
