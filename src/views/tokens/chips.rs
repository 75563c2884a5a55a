//! Pieces as coloured chips: the word over them, the id under them, and under the id what the word
//! means, where the language of the screen says it otherwise.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::app::App;
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, text};
use crate::walk::Encoding;
use crate::words::NEVER_TRAINED;

/// Rows of one line of chips without meanings: word, chip, id.
const ROWS: u16 = 3;

/// Their labels, and that of the meanings.
const LABELS: [&str; 4] = ["tokens.words", "tokens.pieces", "tokens.ids", "tokens.glosses"];

/// One chip.
struct Chip {
    /// Its row of the text tensors; `None` for what was cut off.
    row: Option<usize>,
    text: String,
    id: String,
    /// The word that begins here.
    word: Option<String>,
    /// What this word means.
    gloss: Option<&'static str>,
    /// Whether it begins a word: a gap stands before it.
    begins: bool,
    /// Whether the model was trained on it.
    taught: bool,
}

impl Chip {
    fn width(&self) -> u16 {
        let gloss = self.gloss.map_or(0, text::width);
        (text::width(&self.text) + 2).max(text::width(&self.id)).max(gloss)
    }
}

/// The rows that all chips take in this width.
pub(super) fn rows(app: &App, encoding: &Encoding, width: u16) -> u16 {
    let lines = lines(&chips(app, encoding), width.saturating_sub(gutter(app, encoding))).len();
    u16::try_from(lines).unwrap_or(u16::MAX).saturating_mul(rows_each(app, encoding))
}

/// Rows of one line of chips: one more where any of them has a meaning to be shown.
fn rows_each(app: &App, encoding: &Encoding) -> u16 {
    ROWS + u16::from(chips(app, encoding).iter().any(|chip| chip.gloss.is_some()))
}

/// The labels of the rows.
fn labels(app: &App, encoding: &Encoding) -> impl Iterator<Item = &'static str> {
    let rows = usize::from(rows_each(app, encoding));
    let words = app.words();
    LABELS.into_iter().take(rows).filter_map(move |key| words.find(key))
}

fn gutter(app: &App, encoding: &Encoding) -> u16 {
    labels(app, encoding).map(text::width).max().unwrap_or(0) + 2
}

