//! The first screen: what this is in two sentences, and the doors.

mod lamp;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{field, layout, text};
use super::{hints, notes};
use crate::app::App;
use crate::app::forms::DOORS;

/// Draws the whole screen.
pub(crate) fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = app.words();
    let foot = layout::bottom(area, 1).1;
    hints::draw(app, ground, foot, buf);
    let Places { lamp, title, about, doors, below } = Places::of(app, area);
    lamp::draw(ground, lamp, buf);
    text::put_spans(
        buf,
        title,
        &[
            (
                "safelight",
                ground.prompt().patch(ground.strong()).fg(ground.prompt().fg.unwrap_or_default()),
            ),
            ("  ", ground.fact()),
            (words.text("doors.subtitle"), ground.dim()),
        ],
    );
    text::put_wrapped(buf, about, words.text("doors.about"), ground.fact());
    for (door, place) in doors.into_iter().enumerate() {
        draw_door(app, door, ground, place, buf);
    }
    if app.problem.is_some() {
        notes::draw_problem(app, ground, layout::top(below, 2).0, buf);
    } else if let Some((key, facts)) = &app.toast {
        let facts: Vec<(&str, &str)> =
            facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        text::put_wrapped(buf, layout::top(below, 2).0, &words.fill(key, &facts), ground.strong());
    } else {
        let known = taught(app).unwrap_or_else(|| words.text("doors.model").to_owned());
        text::put_wrapped(buf, layout::top(below, 3).0, &known, ground.dim());
    }
}

/// Where everything stands.
struct Places {
    lamp: Rect,
    title: Rect,
    about: Rect,
    doors: [Rect; DOORS],
    below: Rect,
}

impl Places {
    fn of(app: &App, area: Rect) -> Self {
        let body = layout::bottom(area, 1).0;
        let tall = area.height >= 20;
        let lamp_rows = match area.height {
            0..18 => 0,
            18..25 => 2,
            25..32 => 5,
            rows => (rows / 4).min(12),
        };
        let width = body.width.saturating_sub(4).min(if area.width >= 140 { 120 } else { 96 });
        let wanted = lamp_rows + 1 + 1 + 3 + 1 + 3 * 3 + 4 + 1 + 3;
        let column =
            layout::centred(body, width, if tall { wanted.min(body.height) } else { body.height });
        let (lamp, rest) = layout::top(column, lamp_rows);
        let (_, rest) = layout::top(rest, u16::from(lamp_rows > 0));
        let (title, rest) = layout::top(rest, 1);
        let about = layout::top(rest, 3).0;
        let lines = text::wrap(app.words().text("doors.about"), about.width).len();
        let used = u16::try_from(lines).unwrap_or(u16::MAX).min(about.height);
        let (_, rest) = layout::top(rest, used + u16::from(tall));
        let gap = u16::from(tall);
        let mut below = rest;
        let doors = std::array::from_fn(|door| {
            // The short doors stand close together.
            let gap = if (3..DOORS - 1).contains(&door) { 0 } else { gap };
            let (place, after) = layout::top(below, lines_of(door) + gap);
            below = after;
            place
        });
        Self { lamp, title, about, doors, below }
    }
}

/// The rows of a door: its title, and what is behind it where that can be shown.
const fn lines_of(door: usize) -> u16 {
    if door < 3 { 2 } else { 1 }
}

/// The door that stands at a place.
pub(crate) fn door_at(app: &App, area: Rect, place: (u16, u16)) -> Option<usize> {
    Places::of(app, area).doors.iter().position(|door| door.contains(place.into()))
}

/// The doors: the example, a prompt, a recording, lessons, the training, its pictures, a word to
/// teach.
fn draw_door(app: &App, door: usize, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = app.words();
    let chosen = app.doors.chosen == door && app.overlay.is_none();
    let (title, what) = match door {
        0 => ("doors.show", "doors.show-what"),
        1 => ("doors.prompt", "doors.prompt-what"),
        2 => ("doors.recording", "doors.recording-what"),
        3 => ("doors.lessons", "doors.lessons-what"),
        4 => ("doors.training", "doors.training-what"),
        5 => ("doors.shown", "doors.shown-what"),
        _ => ("doors.teach", "doors.teach-what"),
    };
    let (sign, style) = if chosen { ("▸ ", ground.strong()) } else { ("  ", ground.fact()) };
    let head = layout::row(area, 0);
    let number = format!("{} ", door + 1);
    let used = text::put_spans(
        buf,
        head,
        &[(sign, ground.prompt()), (&number, ground.dim()), (words.text(title), style)],
    );
    let (_, beside) = layout::left(head, used.max(24) + 2, 0);
    text::put(buf, beside, words.text(what), ground.dim());
    let (_, line) = layout::left(layout::row(area, 1), 4, 0);
    let doors = &app.doors;
    match door {
        0 => {
            let example = app.walk.card.as_ref().and_then(|card| card.example.as_deref());
            text::put(buf, line, example.unwrap_or(words.text("doors.example")), ground.prompt());
        }
        1 => draw_box(
            &doors.prompt,
            chosen.then_some(doors.cursor),
            "doors.prompt-empty",
            app,
            (ground, line),
            buf,
        ),
        2 => draw_box(
            &doors.path,
            chosen.then_some(doors.path_cursor),
            "doors.path-empty",
            app,
            (ground, line),
            buf,
        ),
        _ => {}
    }
}

/// A box to type into: its ground tells where it is, its brackets where colours do not.
fn draw_box(
    typed: &str,
    cursor: Option<usize>,
    empty: &str,
    app: &App,
    (ground, area): (&Ground, Rect),
    buf: &mut Buffer,
) {
    let wide = area.width.min(72);
    let (area, _) = layout::left(area, wide, 0);
    buf.set_style(area.intersection(*buf.area()), ground.panel());
    let (inside, end) = layout::left(layout::left(area, 2, 0).1, area.width.saturating_sub(4), 1);
    text::put(buf, area, "[", ground.line());
    text::put(buf, end, "]", ground.line());
    let empty = app.words().text(empty);
    field::draw(typed, cursor, empty, inside, ground, buf);
}

/// What the model at hand can draw, where it keeps a list.
fn taught(app: &App) -> Option<String> {
    let card = app.walk.card.as_ref()?;
    let taught = card.taught.as_ref()?;
    let facts = [
        ("things", taught.things.join(" ")),
        ("colours", taught.colours.join(" ")),
        ("backgrounds", taught.backgrounds.join(" ")),
    ];
    let facts: Vec<(&str, &str)> = facts.iter().map(|(n, v)| (*n, v.as_str())).collect();
    Some(app.words().fill("doors.taught", &facts))
}
