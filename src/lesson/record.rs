//! What a learner answered, beat by beat: the first answer, the last one, and how many there were.
//! It stays in memory unless somebody asks for a file ([`super::AnswersFile`]).

use std::collections::BTreeMap;

use super::answer::{Answer, Verdict};

/// An answer and what was said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The answer.
    pub answer: Answer,
    /// What was said; [`Verdict::Open`] while the walk does not tell.
    pub verdict: Verdict,
}

/// What was answered at one beat.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// The first answer: what was predicted before anything was shown.
    pub first: Said,
    /// The last one.
    pub last: Said,
    /// How many there were, from 1.
    pub tries: usize,
}

/// What was answered in a lesson, by beat from 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    lesson: String,
    beats: BTreeMap<usize, Tried>,
    changed: bool,
}

impl Record {
    /// An empty one, of the lesson of this name.
    pub fn of(lesson: &str) -> Self {
        Self { lesson: lesson.to_owned(), ..Self::default() }
    }

    /// The lesson's name.
    pub fn lesson(&self) -> &str {
        &self.lesson
    }

    /// An answer was put down.
    pub fn tried(&mut self, beat: usize, answer: &Answer) {
        let said = Said { answer: answer.clone(), verdict: Verdict::Open };
        self.beats
            .entry(beat)
            .and_modify(|tried| {
                tried.last = said.clone();
                tried.tries += 1;
            })
            .or_insert_with(|| Tried { first: said.clone(), last: said, tries: 1 });
        self.changed = true;
    }

    /// The last answer of a beat was judged.
    pub fn judged(&mut self, beat: usize, verdict: Verdict) {
        let Some(tried) = self.beats.get_mut(&beat) else { return };
        if tried.last.verdict == verdict {
            return;
        }
        tried.last.verdict = verdict;
        if tried.tries == 1 {
            tried.first.verdict = verdict;
        }
        self.changed = true;
    }

    /// Whether anything is new since this was asked last.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// All beats that were answered, in their order.
    pub fn beats(&self) -> impl Iterator<Item = (usize, &Tried)> {
        self.beats.iter().map(|(beat, tried)| (*beat, tried))
    }

    /// Whether nothing was answered yet.
    pub fn is_empty(&self) -> bool {
        self.beats.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_stays_and_the_last_is_judged() {
        let mut record = Record::default();
        assert!(record.is_empty() && !record.take_changed());
        record.tried(2, &Answer::Choice(0));
        record.judged(2, Verdict::Wrong);
        record.tried(2, &Answer::Choice(1));
        record.judged(2, Verdict::Right);
        assert!(record.take_changed() && !record.take_changed());
        let (beat, tried) = record.beats().next().expect("one");
        assert_eq!((beat, tried.tries), (2, 2));
        assert_eq!(tried.first, Said { answer: Answer::Choice(0), verdict: Verdict::Wrong });
        assert_eq!(tried.last, Said { answer: Answer::Choice(1), verdict: Verdict::Right });
    }
}
