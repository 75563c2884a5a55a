//! A lesson: its name and beat in the title's place, a question in the view's, what is said in
//! the notes'.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::parts::theme::Ground;
use super::parts::{layout, text};
use crate::app::{App, OpenLesson};
use crate::lesson::{Question, QuestionKind, Verdict, fill};

/// The widest that a question is set.
const WIDE: u16 = 72;
/// Cells before a choice: its mark and letter.
const MARKS: u16 = 5;

/// The first row: lesson, and which of its beats.
pub(crate) fn draw_title(
    app: &App,
    open: &OpenLesson,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let area = layout::inset(area, 1, 0);
    let (beat, beats) = ((open.at + 1).to_string(), open.lesson.beats.len().to_string());
    let place = app.words().fill("lesson.beat", &[("beat", &beat), ("beats", &beats)]);
    let wide = text::put_right(buf, area, &place, ground.fact());
    let (rest, _) = layout::left(area, area.width.saturating_sub(wide + 2), 0);
    let title = &open.lesson.head.title;
    let beat = open.beat().map_or("", |beat| beat.title.as_str());
    let parts = [(title.as_str(), ground.prompt()), (" · ", ground.dim()), (beat, ground.strong())];
    text::put_spans(buf, rest, &parts);
}

/// Which lesson and beat this is, set into the lower line of a screen with a title of its own.
pub(crate) fn draw_place(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let Some(open) = app.lesson_now() else { return };
    let (beat, beats) = ((open.at + 1).to_string(), open.lesson.beats.len().to_string());
    let place = app.words().fill("lesson.beat", &[("beat", &beat), ("beats", &beats)]);
    let area = layout::inset(area, 2, 0);
    let (area, _) = layout::left(area, area.width / 2, 0);
    let title = &open.lesson.head.title;
    text::put(buf, area, &format!(" {title} · {place} "), ground.prompt());
}

/// What is said under the view: what a beat says, or why the answer is what it is.
pub(crate) fn draw_text(
    app: &App,
    open: &OpenLesson,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let Some(beat) = open.beat() else { return };
    let area = layout::inset(area, 1, 0);
    let (words, facts) = (app.words(), app.facts());
    if open.asking {
        let key = match beat.question.as_ref().map(|question| question.kind) {
            Some(QuestionKind::Number) => "lesson.answer-number",
            Some(QuestionKind::Order) => "lesson.answer-order",
            Some(QuestionKind::Thought) => "lesson.answer-thought",
            _ => "lesson.answer-choice",
        };
        text::put_wrapped(buf, area, words.text(key), ground.dim());
        return;
    }
    let explains = beat.question.is_some();
    let said = fill(if explains { &beat.explained } else { &beat.said }, &facts);
    let verdict = open.verdict().map(|verdict| match verdict {
        Verdict::Right => words.text("lesson.right"),
        Verdict::Wrong => words.text("lesson.wrong"),
        Verdict::Open => words.text("lesson.open"),
    });
    let whole = verdict.map_or_else(|| said.clone(), |verdict| format!("{verdict} {said}"));
    text::put_wrapped(buf, area, &whole, ground.fact());
}

/// The question in the place of the view.
pub(crate) fn draw_question(
    app: &App,
    open: &OpenLesson,
    question: &Question,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let facts = app.facts();
    let said = open.beat().map_or_else(String::new, |beat| fill(&beat.said, &facts));
    let width = area.width.saturating_sub(2).min(WIDE);
    let asked_rows = rows(&question.question, width);
    let wide = width.saturating_sub(MARKS);
    let whole: Vec<u16> = question.choices.iter().map(|choice| rows(choice, wide)).collect();
    let fits = asked_rows + whole.iter().sum::<u16>() <= area.height;
    // On the smallest screens each choice keeps its first row: all of them are there.
    let choices = if fits { whole } else { vec![1; whole.len()] };
    let answer_rows = choices.iter().sum::<u16>().max(1);
    // Where not all of it has room, the question wins over what is said before it, and both over
    // the rows between them.
    let room = area.height.saturating_sub(asked_rows + answer_rows);
    let said_rows = rows(&said, width).min(room.saturating_sub(1));
    let gaps = room.saturating_sub(said_rows).min(if said_rows == 0 { 1 } else { 2 });
    let wanted = said_rows + asked_rows + answer_rows + gaps;
    let column = layout::centred(area, width, wanted.min(area.height));
    let (above, rest) = layout::top(column, said_rows);
    text::put_wrapped(buf, above, &said, ground.fact());
    let (_, rest) = layout::top(rest, gaps.saturating_sub(1));
    let (asked, rest) = layout::top(rest, asked_rows);
    text::put_wrapped(buf, asked, &question.question, ground.strong());
    let (_, mut answers) = layout::top(rest, gaps.min(1));
    if question.choices.is_empty() {
        let line = format!("> {}_", open.typed);
        text::put(buf, answers, &line, ground.prompt());
        return;
    }
    for ((place, choice), rows) in question.choices.iter().enumerate().zip(choices) {
        let (row, rest) = layout::top(answers, rows);
        draw_choice(open, place, choice, ground, row, buf);
        answers = rest;
    }
}

/// How many rows a text takes in so many columns.
fn rows(words: &str, width: u16) -> u16 {
    u16::try_from(text::wrap(words, width).len()).unwrap_or(u16::MAX)
}

fn draw_choice(
    open: &OpenLesson,
    place: usize,
    choice: &str,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let chosen = open.chosen == Some(place);
    let style: Style = if chosen { ground.strong() } else { ground.fact() };
    let mark = match open.order.iter().position(|at| *at == place) {
        Some(at) => (at + 1).to_string(),
        None if chosen => "▸".to_owned(),
        None => " ".to_owned(),
    };
    let letter = char::from(b'a' + u8::try_from(place).unwrap_or(0)).to_string();
    let parts =
        [(mark.as_str(), ground.prompt()), (" ", style), (letter.as_str(), ground.strong())];
    text::put_spans(buf, area, &parts);
    let (_, words) = layout::left(area, MARKS, 0);
    text::put_wrapped(buf, words, choice, style);
}
