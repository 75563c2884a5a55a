//! The flags of `safelight train`: what is trained, where, and how long.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::flags::MOST_THREADS;
use super::values;
use crate::walk::{DeviceChoice, Problem};
use crate::words::Language;

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

impl TrainCommand {
    /// Its flags.
    pub const fn flags(&self) -> &TrainFlags {
        match self {
            Self::Vae(flags) | Self::Pocket(flags) => flags,
        }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// A number that cannot be.
    pub fn check(&self) -> Result<(), Problem> {
        let flags = self.flags();
        let counts = [
            ("--samples", flags.samples.map(|n| n as u64), 1 << 30),
            ("--things", flags.things.map(|n| n as u64), 1 << 10),
            ("--checkpoint-every", flags.checkpoint_every, 1 << 30),
            ("--threads", flags.threads.map(|n| n as u64), MOST_THREADS as u64),
        ];
        for (flag, value, most) in counts {
            if let Some(value) = value.filter(|value| !(1..=most).contains(value)) {
                return Err(Problem::usage("train-number")
                    .with("flag", flag)
                    .with("value", value)
                    .with("most", most));
            }
        }
        Ok(())
    }
}
