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

/// The file's names of a module of the network, where a level has `each` blocks on its way down
/// (the resnets, and the halving): what kohya's scripts call the layers of XL by. Two for an
/// enlarging convolution, whose number depends on what stands before it.
pub(in crate::engine) fn original(path: &str, each: usize) -> Vec<String> {
    let dotted = format!("{path}.");
    let trimmed = |name: String| name.trim_end_matches('.').to_owned();
    if let Some((old, rest)) = restored(&dotted, &RENAMED) {
        return vec![trimmed(format!("{old}{rest}"))];
    }
    if let Some(rest) = dotted.strip_prefix("conv_in.") {
        return vec![trimmed(format!("input_blocks.0.0.{rest}"))];
    }
    let found = if let Some(rest) = dotted.strip_prefix("mid_block.") {
        module(rest).map(|(kind, number, rest)| match kind {
            "resnets" => vec![format!("middle_block.{}.{}", number * 2, resnet(rest))],
            "attentions" => vec![format!("middle_block.1.{rest}")],
            _ => Vec::new(),
        })
    } else if let Some(rest) = dotted.strip_prefix("down_blocks.") {
        of_level(rest, each).map(|(kind, block, rest)| match kind {
            "resnets" => vec![format!("input_blocks.{}.0.{}", block + 1, resnet(rest))],
            "attentions" => vec![format!("input_blocks.{}.1.{rest}", block + 1)],
            "downsamplers" => {
                let end = block + each;
                rest.strip_prefix("conv.")
                    .map(|rest| format!("input_blocks.{end}.0.op.{rest}"))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        })
    } else {
        dotted.strip_prefix("up_blocks.").and_then(|rest| of_level(rest, each)).map(
            |(kind, block, rest)| match kind {
                "resnets" => vec![format!("output_blocks.{block}.0.{}", resnet(rest))],
                "attentions" => vec![format!("output_blocks.{block}.1.{rest}")],
                "upsamplers" => {
                    let end = block + each - 1;
                    [1, 2].map(|module| format!("output_blocks.{end}.{module}.{rest}")).to_vec()
                }
                _ => Vec::new(),
            },
        )
    };
    found.unwrap_or_default().into_iter().map(trimmed).collect()
}

/// The kind of a module, its number, and what follows.
fn module(name: &str) -> Option<(&str, usize, &str)> {
    let (kind, rest) = name.split_once('.')?;
    let (number, rest) = numbered(rest)?;
    Some((kind, number, rest))
}

/// The same of a module of a numbered level, its number counted over all levels.
fn of_level(name: &str, each: usize) -> Option<(&str, usize, &str)> {
    let (level, rest) = numbered(name)?;
    let (kind, number, rest) = module(rest)?;
    Some((kind, level * each + number, rest))
}

fn resnet(name: &str) -> String {
    restored(name, &RESNET).map_or_else(|| name.to_owned(), |(old, rest)| format!("{old}{rest}"))
}

fn restored<'a>(
    name: &'a str,
    table: &'static [(&'static str, &'static str)],
) -> Option<(&'static str, &'a str)> {
    table.iter().find_map(|(old, new)| Some((*old, name.strip_prefix(new)?)))
}

fn replaced<'a>(
    name: &'a str,
    table: &'static [(&'static str, &'static str)],
) -> Option<(&'static str, &'a str)> {
    table.iter().find_map(|(old, new)| Some((*new, name.strip_prefix(old)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_called_back_by_the_name_it_came_from() {
        for name in [
            "input_blocks.0.0",
            "input_blocks.1.0.in_layers.2",
            "input_blocks.3.0.op",
            "input_blocks.4.1.transformer_blocks.0.attn1.to_q",
            "input_blocks.4.0.skip_connection",
            "middle_block.0.emb_layers.1",
            "middle_block.1.proj_in",
            "middle_block.2.out_layers.3",
            "output_blocks.2.2.conv",
            "output_blocks.5.1.proj_out",
            "time_embed.0",
            "label_emb.0.2",
            "out.2",
        ] {
            let new = renamed(&format!("{name}.weight"), 3).expect(name);
            let path = new.strip_suffix(".weight").expect(name);
            assert!(original(path, 3).iter().any(|old| old == name), "{name} {path}");
        }
    }
}
