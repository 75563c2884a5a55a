//! The beats of a page: the question first, then what the program shows and why; and the key of
//! answers for paper.

use std::fmt::Write as _;

use super::figure::Figure;
use super::{LessonPage, Told};
use crate::export::markup::escaped;
use crate::lesson::{Beat, Question, QuestionKind, fill};
use crate::words::{Words, visible};

/// All beats, one section each.
pub(super) fn beats(page: &LessonPage) -> String {
    let count = page.told.first().map_or(0, |told| told.lesson.beats.len());
    (0..count).map(|at| beat(page, at)).collect()
}

fn beat(page: &LessonPage, at: usize) -> String {
    let title = page.both("span", |told, _| text(told, at, |beat| &beat.title, false));
    let asks = page.told.iter().any(|told| asked(told, at).is_some());
    let said = page.both("div", |told, _| paragraphs(told, at, |beat| &beat.said, !asks));
    let mut markup =
        format!("<section class=\"beat\">\n<h2><i>{}</i> {title}</h2>\n{said}\n", at + 1);
    let figures = figures(page, at);
    if asks {
        let question = page.both("fieldset", |told, words| {
            asked(told, at).map_or_else(String::new, |asked| question(asked, at, told, words))
        });
        let show = page.word("span", "lesson-page.show");
        let explained = explained(page, at);
        let _ = write!(
            markup,
            "{question}\n<details><summary>{show}</summary>\n{explained}\n{figures}</details>\n"
        );
    } else {
        markup.push_str(&figures);
    }
    markup + "</section>\n"
}

/// The answers for paper: on screen they stand behind each question. With pictures, what the
/// program shows stands beside each.
pub(super) fn key(page: &LessonPage, pictures: bool) -> String {
    let count = page.told.first().map_or(0, |told| told.lesson.beats.len());
    let mut markup =
        format!("<section class=\"key\">\n<h2>{}</h2>\n", page.word("span", "lesson-page.answers"));
    for at in (0..count).filter(|at| page.told.iter().any(|told| asked(told, *at).is_some())) {
        let asked = page.both("p", |told, _| {
            let asked = asked(told, at).map_or("", |question| question.question.as_str());
            format!("<b>{}. {}</b>", at + 1, escaped(&visible(asked)))
        });
        let seen = if pictures { figures(page, at) } else { String::new() };
        let _ = write!(
            markup,
            "<div class=\"answer\">{asked}\n{}\n{}</div>\n",
            explained(page, at),
            seen
        );
    }
    markup + "</section>\n"
}

/// The question of a beat.
pub(super) fn asked(told: &Told, at: usize) -> Option<&Question> {
    told.lesson.beats.get(at)?.question.as_ref()
}

/// A text of a beat with its figures filled in, as it was once shown or before.
pub(super) fn text<'a>(
    told: &'a Told,
    at: usize,
    of: impl Fn(&'a Beat) -> &'a str,
    shown: bool,
) -> String {
    let (Some(beat), Some(leaf)) = (told.lesson.beats.get(at), told.leaves.get(at)) else {
        return String::new();
    };
    let facts = if shown { &leaf.after } else { &leaf.before };
    escaped(&visible(&fill(of(beat), facts)))
}

/// The same, each line a paragraph.
pub(super) fn paragraphs<'a>(
    told: &'a Told,
    at: usize,
    of: impl Fn(&'a Beat) -> &'a str,
    shown: bool,
) -> String {
    let (Some(beat), Some(leaf)) = (told.lesson.beats.get(at), told.leaves.get(at)) else {
        return String::new();
    };
    let facts = if shown { &leaf.after } else { &leaf.before };
    let lines = of(beat).lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| ["<p>", &escaped(&visible(&fill(line, facts))), "</p>"].concat()).collect()
}

