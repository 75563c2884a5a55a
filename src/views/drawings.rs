//! What the model inside was shown: a training picture, its caption, what the caption does not
//! say, and its neighbours; or what training never showed, as a list.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::numbers::{fixed, grouped};
use super::parts::theme::Ground;
use super::parts::{layout, picture, text};
use super::screen::{Bands, line};
use super::{Slot, hints, lesson, notes};
use crate::app::App;
use crate::walk::TrainingPicture;

/// Columns and rows of a neighbour: 64 pixels as means of 4 × 4.
const NEIGHBOUR: (u16, u16) = (16, 8);
/// Columns of a fact's name.
const LABEL: u16 = 14;

/// Draws the whole screen.
pub(crate) fn draw(
    app: &App,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let bands = Bands::of(app, area);
    draw_head(app, ground, layout::inset(bands.title, 1, 0), buf);
    draw_filter(app, ground, layout::inset(bands.rail, 1, 0), buf);
    line(ground, bands.upper_line, buf);
    line(ground, bands.lower_line, buf);
    lesson::draw_place(app, ground, bands.lower_line, buf);
    notes::draw(app, ground, bands.notes, buf);
    hints::draw(app, ground, bands.hints, buf);
    let Some(shown) = app.drawings.shown() else {
        let total = app.drawings.total();
        let key = if total == Some(0) { "drawings.none" } else { "drawings.waiting" };
        text::put_wrapped(buf, bands.view, app.words().text(key), ground.dim());
        return;
    };
    let room = bands.view.width.saturating_sub(bands.view.width.min(34));
    let fit = picture::draw(&shown.picture, Rect { width: room, ..bands.view }, ground, buf, slots);
    let side = layout::left(bands.view, fit.area.width, 2).1;
    let caption = format!("“{}”", text::escape(&shown.caption));
    let used = text::put_wrapped(buf, layout::top(side, 2).0, &caption, ground.prompt());
    let rest = layout::top(side, used + 1).1;
    if app.drawings.never_shown {
        draw_list(app, ground, rest, buf);
        return;
    }
    let used = draw_unsaid(app, shown, ground, rest, buf);
    draw_neighbours(app, ground, layout::top(rest, used + 1).1, buf, slots);
}

/// Whose pictures these are, and which one is on screen.
fn draw_head(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let (words, drawings) = (app.words(), &app.drawings);
    let key = if drawings.never_shown { "drawings.never-title" } else { "drawings.title" };
    let place = match (drawings.total(), drawings.shown()) {
        (Some(total), Some(shown)) => {
            let (at, total) = (grouped(drawings.at + 1), grouped(total));
            let number = grouped(shown.number + 1);
            let facts = [("at", &*at), ("total", &*total), ("number", &*number)];
            let numbered = drawings.thing.is_some() && !drawings.never_shown;
            words.fill(if numbered { "drawings.numbered" } else { "drawings.place" }, &facts)
        }
        _ => String::new(),
    };
    let wide = text::put_right(buf, area, &place, ground.fact());
    let (title, _) = layout::left(area, area.width.saturating_sub(wide + 2), 0);
    text::put(buf, title, words.text(key), ground.strong());
}

/// The things that can be asked for, as many as fit around the chosen one.
fn draw_filter(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = app.words();
    let Some(found) = &app.drawings.found else { return };
    let all = words.text("drawings.all").to_owned();
    let named = |thing: &String| text::escape(&words.with_gloss(thing));
    let names: Vec<String> = std::iter::once(all).chain(found.things.iter().map(named)).collect();
    let thing = app.drawings.thing.as_ref();
    let chosen = thing.and_then(|thing| found.things.iter().position(|known| known == thing));
    let chosen = chosen.map_or(0, |at| at + 1);
    // From the chosen one back, while half of the row is left for what comes before it.
    let (mut first, mut before) = (chosen, 0);
    while first > 0 && before + text::width(&names[first - 1]) + 2 <= area.width / 2 {
        first -= 1;
        before += text::width(&names[first]) + 2;
    }
    let mut rest = area;
    if first > 0 {
        rest = layout::left(rest, text::put(buf, rest, "… ", ground.dim()), 0).1;
    }
    for (i, name) in names.iter().enumerate().skip(first) {
        if text::width(name) + 2 > rest.width {
            text::put(buf, rest, "…", ground.dim());
            break;
        }
        let (sign, style) =
            if i == chosen { ("▸", ground.strong()) } else { (" ", ground.dim()) };
        let used = text::put_spans(buf, rest, &[(sign, ground.strong()), (name, style)]);
        rest = layout::left(rest, used + 1, 0).1;
    }
}

