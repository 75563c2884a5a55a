//! A beat of a lesson in lines: what is read, the question with its numbered choices, the verdict
//! and why; in each language that is spoken.

use super::keys::answering;
use super::line;
use crate::app::App;
use crate::lesson::{Beat, Verdict};

/// The beat on screen, once in each language.
fn beats(app: &App) -> Vec<&Beat> {
    app.lesson_now().map_or_else(Vec::new, |open| open.beats_in(&app.tongues()))
}

/// Title and text of a beat without a question.
pub(super) fn say(app: &App, text: &mut String) {
    heading(app, text);
    for beat in beats(app).into_iter().filter(|beat| beat.question.is_none()) {
        line(text, &app.filled(&beat.said));
    }
}

/// The question, its choices, and how it is answered.
pub(super) fn ask(app: &App, text: &mut String) {
    heading(app, text);
    let beats = beats(app);
    for beat in &beats {
        line(text, &app.filled(&beat.said));
        if let Some(question) = &beat.question {
            line(text, &app.filled(&question.question));
        }
    }
    let Some(question) = beats.first().and_then(|beat| beat.question.as_ref()) else { return };
    for place in 0..question.choices.len() {
        let choices: Vec<String> = beats
            .iter()
            .filter_map(|beat| beat.question.as_ref()?.choices.get(place))
            .map(|choice| app.filled(choice))
            .collect();
        line(text, &format!("{} {}", place + 1, choices.join(" / ")));
    }
    line(text, app.words().text(answering(question.kind)));
}

/// Whether the answer is right, and why.
pub(super) fn explain(app: &App, text: &mut String) {
    let Some(open) = app.lesson_now() else { return };
    let verdict = open.verdict().map(|verdict| match verdict {
        Verdict::Right => "lesson.right",
        Verdict::Wrong => "dialogue.wrong",
        Verdict::Open => "lesson.open",
    });
    if let Some(key) = verdict {
        line(text, app.words().text(key));
    }
    for beat in beats(app) {
        line(text, &app.filled(&beat.explained));
    }
}

/// Which lesson and beat; the lesson's own name at its first.
fn heading(app: &App, text: &mut String) {
    let Some(open) = app.lesson_now() else { return };
    let (beat, beats) = ((open.at + 1).to_string(), open.lesson.beats.len().to_string());
    let place = app.words().fill("lesson.beat", &[("beat", &beat), ("beats", &beats)]);
    let titles: Vec<&str> = self::beats(app).iter().map(|beat| beat.title.as_str()).collect();
    if open.at == 0 {
        let lesson = open.text_in(app.language);
        line(text, &app.words().fill("dialogue.lesson", &[("title", &lesson.head.title)]));
        line(text, app.words().text("dialogue.keys-lesson"));
    }
    let facts = [("place", place.as_str()), ("title", &titles.join(" / "))];
    line(text, &app.words().fill("dialogue.beat", &facts));
}
