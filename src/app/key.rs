//! Keys as this program knows them: the terminal turns its events into these.

use crate::words::Words;

/// Which key, without its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A character as typed; shift is part of it (`L`).
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and tab.
    BackTab,
    /// Delete the character before the cursor.
    Backspace,
    /// Delete the character under the cursor.
    Delete,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// To the start.
    Home,
    /// To the end.
    End,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// F1 and its neighbours.
    Function(u8),
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which one.
    pub code: Code,
    /// Held down with it: control.
    pub control: bool,
    /// Held down with it: alt.
    pub alt: bool,
    /// Held down with it: shift; never set for characters, whose case says it.
    pub shift: bool,
}

impl Key {
    /// A key alone.
    pub const fn plain(code: Code) -> Self {
        Self { code, control: false, alt: false, shift: false }
    }

    /// A character alone.
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    /// A character with control.
    pub const fn control(c: char) -> Self {
        Self { code: Code::Char(c), control: true, alt: false, shift: false }
    }

    /// A key with shift.
    pub const fn shift(code: Code) -> Self {
        Self { code, control: false, alt: false, shift: true }
    }

    /// The character that this key types into a text box, if any.
    pub const fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.control && !self.alt => Some(c),
            _ => None,
        }
    }

    /// What stands on the key, for hints and help; arrows as signs, the rest as short words.
    pub fn label(self, words: Words) -> String {
        let cap = match self.code {
            Code::Char(' ') => words.text("keycap.space").to_owned(),
            Code::Char(c) => c.to_string(),
            Code::Enter => words.text("keycap.enter").to_owned(),
            Code::Esc => "esc".to_owned(),
            Code::Tab => "tab".to_owned(),
            Code::BackTab => "shift-tab".to_owned(),
            Code::Backspace => words.text("keycap.backspace").to_owned(),
            Code::Delete => "del".to_owned(),
            Code::Left => "←".to_owned(),
            Code::Right => "→".to_owned(),
            Code::Up => "↑".to_owned(),
            Code::Down => "↓".to_owned(),
            Code::Home => "home".to_owned(),
            Code::End => "end".to_owned(),
            Code::PageUp => "pgup".to_owned(),
            Code::PageDown => "pgdn".to_owned(),
            Code::Function(n) => format!("F{n}"),
        };
        let held = |on: bool, name: &str| if on { format!("{name}-") } else { String::new() };
        held(self.control, "ctrl") + &held(self.alt, "alt") + &held(self.shift, "shift") + &cap
    }
}
