//! The noise predictor's tensors: numbered blocks in the file, named levels in the network.

use super::{Names, Shapes, whole};

/// What stands before its names in the file.
const PREFIX: &str = "model.diffusion_model.";

/// Modules that only have another name.
const RENAMED: [(&str, &str); 6] = [
    ("time_embed.0.", "time_embedding.linear_1."),
    ("time_embed.2.", "time_embedding.linear_2."),
    ("label_emb.0.0.", "add_embedding.linear_1."),
    ("label_emb.0.2.", "add_embedding.linear_2."),
    ("out.0.", "conv_norm_out."),
    ("out.2.", "conv_out."),
];
/// Parts of a resnet.
const RESNET: [(&str, &str); 6] = [
    ("in_layers.0.", "norm1."),
    ("in_layers.2.", "conv1."),
    ("emb_layers.1.", "time_emb_proj."),
    ("out_layers.0.", "norm2."),
    ("out_layers.3.", "conv2."),
    ("skip_connection.", "conv_shortcut."),
];

/// Every tensor of the noise predictor.
pub(super) fn of(shapes: &Shapes) -> Names {
    let each = each_level(shapes);
    let own = shapes.iter().filter_map(|(name, shape)| {
        let new = renamed(name.strip_prefix(PREFIX)?, each)?;
        Some((new, whole(name, shape)))
    });
    own.collect()
}

/// How many blocks of the way down a level has: its resnets, and the halving.
pub(super) fn each_level(shapes: &Shapes) -> usize {
    let blocks = shapes.keys().filter_map(|name| {
        let (number, rest) = numbered(name.strip_prefix(PREFIX)?.strip_prefix("input_blocks.")?)?;
        Some((number, rest.starts_with("0.op.")))
    });
    let (mut halving, mut last) = (None::<usize>, 0);
    for (number, halves) in blocks {
        last = last.max(number);
        if halves {
            halving = Some(halving.map_or(number, |first| first.min(number)));
        }
    }
    // A predictor of one level has no halving.
    halving.unwrap_or(last + 1).max(1)
}

/// The number that a name begins with, and what follows its dot.
pub(super) fn numbered(name: &str) -> Option<(usize, &str)> {
    let (number, rest) = name.split_once('.')?;
    Some((number.parse().ok().filter(|number| *number < 1000)?, rest))
}

fn renamed(name: &str, each: usize) -> Option<String> {
    if let Some((new, rest)) = replaced(name, &RENAMED) {
        return Some(format!("{new}{rest}"));
    }
    let (way, rest) = name.split_once('.')?;
    let (block, rest) = numbered(rest)?;
    match way {
        "input_blocks" if block == 0 => Some(format!("conv_in.{}", rest.strip_prefix("0.")?)),
        "input_blocks" => {
            let (level, layer) = ((block - 1) / each, (block - 1) % each);
            let place = format!("down_blocks.{level}");
            match rest.strip_prefix("0.op.") {
                Some(rest) => Some(format!("{place}.downsamplers.0.conv.{rest}")),
                None => inside(&place, layer, rest),
            }
        }
        "middle_block" => match block {
            0 => inside("mid_block", 0, &format!("0.{rest}")),
            1 => Some(format!("mid_block.attentions.0.{rest}")),
            _ => inside("mid_block", 1, &format!("0.{rest}")),
        },
        "output_blocks" => {
            let place = format!("up_blocks.{}", block / each);
            let (_, inner) = numbered(rest)?;
            match inner.strip_prefix("conv.") {
                Some(rest) => Some(format!("{place}.upsamplers.0.conv.{rest}")),
                None => inside(&place, block % each, rest),
            }
        }
        _ => None,
    }
}

/// A tensor of a resnet (the first module of a block) or of attention (the second).
fn inside(place: &str, layer: usize, rest: &str) -> Option<String> {
    match numbered(rest)? {
        (0, rest) => {
            let (new, rest) = replaced(rest, &RESNET)?;
            Some(format!("{place}.resnets.{layer}.{new}{rest}"))
        }
        (_, rest) => Some(format!("{place}.attentions.{layer}.{rest}")),
    }
}

fn replaced<'a>(
    name: &'a str,
    table: &'static [(&'static str, &'static str)],
) -> Option<(&'static str, &'a str)> {
    table.iter().find_map(|(old, new)| Some((*new, name.strip_prefix(old)?)))
}
