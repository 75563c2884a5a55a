//! The 77 places that a prompt has, one cell each: start mark, pieces, end mark, padding.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::App;
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, numbers, text};
use crate::walk::Encoding;

/// Ids in a row of the table of ids, and cells for each.
const TABLE: (usize, u16) = (11, 7);

/// The rows that [`draw`] wants.
pub(super) fn rows(encoding: &Encoding, width: u16, height: u16) -> u16 {
    let strip = strip_rows(encoding, width);
    let table = if height >= 30 { table_rows(encoding, width) + 1 } else { 0 };
    strip + 2 + table
}

fn strip_rows(encoding: &Encoding, width: u16) -> u16 {
    let places = u16::try_from(encoding.ids.len()).unwrap_or(77);
    places.div_ceil(width.max(1)).clamp(1, 3)
}

fn table_rows(encoding: &Encoding, width: u16) -> u16 {
    if width < TABLE.1 * 11 {
        0
    } else {
        u16::try_from(encoding.ids.len().div_ceil(TABLE.0)).unwrap_or(7)
    }
}

/// Draws the strip, what of it is used, what was cut off, and the ids where there is room.
pub(super) fn draw(app: &App, encoding: &Encoding, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = app.words();
    let strip = strip_rows(encoding, area.width);
    let per_row = usize::from(area.width.max(1));
    for row in 0..encoding.ids.len() {
        let y = u16::try_from(row / per_row).unwrap_or(u16::MAX);
        let x = area.x + u16::try_from(row % per_row).unwrap_or(0);
        let (sign, style) = place(app, encoding, row, ground);
        if y < strip.min(area.height)
            && let Some(cell) = buf.cell_mut((x, area.y + y))
        {
            cell.set_char(sign).set_style(style);
        }
    }
    let rest = layout::top(area, strip).1;
    let used = (encoding.kept + 2).to_string();
    let padding = encoding.ids.len().saturating_sub(encoding.kept + 2).to_string();
    let facts = [("used", used.as_str()), ("padding", padding.as_str())];
    text::put(buf, layout::row(rest, 0), &words.fill("tokens.places", &facts), ground.fact());
    let line = layout::row(rest, 1);
    if encoding.cut.is_empty() {
        text::put(buf, line, words.text("tokens.nothing-cut"), ground.dim());
    } else {
        let lost = (encoding.pieces.len() - encoding.kept.min(encoding.pieces.len())).to_string();
        let facts = [("text", encoding.cut.trim()), ("count", &lost)];
        text::put(buf, line, &words.fill("tokens.cut-off", &facts), ground.strong());
    }
    draw_ids(app, encoding, ground, layout::top(rest, 3).1, buf);
}

/// One place: its sign and colours.
fn place(app: &App, encoding: &Encoding, row: usize, ground: &Ground) -> (char, Style) {
    let style = |plain: Style| if row == app.look.piece { ground.chosen_prompt() } else { plain };
    if row == 0 {
        return ('S', style(ground.strong()));
    }
    if row == encoding.kept + 1 {
        return ('E', style(ground.strong()));
    }
    if row > encoding.kept {
        return ('░', ground.line());
    }
    let first = encoding.pieces.get(row - 1).and_then(|piece| piece.text.chars().next());
    let narrow = first.filter(|c| text::width(&c.to_string()) == 1 && !c.is_control());
    (narrow.unwrap_or('■'), style(ground.chip(row % 2 == 1)))
}

fn draw_ids(app: &App, encoding: &Encoding, ground: &Ground, area: Rect, buf: &mut Buffer) {
    if area.width < TABLE.1 * 11 {
        return;
    }
    for (row, id) in encoding.ids.iter().enumerate() {
        let y = u16::try_from(row / TABLE.0).unwrap_or(u16::MAX);
        let x = u16::try_from(row % TABLE.0).unwrap_or(0) * TABLE.1;
        let (_, cell) = layout::left(layout::row(area, y), x, 0);
        let (cell, _) = layout::left(cell, TABLE.1 - 1, 0);
        let style = if row == app.look.piece {
            ground.chosen_prompt()
        } else if row > encoding.kept + 1 {
            ground.line()
        } else if row == 0 || row == encoding.kept + 1 {
            ground.strong()
        } else {
            ground.prompt()
        };
        text::put_right(buf, cell, &numbers::grouped(u64::from(*id)), style);
    }
}
