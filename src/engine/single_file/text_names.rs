//! The text encoder's tensors: OpenAI's CLIP as transformers names it, or OpenCLIP's, whose
//! queries, keys and values lie in one matrix.

use super::unet_names::numbered;
use super::{Held, Names, Shapes, Share, whole};

/// What stands before transformers' names.
const CLIP: &str = "cond_stage_model.transformer.";
/// What stands before OpenCLIP's.
pub(super) const OPEN_CLIP: &str = "cond_stage_model.model.";

/// OpenCLIP's modules outside its blocks; the positions are a bare tensor there.
const MODULES: [(&str, &str); 4] = [
    ("token_embedding.weight", "embeddings.token_embedding.weight"),
    ("positional_embedding", "embeddings.position_embedding.weight"),
    ("ln_final.weight", "final_layer_norm.weight"),
    ("ln_final.bias", "final_layer_norm.bias"),
];
/// The modules of one of its blocks.
const BLOCK: [(&str, &str); 5] = [
    ("ln_1.", "layer_norm1."),
    ("ln_2.", "layer_norm2."),
    ("mlp.c_fc.", "mlp.fc1."),
    ("mlp.c_proj.", "mlp.fc2."),
    ("attn.out_proj.", "self_attn.out_proj."),
];

/// Every tensor of the text encoder.
pub(super) fn of(shapes: &Shapes) -> Names {
    shapes.iter().flat_map(|(name, shape)| named(name, shape)).collect()
}

fn named(name: &str, shape: &[usize]) -> Vec<(String, Held)> {
    if let Some(own) = name.strip_prefix(CLIP) {
        if own.ends_with("position_ids") {
            return Vec::new();
        }
        // Early files lack the module that holds all others.
        let own = own.strip_prefix("text_model.").unwrap_or(own);
        return vec![(format!("text_model.{own}"), whole(name, shape))];
    }
    let Some(own) = name.strip_prefix(OPEN_CLIP) else { return Vec::new() };
    if let Some((_, new)) = MODULES.iter().find(|(old, _)| *old == own) {
        return vec![(format!("text_model.{new}"), whole(name, shape))];
    }
    let block = own.strip_prefix("transformer.resblocks.").and_then(numbered);
    let Some((number, rest)) = block else { return Vec::new() };
    let place = format!("text_model.encoder.layers.{number}");
    if let Some(kind) = rest.strip_prefix("attn.in_proj_") {
        return thirds(name, shape, &place, kind);
    }
    let new = BLOCK.iter().find_map(|(old, new)| Some(format!("{new}{}", rest.strip_prefix(old)?)));
    new.map(|new| (format!("{place}.{new}"), whole(name, shape))).into_iter().collect()
}

/// Query, key and value out of the matrix that holds all three.
fn thirds(name: &str, shape: &[usize], place: &str, kind: &str) -> Vec<(String, Held)> {
    let Some((rows, rest)) = shape.split_first().filter(|(rows, _)| **rows % 3 == 0) else {
        return Vec::new();
    };
    let own: Vec<usize> = std::iter::once(rows / 3).chain(rest.iter().copied()).collect();
    let part = |(at, letter)| {
        let held = Held { tensor: name.to_owned(), shape: own.clone(), part: Share::Third(at) };
        (format!("{place}.self_attn.{letter}_proj.{kind}"), held)
    };
    ["q", "k", "v"].into_iter().enumerate().map(part).collect()
}
