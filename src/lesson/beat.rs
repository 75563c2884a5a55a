//! A beat: what is read, what the program shows, what is asked before it shows, and why.

use serde::{Deserialize, Serialize};

use super::Mistake;
use super::head::unread;
use super::show::Show;
use super::source::{Block, Part, RawBeat};
use crate::walk::Problem;

/// One beat of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Beat {
    /// The line of its heading, from 1.
    pub line: usize,
    /// What it is called.
    pub title: String,
    /// What is read before; `{facts}` are filled in from the walk.
    pub said: String,
    /// What the program shows; none: what it showed before.
    pub show: Option<Show>,
    /// The line of what is shown.
    pub show_line: usize,
    /// What is asked before it is shown.
    pub question: Option<Question>,
    /// The line of the question.
    pub question_line: usize,
    /// What is read once it is shown.
    pub explained: String,
    /// For the teacher alone.
    pub notes: String,
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QuestionKind {
    /// One of the choices, by its letter.
    Choice,
    /// A number.
    Number,
    /// The choices in their order, by their letters.
    Order,
    /// Free thought: nothing is right or wrong.
    Thought,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// How it is answered.
    pub kind: QuestionKind,
    /// What is asked.
    pub question: String,
    /// What may be chosen, or is to be put in order; the first is `a`.
    #[serde(default)]
    pub choices: Vec<String>,
    /// The answer: a letter; a number, or the name of a fact in braces; letters in their order.
    #[serde(default)]
    pub answer: String,
    /// How far a number may be from the answer, in per cent of it.
    #[serde(default)]
    pub tolerance: f64,
}

impl Beat {
    /// Understands the parts of a beat.
    pub(super) fn read(raw: &RawBeat) -> Result<Self, Vec<Mistake>> {
        let mut beat = Self {
            line: raw.line,
            title: raw.title.clone(),
            said: String::new(),
            show: None,
            show_line: raw.line,
            question: None,
            question_line: raw.line,
            explained: String::new(),
            notes: String::new(),
        };
        let mut mistakes = Vec::new();
        for part in &raw.parts {
            if let Err(mistake) = beat.take(part) {
                mistakes.push(mistake);
            }
        }
        if mistakes.is_empty() { Ok(beat) } else { Err(mistakes) }
    }

    fn take(&mut self, part: &Part) -> Result<(), Mistake> {
        match part {
            Part::Text(block) => add(&mut self.said, &block.text),
            Part::Quote(block) => add(&mut self.explained, &block.text),
            Part::Fence(info, block) => match info.as_str() {
                "show" => {
                    once(self.show.is_some(), info, block)?;
                    self.show_line = block.line;
                    self.show = Some(parsed(block)?);
                }
                "ask" => {
                    once(self.question.is_some(), info, block)?;
                    self.question_line = block.line;
                    self.question = Some(parsed(block)?);
                }
                "notes" => add(&mut self.notes, &block.text),
                _ => {
                    let problem = Problem::new("lesson-fence").with("found", info);
                    return Err(Mistake::new(block.line - 1, problem));
                }
            },
        }
        Ok(())
    }
}

/// Adds a part; paragraphs are joined to one line each.
fn add(to: &mut String, text: &str) {
    for paragraph in text.trim().split("\n\n") {
        if !to.is_empty() {
            to.push('\n');
        }
        let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
        to.push_str(&lines.join(" "));
    }
}

fn once(there: bool, info: &str, block: &Block) -> Result<(), Mistake> {
    if there {
        return Err(Mistake::new(block.line - 1, Problem::new("lesson-twice").with("part", info)));
    }
    Ok(())
}

fn parsed<T: serde::de::DeserializeOwned>(block: &Block) -> Result<T, Mistake> {
    toml::from_str(&block.text).map_err(|error| unread(block, &error))
}
