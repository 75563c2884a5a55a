//! A layout of its own for a projector: one thing a screen, as large as whole-number scale allows,
//! one figure in large digits, the sentence that belongs to it, and nothing faint.
//!
//! Sixty-four columns and eighteen rows are what letters of 24 points leave of 1280 × 720 pixels;
//! with more room everything grows.

mod board;
mod column;
mod compare;
mod embeddings;
mod hands;
mod question;
mod schedule;
mod stages;
mod tokens;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use self::column::Column;
use super::parts::theme::Ground;
use super::parts::{layout, text};
use super::{Slot, compare as beside, image, rail, said, step, title, waiting};
use crate::app::keys::remote;
use crate::app::{App, Hint, Scene};
use crate::lesson::QuestionKind;
use crate::walk::Frame;

/// From so many rows on there is air between the bands.
const AIRY: u16 = 24;

/// Where everything stands.
struct Bands {
    title: Rect,
    body: Rect,
    foot: Rect,
}

impl Bands {
    fn of(area: Rect) -> Self {
        let air = u16::from(area.height >= AIRY);
        let (title, rest) = layout::top(area, 1);
        let (_, rest) = layout::top(rest, air);
        let (rest, foot) = layout::bottom(rest, 1);
        let (body, _) = layout::bottom(rest, air);
        let inset = |rect| layout::inset(rect, 1, 0);
        // The last column goes to the words: at 64 cells one more makes a line less.
        let body = layout::left(body, 1, 0).1;
        Self { title: inset(title), body, foot: inset(foot) }
    }
}

/// Whether a scene has this layout; the others keep their own.
pub(super) const fn has(scene: Scene) -> bool {
    matches!(scene, Scene::Walk | Scene::Compare)
}

/// Draws a walk, a beat of a lesson, or runs side by side.
pub(super) fn draw(
    app: &App,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let bands = Bands::of(area);
    draw_title(app, ground, bands.title, buf);
    let open = app.lesson_now();
    if let Some(open) = open.filter(|open| open.question().is_some()) {
        question::draw(app, open, ground, bands.body, buf);
    } else if app.scene == Scene::Compare {
        compare::draw(app, ground, bands.body, buf, slots);
    } else if let Some(frame) = app.walk.frame().or_else(|| waiting::stand_in(app)) {
        draw_frame(app, frame, ground, bands.body, buf, slots);
    } else {
        waiting::draw(app, ground, bands.body, buf);
    }
    draw_foot(app, ground, bands.foot, buf);
}

/// What is being made or read, and where one is: `3/7 schedule`.
fn draw_title(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let open = app.lesson_now();
    let place = match open.filter(|open| open.asking) {
        Some(open) => {
            let (beat, beats) = ((open.at + 1).to_string(), open.lesson.beats.len().to_string());
            app.words().fill("lesson.beat", &[("beat", &beat), ("beats", &beats)])
        }
        None => rail::place(app),
    };
    let wide = text::put_right(buf, area, &place, ground.strong());
    let (rest, _) = layout::left(area, area.width.saturating_sub(wide + 2), 0);
    match open.and_then(|open| open.beat_in(app.language)) {
        Some(beat) => text::put(buf, rest, &beat.title, ground.prompt()),
        None => text::put(buf, rest, &title::prompt_of(app), ground.prompt()),
    };
}

fn draw_frame(
    app: &App,
    frame: &Frame,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let column = Column::of(app, ground);
    match frame {
        Frame::Tokens(frame) => tokens::draw(app, frame, column, ground, area, buf),
        Frame::Embeddings(frame) => embeddings::draw(app, frame, column, ground, area, buf),
        Frame::Schedule(frame) => schedule::draw(app, frame, column, ground, area, buf),
        Frame::Step(frame) if app.look.by_hand => {
            let above = draw_under(&column, ground, area, buf);
            let Some(board) = stages::step(app, frame, column, ground) else { return };
            let side = board.draw_picture(above, ground, buf, slots);
            step::draw_worked(app, frame, side, ground, buf);
        }
        Frame::Image(frame) if app.look.near => {
            let above = draw_under(&column, ground, area, buf);
            let Some(board) = stages::image(app, frame, column) else { return };
            let side = board.draw_picture(above, ground, buf, slots);
            image::draw_near(app, ground, side, buf, slots);
        }
        _ => {
            if let Some(board) = stages::board(app, frame, column, ground) {
                board.draw(area, ground, buf, slots);
            }
        }
    }
}

/// Draws the words at the foot of an area; gives what is left above them.
fn draw_under(column: &Column, ground: &Ground, area: Rect, buf: &mut Buffer) -> Rect {
    let rows = column.rows(0, area.width, ground).min(area.height / 2);
    let (above, words) = layout::bottom(area, rows);
    column.draw(0, words, ground, buf);
    above
}

/// The keys of a remote at the left, what just happened at the right.
fn draw_foot(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let happened = happened(app);
    let wide = text::put_right(buf, area, &happened, ground.strong());
    let (mut rest, _) = layout::left(area, area.width.saturating_sub(wide + 2), 0);
    for Hint { label, text: words, .. } in remote::hints(app) {
        if text::width(&label) + text::width(&words) + 1 > rest.width {
            break;
        }
        let words = format!(" {words}   ");
        let used =
            text::put_spans(buf, rest, &[(&label, ground.strong()), (&words, ground.fact())]);
        rest = layout::left(rest, used, 0).1;
    }
}

/// A key's effect, what is computed, or that the walk runs on.
fn happened(app: &App) -> String {
    if let Some((key, facts)) = &app.toast {
        let facts: Vec<(&str, &str)> =
            facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        return app.words().fill(key, &facts);
    }
    if app.scene == Scene::Walk {
        if let Some(line) = waiting::line(app) {
            return line;
        }
        if app.walk.running {
            let speed = (app.walk.speed + 1).to_string();
            return app.words().fill("screen.running", &[("speed", &speed)]);
        }
    }
    counts_hands(app).unwrap_or_default()
}

/// On a question with choices for which no hands were counted, how they are.
fn counts_hands(app: &App) -> Option<String> {
    let open = app.lesson_now()?;
    let choice = open.question()?.kind == QuestionKind::Choice;
    let none = open.hands.of(open.at).is_none();
    (choice && none).then(|| app.words().text("present.hands").to_owned())
}
