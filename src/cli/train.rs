//! The flags of `safelight train`: what is trained, where, and how long; what it is trained on, and
//! how good it became.

mod data;
mod eval;
mod look;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::flags::MOST_THREADS;
use super::values;
use crate::walk::{DeviceChoice, Problem};
use crate::words::Language;

pub use data::DataFlags;
pub use eval::EvalFlags;
pub use look::LookFlags;

const FIGURES: &str = "\
With --json the last line of stdout is {\"thing\": 0.93, \"color\": .., \"background\": .., \
\"seed_ratio\": .., \"psnr\": .., \"pictures\": N}: shares of pictures that are right, the mean pixel \
distance of two seeds over that of two prompts, and the autoencoder's PSNR in dB.";

/// `safelight train`, with a command or with `--show-data`.
#[derive(Args, Clone, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true
)]
pub struct Train {
    /// What is done.
    #[command(subcommand)]
    pub command: Option<TrainCommand>,
    /// Leaf through training pictures and their captions: the same as `train data`
    #[arg(long, required = true)]
    pub show_data: bool,
    /// The flags of `--show-data`.
    #[command(flatten)]
    pub data: DataFlags,
}

/// What is trained.
#[derive(Subcommand, Clone, Debug)]
pub enum TrainCommand {
    /// Train the autoencoder: pictures to latents and back
    ///
    /// Writes DIR/vae in the layout of diffusers; `train pocket` with the same folder goes on from
    /// there. Stopped at any time, the same command goes on where it was.
    Vae(TrainFlags),
    /// Train noise predictor and text encoder on the latents of an autoencoder
    ///
    /// Takes DIR/vae where it is there, else the autoencoder inside the program, and writes a whole
    /// model that --model walks and diffusers loads. Stopped at any time, the same command goes on
    /// where it was.
    Pocket(TrainFlags),
    /// Leaf through training pictures and their captions
    ///
    /// On a terminal Enter shows the next one and q ends; in a pipe --count pictures are printed.
    Data(DataFlags),
    /// Measure a model on combinations of words that training never showed
    ///
    /// It draws every such combination; a judge that knows no network, only drawings, names thing,
    /// colour and background.
    #[command(after_long_help = FIGURES)]
    Eval(EvalFlags),
    /// Look at one moment of the training of the model inside: how wrong it is at each age
    ///
    /// Noise of a known strength is added to a training picture, and the model says at each of
    /// four ages what it sees. With --json one object: picture, caption, timestep, the two factors,
    /// and for each age its samples and errors.
    Look(LookFlags),
}

/// How a network is trained.
#[derive(Args, Clone, Debug, Default)]
pub struct TrainFlags {
    /// The folder that everything is written to: the model, checkpoints, curve and samples
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// A recipe [default: that of the model inside, fixtures/pictures/recipe.toml]
    #[arg(long, value_name = "FILE")]
    pub recipe: Option<PathBuf>,
    /// Not more pictures in all than this: a short run
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub samples: Option<usize>,
    /// Only the first so many things of the small world
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub things: Option<usize>,
    /// Decides the first weights and what each step sees [default: the recipe's]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// A checkpoint after so many steps [default: every minute]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub checkpoint_every: Option<u64>,
    /// No pictures on the way: neither sample sheets nor the time that they take
    #[arg(long)]
    pub no_sheets: bool,
    /// Where to compute
    #[arg(long, value_parser = values::device(), value_name = "NAME")]
    pub device: Option<DeviceChoice>,
    /// How many threads compute [default: the processor's cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub threads: Option<usize>,
    /// Language of every sentence [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
    /// No progress bar and no remarks on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

impl Train {
    /// Checks the numbers.
    ///
    /// # Errors
    /// A number that cannot be.
    pub fn check(&self) -> Result<(), Problem> {
        match &self.command {
            None => self.data.check(),
            Some(TrainCommand::Vae(flags) | TrainCommand::Pocket(flags)) => flags.check(),
            Some(TrainCommand::Data(flags)) => flags.check(),
            Some(TrainCommand::Eval(flags)) => flags.check(),
            Some(TrainCommand::Look(_)) => Ok(()),
        }
    }

    /// How many threads compute, where it is said.
    pub const fn threads(&self) -> Option<usize> {
        match &self.command {
            Some(TrainCommand::Vae(flags) | TrainCommand::Pocket(flags)) => flags.threads,
            Some(TrainCommand::Eval(flags)) => flags.threads,
            Some(TrainCommand::Data(_) | TrainCommand::Look(_)) | None => None,
        }
    }

    /// The model that is measured, where it is named.
    pub fn model(&self) -> Option<&str> {
        match &self.command {
            Some(TrainCommand::Eval(flags)) => flags.model.as_deref(),
            _ => None,
        }
    }

    /// The language of every sentence, where it is said.
    pub const fn lang(&self) -> Option<Language> {
        match &self.command {
            None => self.data.lang,
            Some(TrainCommand::Vae(flags) | TrainCommand::Pocket(flags)) => flags.lang,
            Some(TrainCommand::Data(flags)) => flags.lang,
            Some(TrainCommand::Eval(flags)) => flags.lang,
            Some(TrainCommand::Look(flags)) => flags.lang,
        }
    }
}

impl TrainFlags {
    fn check(&self) -> Result<(), Problem> {
        counted("--samples", self.samples.map(|n| n as u64), 1 << 30)?;
        counted("--things", self.things.map(|n| n as u64), 1 << 10)?;
        counted("--checkpoint-every", self.checkpoint_every, 1 << 30)?;
        counted("--threads", self.threads.map(|n| n as u64), MOST_THREADS as u64)
    }
}

/// Refuses a count outside 1 to `most`.
fn counted(flag: &'static str, value: Option<u64>, most: u64) -> Result<(), Problem> {
    match value.filter(|value| !(1..=most).contains(value)) {
        Some(value) => Err(Problem::usage("train-number")
            .with("flag", flag)
            .with("value", value)
            .with("most", most)),
        None => Ok(()),
    }
}
