//! What can be typed here, in lines.

use super::line;
use crate::app::keys::works_here;
use crate::app::{App, Code, Key, Overlay, Scene};
use crate::lesson::QuestionKind;
use crate::words::Words;

/// Characters of a walk that mean something else in a dialogue, or nothing.
const TAKEN: &str = "bhlmpetwq?/+-=_";
/// The same of all other screens.
const TAKEN_ELSEWHERE: &str = "bmq?";

/// Everything that means something now: a line for what the dialogue has of its own, then the keys
/// of the screen that work here, typed as letters or words.
pub fn help(app: &App) -> String {
    let words = app.words();
    let mut text = String::new();
    line(&mut text, words.text(own(app)));
    let asks = app.lesson_now().is_some_and(|open| open.question().is_some());
    if app.overlay.is_none() && !asks {
        if app.lesson_now().is_some() {
            line(&mut text, words.text("dialogue.keys-lesson"));
        }
        let taken = if app.scene == Scene::Walk { TAKEN } else { TAKEN_ELSEWHERE };
        for (keys, help) in works_here(app) {
            if let Some(typed) = typed(&keys, taken) {
                let facts = [("name", typed.as_str()), ("value", &help)];
                line(&mut text, &words.fill("dialogue.row", &facts));
            }
        }
        line(&mut text, words.text("dialogue.keys-everywhere"));
    }
    words.spoken(&text)
}

/// The key of the sentence for what is on screen.
fn own(app: &App) -> &'static str {
    if let Some(overlay) = &app.overlay {
        return closing(overlay);
    }
    let asked = app.lesson_now().and_then(|open| open.question());
    if let Some(question) = asked {
        return answering(question.kind);
    }
    match app.scene {
        Scene::Doors => "dialogue.menu",
        Scene::Walk => "dialogue.keys-walk",
        Scene::Compare => "dialogue.keys-compare",
        Scene::Training => "dialogue.keys-training",
        Scene::Drawings => "dialogue.keys-drawings",
        Scene::Teaching => "dialogue.form",
    }
}

/// How a question of a kind is answered.
pub(super) const fn answering(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Choice => "dialogue.answer-choice",
        QuestionKind::Number => "dialogue.answer-number",
        QuestionKind::Order => "dialogue.answer-order",
        QuestionKind::Thought => "dialogue.answer-thought",
    }
}

/// What is typed over the view.
pub(super) const fn closing(overlay: &Overlay) -> &'static str {
    match overlay {
        Overlay::Glossary { .. } | Overlay::Lessons { .. } => "dialogue.choose",
        Overlay::Taught(_) => "dialogue.taught",
        Overlay::Help { .. } | Overlay::CommandLine { .. } | Overlay::Layers => "dialogue.close",
        Overlay::Settings { .. } | Overlay::Adding(_) | Overlay::Forking(_) => "dialogue.form",
        Overlay::Prompt { .. } | Overlay::Path { .. } => "dialogue.box",
    }
}

/// How the first of these keys is typed that can be: a letter as it is, others by a word. `None`
/// where enter, b or a number do the same.
fn typed(keys: &[Key], taken: &str) -> Option<String> {
    if keys.iter().any(|key| matches!(key.code, Code::Left | Code::Right) && !key.shift) {
        return None;
    }
    keys.iter().find_map(|key| match key.code {
        Code::Char('b') if taken.contains('h') => Some("h".to_owned()),
        Code::Char(c) if !taken.contains(c) && c.is_ascii_graphic() && !c.is_ascii_digit() => {
            (!key.control && !key.alt).then(|| c.to_string())
        }
        _ => word_of(*key).map(str::to_owned),
    })
}

/// The words for keys without a letter.
const WORDS: &[(&str, Code)] = &[
    ("up", Code::Up),
    ("down", Code::Down),
    ("tab", Code::Tab),
    ("home", Code::Home),
    ("end", Code::End),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
    ("left", Code::Left),
    ("right", Code::Right),
    ("esc", Code::Esc),
];

fn word_of(key: Key) -> Option<&'static str> {
    let known = WORDS.iter().find(|(_, code)| Key::plain(*code) == key);
    known.map(|(word, _)| *word).filter(|word| *word != "esc")
}

/// The key that a word stands for.
pub(super) fn key_of(word: &str) -> Option<Key> {
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, code)| Key::plain(*code))
}

/// How the lines of an overlay end.
pub(super) fn say_closing(overlay: &Overlay, words: Words, text: &mut String) {
    line(text, words.text(closing(overlay)));
}
