//! The flags of `safelight train eval`: which model, how many pictures, what is written.

use std::path::PathBuf;

use clap::Args;

use super::counted;
use crate::cli::flags::MOST_THREADS;
use crate::cli::values;
use crate::walk::{Asked, DeviceChoice, Problem};
use crate::words::Language;

/// How a model is measured.
#[derive(Args, Clone, Debug, Default)]
pub struct EvalFlags {
    /// Folder of a model in the layout of diffusers that was taught the words of the small world
    /// [default: the small model inside the program]
    #[arg(long, value_name = "DIR")]
    pub model: Option<String>,
    /// Seeds of each combination; with one, seeds are not compared
    #[arg(long, value_name = "N", default_value_t = 2, allow_negative_numbers = true)]
    pub seeds: usize,
    /// Only every so-manieth combination: a quick look
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    pub every: usize,
    /// Also draw every thing in four colours on a sheet (PNG), an older file is replaced
    #[arg(long, value_name = "FILE")]
    pub sheet: Option<PathBuf>,
    /// The figures as one JSON object, the last line of stdout
    #[arg(long)]
    pub json: bool,
    /// Where to compute; auto takes a GPU where there is one
    #[arg(long, value_parser = values::device(), value_name = "NAME")]
    pub device: Option<DeviceChoice>,
    /// How many threads compute [default: all cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub threads: Option<usize>,
    /// Language of every word [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
    /// No progress bar and no remarks on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

impl EvalFlags {
    /// Checks the numbers.
    ///
    /// # Errors
    /// A number that cannot be.
    pub fn check(&self) -> Result<(), Problem> {
        counted("--seeds", Some(self.seeds as u64), 100)?;
        counted("--every", Some(self.every as u64), 1000)?;
        counted("--threads", self.threads.map(|n| n as u64), MOST_THREADS as u64)
    }

    /// What is asked of the engine.
    pub fn asked(&self) -> Asked {
        let device = self.device.unwrap_or_default();
        Asked { model: self.model.clone(), device, ..Asked::default() }
    }
}
