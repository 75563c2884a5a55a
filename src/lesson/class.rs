//! The answers of a class, summed up: of which question how many chose what, and how many were
//! right at the first try and in the end.

use std::collections::BTreeMap;

use super::answer::Verdict;
use super::answers_file::{Answered, AnswersFile};
use super::beat::QuestionKind;
use super::{Lesson, Question};

/// All answers to one lesson.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Class {
    /// How many files were summed up.
    pub files: usize,
    /// In the order of the beats.
    pub questions: Vec<Summed>,
}

/// All answers to one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Summed {
    /// The beat, from 1.
    pub beat: usize,
    /// How it is answered.
    pub kind: QuestionKind,
    /// What was asked.
    pub question: String,
    /// How often each answer was given; every choice is there, others in their order.
    pub given: Vec<Count>,
    /// How many answered.
    pub answered: usize,
    /// How many answers were judged, at the first try and in the end.
    pub judged: [usize; 2],
    /// How many of these were right.
    pub right: [usize; 2],
    /// How many tries there were in all.
    pub tries: usize,
    /// What was thought, where words were asked for.
    pub thoughts: Vec<String>,
}

/// How often an answer was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// A letter, letters in their order, or a number.
    pub answer: String,
    /// The text of the choice.
    pub text: Option<String>,
    /// How often at the first try.
    pub first: usize,
    /// How often in the end.
    pub last: usize,
    /// Whether it is right, as far as the lesson or any file says.
    pub right: bool,
}

impl Class {
    /// Sums files of one lesson up. Where the lesson itself is at hand, its words and its key are
    /// taken, else those of the first file that answers a question.
    pub fn of<'a>(
        files: impl IntoIterator<Item = &'a AnswersFile>,
        lesson: Option<&Lesson>,
    ) -> Self {
        let (mut count, mut questions) = (0, BTreeMap::<usize, Summed>::new());
        for file in files {
            count += 1;
            for answered in &file.answers {
                let known = lesson
                    .and_then(|lesson| lesson.beats.get(answered.beat - 1)?.question.as_ref())
                    .filter(|question| question.kind == answered.kind);
                let summed = questions
                    .entry(answered.beat)
                    .or_insert_with(|| Summed::begun(answered, known));
                if summed.kind == answered.kind {
                    summed.take(answered);
                }
            }
        }
        let mut questions: Vec<Summed> = questions.into_values().collect();
        questions.iter_mut().for_each(Summed::sort);
        Self { files: count, questions }
    }
}

impl Summed {
    fn begun(answered: &Answered, known: Option<&Question>) -> Self {
        let asked = known.map_or(&answered.question, |question| &question.question);
        let choices = known.map_or(&answered.choices, |question| &question.choices);
        let key = known.filter(|_| answered.kind == QuestionKind::Choice);
        let right = key.and_then(Question::letters).unwrap_or_default();
        let given = match answered.kind {
            QuestionKind::Choice => choices
                .iter()
                .enumerate()
                .map(|(place, text)| Count {
                    answer: super::letters(&[place]),
                    text: Some(text.clone()),
                    first: 0,
                    last: 0,
                    right: right.contains(&place),
                })
                .collect(),
            _ => Vec::new(),
        };
        Self {
            beat: answered.beat,
            kind: answered.kind,
            question: asked.clone(),
            given,
            answered: 0,
            judged: [0; 2],
            right: [0; 2],
            tries: 0,
            thoughts: Vec::new(),
        }
    }

    fn take(&mut self, answered: &Answered) {
        self.answered += 1;
        self.tries = self.tries.saturating_add(answered.tries);
        if self.kind == QuestionKind::Thought {
            self.thoughts.push(answered.last.shown());
            return;
        }
        for (end, given) in [&answered.first, &answered.last].into_iter().enumerate() {
            let named = answered.places(given).map(|places| super::letters(&places));
            self.count(named.unwrap_or_else(|| given.shown()), given.verdict, end);
            self.judged[end] += usize::from(given.verdict != Verdict::Open);
            self.right[end] += usize::from(given.verdict == Verdict::Right);
        }
    }

    /// One answer, at the first try (0) or in the end (1).
    fn count(&mut self, answer: String, verdict: Verdict, end: usize) {
        let place = self.given.iter().position(|count| count.answer == answer);
        let place = place.unwrap_or_else(|| {
            let count = Count { answer, text: None, first: 0, last: 0, right: false };
            self.given.push(count);
            self.given.len() - 1
        });
        let Some(count) = self.given.get_mut(place) else { return };
        count.first += usize::from(end == 0);
        count.last += usize::from(end == 1);
        count.right |= verdict == Verdict::Right;
    }

    /// Numbers by their size; orders by how often they were given first.
    fn sort(&mut self) {
        let number = |count: &Count| count.answer.parse::<f64>().unwrap_or(0.0);
        match self.kind {
            QuestionKind::Number => {
                self.given.sort_by(|a, b| number(a).total_cmp(&number(b)));
            }
            QuestionKind::Order => {
                self.given.sort_by_key(|count| std::cmp::Reverse(count.first));
            }
            QuestionKind::Choice | QuestionKind::Thought => {}
        }
    }
}
