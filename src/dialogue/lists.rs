//! Menus and lists: numbered lines of which a number chooses one.

use super::line;
use crate::app::keys::help_lines;
use crate::app::{App, Overlay};
use crate::lesson::shipped_lessons;

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
            line(text, words.text("dialogue.choose"));
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
            if let Some(entry) = entries.get(chosen) {
                line(text, &entry.replacen(" — ", ": ", 1));
            }
            line(text, words.text("dialogue.choose"));
        }
        "taught" => taught(app, text),
        "command-line" => {
            if let Some(Overlay::CommandLine { line: command }) = &app.overlay {
                line(text, command);
            }
        }
        _ => keys(app, text),
    }
}

fn taught(app: &App, text: &mut String) {
    let words = app.words();
    for stranger in app.strangers() {
        line(text, &words.never_trained(&stranger));
    }
    for (stem, list) in app.taught().into_iter().flat_map(crate::walk::Taught::lists) {
        let name = words.text(&format!("never.{stem}")).to_owned();
        let list = list.join(words.text("never.comma"));
        line(text, &words.fill("dialogue.row", &[("name", &name), ("value", &list)]));
    }
    line(text, words.text("dialogue.close"));
}

/// The keys of the dialogue, then those of the screen, which work here as letters.
fn keys(app: &App, text: &mut String) {
    let words = app.words();
    line(text, words.text("dialogue.keys"));
    let letters = |keys: &str| {
        let single = |key: &&str| key.chars().count() == 1 && key.is_ascii();
        keys.split(' ').find(single).map(str::to_owned)
    };
    for help in help_lines(words) {
        if let Some(heading) = help.heading {
            line(text, &heading);
        }
        if let Some(key) = letters(&help.keys) {
            let facts = [("name", key.as_str()), ("value", &help.text)];
            line(text, &words.fill("dialogue.row", &facts));
        }
    }
    line(text, words.text("dialogue.close"));
}
