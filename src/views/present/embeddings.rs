//! Vectors for a room: the chosen piece's numbers as one thick strip, and how many they are.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::column::Column;
use crate::app::App;
use crate::views::embeddings;
use crate::views::parts::theme::Ground;
use crate::views::parts::{heatmap, layout, numbers, text};
use crate::walk::Embeddings;

/// Draws the stage.
pub(super) fn draw(
    app: &App,
    frame: &Embeddings,
    column: Column,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let Some(alone) = embeddings::alone(app, frame) else { return };
    let words = app.words();
    let count = numbers::grouped(alone.numbers.len() as u64);
    let label = words.fill("present.vector-of", &[("piece", &alone.piece)]);
    let column = column.figure(label, (count, String::new()), vec![alone.state.clone()]);
    // The strip, the scale of its colours, and a free row; two strips where there is room.
    let (rows, scale) = [5, 3, 2, 1]
        .into_iter()
        .find_map(|rows| {
            let rest = layout::top(area, rows + 2).1;
            Some((rows, column.scale(rest, ground)?))
        })
        .unwrap_or((1, 0));
    let mut block = 1;
    for row in 0..rows {
        let line = layout::row(area, row);
        block = heatmap::strip(&alone.numbers, alone.map, line, ground, buf).0;
    }
    let below = layout::row(area, rows);
    let used = heatmap::legend(alone.map, below, ground, buf);
    if block > 1 {
        let mean = words.fill("present.mean-of", &[("n", &block.to_string())]);
        text::put(buf, layout::left(below, used + 2, 0).1, &mean, ground.fact());
    }
    column.draw(scale, layout::top(area, rows + 2).1, ground, buf);
}
