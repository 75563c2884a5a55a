//! Forms as numbered rows: a number and a value set one, enter accepts, b closes.

use super::keys::say_closing;
use super::line;
use crate::app::teaching::{PicturesRow, TeachRow};
use crate::app::{AddingRow, App, ForkRow, Overlay};
use crate::walk::Intensity;

/// The rows of the form on screen, each with its value.
pub(super) fn rows(app: &App) -> Vec<String> {
    let words = app.words();
    let row = |key: String, value: &str| {
        let value = if value.is_empty() { words.text("dialogue.unset") } else { value };
        words.fill("dialogue.row", &[("name", words.text(&key)), ("value", value)])
    };
    match &app.overlay {
        Some(Overlay::Settings { draft, .. }) => app
            .setting_rows()
            .into_iter()
            .map(|setting| {
                let value = setting.value(draft, app.walk.settings.as_ref());
                row(format!("setting.{}", setting.stem()), &value.text)
            })
            .collect(),
        Some(Overlay::Adding(form)) => AddingRow::ALL
            .into_iter()
            .map(|of| row(format!("setting.{}", of.stem()), &form.value(of).text))
            .collect(),
        Some(Overlay::Forking(form)) => ForkRow::ALL
            .into_iter()
            .map(|of| row(format!("fork.{}", of.stem()), &form.value(of).text))
            .collect(),
        Some(Overlay::Prompt { text, .. } | Overlay::Path { text, .. }) => vec![text.clone()],
        _ => teaching(app),
    }
}

/// The rows of the form that teaches a word.
pub(super) fn teaching(app: &App) -> Vec<String> {
    let (words, form) = (app.words(), &app.teaching.form);
    let named = |key: &str, value: &str| {
        words.fill("dialogue.row", &[("name", words.text(key)), ("value", value)])
    };
    TeachRow::ALL
        .into_iter()
        .map(|row| match row {
            TeachRow::Word => named("dialogue.teach-word", &form.word.text),
            TeachRow::Pictures => named(
                "dialogue.teach-pictures",
                words.text(match form.pictures {
                    PicturesRow::Inside => "dialogue.teach-inside",
                    PicturesRow::Folder => "dialogue.teach-folder",
                    PicturesRow::Drawing => "dialogue.teach-drawing",
                }),
            ),
            TeachRow::Where => {
                named("dialogue.teach-where", form.typed(row).map_or("", |typed| &typed.text))
            }
            TeachRow::Learns => named(
                "dialogue.teach-learns",
                words.text(if form.lora {
                    "dialogue.teach-lora"
                } else {
                    "dialogue.teach-vectors"
                }),
            ),
            TeachRow::Intensity => named(
                "dialogue.teach-hard",
                words.text(match form.intensity {
                    Intensity::Gentle => "dialogue.teach-gentle",
                    Intensity::ManySteps => "dialogue.teach-long",
                    Intensity::HighRate => "dialogue.teach-fast",
                }),
            ),
        })
        .collect()
}

/// Says them with their numbers, and how they are changed.
pub(super) fn say(app: &App, rows: &[String], text: &mut String) {
    for (place, row) in rows.iter().enumerate() {
        line(text, &format!("{} {row}", place + 1));
    }
    if let Some(overlay) = &app.overlay {
        say_closing(overlay, app.words(), text);
    }
}

/// The same of the form that teaches a word, which lies over nothing.
pub(super) fn say_teaching(app: &App, rows: &[String], text: &mut String) {
    say(app, rows, text);
    let key = if app.lesson_now().is_some() { "dialogue.teach-or-on" } else { "dialogue.form" };
    line(text, app.words().text(key));
}
