//! Bars: standing in eighths of a cell, and lying with label and value.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::layout;
use super::text;
use super::theme::{Ground, Marks};

/// A cell filled from below by so many eighths.
pub(crate) const UP: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const RIGHT: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A standing bar that fills `share` (0 to 1) of the area from below.
pub(crate) fn column(share: f32, style: Style, area: Rect, ground: &Ground, buf: &mut Buffer) {
    let eighths = eighths(share, area.height);
    for up in 0..area.height {
        let level = eighths.saturating_sub(usize::from(up) * 8).min(8);
        if level == 0 {
            break;
        }
        let symbol = if ground.marks == Marks::Ascii {
            if level > 3 { "#" } else { "." }
        } else {
            UP[level]
        };
        for x in area.x..area.right() {
            if let Some(cell) = buf.cell_mut((x, area.bottom() - 1 - up)) {
                cell.set_symbol(symbol).set_style(style);
            }
        }
    }
}

/// A lying bar that fills `share` (0 to 1) of the row from the left.
pub(crate) fn lying(share: f32, style: Style, area: Rect, ground: &Ground, buf: &mut Buffer) {
    let eighths = eighths(share, area.width);
    for i in 0..area.width {
        let level = eighths.saturating_sub(usize::from(i) * 8).min(8);
        let symbol = match level {
            0 => break,
            8 => "█",
            _ if ground.marks == Marks::Ascii => "-",
            n => RIGHT[n],
        };
        if let Some(cell) = buf.cell_mut((area.x + i, area.y)).filter(|_| area.height > 0) {
            cell.set_symbol(symbol).set_style(style);
        }
    }
}

/// One bar of a list.
pub(crate) struct Bar {
    /// What it is.
    pub(crate) label: String,
    /// How long it is, 0 to 1.
    pub(crate) share: f32,
    /// The number itself.
    pub(crate) value: String,
}

/// Bars under each other, one a row: label, bar, value. Gives the rows used.
pub(crate) fn list(
    bars: &[Bar],
    style: Style,
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
) -> u16 {
    let widest = |f: fn(&Bar) -> &str| bars.iter().map(|b| text::width(f(b))).max().unwrap_or(0);
    let labels = widest(|b| &b.label).min(area.width / 2);
    let values = widest(|b| &b.value).min(area.width / 3);
    let mut used = 0;
    for (bar, i) in bars.iter().zip(0..area.height) {
        let row = layout::row(area, i);
        let (label, rest) = layout::left(row, labels, 1);
        let (value, rest) = layout::left(rest, values, 1);
        text::put(buf, label, &bar.label, style);
        text::put_right(buf, value, &bar.value, ground.fact());
        lying(bar.share, style, rest, ground, buf);
        used = i + 1;
    }
    used
}

/// How many eighths of cells a share (0 to 1) of so many cells is; one at least where it is not 0.
pub(crate) fn eighths(share: f32, cells: u16) -> usize {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let exact = share * f32::from(cells) * 8.0;
    if share > 0.0 { (exact.round() as usize).max(1) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_in_eighths() {
        let area = Rect::new(0, 0, 3, 2);
        let mut buf = Buffer::empty(area);
        for (x, share) in (0..3).zip([0.0, 0.55, 1.0]) {
            let place = Rect { x, width: 1, ..area };
            column(share, Style::new(), place, &Ground::default(), &mut buf);
        }
        assert_eq!(buf, Buffer::with_lines([" ▁█", " ██"]));
    }
}
