//! Numbers of the chosen piece, and its nearest words in the table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Seen;
use super::table::INSIDE;
use crate::app::App;
use crate::views::parts::bars::{self, Bar};
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, numbers, text};
use crate::walk::statistics::cosine;
use crate::walk::{Family, Neighbour, Statistics};

/// Draws as many lines as fit, the most telling first; with much room the neighbours of the
/// chosen word as bars and those of all words.
pub(super) fn draw(app: &App, seen: &Seen, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let roomy = area.height >= 12;
    let area = if roomy { layout::top(area, 1).1 } else { area };
    let row = app.look.piece.min(seen.kept + 1);
    text::put(buf, layout::row(area, 0), &numbers_of(app, seen, row), ground.fact());
    text::put(buf, layout::row(area, 1), &turned(app, seen, row), ground.fact());
    let neighbours = row.checked_sub(1).and_then(|i| seen.frame.nearest.get(i));
    let neighbours = neighbours.filter(|_| row <= seen.kept).map_or(&[][..], Vec::as_slice);
    if !roomy {
        let line = nearest_line(app, seen.label(row), neighbours);
        text::put(buf, layout::row(area, 2), &line, ground.fact());
        text::put(buf, layout::row(area, 3), &sizes(app, seen), ground.dim());
        return;
    }
    text::put(buf, layout::row(area, 2), &sizes(app, seen), ground.dim());
    let rest = layout::top(area, 4).1;
    let (left, right) = layout::left(rest, rest.width / 2, 2);
    let heading = app.words().fill("embeddings.nearest-to", &[("piece", seen.label(row))]);
    text::put(buf, layout::row(left, 0), &heading, ground.strong());
    let list: Vec<Bar> = neighbours
        .iter()
        .map(|n| Bar {
            label: text::escape(&n.text),
            share: n.cosine,
            value: numbers::cosine(n.cosine),
        })
        .collect();
    bars::list(&list, ground.prompt(), layout::top(left, 1).1, ground, buf);
    text::put(
        buf,
        layout::row(right, 0),
        app.words().text("embeddings.nearest-all"),
        ground.strong(),
    );
    for (i, (neighbours, row)) in
        (1..right.height).zip(seen.frame.nearest.iter().zip(1..=seen.kept))
    {
        let line = layout::row(right, i);
        let (label, line) = layout::left(line, 12.min(line.width / 3), 1);
        text::put(buf, label, seen.label(row), ground.prompt());
        text::put(buf, line, &listed(neighbours), ground.fact());
    }
}

/// The statistics of the chosen vector.
fn numbers_of(app: &App, seen: &Seen, row: usize) -> String {
    let s = Statistics::of_slice(seen.here.row(row));
    let facts = [
        ("piece", seen.label(row).to_owned()),
        ("mean", numbers::short(s.mean)),
        ("std", numbers::short(s.std)),
        ("min", numbers::short(s.min)),
        ("max", numbers::short(s.max)),
        ("norm", numbers::short(s.norm)),
    ];
    let facts: Vec<(&str, &str)> = facts.iter().map(|(n, v)| (*n, v.as_str())).collect();
    app.words().fill("embeddings.numbers", &facts)
}

/// How far the encoder has turned the chosen vector.
fn turned(app: &App, seen: &Seen, row: usize) -> String {
    let words = app.words();
    if seen.state == 0 {
        return words.text("embeddings.not-turned").to_owned();
    }
    let value = numbers::cosine(cosine(seen.here.row(row), seen.before.row(row)));
    words.fill("embeddings.turned", &[("cosine", &value), ("piece", seen.label(row))])
}

fn nearest_line(app: &App, piece: &str, neighbours: &[Neighbour]) -> String {
    let words = app.words();
    if neighbours.is_empty() {
        return words.text("embeddings.no-nearest").to_owned();
    }
    words.fill("embeddings.nearest", &[("piece", piece), ("words", &listed(neighbours))])
}

fn listed(neighbours: &[Neighbour]) -> String {
    let one = |n: &Neighbour| format!("{} {}", n.text, numbers::cosine(n.cosine));
    neighbours.iter().map(one).collect::<Vec<_>>().join("   ")
}

/// How many numbers a piece has here and elsewhere, and what the colours leave out.
fn sizes(app: &App, seen: &Seen) -> String {
    let words = app.words();
    let facts = [
        ("count", numbers::grouped(seen.here.width() as u64)),
        ("share", numbers::fixed(INSIDE * 100.0, 0)),
    ];
    let facts: Vec<(&str, &str)> = facts.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let pocket = app.walk.card.as_ref().is_some_and(|card| card.family == Family::Pocket);
    words.fill(if pocket { "embeddings.sizes-pocket" } else { "embeddings.sizes" }, &facts)
}