/// Draws as many lines of chips as fit, the one with the chosen piece among them; gives the rows
/// used.
pub(super) fn draw(
    app: &App,
    encoding: &Encoding,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> u16 {
    let each = rows_each(app, encoding);
    let (left, field) = layout::left(area, gutter(app, encoding), 0);
    let chips = chips(app, encoding);
    let lines = lines(&chips, field.width);
    let shown = usize::from(area.height / each).clamp(1, lines.len().max(1));
    let first = first_line(app, &lines, shown);
    for (n, line) in lines.iter().skip(first).take(shown).enumerate() {
        let top = u16::try_from(n).unwrap_or(0) * each;
        for (i, label) in (0..).zip(labels(app, encoding)) {
            text::put(buf, layout::row(left, top + i), label, ground.dim());
        }
        for (at, chip) in line {
            draw_chip(app, chip, *at, ground, layout::top(field, top).1, buf);
        }
    }
    u16::try_from(shown).unwrap_or(1).saturating_mul(each).min(area.height)
}

/// The piece whose chip is drawn at a place of `area`, the one that [`draw`] was given.
pub(super) fn piece_at(
    app: &App,
    encoding: &Encoding,
    area: Rect,
    (column, row): (u16, u16),
) -> Option<usize> {
    let (_, field) = layout::left(area, gutter(app, encoding), 0);
    let chips = chips(app, encoding);
    let lines = lines(&chips, field.width);
    let each = rows_each(app, encoding);
    let shown = usize::from(area.height / each).clamp(1, lines.len().max(1));
    let down = usize::from(row.checked_sub(field.y)? / each);
    let n = first_line(app, &lines, shown) + down;
    let cell = column.checked_sub(field.x)?;
    let (_, chip) =
        lines.get(n)?.iter().find(|(at, chip)| cell >= *at && cell < at + chip.width())?;
    chip.row
}

/// The first line that is shown, so that the chosen piece is among the shown ones.
fn first_line(app: &App, lines: &[Vec<(u16, &Chip)>], shown: usize) -> usize {
    let here =
        lines.iter().position(|line| line.iter().any(|(_, chip)| chip.row == Some(app.look.piece)));
    here.unwrap_or(0).saturating_sub(shown - 1).min(lines.len().saturating_sub(shown))
}

fn draw_chip(app: &App, chip: &Chip, at: u16, ground: &Ground, field: Rect, buf: &mut Buffer) {
    let (_, place) = layout::left(field, at, 0);
    let (place, _) = layout::left(place, chip.width(), 0);
    let cut = chip.row.is_none();
    let style = match chip.row {
        None => ground.dim().add_modifier(Modifier::CROSSED_OUT),
        Some(row) if row == app.look.piece => ground.chosen_prompt(),
        Some(_) if !chip.taught => ground.empty_chip(),
        Some(row) => ground.chip(row % 2 == 1),
    };
    if let Some(word) = &chip.word {
        // A word may reach over all its pieces.
        let (_, over) = layout::left(layout::row(field, 0), at, 0);
        let word_style = if cut { ground.dim() } else { ground.fact() };
        let (over, _) = layout::left(over, text::width(word) + 2, 0);
        text::put(buf, layout::left(over, 1, 0).1, word, word_style);
    }
    let body = layout::row(place, 1);
    buf.set_style(
        body.intersection(*buf.area()),
        Style { add_modifier: Modifier::empty(), ..style },
    );
    if chip.row == Some(app.look.piece) {
        buf.set_style(body.intersection(*buf.area()), style);
    }
    text::put_centred(buf, body, &chip.text, style);
    let id_style = if chip.row == Some(app.look.piece) { ground.strong() } else { ground.dim() };
    text::put_centred(buf, layout::row(place, 2), &chip.id, id_style);
    if let Some(gloss) = chip.gloss {
        text::put_centred(buf, layout::row(place, 3), gloss, id_style);
    }
}

/// Start mark, kept pieces, end mark, then what was cut off.
fn chips(app: &App, encoding: &Encoding) -> Vec<Chip> {
    let taught = app.taught().is_some();
    let mark = |row: usize, text: &str| Chip {
        row: Some(row),
        text: text.to_owned(),
        id: encoding.ids.get(row).map(u32::to_string).unwrap_or_default(),
        word: None,
        gloss: None,
        begins: true,
        taught: true,
    };
    let piece = |i: usize| {
        let piece = encoding.pieces.get(i)?;
        let word = encoding.words.iter().find(|word| word.pieces.contains(&i));
        let begins = word.is_none_or(|word| word.pieces.start == i);
        let sign = if piece.never_trained() { NEVER_TRAINED } else { "" };
        Some(Chip {
            row: (i < encoding.kept).then_some(i + 1),
            text: format!("{sign}{}", text::escape(&piece.text)),
            id: piece.id.to_string(),
            word: word.filter(|_| begins).map(|word| text::escape(&word.text)),
            gloss: word.filter(|_| begins && taught).and_then(|w| app.words().gloss(&w.text)),
            begins,
            taught: piece.taught,
        })
    };
    let mut chips = vec![mark(0, "S")];
    chips.extend((0..encoding.kept).filter_map(piece));
    chips.push(mark(encoding.kept + 1, "E"));
    chips.extend((encoding.kept..encoding.pieces.len()).filter_map(piece));
    chips
}

/// Chips in lines of at most so many cells, each with its column.
fn lines(chips: &[Chip], cells: u16) -> Vec<Vec<(u16, &Chip)>> {
    let mut lines: Vec<Vec<(u16, &Chip)>> = Vec::new();
    let (mut line, mut at) = (Vec::new(), 0u16);
    for chip in chips {
        let gap = u16::from(chip.begins && at > 0);
        if at > 0 && at.saturating_add(gap + chip.width()) > cells {
            lines.push(std::mem::take(&mut line));
            at = 0;
        }
        let x = if at > 0 { at + gap } else { 0 };
        line.push((x, chip));
        at = x.saturating_add(chip.width());
    }
    lines.push(line);
    lines
}
