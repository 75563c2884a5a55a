//! A terminal's answer to what it was asked, when it comes after nobody waits for it any more: over
//! a slow line its characters would else be taken for keys.

use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyModifiers};

/// An answer comes in one piece: whatever comes later was typed.
const WHOLE: Duration = Duration::from_millis(300);

/// Follows an answer from its first character to its last.
#[derive(Debug, Default)]
pub(super) struct LateAnswer {
    /// Until when the answer that has begun may go on.
    until: Option<Instant>,
}

impl LateAnswer {
    /// Whether `event`, read at `now`, belongs to an answer: one that begins like an operating
    /// system command (`ESC ]`, read as alt and a bracket) and goes on to its end (`BEL` or
    /// `ESC \`), as answers about colours do.
    pub(super) fn holds(&mut self, event: &Event, now: Instant) -> bool {
        let Event::Key(key) = event else { return false };
        let KeyCode::Char(c) = key.code else {
            self.until = None;
            return false;
        };
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        if alt && c == ']' {
            self.until = Some(now + WHOLE);
            return true;
        }
        if self.until.is_none_or(|until| now > until) {
            self.until = None;
            return false;
        }
        let bell = key.modifiers.contains(KeyModifiers::CONTROL) && c == 'g';
        if bell || (alt && c == '\\') {
            self.until = None;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyEvent;

    use super::*;

    fn typed(c: char, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), modifiers))
    }

    #[test]
    fn a_late_answer_is_no_key_and_the_key_after_it_is_one() {
        for end in [typed('\\', KeyModifiers::ALT), typed('g', KeyModifiers::CONTROL)] {
            let (mut answer, now) = (LateAnswer::default(), Instant::now());
            assert!(!answer.holds(&typed('g', KeyModifiers::NONE), now));
            assert!(answer.holds(&typed(']', KeyModifiers::ALT), now));
            for c in "11;rgb:1e1e/1e1e/1e1e".chars() {
                assert!(answer.holds(&typed(c, KeyModifiers::NONE), now), "{c}");
            }
            assert!(answer.holds(&end, now));
            assert!(!answer.holds(&typed('g', KeyModifiers::NONE), now));
        }
    }

    #[test]
    fn an_answer_that_never_ends_holds_nothing_for_long() {
        let (mut answer, now) = (LateAnswer::default(), Instant::now());
        assert!(answer.holds(&typed(']', KeyModifiers::ALT), now));
        assert!(!answer.holds(&typed('q', KeyModifiers::NONE), now + WHOLE * 2));
    }
}
