//! A lesson: its name and beat in the title's place, a question in the view's, what is said in
//! the notes'.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::asked;
use super::parts::theme::Ground;
use super::parts::{layout, text};
use crate::app::{App, OpenLesson};
use crate::lesson::{QuestionKind, Verdict};

/// The widest that a question in one language is set.
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
    let title = &open.text_in(app.language).head.title;
    let beat = open.beat_in(app.language).map_or("", |beat| beat.title.as_str());
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
    let title = &open.text_in(app.language).head.title;
    text::put(buf, area, &format!(" {title} · {place} "), ground.prompt());
}

/// What is said under the view, in each language that is shown: what a beat says, or why the answer
/// is what it is; while a question waits, how it is answered.
pub(crate) fn said(app: &App, open: &OpenLesson) -> Vec<String> {
    if open.asking {
        return how_to_answer(app, open).into_iter().collect();
    }
    let verdict = open.verdict().map(|verdict| match verdict {
        Verdict::Right => "lesson.right",
        Verdict::Wrong => "lesson.wrong",
        Verdict::Open => "lesson.open",
    });
    let mut said = Vec::new();
    for language in app.tongues() {
        let Some(beat) = open.beat_in(language) else { continue };
        let explains = beat.question.is_some();
        let text = app.filled(if explains { &beat.explained } else { &beat.said });
        let text = text.replace('\n', " ");
        let words = app.words_of(language);
        let whole = match verdict {
            Some(key) => format!("{} {text}", words.text(key)),
            None => text,
        };
        // A lesson in one language alone is not said twice.
        if !whole.is_empty() && !said.contains(&whole) {
            said.push(whole);
        }
    }
    said
}

/// Which keys answer the question that waits.
fn how_to_answer(app: &App, open: &OpenLesson) -> Option<String> {
    let kind = open.beat()?.question.as_ref()?.kind;
    let key = match kind {
        QuestionKind::Number => "lesson.answer-number",
        QuestionKind::Order => "lesson.answer-order",
        QuestionKind::Thought => "lesson.answer-thought",
        QuestionKind::Choice => "lesson.answer-choice",
    };
    Some(app.words().text(key).to_owned())
}

/// The question in the place of the view.
pub(crate) fn draw_question(
    app: &App,
    open: &OpenLesson,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let Some(asked) = asked::of(app, open) else { return };
    let wide = if app.second.is_some() { area.width } else { WIDE };
    let width = area.width.saturating_sub(2).min(wide);
    let asked_rows = rows(&asked.question, width);
    let choice_width = width.saturating_sub(MARKS);
    let each = |choice: &String| rows(std::slice::from_ref(choice), choice_width);
    let whole: Vec<u16> = asked.choices.iter().map(each).collect();
    let fits = asked_rows + whole.iter().sum::<u16>() <= area.height;
    // On the smallest screens each choice keeps its first row: all of them are there.
    let choices = if fits { whole } else { vec![1; whole.len()] };
    let answer_rows = choices.iter().sum::<u16>().max(1);
    // Where not all of it has room, the question wins over what is said before it, and both over
    // the rows between them.
    let room = area.height.saturating_sub(asked_rows + answer_rows);
    let said_rows = rows(&asked.said, width).min(room);
    let gaps = room.saturating_sub(said_rows).min(if said_rows == 0 { 1 } else { 2 });
    let wanted = said_rows + asked_rows + answer_rows + gaps;
    let column = layout::centred(area, width, wanted.min(area.height));
    let (above, rest) = layout::top(column, said_rows);
    put_all(&asked.said, ground.fact(), above, buf);
    let (_, rest) = layout::top(rest, gaps.saturating_sub(1));
    let (question, rest) = layout::top(rest, asked_rows);
    put_all(&asked.question, ground.strong(), question, buf);
    let (_, mut answers) = layout::top(rest, gaps.min(1));
    if asked.choices.is_empty() {
        text::put(buf, answers, &format!("> {}_", open.typed), ground.prompt());
        return;
    }
    for ((place, choice), rows) in asked.choices.iter().enumerate().zip(choices) {
        let (row, rest) = layout::top(answers, rows);
        draw_choice(open, place, choice, ground, row, buf);
        answers = rest;
    }
}

/// How many rows texts take in so many columns, one under the other.
fn rows(texts: &[String], width: u16) -> u16 {
    let rows = texts.iter().map(|words| text::wrap(&text::escape(words), width).len());
    u16::try_from(rows.sum::<usize>()).unwrap_or(u16::MAX)
}

fn put_all(texts: &[String], style: Style, area: Rect, buf: &mut Buffer) {
    let mut rest = area;
    for words in texts {
        let used = text::put_wrapped(buf, rest, words, style);
        rest = layout::top(rest, used).1;
    }
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
    let parts = [
        (mark.as_str(), ground.prompt()),
        (" ", style),
        (letter.as_str(), ground.strong()),
        ("  ", style),
    ];
    text::put_spans(buf, layout::row(area, 0), &parts);
    text::put_wrapped(buf, layout::left(area, MARKS, 0).1, choice, style);
}
