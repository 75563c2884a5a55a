//! The flags of `safelight teach`: the word, its pictures, what is to learn, and where it goes.

use std::path::PathBuf;

use clap::Args;

use super::values::{self, Colour};
use crate::terminal::Protocol;
use crate::walk::{DeviceChoice, Problem, TaughtKind, TeachingAsked};
use crate::words::Language;

const LEARNING: &str = "What learns";
const SHOWING: &str = "How it is shown";

/// What a user can say of a teaching.
#[derive(Args, Clone, Debug, Default)]
pub struct TeachFlags {
    /// The word, as it will stand in prompts: snail, or snail in angle brackets
    #[arg(value_name = "WORD")]
    pub word: String,
    /// A folder with pictures of it (PNG, JPEG), two at least
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with = "drawing",
        required_unless_present = "drawing"
    )]
    pub from: Option<PathBuf>,
    /// Or a drawing: a thing of the model's world (cat), or the path of an SVG with its classes
    #[arg(long, value_name = "NAME")]
    pub drawing: Option<String>,
    /// The file that is written: safetensors
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Folder of a model in the layout of diffusers [default: the small model inside the program]
    #[arg(long, value_name = "DIR")]
    pub model: Option<String>,

    /// Thin matrices beside attention learn (LoRA), and not the vectors of the word
    #[arg(long, help_heading = LEARNING)]
    pub lora: bool,
    /// With --lora: the rank of the thin matrices
    #[arg(long, value_name = "N", requires = "lora", help_heading = LEARNING)]
    pub rank: Option<usize>,
    /// With --lora: the text encoder learns as well
    #[arg(long, requires = "lora", help_heading = LEARNING)]
    pub text_encoder: bool,
    /// With --lora: names as kohya's scripts write them, not diffusers'
    #[arg(long, requires = "lora", help_heading = LEARNING)]
    pub kohya: bool,
    /// How many vectors, and so places of a prompt, the word gets [default: 4]
    #[arg(long, value_name = "N", conflicts_with = "lora", help_heading = LEARNING)]
    pub vectors: Option<usize>,
    /// The word whose vector is the beginning [default: the mean of the things the model knows]
    #[arg(long, value_name = "WORD", conflicts_with = "lora", help_heading = LEARNING)]
    pub start: Option<String>,
    /// So many pictures that the model draws already are shown beside, so that it keeps them; 0
    /// shows how the word swallows the rest [default: 16 with --lora, else 0]
    #[arg(long, value_name = "N", help_heading = LEARNING)]
    pub keep: Option<usize>,
    /// Steps
    #[arg(long, value_name = "N", help_heading = LEARNING)]
    pub steps: Option<u64>,
    /// The learning rate at the beginning
    #[arg(long, value_name = "X", help_heading = LEARNING)]
    pub rate: Option<f64>,
    /// Pictures in a step
    #[arg(long, value_name = "N", help_heading = LEARNING)]
    pub batch: Option<usize>,
    /// Decides all that is drawn by chance
    #[arg(long, value_name = "N", help_heading = LEARNING)]
    pub seed: Option<u64>,
    /// Where to compute
    #[arg(long, value_parser = values::device(), value_name = "NAME", help_heading = LEARNING)]
    pub device: Option<DeviceChoice>,
    /// How many threads compute [default: all cores]
    #[arg(long, value_name = "N", help_heading = LEARNING)]
    pub threads: Option<usize>,

    /// A sample picture after so many steps; 0: none on the way
    #[arg(long, value_name = "N", help_heading = SHOWING)]
    pub sample_every: Option<u64>,
    /// Also write the pictures before and after as one PNG
    #[arg(long, value_name = "FILE", help_heading = SHOWING)]
    pub sheet: Option<PathBuf>,
    /// Language of every word [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE", help_heading = SHOWING)]
    pub lang: Option<Language>,
    /// How many colours; `NO_COLOR` is respected
    #[arg(long, visible_alias = "colour", value_parser = values::colour(), value_name = "WHICH", help_heading = SHOWING)]
    pub color: Option<Colour>,
    /// How pictures reach the terminal
    #[arg(long, value_parser = values::protocol(), value_name = "NAME", help_heading = SHOWING)]
    pub protocol: Option<Protocol>,
    /// Sentences alone, pictures described
    #[arg(long, conflicts_with = "json", help_heading = SHOWING)]
    pub plain: bool,
    /// One JSON object at the end instead: losses, changes, distances
    #[arg(long, help_heading = SHOWING)]
    pub json: bool,
    /// No progress bar and no remarks on stderr
    #[arg(long, short, help_heading = SHOWING)]
    pub quiet: bool,
}

/// The most pictures of the model's own.
const MOST_KEPT: usize = 200;

impl TeachFlags {
    /// Checks what no model decides.
    ///
    /// # Errors
    /// A wrong use, named.
    pub fn check(&self) -> Result<(), Problem> {
        if self.threads.is_some_and(|n| !(1..=super::flags::MOST_THREADS).contains(&n)) {
            return Err(Problem::usage("threads-range").with("most", super::flags::MOST_THREADS));
        }
        if self.kept() > MOST_KEPT {
            return Err(Problem::usage("setting-number")
                .with("name", "keep")
                .with("value", self.kept())
                .with("least", 0)
                .with("most", MOST_KEPT));
        }
        Ok(())
    }

    /// How many pictures of the model's own are shown beside.
    pub fn kept(&self) -> usize {
        self.keep.unwrap_or(self.kind().usually_kept())
    }

    fn kind(&self) -> TaughtKind {
        if self.lora {
            TaughtKind::Lora { rank: self.rank.unwrap_or(4), text: self.text_encoder }
        } else {
            TaughtKind::Vectors(self.vectors.unwrap_or(4))
        }
    }

    /// What is asked of the teacher.
    pub fn asked(&self) -> TeachingAsked {
        let usual = TeachingAsked::usual(self.word.clone(), self.kind());
        let steps = self.steps.unwrap_or(usual.steps);
        TeachingAsked {
            start: self.start.clone(),
            steps,
            rate: self.rate.unwrap_or(usual.rate),
            batch: self.batch.unwrap_or(usual.batch),
            seed: self.seed.unwrap_or(usual.seed),
            sample_every: self.sample_every.unwrap_or(steps.div_ceil(4)),
            ..usual
        }
    }
}
