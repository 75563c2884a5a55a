//! The flags of `safelight lesson` and `safelight lessons`.

use clap::{Args, Subcommand};

use super::Flags;
use super::values;
use crate::words::Language;

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
    /// How it is shown; what is walked stands in the lesson.
    #[command(flatten)]
    pub flags: Flags,
}

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
    /// Print the presenter's notes and the answer key
    Notes {
        /// A file, or the name of a lesson inside the program
        #[arg(value_name = "NAME|FILE")]
        lesson: String,
        /// Language of the lesson and of every sentence [default: the locale's]
        #[arg(long, value_parser = values::language(), value_name = "CODE")]
        lang: Option<Language>,
    },
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
