//! What a typed line means: enter goes on, `b` back, a number chooses, a letter does what it does on
//! the screen.

use super::moment::busy;
use crate::app::teaching::Phase;
use crate::app::{App, Code, Event, Key, Overlay, PathPurpose, Scene};
use crate::lesson::QuestionKind;

/// What a line asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// Events for the state, in their order.
    Events(Vec<Event>),
    /// A sentence of the catalogue: the line means nothing here.
    Say(&'static str),
    /// The end.
    Quit,
}

/// The longest line that is taken, in characters.
const LONGEST: usize = 2000;

/// Takes a line. What it needs opened in the state is opened here, as a key would.
pub fn hear(app: &mut App, line: &str) -> Heard {
    let line: String = line.trim().chars().take(LONGEST).collect();
    let asked = app.lesson_now().and_then(|open| open.question()).map(|question| question.kind);
    if let Some(kind) = asked.filter(|_| app.overlay.is_none()) {
        return answer(kind, &line);
    }
    match line.as_str() {
        "q" | "quit" if !typing(app) => return Heard::Quit,
        "?" => return keys(&[Key::char('?')]),
        _ => {}
    }
    if app.overlay.is_some() {
        return over(app, &line);
    }
    match app.scene {
        Scene::Doors => menu(app, &line),
        Scene::Teaching if app.teaching.phase == Phase::Form => teaching(app, &line),
        _ => screen(app, &line),
    }
}

