//! A bordered surface over the screen: overlays stand on it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::theme::Ground;
use super::{layout, text};

/// Clears a place of at most `width` × `height` in the middle of `area`, draws its border with a
/// title, and gives the whole place and what is inside.
pub(crate) fn draw(
    title: &str,
    (width, height): (u16, u16),
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
) -> (Rect, Rect) {
    let place = layout::centred(area, width, height);
    uncut(place, buf);
    for position in place.intersection(*buf.area()).positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.reset();
            cell.set_style(ground.panel());
        }
    }
    border(place, ground, buf);
    let head = layout::inset(layout::row(place, 0), 2, 0);
    text::put(buf, head, &format!(" {title} "), ground.strong());
    (place, layout::inset(place, 2, 1))
}

/// What stands left of the surface and would be cut in half by it goes: a character of two cells.
fn uncut(place: Rect, buf: &mut Buffer) {
    let Some(before) = place.x.checked_sub(1) else { return };
    for y in place.y..place.bottom() {
        if let Some(cell) = buf.cell_mut((before, y))
            && text::width(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
        }
    }
}

/// A thin border with round corners around the cells of `area`.
pub(crate) fn border(area: Rect, ground: &Ground, buf: &mut Buffer) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for position in area.positions() {
        let sign = match (position.x, position.y) {
            (x, y) if x == area.x && y == area.y => "╭",
            (x, y) if x == right && y == area.y => "╮",
            (x, y) if x == area.x && y == bottom => "╰",
            (x, y) if x == right && y == bottom => "╯",
            (x, _) if x == area.x || x == right => "│",
            (_, y) if y == area.y || y == bottom => "─",
            _ => continue,
        };
        if let Some(cell) = buf.cell_mut(position) {
            cell.set_symbol(sign).set_style(ground.line());
        }
    }
}
