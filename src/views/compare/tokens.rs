//! The prompts of all runs piece by piece: what differs from the reference is marked by a sign
//! and a colour.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{View, marks};
use crate::compare::{PieceMark, PiecePair, Run, between_pieces};
use crate::views::parts::{layout, text};
use crate::walk::{Encoding, Piece};

/// Rows of a run: its name, the pieces, their ids.
const ROWS: u16 = 3;

/// Draws the stage.
pub(super) fn draw(view: &View, area: Rect, buf: &mut Buffer) {
    let (lines, foot) = layout::bottom(area, 1);
    let comparison = view.comparison;
    let fits = usize::from((lines.height + 1) / (ROWS + 1)).max(1);
    let mut shown = vec![comparison.reference];
    let others: Vec<usize> = comparison.page().filter(|at| *at != comparison.reference).collect();
    let chosen = others.iter().position(|at| *at == comparison.chosen).unwrap_or(0);
    let room = fits.saturating_sub(1).max(1);
    let first = (chosen / room * room).min(others.len().saturating_sub(room));
    shown.extend(others.iter().skip(first).take(room));
    let reference = comparison.reference_run().and_then(encoding_of);
    for (i, place) in shown.iter().take(fits).enumerate() {
        let block = layout::top(layout::top(lines, i as u16 * (ROWS + 1)).1, ROWS).0;
        let Some(run) = comparison.runs.get(*place) else { continue };
        draw_run(view, (*place, run), reference, block, buf);
    }
    text::put(buf, foot, view.words.text("beside.piece-signs"), view.ground.dim());
}

/// The prompt of a run as the first encoder cut it.
pub(super) fn encoding_of(run: &Run) -> Option<&Encoding> {
    run.tokens()?.encoders.first().map(|encoder| &encoder.prompt)
}

fn draw_run(
    view: &View,
    (place, run): (usize, &Run),
    reference: Option<&Encoding>,
    area: Rect,
    buf: &mut Buffer,
) {
    let (ground, comparison) = (view.ground, view.comparison);
    let is_reference = place == comparison.reference;
    let encoding = encoding_of(run);
    let pairs = match (reference, encoding) {
        (Some(reference), Some(encoding)) if !is_reference => {
            Some(between_pieces(reference, encoding))
        }
        _ => None,
    };
    let said = match (&pairs, encoding) {
        (_, None) => view.words.text("beside.no-tokens").to_owned(),
        (Some(Ok(pairs)), _) => {
            let count = pairs.iter().filter(|pair| pair.mark != PieceMark::Same).count();
            if count == 0 {
                view.words.text("beside.same-pieces").to_owned()
            } else {
                view.words.fill("beside.other-pieces", &[("count", &count.to_string())])
            }
        }
        (Some(Err(reason)), _) => view.reason(reason),
        (None, _) => view.words.text("beside.reference").to_owned(),
    };
    let style = if place == comparison.chosen { ground.chosen() } else { ground.strong() };
    let sign = format!("{} ", marks::sign(place));
    let spans = [
        (&*sign, marks::style(place, ground)),
        (&*run.name, style),
        ("   ", ground.dim()),
        (&*said, ground.dim()),
    ];
    text::put_spans(buf, layout::row(area, 0), &spans);
    let Some(encoding) = encoding else { return };
    let chips = match (&pairs, reference) {
        (Some(Ok(pairs)), Some(reference)) => marked(pairs, reference, encoding),
        _ => encoding.pieces.iter().take(encoding.kept).map(|p| (PieceMark::Same, p)).collect(),
    };
    let mut x = 2;
    for (n, (mark, piece)) in chips.into_iter().enumerate() {
        let label = format!("{}{} ", mark.sign(), piece.text);
        let id = piece.id.to_string();
        let wide = text::width(&label).max(text::width(&id) + 1);
        if x + wide > area.width {
            text::put(buf, layout::left(layout::row(area, 1), x, 0).1, "…", ground.dim());
            break;
        }
        let cell = |row: u16| Rect { width: wide, ..layout::left(layout::row(area, row), x, 0).1 };
        text::put(buf, cell(1), &label, style_of(view, mark, n % 2 == 1));
        let gone = mark == PieceMark::Removed;
        text::put(buf, cell(2), if gone { "" } else { &id }, ground.dim());
        x += wide + 1;
    }
}

/// The pieces of a prompt with what happened to them, those that only the reference has in their
/// places.
fn marked<'a>(
    pairs: &[PiecePair],
    reference: &'a Encoding,
    other: &'a Encoding,
) -> Vec<(PieceMark, &'a Piece)> {
    pairs
        .iter()
        .filter_map(|pair| {
            let piece = match pair.other {
                Some(at) => other.pieces.get(at),
                None => reference.pieces.get(pair.reference?),
            };
            Some((pair.mark, piece?))
        })
        .collect()
}

fn style_of(view: &View, mark: PieceMark, odd: bool) -> Style {
    match mark {
        PieceMark::Same => view.ground.chip(odd),
        PieceMark::Changed | PieceMark::Added => view.ground.chosen_prompt(),
        PieceMark::Removed => view.ground.dim().add_modifier(Modifier::CROSSED_OUT),
    }
}
