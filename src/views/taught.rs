//! The words that a model was taught, list by list, and the nearest of them to the words of the
//! prompt that it was not taught.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::hints;
use super::parts::theme::Ground;
use super::parts::{layout, panel, text};
use crate::app::{App, TaughtList};

/// Draws the lists with the words of the chosen one; gives the place that it covers.
pub(crate) fn draw(
    app: &App,
    chosen: usize,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let words = app.words();
    let size = (100, area.height.min(24));
    let (place, inside) = panel::draw(words.text("never.title"), size, area, ground, buf);
    let (body, foot) = layout::bottom(inside, 1);
    let (body, below) = layout::bottom(body, if body.height >= 10 { 3 } else { 0 });
    let lists = app.taught_lists();
    let chosen = chosen.min(lists.len().saturating_sub(1));
    let names: Vec<String> = lists.iter().map(|list| name(app, *list)).collect();
    let longest = names.iter().map(|name| text::width(name)).max().unwrap_or(0);
    let (left, right) = layout::left(body, (longest + 2).min(body.width / 2), 2);
    for (i, name) in (0..left.height).zip(&names) {
        let here = usize::from(i) == chosen;
        let (sign, style) = if here { ("▸ ", ground.strong()) } else { ("  ", ground.dim()) };
        text::put_spans(buf, layout::row(left, i), &[(sign, style), (name, style)]);
    }
    match lists.get(chosen) {
        Some(TaughtList::Strangers) => draw_strangers(app, ground, right, buf),
        Some(TaughtList::Words(list)) => draw_words(app, *list, ground, right, buf),
        None => {}
    }
    let below = layout::bottom(below, 2).1;
    text::put_wrapped(buf, below, words.text("never.any-other"), ground.dim());
    hints::draw(app, ground, foot, buf);
    place
}

/// The name of a list, and how many words it holds.
fn name(app: &App, list: TaughtList) -> String {
    let words = app.words();
    let (stem, count) = match list {
        TaughtList::Strangers => ("prompt", app.strangers().len()),
        TaughtList::Words(i) => {
            let list = app.taught().and_then(|taught| taught.lists().get(i).copied());
            list.map_or(("other", 0), |(stem, words)| (stem, words.len()))
        }
    };
    format!("{} {count}", words.text(&format!("never.{stem}")))
}

/// The words of a list in columns, read down.
fn draw_words(app: &App, list: usize, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let Some(taught) = app.taught() else { return };
    let lists = taught.lists();
    let Some((_, words)) = lists.get(list) else { return };
    let longest = words.iter().map(|word| text::width(&text::escape(word))).max().unwrap_or(0);
    let columns = (area.width / (longest + 3).max(1)).max(1);
    let count = u16::try_from(words.len()).unwrap_or(u16::MAX);
    let rows = count.div_ceil(columns).min(area.height).max(1);
    let cells = layout::columns(area, columns, 1);
    let mut left = words.len();
    for (column, chunk) in cells.into_iter().zip(words.chunks(usize::from(rows))) {
        for (i, word) in (0..column.height).zip(chunk) {
            text::put(buf, layout::row(column, i), word, ground.prompt());
        }
        left -= chunk.len();
    }
    if left > 0 {
        text::put_right(buf, layout::bottom(area, 1).1, "…", ground.dim());
    }
}

/// What the prompt holds that was never trained, each with its nearest words.
fn draw_strangers(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = app.words();
    let mut rest = area;
    for stranger in app.strangers() {
        text::put(buf, layout::row(rest, 0), &words.never_word(&stranger), ground.strong());
        let (_, line) = layout::left(layout::top(rest, 1).1, 2, 0);
        let used = text::put_wrapped(buf, line, &words.nearest_to(&stranger), ground.fact());
        rest = layout::top(rest, used + 2).1;
    }
}
