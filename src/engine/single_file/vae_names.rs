//! The autoencoder's tensors. The decoder's levels are numbered from the other end, and its
//! attention was a convolution of one pixel.

use super::unet_names::numbered;
use super::{Held, Names, Shapes, whole};

/// What stands before its names in the file.
const PREFIX: &str = "first_stage_model.";

/// Every tensor of the autoencoder.
pub(super) fn of(shapes: &Shapes) -> Names {
    let levels = levels(shapes);
    let own = shapes.iter().filter_map(|(name, shape)| {
        let new = renamed(name.strip_prefix(PREFIX)?, levels)?;
        Some((new.clone(), held(name, shape, &new)))
    });
    own.collect()
}

/// How many levels the decoder has.
fn levels(shapes: &Shapes) -> usize {
    let numbers = shapes.keys().filter_map(|name| {
        numbered(name.strip_prefix(PREFIX)?.strip_prefix("decoder.up.")?).map(|(number, _)| number)
    });
    numbers.max().map_or(0, |last| last + 1)
}

/// Attention's matrices were convolutions of one pixel: [C,C,1,1] is read as [C,C].
fn held(name: &str, shape: &[usize], new: &str) -> Held {
    match shape {
        [rows, columns, 1, 1] if new.contains(".attentions.") => whole(name, &[*rows, *columns]),
        _ => whole(name, shape),
    }
}

fn renamed(name: &str, levels: usize) -> Option<String> {
    if name.starts_with("quant_conv.") || name.starts_with("post_quant_conv.") {
        return Some(name.to_owned());
    }
    let (side, rest) = name.split_once('.')?;
    if !["encoder", "decoder"].contains(&side) {
        return None;
    }
    let (module, inner) = rest.split_once('.')?;
    let new = match module {
        "conv_in" | "conv_out" => rest.to_owned(),
        "norm_out" => format!("conv_norm_out.{inner}"),
        "mid" => middle(inner)?,
        "down" | "up" => {
            let (level, inner) = numbered(inner)?;
            let level = if module == "up" { levels.checked_sub(level + 1)? } else { level };
            format!("{module}_blocks.{level}.{}", block(inner)?)
        }
        _ => return None,
    };
    Some(format!("{side}.{new}"))
}

fn middle(name: &str) -> Option<String> {
    let (module, rest) = name.split_once('.')?;
    let (place, rest) = match module {
        "block_1" => ("resnets.0", resnet(rest)),
        "block_2" => ("resnets.1", resnet(rest)),
        "attn_1" => ("attentions.0", attention(rest)?),
        _ => return None,
    };
    Some(format!("mid_block.{place}.{rest}"))
}

fn block(name: &str) -> Option<String> {
    match name.split_once('.')? {
        ("block", rest) => {
            let (number, rest) = numbered(rest)?;
            Some(format!("resnets.{number}.{}", resnet(rest)))
        }
        ("downsample", rest) => Some(format!("downsamplers.0.{rest}")),
        ("upsample", rest) => Some(format!("upsamplers.0.{rest}")),
        _ => None,
    }
}

fn resnet(name: &str) -> String {
    name.replace("nin_shortcut.", "conv_shortcut.")
}

fn attention(name: &str) -> Option<String> {
    let (module, rest) = name.split_once('.')?;
    let new = match module {
        "norm" => "group_norm",
        "q" => "to_q",
        "k" => "to_k",
        "v" => "to_v",
        "proj_out" => "to_out.0",
        _ => return None,
    };
    Some(format!("{new}.{rest}"))
}
