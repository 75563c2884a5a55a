//! For which family of models a LoRA was made, told from the names and shapes of its tensors.

use super::lora_names::role;
use crate::engine::weights::Weights;
use crate::walk::Family;

/// Marks of families that this program does not walk.
const FOREIGN: [(&str, &str); 6] = [
    ("double_blocks", "Flux"),
    ("single_blocks", "Flux"),
    ("single_transformer_blocks", "Flux"),
    ("joint_blocks", "SD 3"),
    ("lora_te3_", "SD 3"),
    ("lora_prior", "Stable Cascade"),
];
/// Widths of the text's vectors by family.
const WIDTHS: [(usize, Family); 3] =
    [(768, Family::Sd1), (1024, Family::Sd2), (2048, Family::Sdxl)];

/// The family, as people write it; `None` where nothing in the file tells it.
pub(super) fn told(file: &Weights) -> Option<&'static str> {
    let names: Vec<String> = file.names().filter(|name| role(name).is_some()).collect();
    let has = |mark: &str| names.iter().any(|name| name.contains(mark));
    if let Some((_, family)) = FOREIGN.iter().find(|(mark, _)| has(mark)) {
        return Some(family);
    }
    let shapes = |layer: &'static str| {
        let of = names.iter().filter(move |name| name.contains(layer));
        of.filter_map(|name| file.shape(name)).filter(|shape| shape.len() > 1)
    };
    // Keys are made of the text: their matrix is as wide as its vectors.
    let width = ["attn2.to_k", "attn2_to_k"].into_iter().flat_map(shapes);
    let widths: Vec<usize> = width.filter_map(|shape| shape.get(1).copied()).collect();
    let family = WIDTHS.iter().find(|(width, _)| widths.contains(width)).map(|(_, of)| *of);
    if let Some(family) = family {
        return Some(family.name());
    }
    if ["lora_te2_", "text_encoder_2.", "lora_unet_input_blocks_", "lora_unet_output_blocks_"]
        .into_iter()
        .any(has)
    {
        return Some(Family::Sdxl.name());
    }
    // SD 1.x enters its transformers through a convolution, later families through a matrix; XL
    // has none on its first level.
    if shapes("proj_in").any(|shape| shape.len() == 4) {
        return Some(Family::Sd1.name());
    }
    let first = has("down_blocks.0.attentions") || has("down_blocks_0_attentions");
    if first && shapes("proj_in").next().is_some() {
        return Some(Family::Sd2.name());
    }
    (first || has("lora_te_")).then_some("SD 1.x / 2.x")
}
