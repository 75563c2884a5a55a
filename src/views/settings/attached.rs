//! In the settings: what the attachments of the walk on screen changed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::setting::Setting;
use crate::views::parts::theme::Ground;
use crate::views::parts::{changes, layout};

/// Whether a row of the form is about what is laid over the model, and something is.
pub(super) fn concerns(app: &App, setting: Setting) -> bool {
    let laid = app.walk.settings.as_ref().is_some_and(|s| !s.attachments.is_empty());
    laid && matches!(setting, Setting::Lora | Setting::Embedding)
}

/// Draws it under a free row.
pub(super) fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let Some(card) = &app.walk.card else { return };
    changes::draw(&card.changes, app.words(), ground, layout::top(area, 1).1, buf);
}
