//! The text encoder's tensors: OpenAI's CLIP as transformers names it, or OpenCLIP's, whose
//! queries, keys and values lie in one matrix.

use super::unet_names::numbered;
use super::{Held, Names, Shapes, Share, whole};

/// What stands before transformers' names.
const CLIP: &str = "cond_stage_model.transformer.";
/// What stands before OpenCLIP's.
pub(super) const OPEN_CLIP: &str = "cond_stage_model.model.";
/// What stands before the names of XL's two, the first by transformers' names.
const XL: [&str; 2] = ["conditioner.embedders.0.transformer.", "conditioner.embedders.1.model."];
/// What stands before the names of the refiner's one.
pub(super) const REFINER: &str = "conditioner.embedders.0.model.";
/// OpenCLIP's projection of the end mark: a bare matrix, from rows to columns.
const PROJECTION: &str = "text_projection";

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

/// Every tensor of the text encoder, of XL of the first.
pub(super) fn of(shapes: &Shapes) -> Names {
    let named = |(name, shape): (&String, &Vec<usize>)| {
        let own = [CLIP, XL[0]].iter().find_map(|prefix| name.strip_prefix(prefix));
        match (own, name.strip_prefix(OPEN_CLIP)) {
            (Some(own), _) => clip(name, own, shape),
            (None, Some(own)) => open_clip(name, own, shape),
            (None, None) => Vec::new(),
        }
    };
    shapes.iter().flat_map(named).collect()
}

/// Every tensor of XL's second text encoder.
pub(super) fn second(shapes: &Shapes) -> Names {
    let named = |(name, shape): (&String, &Vec<usize>)| {
        let Some(own) = name.strip_prefix(XL[1]) else { return Vec::new() };
        if let (PROJECTION, [rows, columns]) = (own, shape.as_slice()) {
            let (tensor, shape) = (name.clone(), vec![*columns, *rows]);
            let held = Held { tensor, shape, part: Share::Transposed };
            return vec![(format!("{PROJECTION}.weight"), held)];
        }
        open_clip(name, own, shape)
    };
    shapes.iter().flat_map(named).collect()
}

/// A tensor of transformers' CLIP.
fn clip(name: &str, own: &str, shape: &[usize]) -> Vec<(String, Held)> {
    if own.ends_with("position_ids") {
        return Vec::new();
    }
    // Early files lack the module that holds all others.
    let own = own.strip_prefix("text_model.").unwrap_or(own);
    vec![(format!("text_model.{own}"), whole(name, shape))]
}

/// A tensor of OpenCLIP's.
fn open_clip(name: &str, own: &str, shape: &[usize]) -> Vec<(String, Held)> {
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
