//! The lesson plan: what is needed, a table of times, activities, questions and notes, and the key
//! on a page of its own.

use std::fmt::Write as _;

use super::beats::{asked, key, paragraphs, text};
use super::{LessonPage, Told};
use crate::export::markup::escaped;
use crate::lesson::timing;
use crate::words::{Words, visible};

/// What a room has to have, by the keys of the catalogue.
const NEEDED: [&str; 4] = [
    "lesson-plan.need-program",
    "lesson-plan.need-projector",
    "lesson-plan.need-laptops",
    "lesson-plan.need-paper",
];

/// All of it.
pub(super) fn body(page: &LessonPage) -> String {
    let about = page.both("p", |told, words| {
        let minutes = told.lesson.head.minutes.to_string();
        escaped(&words.fill("lesson-plan.minutes", &[("minutes", &minutes)]))
    });
    let teaches = page.both("ul", |told, _| told.taught());
    let needed = NEEDED.map(|key| format!("<li>{}</li>", page.word("span", key))).concat();
    let aims = page.word("span", "lesson-plan.aims");
    let need = page.word("span", "lesson-plan.needed");
    format!(
        "{about}\n<h2>{aims}</h2>\n{teaches}\n<h2>{need}</h2>\n<ul>{needed}</ul>\n{}\n{}",
        table(page),
        key(page, false)
    )
}

fn table(page: &LessonPage) -> String {
    let head = |key| ["<th scope=\"col\">", &page.word("span", key), "</th>"].concat();
    let heads =
        ["lesson-plan.time", "lesson-plan.what", "lesson-plan.questions", "lesson-plan.notes"]
            .map(head)
            .concat();
    let count = page.told.first().map_or(0, |told| told.lesson.beats.len());
    let rows: String = (0..count).map(|at| row(page, at)).collect();
    format!("<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>")
}

fn row(page: &LessonPage, at: usize) -> String {
    let time = page.both("span", |told, words| time(told, at, words));
    let what = page.both("div", |told, _| {
        let title = text(told, at, |beat| &beat.title, true);
        let asks = asked(told, at).is_some();
        format!("<p><b>{title}</b></p>{}", paragraphs(told, at, |beat| &beat.said, !asks))
    });
    let questions = page.both("div", |told, _| questions(told, at));
    let notes = page.both("div", |told, _| {
        paragraphs(told, at, |beat| timing(&beat.notes).map_or(&beat.notes, |(_, rest)| rest), true)
    });
    let cells = [what, questions, notes].map(|cell| format!("<td>{cell}</td>")).concat();
    format!("<tr><th scope=\"row\">{time}</th>{cells}</tr>\n")
}

/// `0–5 min`, where the notes begin with it.
fn time(told: &Told, at: usize, words: Words) -> String {
    let notes = told.lesson.beats.get(at).map_or("", |beat| beat.notes.as_str());
    let Some(((from, to), _)) = timing(notes) else { return String::new() };
    let facts = [("from", from.to_string()), ("to", to.to_string())];
    let facts = facts.each_ref().map(|(name, fact)| (*name, fact.as_str()));
    escaped(&words.fill("lesson-plan.from-to", &facts))
}

fn questions(told: &Told, at: usize) -> String {
    let Some(question) = asked(told, at) else { return String::new() };
    let mut markup = format!("<p>{}</p>", escaped(&visible(&question.question)));
    if !question.choices.is_empty() {
        markup.push_str("<ul class=\"plain\">");
        for (letter, choice) in ('a'..).zip(&question.choices) {
            let _ = write!(markup, "<li><b>{letter}</b> {}</li>", escaped(&visible(choice)));
        }
        markup.push_str("</ul>");
    }
    markup
}
