//! What a typed line means: enter goes on, `b` back, a number chooses, a letter does what it does on
//! the screen.

mod answer;
mod forms;

use super::keys::key_of;
use crate::app::keys::{Meaning, meaning};
use crate::app::teaching::Phase;
use crate::app::{App, Code, Event, Key, Overlay, PathPurpose, Scene};

/// What a line asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// Events for the state, in their order.
    Events(Vec<Event>),
    /// A sentence of the catalogue: the line means nothing here, or something is missing.
    Say(&'static str),
    /// What can be typed here.
    Help,
    /// What is on screen, once more.
    Again,
    /// The end.
    Quit,
}

/// The longest line that is taken, in characters.
const LONGEST: usize = 2000;

/// Takes a line. What it needs opened in the state is opened here, as a key would.
pub fn hear(app: &mut App, line: &str) -> Heard {
    let line: String = line.trim().chars().take(LONGEST).collect();
    let line = narrow(&line);
    let asked = app.lesson_now().and_then(|open| open.question()).map(|question| question.kind);
    if let Some(kind) = asked.filter(|_| app.overlay.is_none()) {
        return answer::answer(kind, &line);
    }
    if !types(app) {
        match line.as_str() {
            "q" | "quit" => return Heard::Quit,
            "?" => return Heard::Help,
            "." => return Heard::Again,
            _ => {}
        }
    }
    if app.overlay.is_some() {
        return forms::over(app, &line);
    }
    match app.scene {
        Scene::Doors => menu(app, &line),
        Scene::Teaching if app.teaching.phase == Phase::Form => forms::teaching(app, &line),
        _ => screen(app, &line),
    }
}

/// Whether a box takes every line as it is.
const fn types(app: &App) -> bool {
    matches!(app.overlay, Some(Overlay::Prompt { .. } | Overlay::Path { .. }))
}

/// A short line without the wide signs of a Chinese keyboard: `？` is meant as `?`.
fn narrow(line: &str) -> String {
    if line.chars().count() > 12 {
        return line.to_owned();
    }
    let sign = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '。' => '.',
        '、' => ',',
        _ => c,
    };
    line.chars().map(sign).collect()
}

fn keys(keys: &[Key]) -> Heard {
    Heard::Events(keys.iter().map(|key| Event::Key(*key)).collect())
}

fn plain(code: Code) -> Heard {
    keys(&[Key::plain(code)])
}

fn characters(text: &str) -> impl Iterator<Item = Key> {
    text.chars().map(Key::char)
}

/// A key, if it means something here.
fn pressed(app: &App, key: Key) -> Heard {
    match meaning(app, key) {
        Meaning::Nothing | Meaning::Text => Heard::Say("dialogue.unknown"),
        Meaning::Do(_) | Meaning::Elsewhere(..) => keys(&[key]),
    }
}

/// A letter, or a word for a key without one.
fn key(app: &App, line: &str) -> Heard {
    let mut letters = line.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => pressed(app, Key::char(letter)),
        _ => key_of(line).map_or(Heard::Say("dialogue.unknown"), |key| pressed(app, key)),
    }
}

/// A number and what follows it.
fn numbered(line: &str) -> Option<(usize, &str)> {
    let end = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len());
    let number = line.get(..end)?.parse::<usize>().ok().filter(|number| *number > 0)?;
    Some((number, line.get(end..)?.trim()))
}

/// The first menu: a number, and for the second and third door what is typed into it.
fn menu(app: &mut App, line: &str) -> Heard {
    let Some((door, text)) = numbered(line) else {
        // At a box of the screen letters would be typed.
        app.doors.chosen = 0;
        return match line {
            "" => plain(Code::Enter),
            "b" => plain(Code::Esc),
            _ => key(app, line),
        };
    };
    if !(1..=crate::app::forms::DOORS).contains(&door) {
        return Heard::Say("dialogue.menu");
    }
    app.doors.chosen = door - 1;
    match (door, text) {
        (2 | 3, "") => return Heard::Say("dialogue.type-it"),
        (2, text) => text.clone_into(&mut app.doors.prompt),
        (3, text) => text.clone_into(&mut app.doors.path),
        _ => {}
    }
    plain(Code::Enter)
}

/// A walk, runs side by side, the training, its pictures, a word that was learned.
fn screen(app: &mut App, line: &str) -> Heard {
    let lesson = app.lesson_now().is_some();
    let (command, rest) = line.split_once(' ').map_or((line, ""), |(a, b)| (a, b.trim()));
    match (command, rest) {
        ("" | "next", "") if lesson => plain(Code::PageDown),
        ("b" | "back" | "again", "") if lesson => plain(Code::PageUp),
        ("free", "") if lesson => plain(Code::Esc),
        ("m", "") => to_menu(app),
        ("", _) if app.scene == Scene::Teaching => plain(Code::Enter),
        ("", _) => plain(Code::Right),
        ("b", "") => plain(Code::Left),
        ("h", "") if app.scene == Scene::Walk => pressed(app, Key::char('b')),
        ("p", "") if app.scene == Scene::Walk => keys(&[Key::char('/')]),
        ("p", text) if !text.is_empty() => {
            app.overlay = Some(Overlay::Prompt { text: text.to_owned(), cursor: 0 });
            plain(Code::Enter)
        }
        ("w" | "e", path) if !path.is_empty() => to_file(app, command, path),
        ("t", piece) if !piece.is_empty() => piece_named(app, piece),
        (_, "") => key(app, command),
        _ => Heard::Say("dialogue.unknown"),
    }
}

/// To the first menu from wherever one is; a lesson waits.
fn to_menu(app: &mut App) -> Heard {
    if let Some(open) = &mut app.lesson {
        open.away = true;
    }
    app.scene = Scene::Doors;
    app.doors.chosen = 0;
    Heard::Events(Vec::new())
}

/// Writes or exports what is on screen into a file.
fn to_file(app: &mut App, command: &str, path: &str) -> Heard {
    let purpose = match (app.scene, command) {
        (Scene::Walk, "w") => PathPurpose::WriteRecording,
        (Scene::Walk, "e") => PathPurpose::ExportPicture,
        (Scene::Compare, "e") => PathPurpose::ExportSheet,
        (Scene::Teaching, "w") => PathPurpose::WriteTaught,
        _ => return Heard::Say("dialogue.unknown"),
    };
    app.overlay = Some(Overlay::Path { purpose, text: path.to_owned(), cursor: 0 });
    plain(Code::Enter)
}

/// Chooses a piece by its text, or by its number.
fn piece_named(app: &App, piece: &str) -> Heard {
    let rows = app.walk.rows();
    let prompt = app.walk.encoding().filter(|_| rows > 0);
    let named = prompt.and_then(|prompt| crate::lesson::place_of(prompt, piece));
    let counted = piece.parse::<usize>().ok().filter(|row| *row < rows);
    let Some(wanted) = named.or(counted) else { return Heard::Say("dialogue.no-piece") };
    if !matches!(meaning(app, Key::char('t')), Meaning::Do(_)) {
        return keys(&[Key::char('t')]);
    }
    let turns = (wanted + rows - app.look.piece % rows) % rows;
    keys(&vec![Key::char('t'); turns])
}
