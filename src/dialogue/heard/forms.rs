//! Lines that fill in a form, choose from a list or answer a box.

use super::{Heard, characters, keys, numbered, plain};
use crate::app::teaching::PicturesRow;
use crate::app::{App, Code, Key, Overlay};

/// More rows than any form has.
const ROWS: usize = 40;

/// Forms and lists over the view.
pub(super) fn over(app: &mut App, line: &str) -> Heard {
    match &mut app.overlay {
        Some(Overlay::Glossary { .. } | Overlay::Lessons { .. }) => list(app, line),
        Some(Overlay::Prompt { text, cursor } | Overlay::Path { text, cursor, .. }) => {
            if line == "b" {
                return plain(Code::Esc);
            }
            if !line.is_empty() {
                line.clone_into(text);
                *cursor = text.chars().count();
            }
            plain(Code::Enter)
        }
        Some(Overlay::Taught(_)) if !matches!(line, "" | "b") => {
            app.overlay = Some(Overlay::Prompt { text: line.to_owned(), cursor: 0 });
            plain(Code::Enter)
        }
        Some(
            Overlay::Taught(_)
            | Overlay::Help { .. }
            | Overlay::CommandLine { .. }
            | Overlay::Layers,
        ) => match line {
            "" | "b" => plain(Code::Esc),
            _ => Heard::Say("dialogue.close"),
        },
        _ => match (line, numbered(line)) {
            ("", _) => plain(Code::Enter),
            ("b", _) => plain(Code::Esc),
            (_, Some((row, value))) => set(row, value),
            _ => Heard::Say("dialogue.form"),
        },
    }
}

/// A list of which a number chooses: a lesson is opened, a term explained.
fn list(app: &mut App, line: &str) -> Heard {
    let Some((number, _)) = numbered(line) else {
        return match line {
            "" | "b" => plain(Code::Esc),
            _ => Heard::Say("dialogue.choose"),
        };
    };
    match &mut app.overlay {
        Some(Overlay::Lessons { chosen }) => {
            *chosen = number - 1;
            plain(Code::Enter)
        }
        Some(Overlay::Glossary { chosen }) => {
            // The list itself stands at 0.
            *chosen = number;
            Heard::Again
        }
        _ => Heard::Say("dialogue.choose"),
    }
}

/// Goes to a row of a form and gives it a value; without one it takes its next.
fn set(row: usize, value: &str) -> Heard {
    let mut all = vec![Key::plain(Code::Up); ROWS];
    all.extend(std::iter::repeat_n(Key::plain(Code::Down), (row - 1).min(ROWS)));
    if value.is_empty() {
        all.push(Key::plain(Code::Right));
    } else {
        all.extend(characters(value));
        all.push(Key::plain(Code::Enter));
    }
    keys(&all)
}

/// The form that teaches a word.
pub(super) fn teaching(app: &mut App, line: &str) -> Heard {
    let lesson = app.lesson_now().is_some();
    let form = &mut app.teaching.form;
    match (line, numbered(line)) {
        ("", _) => return plain(Code::Enter),
        ("next", _) if lesson => return plain(Code::PageDown),
        ("b" | "again", _) if lesson => return plain(Code::PageUp),
        ("b" | "free" | "m", _) => return plain(Code::Esc),
        (_, Some((1, text))) => form.word.set(text),
        (_, Some((3, text))) => match form.pictures {
            PicturesRow::Folder => form.folder.set(text),
            _ => form.drawing.set(text),
        },
        (_, Some((row @ (2 | 4 | 5), _))) => {
            form.chosen = row - 1;
            return plain(Code::Right);
        }
        _ => return Heard::Say("dialogue.form"),
    }
    Heard::Events(Vec::new())
}
