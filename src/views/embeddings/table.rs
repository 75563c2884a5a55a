//! One row a piece: its numbers as a strip of colour, its length, and its cosines with the others.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use super::Seen;
use crate::app::App;
use crate::views::parts::heatmap::{self, Map};
use crate::views::parts::theme::{Colours, Ground};
use crate::views::parts::{layout, numbers, text};
use crate::walk::Statistics;
use crate::walk::colour_map::{diverging, lightness};
use crate::walk::statistics::cosine;

/// Share of the numbers that lie inside the limits of the colours.
pub(super) const INSIDE: f32 = 0.98;

/// Cells for the length of a vector.
const NORM: u16 = 6;

/// Where the columns stand.
struct Columns {
    label: Rect,
    strip: Rect,
    norm: Rect,
    matrix: Rect,
    /// Cells for one cosine: 4 and more with its digits, 2 with one digit, 0 for no matrix.
    cell: u16,
}

impl Columns {
    fn of(seen: &Seen, area: Rect) -> Self {
        let longest = seen.labels.iter().map(|l| text::width(l)).max().unwrap_or(1);
        let label = longest.clamp(3, if area.width >= 100 { 12 } else { 5 });
        let pieces = u16::try_from(seen.kept).unwrap_or(u16::MAX);
        let numbers = u16::try_from(seen.here.width()).unwrap_or(u16::MAX);
        let room = area.width.saturating_sub(label + 1);
        // The strip comes first: a whole cell for each number, else half a cell, else means.
        let least = numbers.div_ceil(2).min(32).min(room);
        let fits = |cell: u16| pieces.saturating_mul(cell).saturating_add(least + 2) <= room;
        let cell = [7, 6, 5, 4, 2]
            .into_iter()
            .find(|cell| fits(*cell) && (*cell <= 4 || numbers + NORM + 2 + pieces * cell <= room));
        let cell = cell.filter(|_| seen.kept > 1).unwrap_or(0);
        let matrix = pieces.saturating_mul(cell);
        let left = room.saturating_sub(if cell > 0 { matrix + 1 } else { 0 });
        let norm = if left >= least + NORM { NORM } else { 0 };
        let space = left - norm;
        let strip = if space >= numbers { numbers } else { space.min(numbers.div_ceil(2)) };
        let (label_area, rest) = layout::left(area, label, 1);
        let (strip_area, rest) = layout::left(rest, strip, 0);
        let (norm_area, rest) = layout::left(rest, norm, 1);
        let (matrix_area, _) = layout::left(rest, matrix, 0);
        Self { label: label_area, strip: strip_area, norm: norm_area, matrix: matrix_area, cell }
    }
}

/// Draws the table with the chosen row inside it; gives the rows used.
pub(super) fn draw(app: &App, seen: &Seen, ground: &Ground, area: Rect, buf: &mut Buffer) -> u16 {
    let columns = Columns::of(seen, area);
    let shown: Vec<usize> = rows(seen, app.look.piece, usize::from(area.height.saturating_sub(1)));
    let used: Vec<f32> =
        (0..seen.kept + 2).flat_map(|row| seen.here.row(row).iter().copied()).collect();
    let map = Map::signed(&used, INSIDE);
    draw_head(app, seen, &columns, map, ground, buf);
    for (i, row) in (1..).zip(&shown) {
        draw_row(app, seen, &columns, (*row, i, map), ground, buf);
    }
    u16::try_from(shown.len() + 1).unwrap_or(area.height).min(area.height)
}

/// Start mark, pieces, end mark and the first padding; as many as fit, around the chosen one.
fn rows(seen: &Seen, chosen: usize, room: usize) -> Vec<usize> {
    let all = (seen.kept + 3).min(seen.here.height());
    let first = chosen.saturating_sub(room / 2).min(all.saturating_sub(room));
    (first..all).take(room).collect()
}

/// The scale of the colours, and the pieces over the columns of the matrix.
fn draw_head(
    app: &App,
    seen: &Seen,
    columns: &Columns,
    map: Map,
    ground: &Ground,
    buf: &mut Buffer,
) {
    heatmap::legend(map, layout::row(columns.strip, 0), ground, buf);
    text::put_right(buf, layout::row(columns.norm, 0), "‖v‖", ground.dim());
    for piece in 0..if columns.cell == 0 { 0 } else { seen.kept } {
        let cell = cell_of(columns, piece, 0);
        let style =
            if piece + 1 == app.look.piece { ground.chosen_prompt() } else { ground.prompt() };
        let (cell, _) = layout::left(cell, columns.cell - 1, 0);
        let label = seen.label(piece + 1);
        let label: String = if columns.cell > 2 {
            text::cut(label, columns.cell - 1)
        } else {
            label.chars().take(1).collect()
        };
        text::put_right(buf, cell, &label, style);
    }
}

fn draw_row(
    app: &App,
    seen: &Seen,
    columns: &Columns,
    (row, at, map): (usize, u16, Map),
    ground: &Ground,
    buf: &mut Buffer,
) {
    let chosen = row == app.look.piece;
    let piece = (1..=seen.kept).contains(&row);
    let style = match (chosen, piece) {
        (true, _) => ground.chosen_prompt(),
        (false, true) => ground.prompt(),
        (false, false) => ground.dim(),
    };
    let label = text::cut(seen.label(row), columns.label.width);
    text::put(buf, layout::row(columns.label, at), &label, style);
    let numbers_here = seen.here.row(row);
    heatmap::strip(numbers_here, map, layout::row(columns.strip, at), ground, buf);
    let norm = numbers::short(Statistics::of_slice(numbers_here).norm);
    let norm_style = if chosen { ground.strong() } else { ground.fact() };
    text::put_right(buf, layout::row(columns.norm, at), &norm, norm_style);
    if !piece || columns.cell == 0 {
        return;
    }
    for other in 1..=seen.kept {
        // Under the diagonal the state on screen, over it the one before the encoder.
        let grid = if other <= row { &seen.here } else { &seen.before };
        let value = cosine(grid.row(row), grid.row(other));
        draw_cosine(value, columns.cell, cell_of(columns, other - 1, at), ground, buf);
    }
}

fn cell_of(columns: &Columns, piece: usize, at: u16) -> Rect {
    let x = u16::try_from(piece).unwrap_or(u16::MAX).saturating_mul(columns.cell);
    let (_, rest) = layout::left(layout::row(columns.matrix, at), x, 0);
    layout::left(rest, columns.cell, 0).0
}

/// A cosine on its colour, in digits where there is room, else its first digit.
fn draw_cosine(value: f32, cells: u16, area: Rect, ground: &Ground, buf: &mut Buffer) {
    let style = match ground.colours {
        Colours::None => Style::new(),
        Colours::Ansi16 => {
            Style::new().fg(Color::White).bg(if value < 0.0 { Color::Blue } else { Color::Black })
        }
        _ => {
            let rgb = diverging(value, 1.2, ground.light);
            let dark = lightness(rgb) < 0.5;
            let ink = if dark { [240, 236, 230] } else { [24, 22, 20] };
            Style::new().fg(ground.rgb(ink)).bg(ground.rgb(rgb))
        }
    };
    let digits = if cells >= 4 {
        numbers::cosine(value)
    } else if value < -0.05 {
        "−".to_owned()
    } else {
        ((value * 10.0).round().clamp(0.0, 9.0) as u8).to_string()
    };
    buf.set_style(area.intersection(*buf.area()), style);
    text::put_right(buf, area, &digits, style);
}
