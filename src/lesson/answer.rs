//! An answer held against a question.

use serde::{Deserialize, Serialize};

use super::beat::{Question, QuestionKind};
use super::fact::{Facts, fill};

/// What a learner said.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// One choice, from 0.
    Choice(usize),
    /// A number.
    Number(f64),
    /// All choices, from 0, in the order that was given.
    Order(Vec<usize>),
    /// Words.
    Thought(String),
}

/// What is said of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it is.
    Right,
    /// Not as it is.
    Wrong,
    /// Nothing: the question has no right answer, or the walk does not say it.
    Open,
}

impl Question {
    /// The places of the choices that the answer names, in its order; `None` where it names
    /// another letter, or one twice.
    pub fn letters(&self) -> Option<Vec<usize>> {
        let mut places = Vec::new();
        for letter in self.answer.split([' ', ',']).filter(|part| !part.is_empty()) {
            let place = place(letter).filter(|place| *place < self.choices.len())?;
            if places.contains(&place) {
                return None;
            }
            places.push(place);
        }
        Some(places)
    }

    /// The number that is right, from the walk where the answer names a fact.
    pub fn number(&self, facts: &Facts) -> Option<f64> {
        fill(&self.answer, facts).replace(',', "").trim().parse().ok()
    }

    /// Holds an answer against the question.
    pub fn judge(&self, answer: &Answer, facts: &Facts) -> Verdict {
        let right = match (self.kind, answer) {
            (QuestionKind::Choice, Answer::Choice(chosen)) => {
                self.letters().map(|places| places == [*chosen])
            }
            (QuestionKind::Order, Answer::Order(given)) => {
                self.letters().map(|places| places == *given)
            }
            (QuestionKind::Number, Answer::Number(given)) => self
                .number(facts)
                .map(|right| (given - right).abs() <= right.abs() * self.tolerance / 100.0 + 1e-9),
            _ => None,
        };
        match right {
            Some(true) => Verdict::Right,
            Some(false) => Verdict::Wrong,
            None => Verdict::Open,
        }
    }
}

/// The place of a letter: `a` is 0.
fn place(letter: &str) -> Option<usize> {
    match letter.as_bytes() {
        [byte @ b'a'..=b'z'] => Some(usize::from(byte - b'a')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(kind: QuestionKind, answer: &str) -> Question {
        Question {
            kind,
            question: "?".into(),
            choices: ["x", "y", "z"].map(str::to_owned).to_vec(),
            answer: answer.into(),
            tolerance: 10.0,
        }
    }

    #[test]
    fn each_kind_knows_right_from_wrong() {
        let facts = Facts::from([("numbers".to_owned(), "1,024".to_owned())]);
        let choice = question(QuestionKind::Choice, "b");
        assert_eq!(choice.judge(&Answer::Choice(1), &facts), Verdict::Right);
        assert_eq!(choice.judge(&Answer::Choice(0), &facts), Verdict::Wrong);
        let order = question(QuestionKind::Order, "c a b");
        assert_eq!(order.judge(&Answer::Order(vec![2, 0, 1]), &facts), Verdict::Right);
        assert_eq!(order.judge(&Answer::Order(vec![0, 1, 2]), &facts), Verdict::Wrong);
        let number = question(QuestionKind::Number, "{numbers}");
        assert_eq!(number.judge(&Answer::Number(1100.0), &facts), Verdict::Right);
        assert_eq!(number.judge(&Answer::Number(1200.0), &facts), Verdict::Wrong);
        assert_eq!(number.judge(&Answer::Number(1.0), &Facts::new()), Verdict::Open);
        let thought = question(QuestionKind::Thought, "");
        assert_eq!(thought.judge(&Answer::Thought("hm".into()), &facts), Verdict::Open);
        assert!(question(QuestionKind::Choice, "d").letters().is_none());
        assert!(question(QuestionKind::Order, "a a b").letters().is_none());
    }
}
