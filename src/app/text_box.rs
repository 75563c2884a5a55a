//! A line of text being typed: where the cursor goes, and what is let in.

use super::key::{Code, Key};

/// No more characters than this are taken: what is longer is refused by the walk as well.
pub const MOST: usize = 20_000;

/// A line of text and the place of its cursor, in characters.
#[derive(Debug)]
pub struct TextBox<'a> {
    text: &'a mut String,
    cursor: &'a mut usize,
}

impl<'a> TextBox<'a> {
    /// Edits `text`; a cursor past its end is brought back.
    pub fn new(text: &'a mut String, cursor: &'a mut usize) -> Self {
        *cursor = (*cursor).min(text.chars().count());
        Self { text, cursor }
    }

    /// One key; whether it meant anything here.
    pub fn key(&mut self, key: Key) -> bool {
        let length = self.text.chars().count();
        match key.code {
            Code::Left => *self.cursor = self.cursor.saturating_sub(1),
            Code::Right => *self.cursor = (*self.cursor + 1).min(length),
            Code::Home => *self.cursor = 0,
            Code::End => *self.cursor = length,
            Code::Backspace => {
                if *self.cursor > 0 {
                    *self.cursor -= 1;
                    self.remove();
                }
            }
            Code::Delete => self.remove(),
            Code::Char('a') if key.control => *self.cursor = 0,
            Code::Char('e') if key.control => *self.cursor = length,
            Code::Char('u') if key.control => {
                self.text.clear();
                *self.cursor = 0;
            }
            Code::Char(c) => {
                if key.typed().is_none() {
                    return false;
                }
                self.insert(c);
            }
            _ => return false,
        }
        true
    }

    /// Pasted text: line breaks and tabs become spaces, other control characters vanish.
    pub fn paste(&mut self, pasted: &str) {
        for c in sanitised(pasted) {
            self.insert(c);
        }
    }

    fn insert(&mut self, c: char) {
        if c.is_control() || self.text.chars().count() >= MOST {
            return;
        }
        let at = self.byte();
        self.text.insert(at, c);
        *self.cursor += 1;
    }

    fn remove(&mut self) {
        let at = self.byte();
        if at < self.text.len() {
            self.text.remove(at);
        }
    }

    fn byte(&self) -> usize {
        self.text.char_indices().nth(*self.cursor).map_or(self.text.len(), |(at, _)| at)
    }
}

/// The characters of pasted text that may stand in a line.
fn sanitised(pasted: &str) -> impl Iterator<Item = char> {
    pasted
        .trim_end_matches(['\n', '\r'])
        .chars()
        .filter(|c| *c != '\r')
        .map(|c| if c == '\n' || c == '\t' { ' ' } else { c })
        .filter(|c| !c.is_control())
        .take(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_are_edited_whole() {
        let (mut text, mut cursor) = ("猫 on 蓝".to_owned(), 1);
        let mut line = TextBox::new(&mut text, &mut cursor);
        line.key(Key::plain(Code::Delete));
        line.key(Key::char('é'));
        line.key(Key::plain(Code::End));
        line.key(Key::plain(Code::Backspace));
        assert_eq!((text.as_str(), cursor), ("猫éon ", 5));
    }

    #[test]
    fn pasted_text_brings_no_control_characters() {
        let (mut text, mut cursor) = (String::new(), 0);
        TextBox::new(&mut text, &mut cursor).paste("a\r\nred\u{1b}[31m\tcat\n");
        assert_eq!(text, "a red[31m cat");
    }
}
