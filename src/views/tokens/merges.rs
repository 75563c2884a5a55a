//! How the chosen word was cut: from letters to pieces, one byte-pair merge after the other.

use std::cmp::Ordering;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::App;
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, numbers, text};
use crate::walk::{Encoding, Stage, Word};

/// Draws the word's symbols after the merges shown so far, and the merge that comes next; where
/// there is room, all states under each other. Gives the rows used.
pub(super) fn draw(
    app: &App,
    encoding: &Encoding,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> u16 {
    if area.height == 0 {
        return 0;
    }
    let words = app.words();
    let label = words.text("tokens.cut");
    let (left, field) = layout::left(area, text::width(label) + 2, 0);
    let piece = app.look.piece.checked_sub(1).filter(|&i| i < encoding.kept);
    let word = piece.and_then(|i| encoding.words.iter().find(|w| w.pieces.contains(&i)));
    text::put(buf, layout::row(left, 0), label, ground.dim());
    let Some(word) = word else {
        text::put(buf, layout::row(field, 0), words.text("tokens.no-merges"), ground.dim());
        return 1;
    };
    let done = app.look.turn[Stage::Tokens.index()].min(word.merges.len());
    let states = u16::try_from(word.merges.len() + 1).unwrap_or(u16::MAX);
    if states > 1 && area.height > states.saturating_add(1) && area.height >= 8 {
        for n in 0..states {
            let row = layout::row(field, n);
            draw_state(word, usize::from(n), usize::from(n) == done, ground, row, buf);
        }
        text::put(buf, layout::row(field, states), &sentence(app, word, done), ground.fact());
        return states + 1;
    }
    let chain: Vec<String> = (0..=word.merges.len()).map(|n| joined(&word.after(n), " ")).collect();
    let whole = text::width(&chain.join("  →  "));
    let row = layout::row(field, 0);
    if whole <= row.width {
        let mut rest = row;
        for (n, state) in chain.iter().enumerate() {
            let style = match n.cmp(&done) {
                Ordering::Less => ground.prompt(),
                Ordering::Equal => ground.chosen_prompt(),
                Ordering::Greater => ground.dim(),
            };
            let arrow = if n == 0 { "" } else { "  →  " };
            let used = text::put_spans(buf, rest, &[(arrow, ground.dim()), (state, style)]);
            rest = layout::left(rest, used, 0).1;
        }
    } else {
        draw_state(word, done, true, ground, row, buf);
    }
    text::put(buf, layout::row(field, 1), &sentence(app, word, done), ground.fact());
    area.height.min(2)
}

/// Every word with its letters, what became of them, and in how many merges: for large screens.
pub(super) fn draw_all(
    app: &App,
    encoding: &Encoding,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let words = app.words();
    text::put(buf, layout::row(area, 0), words.text("tokens.all-words"), ground.strong());
    let longest = encoding.words.iter().map(|w| text::width(&letters(w))).max().unwrap_or(0);
    let rows = usize::from(area.height.saturating_sub(1));
    if encoding.words.len() > rows {
        text::put_right(buf, layout::row(area, area.height.saturating_sub(1)), "…", ground.dim());
    }
    for (i, word) in (1..area.height).zip(&encoding.words) {
        let (left, right) = layout::left(layout::row(area, i), longest.min(area.width / 2), 2);
        text::put(buf, left, &letters(word), ground.dim());
        let pieces = joined(&word.after(word.merges.len()), " ");
        let merges = words.fill("tokens.merges", &[("count", &word.merges.len().to_string())]);
        let arrow = ("→  ", ground.dim());
        let merges = (format!("   {merges}"), ground.fact());
        text::put_spans(buf, right, &[arrow, (&pieces, ground.prompt()), (&merges.0, merges.1)]);
    }
}

fn letters(word: &Word) -> String {
    joined(&word.symbols, " ")
}

/// The symbols after `n` merges as chips; the ones that are merged next are joined by `+`.
fn draw_state(word: &Word, n: usize, here: bool, ground: &Ground, row: Rect, buf: &mut Buffer) {
    let next = word.merges.get(n).map(|merge| merge.at);
    let sign = if here { "▸ " } else { "  " };
    let mut rest = row;
    let mut put = |piece: &str, style: Style| {
        let used = text::put(buf, rest, piece, style);
        rest = layout::left(rest, used, 0).1;
    };
    put(sign, ground.prompt());
    for (i, symbol) in word.after(n).iter().enumerate() {
        put(&shown(symbol), ground.chip(i % 2 == 1));
        put(if here && Some(i) == next { "+" } else { " " }, ground.strong());
    }
}

/// The merge that comes next, or that all are made.
fn sentence(app: &App, word: &Word, done: usize) -> String {
    let words = app.words();
    let total = word.merges.len().to_string();
    let Some(merge) = word.merges.get(done) else {
        let last = word.merges.last().map_or(0, |merge| u64::from(merge.rank));
        let facts = [("count", total.as_str()), ("rank", &numbers::grouped(last))];
        let key = if word.merges.is_empty() { "tokens.one-symbol" } else { "tokens.all-merged" };
        return words.fill(key, &facts);
    };
    let symbols = word.after(done);
    let symbol = |i: usize| symbols.get(i).map(|s| shown(s)).unwrap_or_default();
    let facts = [
        ("n", (done + 1).to_string()),
        ("count", total),
        ("left", symbol(merge.at)),
        ("right", symbol(merge.at + 1)),
        ("rank", numbers::grouped(u64::from(merge.rank))),
    ];
    let facts: Vec<(&str, &str)> = facts.iter().map(|(name, v)| (*name, v.as_str())).collect();
    words.fill("tokens.next-merge", &facts)
}

fn joined(symbols: &[String], between: &str) -> String {
    symbols.iter().map(|s| shown(s)).collect::<Vec<_>>().join(between)
}

/// A symbol with the end of a word as `⏎`.
fn shown(symbol: &str) -> String {
    text::escape(&symbol.replace("</w>", "⏎"))
}
