//! The flags of `safelight train data`: which pictures, and how they are shown.

use std::path::PathBuf;

use clap::Args;

use super::counted;
use crate::cli::values::{self, Colour};
use crate::terminal::Protocol;
use crate::walk::Problem;
use crate::words::Language;

/// Which training pictures are shown.
#[derive(Args, Clone, Debug, Default)]
pub struct DataFlags {
    /// Decides all pictures [default: that of the training]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The first one, from 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub from: u64,
    /// How many: with --out on the sheet, else where nobody can leaf
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub count: Option<usize>,
    /// Pictures of combinations that training never shows
    #[arg(long)]
    pub held_out: bool,
    /// Only list the combinations of thing, colour and background
    #[arg(long, conflicts_with_all = ["out", "from", "count"])]
    pub list: bool,
    /// Write a sheet of pictures and captions (PNG), an older file is replaced
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// One JSON object a line instead
    #[arg(long)]
    pub json: bool,
    /// How many colours; `NO_COLOR` is respected
    #[arg(long, visible_alias = "colour", value_parser = values::colour(), value_name = "WHICH")]
    pub color: Option<Colour>,
    /// How pictures reach the terminal
    #[arg(long, value_parser = values::protocol(), value_name = "NAME")]
    pub protocol: Option<Protocol>,
    /// Language of every word [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
    /// No remarks on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

impl DataFlags {
    /// Checks the numbers.
    ///
    /// # Errors
    /// A count that cannot be.
    pub fn check(&self) -> Result<(), Problem> {
        counted("--count", self.count.map(|count| count as u64), 1000)
    }
}
