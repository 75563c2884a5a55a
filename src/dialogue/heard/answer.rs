//! The answer to a question of a lesson: a digit stands for a letter, some words for keys.

use super::{Heard, characters, keys, plain};
use crate::app::{Code, Key};
use crate::lesson::QuestionKind;

/// Takes an answer; an empty line only shows.
pub(super) fn answer(kind: QuestionKind, line: &str) -> Heard {
    match line {
        "back" => return plain(Code::PageUp),
        "free" => return plain(Code::Esc),
        "q" | "quit" => return Heard::Quit,
        "?" => return Heard::Help,
        "." => return Heard::Again,
        "g" | "L" if kind != QuestionKind::Thought => return keys(&[key(line)]),
        _ => {}
    }
    let typed: Vec<Key> = match kind {
        QuestionKind::Choice | QuestionKind::Order => {
            let parts = |c: &char| !c.is_whitespace() && !",;.".contains(*c);
            let letters: Option<Vec<char>> = line.chars().filter(parts).map(letter).collect();
            match letters {
                Some(letters) if kind == QuestionKind::Order || letters.len() < 2 => {
                    letters.into_iter().map(Key::char).collect()
                }
                _ => return Heard::Say("dialogue.no-choice"),
            }
        }
        QuestionKind::Number => {
            let number = line.trim_end_matches(['%', '°']).replace(',', ".").replace('−', "-");
            if !number.is_empty() && number.trim().parse::<f64>().is_err() {
                return Heard::Say("dialogue.no-number");
            }
            characters(number.trim()).collect()
        }
        QuestionKind::Thought => characters(line).collect(),
    };
    let enter = [Key::plain(Code::Enter)];
    keys(&typed.into_iter().chain(enter).collect::<Vec<_>>())
}

fn key(line: &str) -> Key {
    Key::char(if line == "g" { 'g' } else { 'L' })
}

/// The letter of a choice, for a letter or its number.
fn letter(c: char) -> Option<char> {
    match c.to_ascii_lowercase() {
        c @ 'a'..='d' => Some(c),
        '1' => Some('a'),
        '2' => Some('b'),
        '3' => Some('c'),
        '4' => Some('d'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Event;

    fn typed(kind: QuestionKind, line: &str) -> Option<String> {
        let Heard::Events(events) = answer(kind, line) else { return None };
        let typed = events.iter().filter_map(|event| match event {
            Event::Key(key) => key.typed(),
            _ => None,
        });
        Some(typed.collect())
    }

    #[test]
    fn digits_and_letters_choose_and_order() {
        assert_eq!(typed(QuestionKind::Choice, "2").as_deref(), Some("b"));
        assert_eq!(typed(QuestionKind::Choice, "B").as_deref(), Some("b"));
        assert_eq!(typed(QuestionKind::Choice, "").as_deref(), Some(""));
        assert_eq!(typed(QuestionKind::Choice, "ab"), None);
        assert_eq!(typed(QuestionKind::Choice, "cat"), None);
        assert_eq!(typed(QuestionKind::Order, "c, 1 b").as_deref(), Some("cab"));
        assert_eq!(typed(QuestionKind::Number, "3,5 %").as_deref(), Some("3.5"));
        assert_eq!(typed(QuestionKind::Number, "many"), None);
        assert_eq!(typed(QuestionKind::Thought, "many").as_deref(), Some("many"));
        assert_eq!(answer(QuestionKind::Thought, "q"), Heard::Quit);
    }
}