/// What varies without a word for it; gives the rows used.
fn draw_unsaid(
    app: &App,
    shown: &TrainingPicture,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> u16 {
    let words = app.words();
    text::put(buf, layout::row(area, 0), words.text("drawings.unsaid"), ground.strong());
    let mut row = 1;
    for (key, value) in unsaid(app, shown) {
        let (label, place) = layout::left(layout::row(area, row), LABEL, 1);
        text::put(buf, label, words.text(key), ground.dim());
        text::put(buf, place, &value, ground.fact());
        row += 1;
    }
    row.min(area.height)
}

/// The facts that the caption keeps to itself: words that it leaves out, then pose and light.
fn unsaid(app: &App, shown: &TrainingPicture) -> Vec<(&'static str, String)> {
    let words = app.words();
    let said = |word: &str| shown.caption.split_whitespace().any(|part| part == word);
    let left_out = [
        ("drawings.colour", &shown.colour, format!("{} {}", shown.colour, shown.thing)),
        ("drawings.background", &shown.background, format!("on {}", shown.background)),
    ];
    let mut facts: Vec<(&str, String)> = Vec::new();
    for (key, word, alone) in left_out {
        // The same word can stand for the other of the two.
        let near =
            shown.caption.contains(&alone) || shown.caption.contains(&format!("{word} background"));
        if !said(word) || !near {
            facts.push((key, text::escape(word)));
        }
    }
    let hidden = shown.unsaid;
    let of = app.drawings.found.as_ref().map_or(0, |found| found.drawings).to_string();
    let drawing = [("n", &*hidden.drawing.to_string()), ("of", &*of)];
    facts.push(("drawings.drawing", words.fill("drawings.drawing-of", &drawing)));
    let mirrored = if hidden.mirrored { "drawings.yes" } else { "drawings.no" };
    facts.push(("drawings.mirrored", words.text(mirrored).to_owned()));
    let tilt = [("degrees", &*signed(hidden.tilt, 1))];
    facts.push(("drawings.tilt", words.fill("drawings.degrees", &tilt)));
    let scale = [("percent", &*fixed((hidden.scale * 100.0) as f32, 0))];
    facts.push(("drawings.scale", words.fill("drawings.of-edge", &scale)));
    let place = [("x", &*signed(hidden.x, 1)), ("y", &*signed(-hidden.y, 1))];
    facts.push(("drawings.offset", words.fill("drawings.from-middle", &place)));
    let light = [
        ("light", &*fixed(hidden.light as f32, 2)),
        ("ground", &*fixed(hidden.ground_light as f32, 2)),
    ];
    facts.push(("drawings.shade", words.fill("drawings.shades", &light)));
    facts
}

fn signed(value: f64, digits: usize) -> String {
    let text = fixed(value as f32, digits);
    if value > 0.0 { format!("+{text}") } else { text }
}

/// The pictures before and after, as many as there is room for.
fn draw_neighbours(
    app: &App,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let (width, height) = NEIGHBOUR;
    let count = (area.width + 2) / (width + 2);
    if area.height < height + 2 || count == 0 {
        return;
    }
    text::put(buf, layout::row(area, 0), app.words().text("drawings.beside"), ground.strong());
    let below = layout::top(area, 1).1;
    let near = [-1, 1, 2, -2, 3, -3].into_iter().take(usize::from(count));
    let mut near: Vec<i64> = near.filter(|by| app.drawings.near(*by).is_some()).collect();
    near.sort_unstable();
    for (i, by) in (0..).zip(near) {
        let Some(other) = app.drawings.near(by) else { continue };
        let place = layout::left(below, i * (width + 2), 0).1;
        let place = layout::left(place, width, 0).0;
        let at = grouped(app.drawings.at.saturating_add_signed(by) + 1);
        text::put(buf, layout::row(place, 0), &at, ground.dim());
        let cells = layout::top(layout::top(place, 1).1, height).0;
        picture::draw(&other.picture, cells, ground, buf, slots);
    }
}

/// What training never showed, around the one on screen.
fn draw_list(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = app.words();
    let Some(found) = &app.drawings.found else { return };
    text::put(buf, layout::row(area, 0), words.text("drawings.never-list"), ground.strong());
    let list = layout::top(area, 1).1;
    let room = usize::from(list.height);
    let at = usize::try_from(app.drawings.at).unwrap_or(usize::MAX);
    let first = at.saturating_sub(room / 2).min(found.captions.len().saturating_sub(room));
    for (i, (n, caption)) in (0..list.height).zip(found.captions.iter().enumerate().skip(first)) {
        let (sign, style) = if n == at { ("▸ ", ground.prompt()) } else { ("  ", ground.dim()) };
        text::put_spans(buf, layout::row(list, i), &[(sign, ground.strong()), (caption, style)]);
    }
}
