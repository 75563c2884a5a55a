//! Screens that are no walk, in sentences: runs side by side, a moment of the training, a training
//! picture, a word that is taught.

use super::line;
use super::moment::Moment;
use crate::app::App;
use crate::app::teaching::Phase;
use crate::print::compare::{Comparison, compare};
use crate::print::describe::Description;
use crate::print::seen::seen;
use crate::print::{Form, Shades, teaching as printed};
use crate::walk::{Eyes, Picture};
use crate::words::Words;

/// A walk of which nothing is there, and what can be done.
pub(super) fn nothing(app: &App, text: &mut String) {
    let key = match app.lesson_now() {
        Some(_) => "dialogue.nothing-in-lesson",
        None => "dialogue.nothing",
    };
    line(text, app.words().text(key));
}

/// A drawing of the model's world, or what the model makes of one: described, and what the judge
/// sees.
fn described(picture: &Picture, eyes: Eyes, words: Words) -> String {
    let sentence = Description::of(picture).sentence(words);
    format!("{} {}", sentence.trim_end(), seen(picture, true, eyes, words))
}

/// Every run, and each against the one that the others are held against.
pub(super) fn comparison(app: &App, eyes: Eyes, text: &mut String) {
    let Some(shown) = &app.comparison else { return };
    let all = Comparison {
        runs: &shown.runs,
        reference: shown.reference,
        alignment: shown.alignment,
        eyes: Some(eyes),
    };
    let mut out: Vec<u8> = Vec::new();
    drop(compare(&all, Form::Plain, app.words(), &mut Shades, &mut out));
    text.push_str(&String::from_utf8_lossy(&out));
}

/// The picture, how much noise there is, and the error of every age.
pub(super) fn training(app: &App, eyes: Eyes, text: &mut String) {
    let (words, training) = (app.words(), &app.training);
    let Some(shown) = &training.shown else { return };
    let facts = [
        ("number", (shown.asked.number + 1).to_string()),
        ("caption", shown.caption.clone()),
        ("seed", shown.asked.seed.to_string()),
        ("t", shown.asked.timestep.to_string()),
        ("signal", format!("{:.3}", shown.mixture.signal)),
        ("noise", format!("{:.3}", shown.mixture.noise)),
    ];
    let facts: Vec<(&str, &str)> = facts.iter().map(|(n, v)| (*n, v.as_str())).collect();
    line(text, &words.fill("dialogue.training", &facts));
    let described = described(&shown.picture, eyes, words);
    line(text, &words.fill("dialogue.training-picture", &[("description", &described)]));
    for answer in &shown.answers {
        let age = words.text(&format!("age.{}", answer.age.name())).to_owned();
        let error = format!("{:.3}", answer.error);
        line(text, &words.fill("dialogue.training-age", &[("age", &age), ("error", &error)]));
        if answer.age == training.age {
            let described = self::described(&answer.picture, eyes, words);
            line(text, &words.fill("dialogue.training-guess", &[("description", &described)]));
        }
    }
    if training.whole {
        whole(app, text);
    }
}

/// The curve of the whole training, by its ends.
fn whole(app: &App, text: &mut String) {
    let curve = app.training.recipe.as_ref().map_or(&[][..], |recipe| &recipe.curve);
    let (Some(first), Some(last)) = (curve.first(), curve.last()) else { return };
    let facts = [
        ("samples", last.samples.to_string()),
        ("first", format!("{:.3}", first.loss)),
        ("last", format!("{:.3}", last.loss)),
        ("thing", format!("{:.0}", last.thing)),
    ];
    let facts: Vec<(&str, &str)> = facts.iter().map(|(n, v)| (*n, v.as_str())).collect();
    line(text, &app.words().fill("dialogue.training-whole", &facts));
}

/// A training picture: which, its caption, and what its pixels show.
pub(super) fn drawing(app: &App, eyes: Eyes, text: &mut String) {
    let (words, drawings) = (app.words(), &app.drawings);
    let Some(shown) = drawings.shown() else { return };
    let (at, total) =
        ((drawings.at + 1).to_string(), drawings.total().unwrap_or_default().to_string());
    let key = if drawings.never_shown { "dialogue.never-shown" } else { "dialogue.shown" };
    let facts = [("at", at.as_str()), ("total", &total), ("caption", &shown.caption)];
    line(text, &words.fill(key, &facts));
    let described = described(&shown.picture, eyes, words);
    line(text, &words.fill("dialogue.seen", &[("description", &described)]));
}

/// Where the teaching of a word stands.
pub(super) fn teaching_moment(app: &App) -> Option<Moment> {
    match (app.teaching.phase, &app.teaching.taught) {
        (Phase::Learning, _) => None,
        (Phase::Learned, Some(taught)) => Some(Moment::Learned(taught.report.word.clone())),
        _ => Some(Moment::Teaching(super::forms::teaching(app))),
    }
}

/// What came of it.
pub(super) fn learned(app: &App, text: &mut String) {
    let Some(taught) = &app.teaching.taught else { return };
    let mut out: Vec<u8> = Vec::new();
    drop(printed::plain(&taught.report, app.words(), &mut out));
    text.push_str(&String::from_utf8_lossy(&out));
    line(text, app.words().text("dialogue.learned"));
}
