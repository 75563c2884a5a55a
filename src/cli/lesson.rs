//! The flags of `safelight lesson` and `safelight lessons`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::flags::MOST_THREADS;
use super::{Flags, values};
use crate::walk::{Asked, DeviceChoice, DtypeChoice, Problem};
use crate::words::{Language, Tongues};

/// What is done with a lesson.
#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct LessonFlags {
    /// Check or print a lesson instead of opening it.
    #[command(subcommand)]
    pub command: Option<LessonCommand>,
    /// The name of a lesson inside the program (safelight lessons lists them), or a file
    #[arg(value_name = "NAME|FILE", required = true)]
    pub lesson: Option<String>,
    /// Write to FILE, at each beat, where the lesson is: `lesson notes --follow FILE` in a second
    /// terminal shows the notes that belong to it
    #[arg(long, value_name = "FILE")]
    pub tell: Option<PathBuf>,
    /// Where answers and recordings are.
    #[command(flatten)]
    pub desk: DeskFlags,
    /// How it is shown; what is walked stands in the lesson.
    #[command(flatten)]
    pub flags: Flags,
}

/// What a learner's desk has: a file for the answers, a folder with recordings.
#[derive(Args, Clone, Debug, Default)]
pub struct DeskFlags {
    /// Write the answers to a file for a teacher, whenever one is put down (JSON); without this
    /// they are kept nowhere
    #[arg(long, value_name = "FILE", help_heading = LESSON)]
    pub export_answers: Option<PathBuf>,
    /// A name to write into that file; none is written otherwise
    #[arg(long, value_name = "NAME", requires = "export_answers", help_heading = LESSON)]
    pub learner: Option<String>,
    /// A folder with recordings that the lesson names [default: `SAFELIGHT_RECORDINGS`, else
    /// `recordings` beside the program]
    #[arg(long, value_name = "DIR", help_heading = LESSON)]
    pub recordings: Option<PathBuf>,
}

const LESSON: &str = "Lesson";

/// Beside opening one.
#[derive(Clone, Debug, Subcommand)]
pub enum LessonCommand {
    /// Say what is wrong with a lesson, by line; exit code 1 where anything is
    Check {
        /// A file, or the name of a lesson inside the program
        #[arg(value_name = "FILE")]
        lesson: String,
        /// Language of every sentence [default: the locale's]
        #[arg(long, value_parser = values::language(), value_name = "CODE")]
        lang: Option<Language>,
    },
    /// Print the presenter's notes and the answer key, or show those of the beat that is on
    Notes {
        /// A file, or the name of a lesson inside the program
        #[arg(value_name = "NAME|FILE")]
        lesson: String,
        /// Show the notes of the beat that is on in another terminal, its answer key and the time;
        /// FILE is the one of `lesson NAME --tell FILE`
        #[arg(long, value_name = "FILE")]
        follow: Option<PathBuf>,
        /// Language of the lesson and of every sentence; en+zh: the notes in both
        /// [default: the locale's]
        #[arg(long, value_parser = values::tongues(), value_name = "CODE")]
        lang: Option<Tongues>,
    },
    /// Sum up the answers of a class: files that --export-answers has written
    ///
    /// What cannot be read, or answers another lesson, is named and left out; exit code 1 where
    /// nothing could be read.
    Answers {
        /// Files of answers
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// One JSON object on stdout
        #[arg(long)]
        json: bool,
        /// Language of every sentence, and of the questions where the lesson is inside the program
        /// [default: the locale's]
        #[arg(long, value_parser = values::language(), value_name = "CODE")]
        lang: Option<Language>,
    },
    /// Write a lesson as one page for a browser: no network, no other file, also on paper
    ///
    /// Its figures are computed now. A lesson inside the program comes in every language, with a
    /// switch on the page.
    Page(PageFlags),
    /// Write the lesson plan of forty-five minutes as a page to be printed
    Plan(PlanFlags),
    /// Walk what a lesson wants a recording of, with any model, and write the recordings
    Record(RecordFlags),
}