/// What is answered by the browser's own means: nothing is sent or kept.
fn question(question: &Question, at: usize, told: &Told, words: Words) -> String {
    let mut markup = format!("<legend>{}</legend>", escaped(&visible(&question.question)));
    let yours = escaped(words.text("lesson-page.yours"));
    let code = told.language.code();
    for (letter, choice) in ('a'..).zip(&question.choices) {
        let choice = escaped(&visible(choice));
        let _ = match question.kind {
            QuestionKind::Order => write!(
                markup,
                "<label class=\"choice\"><input type=\"text\" inputmode=\"numeric\" maxlength=\"1\" \
                 size=\"2\"><b>{letter}</b> <span>{choice}</span></label>"
            ),
            _ => write!(
                markup,
                "<label class=\"choice\"><input type=\"radio\" name=\"q{at}-{code}\"><b>{letter}</b> \
                 <span>{choice}</span></label>"
            ),
        };
    }
    match question.kind {
        QuestionKind::Number => {
            let _ = write!(
                markup,
                "<input type=\"text\" inputmode=\"decimal\" size=\"12\" aria-label=\"{yours}\">"
            );
        }
        QuestionKind::Thought => {
            let _ = write!(markup, "<textarea rows=\"3\" aria-label=\"{yours}\"></textarea>");
        }
        QuestionKind::Choice | QuestionKind::Order => {}
    }
    markup
}

/// What is right, and why.
pub(super) fn explained(page: &LessonPage, at: usize) -> String {
    page.both("div", |told, words| {
        let Some(asked) = asked(told, at) else { return String::new() };
        let answer = words.fill("lesson.key", &[("answer", &answer(asked, told, at, words))]);
        let why = paragraphs(told, at, |beat| &beat.explained, true);
        format!("<p class=\"right\">{}</p>{why}", escaped(&visible(&answer)))
    })
}

/// The answer in words: the choices that are right, the number of this walk.
fn answer(question: &Question, told: &Told, at: usize, words: Words) -> String {
    let chosen = |place: &usize| question.choices.get(*place).map(String::as_str);
    match question.kind {
        QuestionKind::Thought => words.text("lesson.free").to_owned(),
        QuestionKind::Choice => {
            let place = question.letters().and_then(|places| places.first().copied());
            let text = place.as_ref().and_then(chosen).unwrap_or_default();
            format!("{}  {text}", question.answer)
        }
        QuestionKind::Order => {
            let places = question.letters().unwrap_or_default();
            let texts: Vec<&str> = places.iter().filter_map(chosen).collect();
            format!("{}  {}", question.answer, texts.join(" → "))
        }
        QuestionKind::Number => {
            let number = told.leaves.get(at).map(|leaf| fill(&question.answer, &leaf.after));
            let number = number.unwrap_or_default();
            let tolerance = question.tolerance.to_string();
            if question.tolerance > 0.0 {
                words.fill("lesson-page.about", &[("number", &number), ("tolerance", &tolerance)])
            } else {
                number
            }
        }
    }
}

/// What the program shows at a beat.
fn figures(page: &LessonPage, at: usize) -> String {
    let Some(leaf) = page.told.first().and_then(|told| told.leaves.get(at)) else {
        return String::new();
    };
    if leaf.figures.is_empty() {
        return String::new();
    }
    let one = |(place, figure): (usize, &Figure)| {
        let caption = |told: &Told, words: Words| {
            // The same figure in the other language may be called otherwise.
            let theirs = told.leaves.get(at).and_then(|leaf| leaf.figures.get(place));
            theirs.unwrap_or(figure).caption().text(words)
        };
        let said = page.told.first().map_or_else(String::new, |told| {
            let words = Words::of(told.language);
            match figure {
                Figure::Picture { picture, seen: true, .. } => (page.describe)(picture, words),
                _ => caption(told, words),
            }
        });
        let under = page.both("span", |told, words| escaped(&caption(told, words)));
        let markup = figure.markup(&said);
        format!("<figure>{markup}<figcaption>{under}</figcaption></figure>")
    };
    let all: String = leaf.figures.iter().enumerate().map(one).collect();
    format!("<div class=\"figures\">{all}</div>\n")
}
