//! A show of hands: before a room sees the answer, the teacher types how many chose each letter.
//!
//! A letter, then digits, then the next letter: `a 12 b 9 c 7`. Digits after a letter that was
//! counted before begin anew; backspace takes the last one back.

use std::collections::BTreeMap;

use super::key::{Code, Key};
use super::state::App;
use crate::lesson::QuestionKind;

/// The most hands for one choice.
pub const MOST: u32 = 999;

/// The hands of a lesson's questions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hands {
    counts: BTreeMap<usize, Vec<u32>>,
    /// The choice that the last digit was typed for: more digits go on with its number.
    typing: Option<usize>,
}

impl Hands {
    /// How many hands went up for each choice of a beat's question; `None` where none were counted.
    pub fn of(&self, beat: usize) -> Option<&[u32]> {
        self.counts.get(&beat).map(Vec::as_slice)
    }

    /// A digit for a choice of `choices`.
    fn digit(&mut self, beat: usize, (choice, choices): (usize, usize), digit: u32) {
        let counts = self.counts.entry(beat).or_default();
        counts.resize(choices, 0);
        let Some(count) = counts.get_mut(choice) else { return };
        let begun = if self.typing == Some(choice) { *count } else { 0 };
        self.typing = Some(choice);
        let longer = begun * 10 + digit;
        if longer <= MOST {
            *count = longer;
        }
    }

    /// Takes the last digit of a choice back; where no hand is left, none were counted.
    fn take_back(&mut self, beat: usize, choice: usize) {
        self.typing = Some(choice);
        let Some(counts) = self.counts.get_mut(&beat) else { return };
        if let Some(count) = counts.get_mut(choice) {
            *count /= 10;
        }
        if counts.iter().all(|count| *count == 0) {
            self.counts.remove(&beat);
        }
    }

    /// Another choice, or another beat: the next digit begins its number.
    pub(super) const fn turn(&mut self) {
        self.typing = None;
    }
}

/// A key on a question before a room; whether it counted hands.
pub(super) fn typed(app: &mut App, key: Key) -> bool {
    let Some(open) = app.lesson.as_mut().filter(|_| app.present) else { return false };
    let Some(question) = open.question() else { return false };
    if question.kind != QuestionKind::Choice {
        return false;
    }
    let (at, choices) = (open.at, question.choices.len());
    let digit = key.typed().and_then(|c| c.to_digit(10));
    match (digit, open.chosen, key.code) {
        (Some(digit), Some(choice), _) => open.hands.digit(at, (choice, choices), digit),
        (None, Some(choice), Code::Backspace) => open.hands.take_back(at, choice),
        _ => {
            // A letter: it is chosen by whoever takes keys after this.
            open.hands.turn();
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_make_numbers_and_a_letter_again_begins_anew() {
        let mut hands = Hands::default();
        for digit in [1, 2] {
            hands.digit(3, (0, 3), digit);
        }
        hands.turn();
        hands.digit(3, (1, 3), 9);
        assert_eq!(hands.of(3), Some(&[12, 9, 0][..]));
        hands.turn();
        hands.digit(3, (0, 3), 7);
        assert_eq!(hands.of(3), Some(&[7, 9, 0][..]));
        assert_eq!(hands.of(2), None);
    }

    #[test]
    fn a_class_has_its_limits_and_digits_can_be_taken_back() {
        let mut hands = Hands::default();
        for _ in 0..5 {
            hands.digit(0, (1, 2), 9);
        }
        assert_eq!(hands.of(0), Some(&[0, MOST][..]));
        for _ in 0..3 {
            hands.take_back(0, 1);
        }
        assert_eq!(hands.of(0), None, "no hands are no count");
    }
}
