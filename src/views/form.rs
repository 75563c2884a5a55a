//! One row of a form: its label, its value or the text being typed, and whether that is a change.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{field, layout, text};
use crate::app::setting::Value;

/// A row as it is drawn.
pub(super) struct Row<'a> {
    /// What it is.
    pub(super) label: String,
    /// What it holds.
    pub(super) value: &'a Value,
    /// What stands at its end: whose value this is.
    pub(super) origin: &'a str,
    /// Whether it is the chosen one.
    pub(super) chosen: bool,
    /// Whether its value is typed, not turned.
    pub(super) types: bool,
    /// The text being typed, if any.
    pub(super) editing: Option<&'a str>,
}

/// Draws a row.
pub(super) fn draw(row: &Row, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let (label_area, rest) = layout::left(area, 22.min(area.width / 2), 1);
    let (sign, style) = if row.chosen { ("▸ ", ground.strong()) } else { ("  ", ground.dim()) };
    text::put_spans(buf, label_area, &[(sign, style), (&row.label, style)]);
    if let Some(typed) = row.editing.filter(|_| row.chosen) {
        field::draw(typed, Some(typed.chars().count()), "", rest, ground, buf);
        return;
    }
    let wide = text::put_right(buf, rest, row.origin, ground.dim());
    let (rest, _) = layout::left(rest, rest.width.saturating_sub(wide + 1), 0);
    let style = if row.value.unset { ground.fact() } else { ground.prompt() };
    if row.chosen && !row.types {
        let spans = [("‹ ", ground.dim()), (&*row.value.text, style), (" ›", ground.dim())];
        text::put_spans(buf, rest, &spans);
    } else {
        text::put(buf, rest, &row.value.text, style);
    }
}
