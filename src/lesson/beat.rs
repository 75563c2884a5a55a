//! A beat: what is read, what the program shows, what is asked before it shows, and why.

use serde::Deserialize;

use super::Mistake;
use super::head::unread;
use super::source::{Block, Part, RawBeat};
use crate::walk::{Asked, Problem, Sampler, Stage};

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

/// Settings that differ from the model's own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Changes {
    /// The words to draw.
    pub prompt: Option<String>,
    /// What to steer away from.
    pub negative: Option<String>,
    /// Seed of the noise.
    pub seed: Option<u64>,
    /// Denoising steps.
    pub steps: Option<usize>,
    /// Guidance scale.
    pub guidance: Option<f64>,
    /// The sampler's name.
    pub sampler: Option<String>,
}

impl Changes {
    /// These laid over others.
    #[must_use]
    pub fn over(&self, under: &Self) -> Self {
        let under = under.clone();
        Self {
            prompt: self.prompt.clone().or(under.prompt),
            negative: self.negative.clone().or(under.negative),
            seed: self.seed.or(under.seed),
            steps: self.steps.or(under.steps),
            guidance: self.guidance.or(under.guidance),
            sampler: self.sampler.clone().or(under.sampler),
        }
    }

    /// What a walk with them asks for, on the model and device of `base`.
    pub fn asked(&self, base: &Asked) -> Asked {
        Asked {
            prompt: self.prompt.clone(),
            negative: self.negative.clone(),
            seed: self.seed,
            steps: self.steps,
            guidance: self.guidance,
            sampler: self.sampler.as_deref().and_then(Sampler::from_name),
            ..base.clone()
        }
    }
}

/// What the program shows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Show {
    /// A stage by its stem.
    pub stage: Option<String>,
    /// Which call of the noise predictor, from 1; at the stage `step`.
    pub call: Option<usize>,
    /// A piece of the prompt that is chosen, by its text.
    pub piece: Option<String>,
    /// Whether the map of that piece is shown; at the stage `step`.
    pub attention: bool,
    /// Whether one number is followed by hand; at the stage `step`.
    pub by_hand: bool,
    /// A recording that is shown instead of a walk.
    pub recording: Option<String>,
    /// Settings of the walk, over those of the head.
    pub walk: Changes,
}

impl Show {
    /// The stage, where one is named that there is.
    pub fn stage(&self) -> Option<Stage> {
        self.stage.as_deref().and_then(Stage::from_stem)
    }
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
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
