//! The thread that waits for keys, clicks and pasted text, and their translation into our own.

use std::sync::mpsc::Sender;
use std::thread;
use std::time::Instant;

use crossterm::event::{
    self, Event as Raw, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};

use super::Message;
use super::late_answer::LateAnswer;
use crate::app::{Code, Key};

/// What came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A key.
    Key(Key),
    /// Pasted text.
    Paste(String),
    /// A click at a column and row.
    Click(u16, u16),
    /// The wheel: down is positive.
    Wheel(i8),
    /// The window has another size, or has the focus again: draw.
    Redraw,
}

/// Starts the thread. It ends when nobody listens any more or the terminal is gone.
pub(super) fn start(messages: Sender<Message>) -> std::io::Result<()> {
    thread::Builder::new().name("input".to_owned()).spawn(move || {
        let mut late = LateAnswer::default();
        loop {
            let message = match event::read() {
                Ok(raw) if late.holds(&raw, Instant::now()) => None,
                Ok(raw) => translate(raw).map(Message::Input),
                Err(_) => Some(Message::InputEnded),
            };
            let ended = matches!(message, Some(Message::InputEnded));
            if message.is_some_and(|message| messages.send(message).is_err()) || ended {
                break;
            }
        }
    })?;
    Ok(())
}

fn translate(raw: Raw) -> Option<Input> {
    match raw {
        Raw::Key(event) => key(event).map(Input::Key),
        Raw::Paste(text) => Some(Input::Paste(text)),
        Raw::Mouse(event) => match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Some(Input::Click(event.column, event.row)),
            MouseEventKind::ScrollDown => Some(Input::Wheel(1)),
            MouseEventKind::ScrollUp => Some(Input::Wheel(-1)),
            _ => None,
        },
        Raw::Resize(..) | Raw::FocusGained => Some(Input::Redraw),
        Raw::FocusLost => None,
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let held = |modifier| event.modifiers.contains(modifier);
    let mut shift = held(KeyModifiers::SHIFT);
    let code = match event.code {
        KeyCode::Char(c) => {
            shift = false;
            Code::Char(if held(KeyModifiers::CONTROL) { c.to_ascii_lowercase() } else { c })
        }
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab if shift => Code::BackTab,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(n) => Code::Function(n),
        _ => return None,
    };
    let arrow = matches!(code, Code::Left | Code::Right | Code::Up | Code::Down);
    Some(Key {
        code,
        control: held(KeyModifiers::CONTROL),
        alt: held(KeyModifiers::ALT),
        shift: shift && arrow,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shift_is_part_of_a_character_and_kept_on_arrows() {
        let big = KeyEvent::new(KeyCode::Char('L'), KeyModifiers::SHIFT);
        assert_eq!(key(big), Some(Key::char('L')));
        let arrow = KeyEvent::new(KeyCode::Left, KeyModifiers::SHIFT);
        assert_eq!(key(arrow), Some(Key::shift(Code::Left)));
        let back = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(key(back), Some(Key::plain(Code::BackTab)));
    }

    #[test]
    fn a_released_key_is_no_key() {
        let released =
            KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(key(released), None);
    }
}
