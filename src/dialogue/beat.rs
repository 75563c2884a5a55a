//! A beat of a lesson in lines: what is read, the question with its numbered choices, the verdict
//! and why.

use super::line;
use crate::app::App;
use crate::lesson::{QuestionKind, Verdict, fill};

/// Title and text of a beat without a question.
pub(super) fn say(app: &App, text: &mut String) {
    let Some(open) = app.lesson_now() else { return };
    let Some(beat) = open.beat() else { return };
    heading(app, text);
    if beat.question.is_none() {
        line(text, &fill(&beat.said, &app.facts()));
    }
}

/// The question, its choices, and how it is answered.
pub(super) fn ask(app: &App, text: &mut String) {
    let Some(open) = app.lesson_now() else { return };
    let (Some(beat), Some(question)) = (open.beat(), open.question()) else { return };
    heading(app, text);
    if !beat.said.is_empty() {
        line(text, &fill(&beat.said, &app.facts()));
    }
    line(text, &question.question);
    for (place, choice) in question.choices.iter().enumerate() {
        line(text, &format!("{} {choice}", place + 1));
    }
    let key = match question.kind {
        QuestionKind::Choice => "dialogue.answer-choice",
        QuestionKind::Number => "dialogue.answer-number",
        QuestionKind::Order => "dialogue.answer-order",
        QuestionKind::Thought => "dialogue.answer-thought",
    };
    line(text, app.words().text(key));
}

/// Whether the answer is right, and why.
pub(super) fn explain(app: &App, text: &mut String) {
    let Some(open) = app.lesson_now() else { return };
    let Some(beat) = open.beat() else { return };
    let verdict = open.verdict().map(|verdict| match verdict {
        Verdict::Right => "lesson.right",
        Verdict::Wrong => "dialogue.wrong",
        Verdict::Open => "lesson.open",
    });
    if let Some(key) = verdict {
        line(text, app.words().text(key));
    }
    line(text, &fill(&beat.explained, &app.facts()));
}

/// Which lesson and beat; the lesson's own name at its first.
fn heading(app: &App, text: &mut String) {
    let Some(open) = app.lesson_now() else { return };
    let (beat, beats) = ((open.at + 1).to_string(), open.lesson.beats.len().to_string());
    let place = app.words().fill("lesson.beat", &[("beat", &beat), ("beats", &beats)]);
    let title = open.beat().map_or("", |beat| beat.title.as_str());
    if open.at == 0 {
        line(text, &app.words().fill("dialogue.lesson", &[("title", &open.lesson.head.title)]));
    }
    line(text, &app.words().fill("dialogue.beat", &[("place", &place), ("title", title)]));
}