/// The flags of `safelight lesson page`.
#[derive(Args, Clone, Debug)]
pub struct PageFlags {
    /// The name of a lesson inside the program, or a file
    #[arg(value_name = "NAME|FILE")]
    pub lesson: String,
    /// Where the page goes; an older file is replaced
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The same lesson in the other language, for a lesson in a file
    #[arg(long, value_name = "FILE")]
    pub with: Option<String>,
    /// A folder with recordings that the lesson names [default: `SAFELIGHT_RECORDINGS`, else
    /// `recordings` beside the program]
    #[arg(long, value_name = "DIR")]
    pub recordings: Option<PathBuf>,
    /// Language in which the page opens, and of every sentence [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
    /// No remarks on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

/// The flags of `safelight lesson plan`.
#[derive(Args, Clone, Debug, Default)]
pub struct PlanFlags {
    /// Where the page goes; an older file is replaced [default: stdout]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Language in which the page opens, and of every sentence [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
    /// No remarks on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

/// The flags of `safelight lesson record`.
#[derive(Args, Clone, Debug)]
pub struct RecordFlags {
    /// The name of a lesson inside the program, or a file
    #[arg(value_name = "NAME|FILE")]
    pub lesson: String,
    /// A folder, one safetensors file, or an id of Hugging Face
    #[arg(long, value_name = "PATH|ID")]
    pub model: Option<String>,
    /// The folder that the recordings go to; made where it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// What computes
    #[arg(long, value_parser = values::device(), value_name = "NAME")]
    pub device: Option<DeviceChoice>,
    /// In which numbers
    #[arg(long, value_parser = values::dtype(), value_name = "NAME")]
    pub dtype: Option<DtypeChoice>,
    /// How many threads compute
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Write over recordings that are there already
    #[arg(long)]
    pub force: bool,
    /// Language of the lesson and of every sentence [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
    /// No progress bar and no remarks on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

impl RecordFlags {
    /// Checks what no model decides.
    ///
    /// # Errors
    /// A number of threads that makes no sense.
    pub fn check(&self) -> Result<(), Problem> {
        if self.threads.is_some_and(|n| !(1..=MOST_THREADS).contains(&n)) {
            return Err(Problem::usage("threads-range").with("most", MOST_THREADS));
        }
        Ok(())
    }

    /// What its walks have beside what the lesson asks for.
    pub fn asked(&self) -> Asked {
        Asked {
            model: self.model.clone(),
            device: self.device.unwrap_or_default(),
            dtype: self.dtype.unwrap_or_default(),
            ..Asked::default()
        }
    }
}

impl LessonFlags {
    /// The language that is asked for, or two.
    pub fn lang(&self) -> Option<Tongues> {
        let one = |lang: Option<Language>| lang.map(Tongues::one);
        match &self.command {
            Some(LessonCommand::Check { lang, .. } | LessonCommand::Answers { lang, .. }) => {
                one(*lang)
            }
            Some(LessonCommand::Notes { lang, .. }) => *lang,
            Some(LessonCommand::Page(flags)) => one(flags.lang),
            Some(LessonCommand::Plan(flags)) => one(flags.lang),
            Some(LessonCommand::Record(flags)) => one(flags.lang),
            None => self.flags.lang,
        }
    }

    /// The model that is named.
    pub fn model(&self) -> Option<&str> {
        self.record().map_or(&self.flags.model, |flags| &flags.model).as_deref()
    }

    /// How many threads compute, where it is said.
    pub fn threads(&self) -> Option<usize> {
        self.record().map_or(self.flags.threads, |flags| flags.threads)
    }

    /// Whether nothing but the result is to be said.
    pub fn quiet(&self) -> bool {
        match &self.command {
            Some(LessonCommand::Page(flags)) => flags.quiet,
            Some(LessonCommand::Plan(flags)) => flags.quiet,
            Some(LessonCommand::Record(flags)) => flags.quiet,
            _ => self.flags.quiet,
        }
    }

    /// The recordings that are to be made, where that is asked for.
    pub const fn record(&self) -> Option<&RecordFlags> {
        match &self.command {
            Some(LessonCommand::Record(flags)) => Some(flags),
            _ => None,
        }
    }
}

/// The flags of `safelight lessons`.
#[derive(Args, Clone, Debug, Default)]
pub struct LessonsFlags {
    /// A JSON array on stdout: name, title, minutes, teaches, beats, questions
    #[arg(long)]
    pub json: bool,
    /// Language of the lessons and of every sentence [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
}
