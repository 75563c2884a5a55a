//! Histograms as columns of eighth blocks, with the curve that they should follow.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use super::bars;
use super::layout;
use super::numbers;
use super::text;
use super::theme::{Colours, Ground, Marks};
use crate::walk::Histogram;

/// Draws the bins over a row of edges. `expected` gives the count that is expected in a bin of
/// this left and right edge; it stands as a second, darker shape behind the columns, or as dots
/// over them where there are too few colours. Each bin is a whole number of cells wide.
pub(crate) fn draw(
    histogram: &Histogram,
    expected: Option<&dyn Fn(f32, f32) -> f32>,
    style: Style,
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
) {
    let bins = histogram.counts.len();
    let (body, edges) = layout::bottom(area, 1);
    let wide = u16::try_from(usize::from(area.width).checked_div(bins).unwrap_or(0)).unwrap_or(0);
    if wide == 0 || body.height == 0 {
        return;
    }
    let step = (histogram.high - histogram.low) / bins as f32;
    let edge = |i: usize| histogram.low + step * i as f32;
    let curve: Vec<f32> =
        (0..bins).map(|i| expected.map_or(0.0, |f| f(edge(i), edge(i + 1)))).collect();
    let tallest = histogram.counts.iter().map(|&c| c as f32).chain(curve.iter().copied());
    let tallest = tallest.fold(1.0, f32::max);
    for (i, (&count, &due)) in histogram.counts.iter().zip(&curve).enumerate() {
        let x = body.x + u16::try_from(i).unwrap_or(0) * wide;
        let column = Rect { x, width: wide, ..body };
        let share = count as f32 / tallest;
        if expected.is_some() && behind(ground) {
            bars::column(due / tallest, ground.line(), column, ground, buf);
            before(share, due / tallest, style, column, ground, buf);
            continue;
        }
        bars::column(share, style, column, ground, buf);
        if expected.is_some() {
            curve_dot(due / tallest, column, ground, buf);
        }
    }
    let used = Rect { width: wide * u16::try_from(bins).unwrap_or(0), ..edges };
    text::put(buf, used, &numbers::short(histogram.low), ground.dim());
    if used.width >= 20 {
        let middle = f32::midpoint(histogram.low, histogram.high);
        text::put_centred(buf, used, &numbers::short(middle), ground.dim());
    }
    text::put_right(buf, used, &numbers::short(histogram.high), ground.dim());
}

/// Whether what is expected can stand behind the columns: two shades and parts of cells are needed.
fn behind(ground: &Ground) -> bool {
    ground.marks != Marks::Ascii && ground.colours != Colours::None
}

/// How the expected shape is named in a title: its sign and its colour.
pub(crate) fn expected_sign(ground: &Ground) -> (&'static str, Style) {
    if behind(ground) { ("■", ground.line()) } else { ("•", ground.strong()) }
}

/// The column itself, before what is expected; what stands out over that is drawn stronger. A cell
/// shows two shades at most: the column's own end is exact, the other is rounded to the cell.
fn before(share: f32, due: f32, style: Style, column: Rect, ground: &Ground, buf: &mut Buffer) {
    let [filled, shape] = [share, due].map(|part| bars::eighths(part, column.height));
    let [over, behind] = [ground.fact(), ground.line()];
    let paper = |style: Style| style.fg.unwrap_or(Color::Reset);
    for up in 0..column.height {
        let level = |eighths: usize| eighths.saturating_sub(usize::from(up) * 8).min(8);
        let (own, due) = (level(filled), level(shape));
        let (symbol, front, back) = match own {
            0 => break,
            8 if due == 0 => (bars::UP[8], over, None),
            8 if due < 8 => (bars::UP[due], style, Some(over)),
            8 => (bars::UP[8], style, None),
            _ if due * 2 < own => (bars::UP[own], over, None),
            _ if due > own && (due - own) * 2 >= 8 - own => (bars::UP[own], style, Some(behind)),
            _ => (bars::UP[own], style, None),
        };
        for x in column.x..column.right() {
            if let Some(cell) = buf.cell_mut((x, column.bottom() - 1 - up)) {
                cell.set_symbol(symbol).set_style(front);
                cell.set_bg(back.map_or(ground.background(), paper));
            }
        }
    }
}

fn curve_dot(share: f32, column: Rect, ground: &Ground, buf: &mut Buffer) {
    let rows = f32::from(column.height);
    let up = (share * rows).floor().clamp(0.0, rows - 1.0) as u16;
    let y = column.bottom() - 1 - up;
    if let Some(cell) = buf.cell_mut((column.x + column.width / 2, y)) {
        let over = cell.symbol() == "█";
        let bar = cell.fg;
        cell.set_symbol("•").set_style(ground.strong());
        if over {
            cell.set_bg(bar).set_fg(ground.background());
        }
    }
}
