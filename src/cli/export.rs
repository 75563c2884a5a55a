//! The flags of `safelight export`: which recording, which files.

use std::path::PathBuf;

use clap::Args;

use super::values;
use crate::walk::Problem;
use crate::words::Language;

/// What is made of a recording; at least one file is asked for.
#[derive(Args, Clone, Debug, Default)]
pub struct ExportFlags {
    /// A file that --record or the key w has written
    #[arg(value_name = "RECORDING")]
    pub file: PathBuf,
    /// The finished picture, with its settings in the text that other programs read as well
    #[arg(long, value_name = "FILE")]
    pub png: Option<PathBuf>,
    /// A contact sheet: x0 at every step, and the finished picture, with labels (PNG)
    #[arg(long, value_name = "FILE")]
    pub sheet: Option<PathBuf>,
    /// x0 step by step as an animated GIF
    #[arg(long, value_name = "FILE")]
    pub gif: Option<PathBuf>,
    /// The numbers of every step as CSV; the columns stand below
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// The whole walk as one page for a browser: stages, numbers and attention, without a network
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Language of the words in the files and of every sentence [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
    /// No progress bar and no remarks on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

impl ExportFlags {
    /// The files that are asked for, each with its flag, in the order in which they are written.
    pub fn targets(&self) -> Vec<(&'static str, &PathBuf)> {
        let all = [
            ("--png", &self.png),
            ("--sheet", &self.sheet),
            ("--gif", &self.gif),
            ("--csv", &self.csv),
            ("--html", &self.html),
        ];
        all.into_iter().filter_map(|(flag, path)| Some((flag, path.as_ref()?))).collect()
    }

    /// Checks what concerns more than one flag.
    ///
    /// # Errors
    /// Nothing to write, or one file for two things.
    pub fn check(&self) -> Result<(), Problem> {
        let targets = self.targets();
        if targets.is_empty() {
            return Err(Problem::usage("export-nothing"));
        }
        for (i, (flag, path)) in targets.iter().enumerate() {
            if let Some((other, _)) = targets[..i].iter().find(|(_, earlier)| earlier == path) {
                return Err(Problem::usage("export-one-file")
                    .with("flag", flag)
                    .with("other", other)
                    .with("file", path.display()));
            }
        }
        Ok(())
    }
}
