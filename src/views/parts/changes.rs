//! What attachments changed: a sentence for the three networks, and the layers that changed most
//! as bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::bars::{self, Bar};
use super::theme::Ground;
use super::{layout, text};
use crate::walk::{LayerChange, most_changed};
use crate::words::Words;
use crate::words::changed::networks;

/// Draws the sentence over the bars.
pub(crate) fn draw(
    changes: &[LayerChange],
    words: Words,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let room = layout::top(area, 3).0;
    let used = text::put_wrapped(buf, room, &networks(changes, words), ground.fact());
    let list = layout::top(area, used).1;
    let most = most_changed(changes, usize::from(list.height));
    let longest = most.first().map_or(1.0, |first| first.change).max(f32::MIN_POSITIVE);
    let bars: Vec<Bar> = most
        .iter()
        .map(|layer| Bar {
            label: layer.short(),
            share: layer.change / longest,
            value: LayerChange::percent(layer.change),
        })
        .collect();
    bars::list(&bars, ground.fact(), list, ground, buf);
}
