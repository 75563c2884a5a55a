//! Numbers of the chosen piece, and its nearest words in the table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Seen;
use super::table::INSIDE;
use crate::app::App;
use crate::views::Slot;
use crate::views::parts::bars::{self, Bar};
use crate::views::parts::heatmap::{self, Map};
use crate::views::parts::plot::{Axis, Plot, Series, Shape};
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, numbers, text};
use crate::walk::statistics::cosine;
use crate::walk::{Family, Neighbour, Statistics, TextState};
use crate::words::told::beside;

/// Draws as many lines as fit, the most telling first; with much room the neighbours of the
/// chosen word as bars and those of all words.
pub(super) fn draw(
    app: &App,
    seen: &Seen,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let roomy = area.height >= 12;
    let area = if roomy { layout::top(area, 1).1 } else { area };
    let area = draw_beside(app, seen, ground, area, buf);
    let row = app.look.piece.min(seen.kept + 1);
    text::put(buf, layout::row(area, 0), &numbers_of(app, seen, row), ground.fact());
    text::put(buf, layout::row(area, 1), &turned(app, seen, row), ground.fact());
    let neighbours = row.checked_sub(1).and_then(|i| seen.frame.nearest.get(i));
    let neighbours = neighbours.filter(|_| row <= seen.kept).map_or(&[][..], Vec::as_slice);
    if !roomy {
        let line = nearest_line(app, seen.label(row), neighbours, area.width);
        text::put(buf, layout::row(area, 2), &line, ground.fact());
        text::put(buf, layout::row(area, 3), &sizes(app, seen), ground.dim());
        return;
    }
    text::put(buf, layout::row(area, 2), &sizes(app, seen), ground.dim());
    let rest = layout::top(area, 4).1;
    let (lists, under) = layout::top(rest, neighbours_rows(seen, rest.height));
    draw_nearest(app, seen, (row, neighbours), ground, lists, buf);
    if under.height >= 7 {
        slots.extend(draw_states(app, seen, row, ground, layout::top(under, 1).1, buf));
    }
}

/// What the network is told beside the vectors, at the end of the way; gives the room left.
fn draw_beside(app: &App, seen: &Seen, ground: &Ground, area: Rect, buf: &mut Buffer) -> Rect {
    if seen.chosen != TextState::End || area.height < 4 {
        return area;
    }
    let told = beside(&seen.frame.beside, app.words());
    if told.is_empty() {
        return area;
    }
    let used = text::put_wrapped(buf, area, &told.join(" "), ground.fact());
    let rest = layout::top(area, used).1;
    let pooled = seen.frame.beside.pooled.as_ref().filter(|_| rest.height >= 12);
    let Some(pooled) = pooled else { return rest };
    let row = pooled.row(pooled.height().saturating_sub(1));
    let (strip, below) = layout::top(rest, 1);
    heatmap::strip(row, Map::signed(row, INSIDE), strip, ground, buf);
    below
}

fn neighbours_rows(seen: &Seen, most: u16) -> u16 {
    u16::try_from(seen.kept + 1).unwrap_or(most).clamp(4.min(most), most)
}

/// The neighbours of the chosen word as bars, and those of all words as a list.
fn draw_nearest(
    app: &App,
    seen: &Seen,
    (row, neighbours): (usize, &[Neighbour]),
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let (left, right) = layout::left(area, area.width * 2 / 5, 2);
    let heading = app.words().fill("embeddings.nearest-to", &[("piece", seen.label(row))]);
    text::put(buf, layout::row(left, 0), &heading, ground.strong());
    let bar = |n: &Neighbour| Bar {
        label: text::escape(&n.text),
        share: n.cosine,
        value: numbers::cosine(n.cosine),
    };
    let list: Vec<Bar> = neighbours.iter().map(bar).collect();
    let under = layout::top(left, 1).1;
    let under = layout::left(under, under.width.min(46), 0).0;
    bars::list(&list, ground.prompt(), under, ground, buf);
    let heading = app.words().text("embeddings.nearest-all");
    text::put(buf, layout::row(right, 0), heading, ground.strong());
    for (i, (neighbours, row)) in
        (1..right.height).zip(seen.frame.nearest.iter().zip(1..=seen.kept))
    {
        let (label, line) = layout::left(layout::row(right, i), 12.min(right.width / 3), 1);
        text::put(buf, label, seen.label(row), ground.prompt());
        let most = whole(neighbours.len(), line.width, |count| listed(&neighbours[..count]));
        text::put(buf, line, &most, ground.fact());
    }
}

/// How far the chosen vector has turned, and how long it is, state by state.
fn draw_states(
    app: &App,
    seen: &Seen,
    row: usize,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> Vec<Slot> {
    let mut slots = Vec::new();
    let words = app.words();
    let states = (0..seen.states).filter_map(|place| {
        let state = seen.frame.state(place);
        Some((place, seen.frame.vectors(state)?, seen.frame.before(state)?))
    });
    let (turned, long): (Vec<_>, Vec<_>) = states
        .map(|(state, grid, before)| {
            let (vector, start) = (grid.row(row), before.row(row));
            let norm = Statistics::of_slice(vector).norm;
            ((state as f32, cosine(vector, start)), (state as f32, norm))
        })
        .unzip();
    let area = layout::top(area, 14).0;
    let places = layout::columns(area, if area.width >= 100 { 2 } else { 1 }, 4);
    let named = [("piece", seen.label(row))];
    let least = turned.iter().map(|p| p.1).fold(0.0, f32::min);
    let most = long.iter().map(|p| p.1).fold(1.0, f32::max);
    let plots = [
        (words.fill("embeddings.states", &named), turned, least, 1.0),
        (words.fill("embeddings.norms", &named), long, 0.0, most),
    ];
    for (place, (title, points, low, high)) in places.iter().zip(&plots) {
        let mark = Shape::Marks('●');
        let style = ground.prompt();
        let series = [
            Series { name: "", points, shape: Shape::Line, style },
            Series { name: "", points, shape: mark, style },
        ];
        let last = (seen.states - 1) as f32;
        Plot {
            title,
            x: Axis { label: words.text("embeddings.state"), low: 0.0, high: last, whole: true },
            y: Axis { label: "", low: *low, high: *high, whole: false },
            series: &series,
            cursor: Some(seen.state as f32),
        }
        .draw(*place, ground, buf, &mut slots);
    }
    slots
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
    if seen.is_before() {
        return words.text("embeddings.not-turned").to_owned();
    }
    let value = numbers::cosine(cosine(seen.here.row(row), seen.before.row(row)));
    words.fill("embeddings.turned", &[("cosine", &value), ("piece", seen.label(row))])
}

/// As many of the nearest words as stand whole in so many cells, one at least.
fn nearest_line(app: &App, piece: &str, neighbours: &[Neighbour], cells: u16) -> String {
    let words = app.words();
    if neighbours.is_empty() {
        return words.text("embeddings.no-nearest").to_owned();
    }
    let line = |count: usize| {
        let facts = [("piece", piece), ("words", &listed(&neighbours[..count]))];
        words.fill("embeddings.nearest", &facts)
    };
    whole(neighbours.len(), cells, line)
}

/// The line of the most words, of so many, that fits into so many cells; of one at least.
fn whole(words: usize, cells: u16, line: impl Fn(usize) -> String) -> String {
    let most = (1..=words).rev().find(|&count| text::width(&line(count)) <= cells);
    line(most.unwrap_or(1.min(words)))
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
