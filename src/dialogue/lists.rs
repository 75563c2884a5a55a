//! Menus and lists: numbered lines of which a number chooses one.

use super::keys::say_closing;
use super::line;
use crate::app::{App, Layers, Overlay};
use crate::lesson::shipped_lessons;
use crate::print::Form;
use crate::print::layers::models_apart;
use crate::walk::{LayerChange, most_changed};
use crate::words::changed::networks;

/// How many of the most changed layers are told.
const MOST_CHANGED: usize = 3;

/// The first menu.
pub(super) fn menu(app: &App, text: &mut String) {
    let words = app.words();
    line(text, words.text("doors.about"));
    let doors = ["show", "prompt", "recording", "lessons", "training", "shown", "teach"];
    for (place, door) in doors.iter().enumerate() {
        let name = words.text(&format!("doors.{door}")).to_owned();
        let what = words.text(&format!("doors.{door}-what")).to_owned();
        let facts = [("name", name.as_str()), ("value", &what)];
        line(text, &format!("{} {}", place + 1, words.fill("dialogue.row", &facts)));
    }
    line(text, words.text("dialogue.menu"));
}

/// What lies over the view.
pub(super) fn say(app: &App, which: &str, chosen: usize, text: &mut String) {
    let words = app.words();
    match which {
        "lessons" => {
            for (place, lesson) in shipped_lessons(app.language).iter().enumerate() {
                let minutes = lesson.head.minutes.to_string();
                let questions = lesson.questions().to_string();
                let facts = [("minutes", minutes.as_str()), ("questions", &questions)];
                let about = words.fill("lesson.about", &facts);
                let facts = [("name", lesson.head.title.as_str()), ("value", &about)];
                line(text, &format!("{} {}", place + 1, words.fill("dialogue.row", &facts)));
            }
        }
        "glossary" => {
            let entries: Vec<&str> =
                words.keys("glossary.").filter_map(|key| words.find(key)).collect();
            if chosen == 0 {
                for (place, entry) in entries.iter().enumerate() {
                    let term = entry.split(" — ").next().unwrap_or_default();
                    line(text, &format!("{} {term}", place + 1));
                }
            }
            // The list itself stands at 0.
            if let Some(entry) = chosen.checked_sub(1).and_then(|at| entries.get(at)) {
                line(text, &entry.replacen(" — ", ": ", 1));
            }
        }
        "taught" => taught(app, text),
        "command-line" => {
            if let Some(Overlay::CommandLine { line: command }) = &app.overlay {
                line(text, command);
            }
        }
        "layers" => layers(app, text),
        _ => {}
    }
    if let Some(overlay) = &app.overlay {
        say_closing(overlay, words, text);
    }
}

fn taught(app: &App, text: &mut String) {
    let words = app.words();
    for sentence in app
        .walk
        .encoding()
        .zip(app.taught())
        .into_iter()
        .flat_map(|(p, t)| words.never_trained_in(p, t))
    {
        line(text, &sentence);
    }
    for (stem, list) in app.taught().into_iter().flat_map(crate::walk::Taught::lists) {
        let name = words.text(&format!("never.{stem}")).to_owned();
        let list: Vec<String> = list.iter().map(|word| words.with_gloss(word)).collect();
        let list = words.list(&list);
        line(text, &words.fill("dialogue.row", &[("name", &name), ("value", &list)]));
    }
}

/// What was laid over the model, or how two models differ: the networks, and the layers that
/// changed most.
fn layers(app: &App, text: &mut String) {
    let words = app.words();
    match app.layers() {
        Some(Layers::Attached { changes, .. }) => {
            line(text, &networks(changes, words));
            for layer in most_changed(changes, MOST_CHANGED) {
                let change = LayerChange::percent(layer.change);
                let facts = [("layer", &*layer.short()), ("change", &change)];
                line(text, &words.fill("print.attached.layer", &facts));
            }
        }
        Some(Layers::Models(apart)) => {
            let mut out: Vec<u8> = Vec::new();
            drop(models_apart(apart, Form::Plain, words, &mut out));
            text.push_str(&String::from_utf8_lossy(&out));
        }
        Some(Layers::Pending(names)) => {
            let facts = [("one", names[0]), ("other", names[1])];
            line(text, &words.fill("layers.pending", &facts));
        }
        None => {}
    }
}