/// Whether a box takes every line as it is.
const fn typing(app: &App) -> bool {
    matches!(app.overlay, Some(Overlay::Prompt { .. } | Overlay::Path { .. }))
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

/// An answer: a digit stands for a letter; `back` is the beat before.
fn answer(kind: QuestionKind, line: &str) -> Heard {
    match line {
        "back" => return plain(Code::PageUp),
        "free" => return plain(Code::Esc),
        "quit" => return Heard::Quit,
        "?" => return Heard::Say("dialogue.keys"),
        _ => {}
    }
    let typed: Vec<Key> = match kind {
        QuestionKind::Choice | QuestionKind::Order => {
            let letter = |c: char| match c {
                '1'..='4' => char::from_u32(u32::from('a') + u32::from(c) - u32::from('1')),
                'a'..='d' => Some(c),
                'A'..='D' => Some(c.to_ascii_lowercase()),
                _ => None,
            };
            if line.chars().any(|c| letter(c).is_none() && !c.is_whitespace() && c != ',') {
                return Heard::Say("dialogue.no-choice");
            }
            line.chars().filter_map(letter).map(Key::char).collect()
        }
        QuestionKind::Number => {
            if !line.is_empty() && line.replace(',', ".").parse::<f64>().is_err() {
                return Heard::Say("dialogue.no-number");
            }
            characters(line).collect()
        }
        QuestionKind::Thought => characters(line).collect(),
    };
    let enter = [Key::plain(Code::Enter)];
    keys(&typed.into_iter().chain(enter).collect::<Vec<_>>())
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
        return match line {
            "" => plain(Code::Enter),
            "L" => keys(&[Key::char('L')]),
            "g" => keys(&[Key::char('g')]),
            "b" => plain(Code::Esc),
            _ => Heard::Say("dialogue.menu"),
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

/// Forms and lists over the view.
fn over(app: &mut App, line: &str) -> Heard {
    if let Some(Overlay::Glossary { .. } | Overlay::Lessons { .. }) = &app.overlay {
        return list(app, line);
    }
    let typed = &mut app.overlay;
    if let Some(Overlay::Prompt { text, cursor } | Overlay::Path { text, cursor, .. }) = typed {
        if line == "b" {
            return plain(Code::Esc);
        }
        if !line.is_empty() {
            line.clone_into(text);
            *cursor = text.chars().count();
        }
        return plain(Code::Enter);
    }
    match (line, numbered(line)) {
        ("", _) => plain(Code::Enter),
        ("b", _) => plain(Code::Esc),
        (_, Some((row, value))) => set(row, value),
        _ => Heard::Say("dialogue.form"),
    }
}

/// A list of which a number chooses: a lesson is opened, a term explained.
fn list(app: &mut App, line: &str) -> Heard {
    let opens = matches!(app.overlay, Some(Overlay::Lessons { .. }));
    let Some((number, _)) = numbered(line) else {
        return match line {
            "" | "b" => plain(Code::Esc),
            _ => Heard::Say("dialogue.choose"),
        };
    };
    if let Some(Overlay::Glossary { chosen } | Overlay::Lessons { chosen }) = &mut app.overlay {
        *chosen = number - 1;
    }
    if opens { plain(Code::Enter) } else { Heard::Events(Vec::new()) }
}

/// Goes to a row of a form and gives it a value; without one it takes its next.
fn set(row: usize, value: &str) -> Heard {
    let mut all = vec![Key::plain(Code::Home)];
    all.extend(std::iter::repeat_n(Key::plain(Code::Up), 40));
    all.extend(std::iter::repeat_n(Key::plain(Code::Down), (row - 1).min(40)));
    if value.is_empty() {
        all.push(Key::plain(Code::Right));
    } else {
        all.extend(characters(value));
        all.push(Key::plain(Code::Enter));
    }
    keys(&all)
}

/// The form that teaches a word.
fn teaching(app: &mut App, line: &str) -> Heard {
    let form = &mut app.teaching.form;
    match (line, numbered(line)) {
        ("", _) => return plain(Code::Enter),
        ("b", _) => return plain(Code::Esc),
        (_, Some((1, text))) => form.word.set(text),
        (_, Some((3, text))) => match form.pictures {
            crate::app::teaching::PicturesRow::Folder => form.folder.set(text),
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

/// A walk, runs side by side, the training, its pictures.
fn screen(app: &mut App, line: &str) -> Heard {
    let lesson = app.lesson_now().is_some();
    let (command, rest) = line.split_once(' ').map_or((line, ""), |(a, b)| (a, b.trim()));
    match (command, rest) {
        ("", _) if lesson => plain(Code::PageDown),
        ("b" | "again", "") if lesson => plain(Code::PageUp),
        ("free" | "m", "") => plain(Code::Esc),
        ("", _) => plain(Code::Right),
        ("b", "") => plain(Code::Left),
        ("h", "") => keys(&[Key::char('b')]),
        ("p", text) if !text.is_empty() => {
            app.overlay = Some(Overlay::Prompt { text: text.to_owned(), cursor: 0 });
            plain(Code::Enter)
        }
        ("w" | "e", path) if !path.is_empty() && app.scene == Scene::Walk => {
            let purpose = if command == "w" {
                PathPurpose::WriteRecording
            } else {
                PathPurpose::ExportPicture
            };
            app.overlay = Some(Overlay::Path { purpose, text: path.to_owned(), cursor: 0 });
            plain(Code::Enter)
        }
        ("e", path) if !path.is_empty() && app.scene == Scene::Compare => {
            let purpose = PathPurpose::ExportSheet;
            app.overlay = Some(Overlay::Path { purpose, text: path.to_owned(), cursor: 0 });
            plain(Code::Enter)
        }
        ("t", piece) if !piece.is_empty() => piece_named(app, piece),
        ("p", "") if app.scene == Scene::Walk => keys(&[Key::char('/')]),
        (key, "") if key.chars().count() == 1 => keys(&characters(key).collect::<Vec<_>>()),
        _ => Heard::Say("dialogue.unknown"),
    }
}

/// Chooses a piece by its text.
fn piece_named(app: &App, piece: &str) -> Heard {
    let rows = app.walk.rows();
    let wanted = app.walk.encoding().and_then(|prompt| crate::lesson::place_of(prompt, piece));
    let Some(wanted) = wanted.filter(|_| rows > 0) else { return Heard::Say("dialogue.no-piece") };
    let turns = (wanted + rows - app.look.piece % rows) % rows;
    keys(&vec![Key::char('t'); turns])
}

impl Heard {
    /// Whether a line may be taken while something is computed: it would change what is computed.
    pub fn waits(app: &App) -> bool {
        busy(app)
    }
}
