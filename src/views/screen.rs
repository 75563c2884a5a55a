//! The three bands that never move: what is being made and where one is; the view; what one sees
//! and which keys work here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{layout, text};
use super::{Slot, hints, lesson, notes, rail, said, step, title, waiting};
use crate::app::{App, NotesDepth};

/// The smallest screen that is drawn.
pub const LEAST: (u16, u16) = (40, 12);

/// Where everything stands.
pub(super) struct Bands {
    pub(super) title: Rect,
    pub(super) rail: Rect,
    pub(super) upper_line: Rect,
    pub(super) view: Rect,
    pub(super) lower_line: Rect,
    pub(super) notes: Rect,
    pub(super) hints: Rect,
}

impl Bands {
    pub(super) fn of(app: &App, area: Rect) -> Self {
        let (title, rest) = layout::top(area, 1);
        let (rail, rest) = layout::top(rest, 1);
        let (upper_line, rest) = layout::top(rest, 1);
        let (rest, hints) = layout::bottom(rest, 1);
        let (rest, notes) = layout::bottom(rest, notes_rows(app, area));
        let (view, lower_line) = layout::bottom(rest, 1);
        Self { title, rail, upper_line, view: layout::inset(view, 1, 0), lower_line, notes, hints }
    }
}

fn notes_rows(app: &App, area: Rect) -> u16 {
    let lesson = app.lesson_now();
    let asks = lesson.is_some_and(|open| open.question().is_some());
    if asks && area.height < 18 && app.problem.is_none() {
        // On the lowest screens the room is the question's.
        return 1;
    }
    let shown = lesson.is_some() || (area.height >= 18 && !matches!(app.notes, NotesDepth::Off));
    if !shown {
        return if app.problem.is_some() { 2 } else { 0 };
    }
    if app.second.is_none() && !app.present {
        return 3;
    }
    // Two languages and a narrow room take what they need, and a question what its keys need.
    let rows = said::rows(&said::said(app), area.width.saturating_sub(2));
    rows.clamp(if asks { 1 } else { 3 }, (area.height / 3).max(3))
}

/// Says in one sentence that the screen is too small, where it is.
pub(crate) fn too_small(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) -> bool {
    let (width, height) = LEAST;
    if area.width >= width && area.height >= height {
        return false;
    }
    let sentence = app.words().fill(
        "screen.too-small",
        &[
            ("needed", &format!("{width}×{height}")),
            ("here", &format!("{}×{}", area.width, area.height)),
        ],
    );
    let rows = u16::try_from(text::wrap(&sentence, area.width).len()).unwrap_or(area.height);
    text::put_wrapped(buf, layout::centred(area, area.width, rows), &sentence, ground.fact());
    true
}

/// Draws a walk.
pub(crate) fn draw(
    app: &App,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let bands = Bands::of(app, area);
    let open = app.lesson_now();
    match open {
        Some(open) => lesson::draw_title(app, open, ground, bands.title, buf),
        None => title::draw(app, ground, bands.title, buf),
    }
    rail::draw(app, ground, bands.rail, buf);
    line(ground, bands.upper_line, buf);
    let asking = open.filter(|open| open.question().is_some());
    let frame = app.walk.frame().or_else(|| waiting::stand_in(app));
    match (asking, frame) {
        (Some(open), _) => lesson::draw_question(app, open, ground, bands.view, buf),
        (None, Some(frame)) => super::draw_frame(app, frame, ground, bands.view, buf, slots),
        (None, None) => waiting::draw(app, ground, bands.view, buf),
    }
    line(ground, bands.lower_line, buf);
    draw_message(app, ground, bands.lower_line, buf);
    notes::draw(app, ground, bands.notes, buf);
    hints::draw(app, ground, bands.hints, buf);
}

/// A line over the whole row.
pub(crate) fn line(ground: &Ground, area: Rect, buf: &mut Buffer) {
    for position in area.positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.set_symbol("─").set_style(ground.line());
        }
    }
}

/// What a key did, set into the lower line of a screen that is no walk.
pub(crate) fn toast(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    if let Some((key, facts)) = &app.toast {
        let facts: Vec<(&str, &str)> =
            facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let told = app.words().fill(key, &facts);
        text::put_right(buf, area, &format!(" {told} "), ground.strong());
    }
}

/// What just happened, set into the lower line: a toast, that the walk runs on, or how it is
/// computed.
fn draw_message(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = app.words();
    let place = layout::inset(area, 2, 0);
    if let Some(sentence) = waiting::line(app) {
        text::put(buf, place, &format!(" {sentence} "), ground.strong());
    } else if app.walk.running {
        let speed = (app.walk.speed + 1).to_string();
        let running = words.fill("screen.running", &[("speed", &speed)]);
        text::put(buf, place, &format!(" ▸ {running} "), ground.strong());
    }
    let message = match (&app.toast, &app.walk.note) {
        (Some((key, facts)), _) => {
            let facts: Vec<(&str, &str)> =
                facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            words.fill(key, &facts)
        }
        (None, Some(note)) if app.walk.at == 0 => words.problem(note),
        (None, _) => match step::mixed_sentence(app) {
            Some(sentence) => sentence,
            None => return,
        },
    };
    text::put_right(buf, place, &format!(" {message} "), ground.strong());
}
