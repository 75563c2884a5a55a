//! The prompt vectors of all runs against the reference's: one cosine for each piece.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::tokens::encoding_of;
use super::{View, marks};
use crate::compare::{PieceMark, Run, between_pieces, between_vectors, cosines_of_pieces};
use crate::views::parts::bars::{self, Bar};
use crate::views::parts::heatmap::{self, Map};
use crate::views::parts::numbers::cosine;
use crate::views::parts::{layout, text};

/// The narrowest list of cosines.
const NARROWEST: u16 = 24;

/// Draws the stage: a list a run, and under it all 77 places as one strip.
pub(super) fn draw(view: &View, area: Rect, buf: &mut Buffer) {
    let comparison = view.comparison;
    let Some(reference) = comparison.reference_run() else { return };
    let others: Vec<usize> = comparison.page().filter(|at| *at != comparison.reference).collect();
    let (head, body) = layout::top(area, 1);
    let name = view.name_of(comparison.reference);
    let title = view.words.fill("beside.cosines", &[("name", &name)]);
    text::put(buf, head, &title, view.ground.strong());
    let fits = usize::from((body.width + 3) / (NARROWEST + 3)).clamp(1, others.len().max(1));
    let chosen = others.iter().position(|at| *at == comparison.chosen).unwrap_or(0);
    let first = (chosen / fits * fits).min(others.len().saturating_sub(fits));
    for (place, column) in others.iter().skip(first).zip(layout::columns(body, fits as u16, 3)) {
        if let Some(run) = comparison.runs.get(*place) {
            draw_run(view, reference, (*place, run), column, buf);
        }
    }
}

fn draw_run(
    view: &View,
    reference: &Run,
    (place, run): (usize, &Run),
    area: Rect,
    buf: &mut Buffer,
) {
    let ground = view.ground;
    let (head, rest) = layout::top(area, 1);
    let style = if place == view.comparison.chosen { ground.chosen() } else { ground.strong() };
    let sign = format!("{} ", marks::sign(place));
    let spans = [(&*sign, marks::style(place, ground)), (&*run.name, style)];
    text::put_spans(buf, head, &spans);
    let (Some(a), Some(b)) = (reference.embeddings(), run.embeddings()) else {
        text::put_wrapped(buf, rest, view.words.text("beside.no-vectors"), ground.dim());
        return;
    };
    let vectors = match between_vectors(a, b) {
        Ok(vectors) => vectors,
        Err(reason) => {
            text::put_wrapped(buf, rest, &view.reason(&reason), ground.fact());
            return;
        }
    };
    let (list, strip) = layout::bottom(rest, if rest.height >= 8 { 3 } else { 0 });
    let bars = bars(reference, run);
    let used = bars::list(&bars, ground.prompt(), list, ground, buf);
    if usize::from(used) < bars.len() {
        let left = (bars.len() - usize::from(used)).to_string();
        let more = view.words.fill("beside.more-pieces", &[("count", &left)]);
        text::put_right(buf, head, &more, ground.dim());
    }
    let title = view.words.text("beside.places");
    text::put(buf, layout::row(strip, 0), title, ground.dim());
    let map = Map::Unsigned { low: 0.0, high: 1.0 };
    heatmap::strip(&vectors, map, layout::row(strip, 1), ground, buf);
    heatmap::legend(map, layout::row(strip, 2), ground, buf);
}

/// A bar for each pair of pieces; where a piece changed, both names.
fn bars(reference: &Run, run: &Run) -> Vec<Bar> {
    let (Some(a), Some(b)) = (encoding_of(reference), encoding_of(run)) else { return Vec::new() };
    let Ok(pairs) = between_pieces(a, b) else { return Vec::new() };
    let (Some(va), Some(vb)) = (reference.embeddings(), run.embeddings()) else {
        return Vec::new();
    };
    let cosines = cosines_of_pieces(va, vb, &pairs).unwrap_or_default();
    let text_of = |pieces: &[crate::walk::Piece], at: Option<usize>| {
        at.and_then(|at| pieces.get(at)).map_or_else(String::new, |piece| piece.text.clone())
    };
    pairs
        .iter()
        .zip(cosines)
        .map(|(pair, value)| {
            let (was, is) = (text_of(&a.pieces, pair.reference), text_of(&b.pieces, pair.other));
            let label = match pair.mark {
                PieceMark::Same => format!("  {is}"),
                PieceMark::Changed => format!("~ {was}→{is}"),
                PieceMark::Added => format!("+ {is}"),
                PieceMark::Removed => format!("- {was}"),
            };
            Bar {
                label,
                share: value.unwrap_or(0.0).clamp(0.0, 1.0),
                value: value.map_or_else(|| "–".to_owned(), cosine),
            }
        })
        .collect()
}
