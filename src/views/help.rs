//! All keys, from the key table, under the places where they work.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::hints;
use super::parts::theme::Ground;
use super::parts::{layout, panel, text};
use crate::app::App;
use crate::app::keys;

/// Draws the list from line `scroll` on; gives the place that it covers.
pub(crate) fn draw(
    app: &App,
    scroll: usize,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let words = app.words();
    let (place, inside) =
        panel::draw(words.text("help.title"), (104, area.height), area, ground, buf);
    let (list, foot) = layout::bottom(inside, 1);
    let lines = lines(app, ground, list.width);
    let most = lines.len().saturating_sub(usize::from(list.height));
    let first = scroll.min(most);
    for (i, (keys, sentence)) in (0..list.height).zip(lines.iter().skip(first)) {
        let row = layout::row(list, i);
        let (left, right) = layout::left(row, key_width(list.width), 2);
        if sentence.is_empty() {
            text::put(buf, row, &keys.0, keys.1);
        } else {
            text::put_right(buf, left, &keys.0, keys.1);
            text::put(buf, right, sentence, ground.fact());
        }
    }
    if most > 0 {
        let shown = format!(
            "{}–{} / {}",
            first + 1,
            lines.len().min(first + usize::from(list.height)),
            lines.len()
        );
        text::put_right(buf, foot, &shown, ground.dim());
    }
    hints::draw(app, ground, layout::left(foot, foot.width.saturating_sub(16), 0).0, buf);
    place
}

const fn key_width(width: u16) -> u16 {
    if width >= 70 { 20 } else { width / 3 }
}

/// Headings, and keys with their sentences; long sentences go on in the next line.
fn lines(app: &App, ground: &Ground, width: u16) -> Vec<((String, Style), String)> {
    let mut lines = Vec::new();
    let room = width.saturating_sub(key_width(width) + 2);
    for line in keys::help_lines(app.words()) {
        if let Some(heading) = line.heading {
            if !lines.is_empty() {
                lines.push(((String::new(), ground.fact()), String::new()));
            }
            lines.push(((heading, ground.strong()), String::new()));
        }
        let mut keys = Some(line.keys);
        for part in text::wrap(&line.text, room) {
            lines.push(((keys.take().unwrap_or_default(), ground.prompt()), part));
        }
    }
    lines
}
