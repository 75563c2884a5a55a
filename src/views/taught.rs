//! The words that a model was taught, list by list, with a cursor that builds a prompt of them;
//! and the nearest of them to the words of the prompt that it was not taught.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::hints;
use super::parts::theme::Ground;
use super::parts::{layout, panel, text};
use crate::app::picker::COLUMNS;
use crate::app::{App, Choice, Picker, TaughtList};

/// Draws the lists, the words of the chosen one and the prompt that is built; gives the place that
/// it covers.
pub(crate) fn draw(
    app: &App,
    picker: &Picker,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let words = app.words();
    let size = (100, area.height.min(24));
    let (place, inside) = panel::draw(words.text("never.title"), size, area, ground, buf);
    let (body, foot) = layout::bottom(inside, 1);
    let (body, built) = layout::bottom(body, built_rows(app, picker, body.height));
    let lists = app.taught_lists();
    let chosen = picker.list.min(lists.len().saturating_sub(1));
    let names: Vec<String> = lists.iter().map(|list| name(app, *list)).collect();
    let longest = names.iter().map(|name| text::width(name)).max().unwrap_or(0);
    let (left, right) = layout::left(body, (longest + 2).min(body.width / 2), 2);
    for (i, name) in (0..left.height).zip(&names) {
        let here = usize::from(i) == chosen;
        let (sign, style) = if here { ("▸ ", ground.strong()) } else { ("  ", ground.dim()) };
        text::put_spans(buf, layout::row(left, i), &[(sign, style), (name, style)]);
    }
    if let Some(list) = lists.get(chosen) {
        let used = if *list == TaughtList::Strangers {
            draw_strangers(app, ground, right, buf)
        } else {
            0
        };
        let rest = layout::top(right, used).1;
        draw_words(app, picker, &app.choices(*list), ground, rest, buf);
    }
    draw_built(app, picker, ground, built, buf);
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

/// The words of a list in columns, read across, with the row of the cursor among them.
fn draw_words(
    app: &App,
    picker: &Picker,
    choices: &[Choice],
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let rows: Vec<&[Choice]> = choices.chunks(COLUMNS).collect();
    let cursor = picker.word.min(choices.len().saturating_sub(1));
    let shown = usize::from(area.height);
    let first = (cursor / COLUMNS + 1).saturating_sub(shown.max(1));
    let columns = u16::try_from(COLUMNS).unwrap_or(1);
    for (y, (row, of)) in (0..area.height).zip(rows.iter().enumerate().skip(first)) {
        let places = layout::columns(layout::row(area, y), columns, 1);
        for (column, (place, choice)) in places.into_iter().zip(*of).enumerate() {
            let here = row * COLUMNS + column == cursor;
            draw_choice(app, choice, (here, picker.holds(choice)), ground, place, buf);
        }
    }
    if rows.len() > first + shown {
        text::put_right(buf, layout::bottom(area, 1).1, "…", ground.dim());
    }
}

/// A word; where it has a meaning in this language, that first.
fn draw_choice(
    app: &App,
    choice: &Choice,
    (here, held): (bool, bool),
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let sign = match (here, held) {
        (true, _) => "▸ ",
        (false, true) => "✓ ",
        (false, false) => "  ",
    };
    let style = if here { ground.chosen_prompt() } else { ground.prompt() };
    let sign_style = if here || held { ground.strong() } else { ground.dim() };
    match app.words().gloss(&choice.word) {
        Some(gloss) => {
            let beside = format!(" {}", choice.word);
            let beside_style = if held { ground.prompt() } else { ground.dim() };
            let spans = [(sign, sign_style), (gloss, style), (&*beside, beside_style)];
            text::put_spans(buf, area, &spans);
        }
        None => {
            text::put_spans(buf, area, &[(sign, sign_style), (&choice.word, style)]);
        }
    }
}

/// How many rows stand under the words: an empty one, the prompt, how it reads, and a note where
/// there is room.
fn built_rows(app: &App, picker: &Picker, height: u16) -> u16 {
    let reads = u16::from(app.words().reading_of(&picker.phrase).is_some());
    match height {
        0..8 => 1,
        8..14 => 2 + reads,
        _ => 4 + reads,
    }
}

/// The prompt that is built, and how it reads in this language; under it, what any other word is.
fn draw_built(app: &App, picker: &Picker, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = app.words();
    let (_, mut rest) = layout::top(area, u16::from(area.height > 1));
    let english = picker.phrase.english();
    let mut lines = Vec::new();
    if english.is_empty() {
        lines.push(("never.built", words.text("never.nothing-picked").to_owned(), ground.dim()));
    } else {
        lines.push(("never.built", english, ground.prompt()));
    }
    if let Some(reading) = words.reading_of(&picker.phrase) {
        lines.push(("never.read-as", reading, ground.fact()));
    }
    let wide = ["never.built", "never.read-as"].map(|key| text::width(words.text(key)));
    let wide = wide.into_iter().max().unwrap_or(0);
    for (key, line, style) in lines {
        let (left, right) = layout::left(layout::row(rest, 0), wide, 2);
        text::put(buf, left, words.text(key), ground.dim());
        text::put(buf, right, &line, style);
        rest = layout::top(rest, 1).1;
    }
    if rest.height >= 2 {
        text::put_wrapped(buf, rest, words.text("never.any-other"), ground.dim());
    }
}

/// What the prompt holds that was never trained, each with its nearest words, and its English
/// form; gives the rows used.
fn draw_strangers(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) -> u16 {
    let words = app.words();
    let mut rest = area;
    if let Some(offer) = app.offer() {
        let used = text::put_wrapped(buf, rest, &words.offered(&offer), ground.fact());
        rest = layout::top(rest, used + 1).1;
    }
    for stranger in app.strangers() {
        text::put(buf, layout::row(rest, 0), &words.never_word(&stranger), ground.strong());
        let (_, line) = layout::left(layout::top(rest, 1).1, 2, 0);
        let used = text::put_wrapped(buf, line, &words.nearest_to(&stranger), ground.fact());
        rest = layout::top(rest, used + 2).1;
    }
    area.height - rest.height
}
