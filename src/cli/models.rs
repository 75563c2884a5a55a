//! The flags of `safelight models` and `safelight doctor`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::values;
use crate::walk::{Asked, Prediction, Problem};
use crate::words::Language;

const ABOUT: &str = "\
One object a model: {\"safelight\": 1, \"name\", \"path\", \"form\": \"inside|folder|file\", \"stored\", \
\"family\", \"parameters\": {..}, \"vector_width\", \"vocabulary\", \"scheduler\", \"sampler\", \
\"prediction\", \"untold\": [\"prediction|turbo\"], \"width\", \"height\", \"bytes\", \"memory\": [{\"device\", \"dtype\", \"width\", \
\"height\", \"bytes\"}]}. Memory is an estimate, for a picture with guidance.";

/// The largest side that memory is estimated for.
const LARGEST: usize = 1 << 14;

/// `safelight models`, with a command or alone.
#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true, after_long_help = ABOUT)]
pub struct Models {
    /// What is done.
    #[command(subcommand)]
    pub command: Option<ModelsCommand>,
    /// The flags of the list.
    #[command(flatten)]
    pub list: ListFlags,
}

/// What is done with models.
#[derive(Subcommand, Clone, Debug)]
pub enum ModelsCommand {
    /// Tell all that is known of one model before it is walked
    #[command(after_long_help = ABOUT)]
    Info(InfoFlags),
    /// Fetch a model by its id into the Hugging Face cache, and print its folder
    ///
    /// Only what a walk needs: index, configs, tokenizers, and one form of each network's weights.
    /// What is broken off is gone on with by the same command.
    Get(GetFlags),
}

/// Which models are listed.
#[derive(Args, Clone, Debug, Default)]
pub struct ListFlags {
    /// Folders of models, models, or single files [default: this folder]
    #[arg(value_name = "PATH")]
    pub places: Vec<PathBuf>,
    /// For which picture memory is estimated, and how the list is printed.
    #[command(flatten)]
    pub shown: Shown,
}

/// Which model is told of.
#[derive(Args, Clone, Debug)]
pub struct InfoFlags {
    /// A folder in the layout of diffusers, one safetensors file, an id that is in the cache, or
    /// pocket
    #[arg(value_name = "PATH|ID")]
    pub model: String,
    /// A folder in the layout of diffusers whose configs, schedule and tokenizer a model in one file
    /// takes [default: told from its shapes and its family]
    #[arg(long, value_name = "DIR")]
    pub model_config: Option<String>,
    /// How the network's answer is read, which one file does not say: a Stable Diffusion 2 in one
    /// file is taken for the v model
    #[arg(long, value_parser = values::prediction(), value_name = "NAME")]
    pub prediction: Option<Prediction>,
    /// For which picture memory is estimated, and how it is printed.
    #[command(flatten)]
    pub shown: Shown,
}

/// How models are told of.
#[derive(Args, Clone, Debug, Default)]
pub struct Shown {
    /// Estimate memory for a picture of this width [default: the model's own]
    #[arg(long, value_name = "PIXELS", requires = "height", allow_negative_numbers = true)]
    pub width: Option<usize>,
    /// And of this height
    #[arg(long, value_name = "PIXELS", requires = "width", allow_negative_numbers = true)]
    pub height: Option<usize>,
    /// One JSON object a model instead
    #[arg(long)]
    pub json: bool,
    /// Language of every sentence [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
}

/// What is fetched.
#[derive(Args, Clone, Debug)]
pub struct GetFlags {
    /// The model's id, such as stabilityai/sd-turbo
    #[arg(value_name = "ID")]
    pub id: String,
    /// Language of every sentence [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
    /// No progress bar and no remarks on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

/// `safelight doctor`
#[derive(Args, Clone, Debug, Default)]
pub struct DoctorFlags {
    /// One JSON object instead
    #[arg(long)]
    pub json: bool,
    /// Language of every sentence [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
}

impl Models {
    /// Checks the numbers.
    ///
    /// # Errors
    /// A size that cannot be.
    pub fn check(&self) -> Result<(), Problem> {
        let shown = match &self.command {
            None => &self.list.shown,
            Some(ModelsCommand::Info(flags)) => &flags.shown,
            Some(ModelsCommand::Get(_)) => return Ok(()),
        };
        let sides = [("--width", shown.width), ("--height", shown.height)];
        match sides.iter().find(|(_, side)| side.is_some_and(|n| !(1..=LARGEST).contains(&n))) {
            Some((flag, side)) => Err(Problem::usage("train-number")
                .with("flag", flag)
                .with("value", side.unwrap_or_default())
                .with("most", LARGEST)),
            None => Ok(()),
        }
    }

    /// The language of every sentence, where it is said.
    pub const fn lang(&self) -> Option<Language> {
        match &self.command {
            None => self.list.shown.lang,
            Some(ModelsCommand::Info(flags)) => flags.shown.lang,
            Some(ModelsCommand::Get(flags)) => flags.lang,
        }
    }
}

impl InfoFlags {
    /// The model that is meant, with what it takes its configs from.
    pub fn asked(&self) -> Asked {
        Asked {
            model: Some(self.model.clone()),
            model_config: self.model_config.clone(),
            prediction: self.prediction,
            ..Asked::default()
        }
    }
}

impl Shown {
    /// The picture that memory is estimated for.
    pub fn size(&self) -> Option<(usize, usize)> {
        self.width.zip(self.height)
    }
}
