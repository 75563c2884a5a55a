//! The decoders' levels of all runs side by side: where in the picture each level answers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::{View, arrange};
use crate::compare::{Difference, Run};
use crate::views::Slot;
use crate::views::parts::heatmap::Map;
use crate::views::parts::numbers::{fixed, short};
use crate::views::step::plane_of;
use crate::walk::{Decode, Frame};

/// Draws the stage: the level in the middle of the decoder, all channels in one map.
pub(super) fn draw(view: &View, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let found = arrange::arrange(view.comparison, area, area.height);
    let w = view.words;
    let high = found
        .runs
        .iter()
        .filter_map(|(place, _)| decode_of(view.comparison.runs.get(*place)?))
        .filter_map(|decode| decode.levels.get(MIDDLE))
        .flat_map(|level| level.planes.plane(0).iter().copied())
        .filter(|x| x.is_finite())
        .fold(f32::MIN_POSITIVE, f32::max);
    let reference = view.comparison.reference_run().and_then(decode_of);
    view.draw_cells(&found, buf, slots, |place, run| {
        let Some(level) = decode_of(run).and_then(|decode| decode.levels.get(MIDDLE)) else {
            return (Vec::new(), Vec::new());
        };
        let [channels, height, width] = level.shape.map(|n| n.to_string());
        let shape = [("channels", &*channels), ("height", &*height), ("width", &*width)];
        let mut lines = vec![
            format!("{} {}", level.name, w.fill("decode.shape", &shape)),
            w.fill(
                "decode.spread",
                &[
                    ("mean", &fixed(level.statistics.mean, 2)),
                    ("std", &short(level.statistics.std)),
                ],
            ),
        ];
        let other = reference.filter(|_| place != view.comparison.reference);
        if let Some(other) = other.and_then(|decode| decode.levels.get(MIDDLE)) {
            match Difference::of(&plane_of(&other.planes, 0), &plane_of(&level.planes, 0)) {
                Ok(apart) => {
                    let facts = [("cosine", &*fixed(apart.cosine, 2))];
                    lines.push(w.fill("beside.cosine", &facts));
                }
                Err(reason) => lines.push(view.reason(&reason)),
            }
        }
        let label = w.fill("decode.rms-short", &[("high", &short(high))]);
        let map = Map::Unsigned { low: 0.0, high };
        (vec![Canvas::numbers(label, plane_of(&level.planes, 0), map)], lines)
    });
}

/// The level that is shown: after the decoder's middle, where places still are latent cells.
const MIDDLE: usize = 2;

fn decode_of(run: &Run) -> Option<&Decode> {
    run.frames.iter().find_map(|f| if let Frame::Decode(decode) = f { Some(decode) } else { None })
}
