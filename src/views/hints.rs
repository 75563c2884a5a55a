//! The last row: the keys that work here, from the key table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{layout, text};
use crate::app::App;
use crate::app::keys;

/// Draws as many hints as fit; the last one of the table, help, always stays.
pub(crate) fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let area = layout::inset(area, 1, 0);
    let hints: Vec<(String, String)> =
        keys::hints(app).into_iter().map(|hint| (hint.label, hint.text)).collect();
    let Some((help, others)) = hints.split_last() else { return };
    let wide = |(keys, text): &(String, String)| text::width(keys) + text::width(text) + 1;
    let kept = wide(help).min(area.width);
    let (mut rest, last) = layout::left(area, area.width - kept, 0);
    put(help, ground, last, buf);
    for hint in others {
        if wide(hint) + 2 > rest.width {
            break;
        }
        put(hint, ground, rest, buf);
        rest = layout::left(rest, wide(hint) + 2, 0).1;
    }
}

fn put((keys, words): &(String, String), ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = format!(" {words}");
    text::put_spans(buf, area, &[(keys, ground.strong()), (&words, ground.dim())]);
}
