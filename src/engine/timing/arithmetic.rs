//! How many multiplications and additions a step of the noise predictor is, by the plain
//! definition of each layer: what a faster algorithm saves counts as speed.

use crate::engine::unet::config::{LevelShape, MiddleShape, UnetConfig};

/// Multiplications and additions of one step with guidance (a batch of two) on a latent of
/// `side` × `side` cells with a text of `positions` places. Norms and activations are left out:
/// they are 1.5 % of SD 1.5's.
pub(super) fn step_operations(unet: &UnetConfig, side: usize, positions: usize) -> f64 {
    let count = unet.levels.len();
    let cells = |level: usize| {
        let side = side.div_ceil(1 << level) as f64;
        side * side
    };
    let width = |level: usize| unet.levels[level] as f64;
    let mut sum = conv(3, unet.channels.0 as f64, width(0), cells(0));
    let mut skips = vec![width(0)];
    let mut before = width(0);
    for level in 0..count {
        for i in 0..unet.down[level].resnets {
            sum += resnet(unet, before, width(level), cells(level));
            sum += after(unet, &unet.down[level], (level, i), cells(level), positions);
            before = width(level);
            skips.push(before);
        }
        if level + 1 < count {
            sum += conv(3, before, before, cells(level + 1));
            skips.push(before);
        }
    }
    let last = count - 1;
    let middle = resnet(unet, before, before, cells(last));
    sum += match unet.middle {
        MiddleShape::Attending(blocks) => {
            2.0 * middle + transformer(unet, (last, blocks), cells(last), positions as f64)
        }
        MiddleShape::Plain => middle,
        MiddleShape::Absent => 0.0,
    };
    for place in 0..count {
        let level = last - place;
        for i in 0..unet.up[place].resnets {
            let skip = skips.pop().unwrap_or(0.0);
            sum += resnet(unet, before + skip, width(level), cells(level));
            sum += after(unet, &unet.up[place], (level, i), cells(level), positions);
            before = width(level);
        }
        if level > 0 {
            sum += conv(3, before, before, cells(level - 1));
        }
    }
    sum += conv(3, width(0), unet.channels.1 as f64, cells(0));
    // Two texts, and a multiplication with an addition each.
    sum * 2.0 * 2.0
}

fn conv(edge: u32, from: f64, to: f64, cells: f64) -> f64 {
    f64::from(edge * edge) * from * to * cells
}

fn resnet(unet: &UnetConfig, from: f64, to: f64, cells: f64) -> f64 {
    let shortcut = if from == to { 0.0 } else { conv(1, from, to, cells) };
    conv(3, from, to, cells) + conv(3, to, to, cells) + shortcut + unet.time_width as f64 * to
}

/// The transformer after resnet `i` of a level, where there is one.
fn after(
    unet: &UnetConfig,
    shape: &LevelShape,
    (level, i): (usize, usize),
    cells: f64,
    positions: usize,
) -> f64 {
    let blocks = shape.transformers.as_ref().and_then(|blocks| blocks.get(i));
    blocks.map_or(0.0, |blocks| transformer(unet, (level, *blocks), cells, positions as f64))
}

fn transformer(
    unet: &UnetConfig,
    (level, blocks): (usize, usize),
    cells: f64,
    positions: f64,
) -> f64 {
    let (width, context) = (unet.levels[level] as f64, unet.context as f64);
    let itself = 4.0 * width * width * cells + 2.0 * cells * cells * width;
    let text = 2.0 * width * width * cells
        + 2.0 * context * width * positions
        + 2.0 * cells * positions * width;
    let perceptron = 12.0 * width * width * cells;
    2.0 * width * width * cells + blocks as f64 * (itself + text + perceptron)
}

#[cfg(test)]
mod tests {
    use super::super::shapes::Shapes;
    use super::super::{Place, TimedFamily};
    use super::*;

    #[test]
    fn a_step_of_sd15_is_one_point_six_trillion_operations() {
        let shapes = Shapes::of(TimedFamily::Sd15, &Place::cpu()).expect("known");
        let operations = step_operations(&shapes.unet, 64, 77);
        assert!((operations / 1.607e12 - 1.0).abs() < 0.01, "{operations}");
    }

    #[test]
    fn a_step_of_xl_is_about_thirteen_and_a_half_trillion() {
        let shapes = Shapes::of(TimedFamily::Sdxl, &Place::cpu()).expect("known");
        let operations = step_operations(&shapes.unet, 128, 77);
        assert!((1.3e13..1.4e13).contains(&operations), "{operations}");
    }
}
