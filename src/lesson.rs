//! Lessons: Markdown files whose beats show a real walk and ask before they show.
//!
//! A file begins with a head in TOML between lines of `+++`; each `##` begins a beat. In a beat,
//! plain text is read, a fence `show` says what the program shows, a fence `ask` holds a question,
//! a quotation explains after the answer, a fence `notes` is for the teacher alone.

mod answer;
mod answers_file;
mod beat;
mod check;
mod class;
mod fact;
mod head;
mod key;
mod record;
mod shipped;
mod show;
mod source;
mod timing;
mod told;

pub use answer::{Answer, Verdict};
pub use answers_file::{About, Answered, AnswersFile, Given, letters};
pub use beat::{Beat, Question, QuestionKind};
pub use check::{World, check};
pub use class::{Class, Count, Summed};
pub use fact::{FACTS, Facts, Known, facts, facts_beside, facts_of_model, facts_of_training, fill};
pub use head::Head;
pub use key::answer_key;
pub use record::{Record, Said, Tried};
pub use shipped::{Shipped, shipped, shipped_lessons};
pub use show::{Branch, Changes, DrawingsShown, Show, TrainingShown, place_of};
pub use timing::timing;
pub use told::Told;

use std::collections::BTreeMap;

use crate::walk::Problem;

/// The largest file that is read.
pub const LIMIT: usize = 256 << 10;

/// A lesson that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// The name by which it is opened: the file's, without number and ending.
    pub name: String,
    /// Title, length, settings.
    pub head: Head,
    /// In their order.
    pub beats: Vec<Beat>,
    /// Where the recordings are that its beats name, as far as whoever opens it found them; a beat
    /// whose recording is not among them shows its walk instead.
    pub recordings: BTreeMap<String, String>,
}

/// What is wrong with a lesson, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// What.
    pub problem: Problem,
}

impl Mistake {
    const fn new(line: usize, problem: Problem) -> Self {
        Self { line, problem }
    }
}

impl Lesson {
    /// Reads a lesson's text. Whatever else is wrong with it is found by [`check`].
    ///
    /// # Errors
    /// Every line that cannot be read.
    pub fn read(name: &str, text: &str) -> Result<Self, Vec<Mistake>> {
        let source = source::split(text)?;
        let mut mistakes = Vec::new();
        let head = Head::read(&source.head).map_err(|mistake| mistakes.push(mistake));
        let mut beats = Vec::new();
        for raw in &source.beats {
            match Beat::read(raw) {
                Ok(beat) => beats.push(beat),
                Err(found) => mistakes.extend(found),
            }
        }
        match head {
            Ok(head) if mistakes.is_empty() => {
                Ok(Self { name: name.to_owned(), head, beats, recordings: BTreeMap::new() })
            }
            _ => Err(mistakes),
        }
    }

    /// The settings of the walk at a beat, from 0: those of the head, and of every beat up to it.
    pub fn walk_at(&self, at: usize) -> Changes {
        let shows = self.beats.iter().take(at + 1).filter_map(|beat| beat.show.as_ref());
        shows.fold(self.head.walk.clone(), |walk, show| show.walk.over(&walk))
    }

    /// How many questions it asks.
    pub fn questions(&self) -> usize {
        self.beats.iter().filter(|beat| beat.question.is_some()).count()
    }
}
