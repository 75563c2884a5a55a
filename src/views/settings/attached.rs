//! What attachments changed: a sentence for the three networks, and the layers that changed most
//! as bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::setting::Setting;
use crate::views::parts::bars::{self, Bar};
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, text};
use crate::walk::{LayerChange, most_changed};
use crate::words::changed::networks;

/// Whether a row of the form is about what is laid over the model, and something is.
pub(super) fn concerns(app: &App, setting: Setting) -> bool {
    let laid = app.walk.settings.as_ref().is_some_and(|s| !s.attachments.is_empty());
    laid && matches!(setting, Setting::Lora | Setting::Embedding)
}

/// Draws the sentence over the bars.
pub(super) fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let Some(card) = &app.walk.card else { return };
    let (head, list) = layout::top(layout::bottom(area, area.height - 1).1, 2);
    let sentence = networks(&card.changes, app.words());
    text::put_wrapped(buf, head, &sentence, ground.fact());
    let most = most_changed(&card.changes, usize::from(list.height));
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
