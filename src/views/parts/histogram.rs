//! Histograms as columns of eighth blocks, with the curve that they should follow.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::bars;
use super::layout;
use super::numbers;
use super::text;
use super::theme::Ground;
use crate::walk::Histogram;

/// Draws the bins over a row of edges. `expected` gives the count that is expected in a bin of
/// this left and right edge; it is drawn as dots over the columns. Each bin is a whole number of
/// cells wide.
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
        bars::column(count as f32 / tallest, style, column, ground, buf);
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
