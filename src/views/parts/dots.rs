//! Dots in cells: two square dots a cell, one over the other, at whole-number scale.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::theme::{Colours, Ground, Marks};

/// How something of `width` × `height` dots stands in an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    /// The cells that are painted.
    pub(crate) area: Rect,
    /// Every painted dot is the mean of `block` × `block` numbers; 1: each is shown.
    pub(crate) block: usize,
    /// Every number is painted as `scale` × `scale` dots.
    pub(crate) scale: usize,
}

impl Fit {
    /// The largest whole-number scale at which `width` × `height` dots fit into `area`, or the
    /// smallest whole-number block whose means fit.
    pub(crate) fn of(width: usize, height: usize, area: Rect) -> Self {
        let (w, h) = (usize::from(area.width), usize::from(area.height) * 2);
        if width == 0 || height == 0 || w == 0 || h == 0 {
            return Self { area: Rect { width: 0, height: 0, ..area }, block: 1, scale: 1 };
        }
        let block = width.div_ceil(w).max(height.div_ceil(h)).max(1);
        let scale = (w / width).min(h / height).max(1);
        let columns = width.div_ceil(block) * scale;
        let rows = (height.div_ceil(block) * scale).div_ceil(2);
        let cells = |n: usize, limit: u16| u16::try_from(n).unwrap_or(limit).min(limit);
        Self {
            area: Rect {
                width: cells(columns, area.width),
                height: cells(rows, area.height),
                ..area
            },
            block,
            scale,
        }
    }
}

/// One dot: its colour, and a shade for terminals without colours (see [`shade`]).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Dot {
    /// Its colour.
    pub(crate) colour: Color,
    /// −1 to 1 for signed numbers, 0 to 1 for others.
    pub(crate) shade: f32,
    /// Whether the number is signed.
    pub(crate) signed: bool,
}

/// Paints dots: `dot(x, y)` gives the dot of the number at column `x`, row `y` (after blocks are
/// averaged), or nothing outside.
pub(crate) fn paint(
    fit: Fit,
    ground: &Ground,
    buf: &mut Buffer,
    dot: impl Fn(usize, usize) -> Option<Dot>,
) {
    let visible = fit.area.intersection(*buf.area());
    for position in visible.positions() {
        let x = usize::from(position.x - fit.area.x) / fit.scale;
        let y = usize::from(position.y - fit.area.y) * 2;
        let (upper, lower) = (dot(x, y / fit.scale), dot(x, (y + 1) / fit.scale));
        if let Some(cell) = buf.cell_mut(position) {
            paint_cell(cell, upper, lower, ground);
        }
    }
}

fn paint_cell(
    cell: &mut ratatui::buffer::Cell,
    upper: Option<Dot>,
    lower: Option<Dot>,
    ground: &Ground,
) {
    let Some(top) = upper.or(lower) else { return };
    let coloured = ground.colours != Colours::None;
    if coloured && ground.marks != Marks::Ascii {
        let under = ground.background();
        cell.set_symbol("▀")
            .set_fg(upper.map_or(under, |d| d.colour))
            .set_bg(lower.map_or(under, |d| d.colour));
        return;
    }
    let mean = lower.map_or(top.shade, |low| f32::midpoint(top.shade, low.shade));
    cell.set_char(shade(mean, top.signed));
    if coloured {
        cell.set_bg(top.colour);
    }
}

/// A sign for a number where there are no colours: `= - space + #` from −1 to 1, or five
/// characters of growing ink from 0 to 1.
pub(crate) fn shade(value: f32, signed: bool) -> char {
    let value = if value.is_finite() { value } else { 0.0 };
    if signed {
        ['=', '-', ' ', '+', '#'][((value.clamp(-1.0, 1.0) + 1.0) * 2.0).round() as usize]
    } else {
        [' ', '.', ':', 'o', '@'][(value.clamp(0.0, 1.0) * 4.0).round() as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_and_block_are_whole_and_never_overflow_the_area() {
        let area = Rect::new(3, 2, 20, 10);
        for (w, h, block, scale, columns, rows) in [
            (16, 16, 1, 1, 16, 8),
            (10, 10, 1, 2, 20, 10),
            (64, 64, 4, 1, 16, 8),
            (8, 3, 1, 2, 16, 3),
            (1, 1, 1, 20, 20, 10),
        ] {
            let fit = Fit::of(w, h, area);
            assert_eq!((fit.block, fit.scale), (block, scale), "{w}x{h}");
            assert_eq!((fit.area.width, fit.area.height), (columns, rows), "{w}x{h}");
        }
        assert!(Fit::of(0, 4, area).area.is_empty());
    }

    #[test]
    fn shades_tell_the_sign() {
        assert_eq!([-1.0, -0.5, 0.0, 0.5, 1.0].map(|v| shade(v, true)), ['=', '-', ' ', '+', '#']);
        assert_eq!(shade(f32::NAN, false), ' ');
    }
}
