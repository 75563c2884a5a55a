//! Tokens for a room: the pieces in a row with their ids, the chosen one's id in large digits.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::column::Column;
use crate::app::App;
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, text};
use crate::walk::{Encoding, Tokens};
use crate::words::NEVER_TRAINED;

/// One piece.
struct Chip {
    row: usize,
    text: String,
    id: String,
    begins: bool,
}

impl Chip {
    fn width(&self) -> u16 {
        (text::width(&self.text) + 2).max(text::width(&self.id))
    }

    /// Cells before it: between words one more.
    fn gap(&self) -> u16 {
        if self.begins { 2 } else { 0 }
    }
}

/// Draws the stage.
pub(super) fn draw(
    app: &App,
    frame: &Tokens,
    column: Column,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let Some(encoder) = frame.encoders.first() else { return };
    let encoding = &encoder.prompt;
    let chosen = app.look.piece;
    let labels = encoding.row_labels();
    let piece = labels.get(chosen).map_or_else(|| labels.len().to_string(), Clone::clone);
    let id = encoding.ids.get(chosen).copied().unwrap_or(0).to_string();
    let label = app.words().fill("present.id-of", &[("piece", &piece)]);
    let column = column.figure(label, (id, String::new()), Vec::new());
    let lines = lines(chips(encoding), area.width);
    // High chips where they leave room for the figure, else low ones; the chosen line stays.
    let rest = |high: u16| {
        let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_mul(high + 2);
        layout::top(area, rows).1
    };
    let (high, words, scale) = match (column.scale(rest(3), ground), column.scale(rest(1), ground))
    {
        (Some(scale), _) => (3, rest(3), scale),
        (None, Some(scale)) => (1, rest(1), scale),
        (None, None) => {
            let rows = column.rows(0, area.width, ground).min(area.height.saturating_sub(3));
            (1, layout::bottom(area, rows).1, 0)
        }
    };
    let room = Rect { height: words.y.saturating_sub(area.y), ..area };
    draw_lines(&lines, chosen, high, ground, room, buf);
    column.draw(scale, words, ground, buf);
}

fn chips(encoding: &Encoding) -> Vec<Chip> {
    let begins = |place: usize| encoding.words.iter().any(|word| word.pieces.start == place);
    let kept = encoding.pieces.iter().enumerate().take(encoding.kept);
    kept.map(|(place, piece)| {
        let stranger = if piece.never_trained() { NEVER_TRAINED } else { "" };
        Chip {
            row: place + 1,
            text: format!("{stranger}{}", text::escape(&piece.text)),
            id: piece.id.to_string(),
            begins: begins(place) && place > 0,
        }
    })
    .collect()
}

/// Broken where the width ends.
fn lines(chips: Vec<Chip>, width: u16) -> Vec<Vec<Chip>> {
    let (mut lines, mut used) = (vec![Vec::new()], 0u16);
    for chip in chips {
        let wide = chip.width() + chip.gap();
        if used + wide > width && used > 0 {
            lines.push(Vec::new());
            used = 0;
        }
        used = used.saturating_add(wide);
        if let Some(line) = lines.last_mut() {
            line.push(chip);
        }
    }
    lines
}

/// As many lines as there is room for, the one with the chosen piece among them.
fn draw_lines(
    lines: &[Vec<Chip>],
    chosen: usize,
    high: u16,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let each = high + 2;
    let room = usize::from((area.height + 1) / each).max(1);
    let here = lines.iter().position(|line| line.iter().any(|chip| chip.row == chosen));
    let first = (here.unwrap_or(0) + 1).saturating_sub(room);
    for (line, i) in lines.iter().skip(first).take(room).zip(0u16..) {
        let place = layout::top(layout::top(area, i * each).1, high + 1).0;
        draw_line(line, chosen, high, ground, place, buf);
    }
}

fn draw_line(
    line: &[Chip],
    chosen: usize,
    high: u16,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let mut rest = area;
    for (i, chip) in line.iter().enumerate() {
        rest = layout::left(rest, if i > 0 { chip.gap() } else { 0 }, 0).1;
        let (place, after) = layout::left(rest, chip.width(), 0);
        let (block, id) = layout::top(place, high);
        let here = chip.row == chosen;
        let style = if here { ground.chosen_prompt() } else { ground.chip(chip.row % 2 == 1) };
        for row in 0..block.height {
            let words = if row == high / 2 { chip.text.as_str() } else { "" };
            let wide = block.width.saturating_sub(text::width(words));
            let (before, behind) = (wide / 2, wide - wide / 2);
            let line = format!(
                "{}{words}{}",
                " ".repeat(usize::from(before)),
                " ".repeat(usize::from(behind))
            );
            text::put(buf, layout::row(block, row), &line, style);
        }
        let style = if here { ground.prompt() } else { ground.strong() };
        text::put_centred(buf, layout::row(id, 0), &chip.id, style);
        rest = after;
    }
}
