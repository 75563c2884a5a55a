//! Numbers as colours, cell by cell: planes, strips, and the scale that explains them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::dots::{self, Dot, Fit};
use super::numbers;
use super::text;
use super::theme::{Colours, Ground, Marks};
use crate::walk::Grid;

/// How numbers become colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Map {
    /// Blue below zero, vermilion above; full at ±`limit`.
    Signed {
        /// The value at which the colour is full, > 0.
        limit: f32,
    },
    /// Dark to light from `low` to `high`.
    Unsigned {
        /// The value of the darkest colour.
        low: f32,
        /// The value of the lightest colour.
        high: f32,
    },
}

impl Map {
    /// Symmetrical limits at the percentile that a few huge numbers cannot spoil (0 to 1).
    pub(crate) fn signed(data: &[f32], share: f32) -> Self {
        let limit = crate::walk::statistics::absolute_percentile(data, share);
        Self::Signed { limit: if limit > 0.0 { limit } else { 1.0 } }
    }

    /// The colour of a number.
    pub(crate) fn colour(self, value: f32, ground: &Ground) -> Color {
        match self {
            Self::Signed { limit } => ground.signed(value, limit),
            Self::Unsigned { low, high } => ground.unsigned(value, low, high),
        }
    }

    /// The number as a dot.
    pub(crate) fn dot(self, value: f32, ground: &Ground) -> Dot {
        let shade = match self {
            Self::Signed { limit } => value / limit.max(f32::MIN_POSITIVE),
            Self::Unsigned { low, high } => (value - low) / (high - low).max(f32::MIN_POSITIVE),
        };
        Dot {
            colour: self.colour(value, ground),
            shade,
            signed: matches!(self, Self::Signed { .. }),
        }
    }
}

/// Draws plane `plane` of `grid` at the upper left of `area`; what does not fit is averaged over
/// whole blocks, and the [`Fit`] says so.
pub(crate) fn draw(
    grid: &Grid,
    plane: usize,
    map: Map,
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
) -> Fit {
    let numbers = grid.plane(plane);
    let (w, h) = (grid.width(), grid.height());
    let fit = if numbers.is_empty() { Fit::of(0, 0, area) } else { Fit::of(w, h, area) };
    let Some(whole) = Grid::new(&[1, h, w], numbers.to_vec()) else { return fit };
    let small = if fit.block == 1 {
        whole
    } else {
        whole.block_means(w.div_ceil(fit.block), h.div_ceil(fit.block)).0
    };
    dots::paint(fit, ground, buf, |x, y| {
        let value = (x < small.width()).then(|| small.row(y).get(x))??;
        Some(map.dot(*value, ground))
    });
    fit
}

/// Draws numbers as one row of cells: whole cells for each number where they fit, else two numbers
/// a cell, else means; gives how many numbers each colour is the mean of, and how many cells are
/// painted.
pub(crate) fn strip(
    values: &[f32],
    map: Map,
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
) -> (usize, u16) {
    let width = usize::from(area.width);
    if values.is_empty() || width == 0 || area.height == 0 {
        return (1, 0);
    }
    let signs = ground.colours == Colours::None || ground.marks == Marks::Ascii;
    let each = width / values.len();
    let halves = each == 0 && !signs;
    let block = values.len().div_ceil(width * if halves { 2 } else { 1 });
    let means: Vec<f32> =
        values.chunks(block).map(|c| c.iter().sum::<f32>() / c.len() as f32).collect();
    let place = |i: usize| if halves { means.get(2 * i) } else { means.get(i / each.max(1)) };
    let mut painted = 0;
    for (i, x) in (area.x..area.right()).enumerate() {
        let (Some(&value), Some(cell)) = (place(i), buf.cell_mut((x, area.y))) else { break };
        let dot = map.dot(value, ground);
        if signs {
            cell.set_char(dots::shade(dot.shade, dot.signed)).set_bg(dot.colour);
        } else {
            let right = if halves { means.get(2 * i + 1) } else { Some(&value) };
            cell.set_symbol("▌").set_fg(dot.colour);
            cell.set_bg(right.map_or_else(|| ground.background(), |&v| map.colour(v, ground)));
        }
        painted += 1;
    }
    (block, painted)
}

/// Draws the scale with its numbers into one row: `−2.1 ▒▒▒▒▒▒▒▒ +2.1`; gives the cells used.
pub(crate) fn legend(map: Map, area: Rect, ground: &Ground, buf: &mut Buffer) -> u16 {
    let (low, high) = match map {
        Map::Signed { limit } => (-limit, limit),
        Map::Unsigned { low, high } => (low, high),
    };
    let signed = matches!(map, Map::Signed { .. });
    let left = numbers::short(low);
    let right = if signed { format!("+{}", numbers::short(high)) } else { numbers::short(high) };
    let words = text::width(&left) + text::width(&right) + 2;
    let ramp = area.width.saturating_sub(words).min(17);
    if area.height == 0 || ramp < 5 {
        return text::put(buf, area, &format!("{left}…{right}"), ground.dim());
    }
    let mut x = area.x + text::put(buf, area, &left, ground.dim()) + 1;
    for i in 0..ramp {
        let place = f32::from(i) / f32::from(ramp - 1);
        let dot = map.dot(low + (high - low) * place, ground);
        if let Some(cell) = buf.cell_mut((x, area.y)) {
            if ground.colours == Colours::None || ground.marks == Marks::Ascii {
                cell.set_char(dots::shade(dot.shade, dot.signed)).set_bg(dot.colour);
            } else {
                cell.set_symbol(" ").set_bg(dot.colour);
            }
        }
        x += 1;
    }
    let rest = Rect { x: x + 1, width: area.right().saturating_sub(x + 1), ..area };
    x + 1 + text::put(buf, rest, &right, ground.dim()) - area.x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_its_own_colour_and_a_strip_keeps_their_order() {
        let (ground, area) = (Ground::default(), Rect::new(0, 0, 8, 4));
        let mut buf = Buffer::empty(area);
        let grid = Grid::from_fn(&[1, 2, 2], |i| [-1.0, 1.0, 0.0, 0.5][i]);
        let map = Map::Signed { limit: 1.0 };
        let fit = draw(&grid, 0, map, Rect { width: 2, height: 1, ..area }, &ground, &mut buf);
        assert_eq!((fit.block, fit.scale), (1, 1));
        assert_eq!(buf[(0, 0)].fg, map.colour(-1.0, &ground));
        assert_eq!(buf[(1, 0)].bg, map.colour(0.5, &ground));
        let two = Rect { width: 2, ..area };
        assert_eq!(strip(&[-1.0, 0.0, 1.0], map, two, &ground, &mut buf), (1, 2));
        assert_eq!(buf[(1, 0)].fg, map.colour(1.0, &ground));
        assert_eq!(strip(&[-1.0, 0.0, 1.0], map, area, &ground, &mut buf), (1, 6));
        assert_eq!(buf[(3, 0)].fg, map.colour(0.0, &ground));
    }

    #[test]
    fn what_does_not_fit_is_said_to_be_a_mean() {
        let area = Rect::new(0, 0, 3, 1);
        let mut buf = Buffer::empty(area);
        let map = Map::Unsigned { low: 0.0, high: 1.0 };
        assert_eq!(strip(&[0.5; 13], map, area, &Ground::default(), &mut buf).0, 3);
    }
}
