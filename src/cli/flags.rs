//! The flags: the same in every command.

use std::path::{Path, PathBuf};

use clap::Args;

use super::told::ToldFlags;
use super::values::{self, Colour};
use crate::recording::Precision;
use crate::terminal::{Marks, Protocol};
use crate::walk::{
    Asked, AttachmentAsked, DeviceChoice, DtypeChoice, EngineChoice, ImageAsked, Prediction,
    Problem, Sampler, Spacing, Stage,
};
use crate::words::Tongues;

const WALK: &str = "What is walked";
const COMPUTING: &str = "Where and how it is computed";
const SHOWING: &str = "How it is shown";
const KEEPING: &str = "What is printed and kept";

/// The most threads that make sense to ask for.
pub(super) const MOST_THREADS: usize = 1024;

/// What a user can say. Whatever is unset comes from the model's own files, then from the program.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// The words to draw, in quotes; none: the model's own example
    #[arg(value_name = "PROMPT", help_heading = WALK)]
    pub words: Option<String>,
    /// The words to draw, also where they look like a path or a command
    #[arg(long, value_name = "PROMPT", conflicts_with = "words", help_heading = WALK)]
    pub prompt: Option<String>,
    /// What to steer away from; "" differs from none
    #[arg(long, value_name = "PROMPT", allow_hyphen_values = true, help_heading = WALK)]
    pub negative: Option<String>,
    /// A Stable Diffusion 1.x, 2.x or XL: a folder in the layout of diffusers, one safetensors file,
    /// or an id of Hugging Face such as stabilityai/sd-turbo [default: the small model inside the
    /// program]; pocket@untrained, pocket@early and pocket@half are what that one was while it was
    /// trained
    #[arg(
        long,
        value_parser = clap::builder::NonEmptyStringValueParser::new(),
        value_name = "PATH|ID",
        help_heading = WALK
    )]
    pub model: Option<String>,
    /// A folder in the layout of diffusers whose configs, schedule and tokenizer a model in one file
    /// takes [default: told from its shapes and its family]
    #[arg(long, value_name = "DIR", help_heading = WALK)]
    pub model_config: Option<String>,
    /// How the network's answer is read, which one file does not say: a Stable Diffusion 2 in one
    /// file is taken for the v model
    #[arg(long, value_parser = values::prediction(), value_name = "NAME", help_heading = WALK)]
    pub prediction: Option<Prediction>,
    /// Seed of the noise: the same seed gives the same noise on every device
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = WALK)]
    pub seed: Option<u64>,
    /// How many denoising steps, 1 to 1000
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = WALK)]
    pub steps: Option<usize>,
    /// Which sampler; its other settings stay those of the model's `scheduler_config.json`
    #[arg(long, value_parser = values::sampler(), value_name = "NAME", help_heading = WALK)]
    pub sampler: Option<Sampler>,
    /// Karras' spacing of noise levels (euler, heun, dpm++2m, dpm++2m-sde, unipc)
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        require_equals = true,
        value_name = "true|false",
        help_heading = WALK
    )]
    pub karras: Option<bool>,
    /// Share of fresh noise in every step, 0 to 1 (ddim)
    #[arg(long, value_name = "X", allow_negative_numbers = true, help_heading = WALK)]
    pub eta: Option<f64>,
    /// How timesteps are spread over the training steps
    #[arg(long, value_parser = values::spacing(), value_name = "NAME", help_heading = WALK)]
    pub spacing: Option<Spacing>,
    /// Guidance scale; at 1 and below guidance is off
    #[arg(long, value_name = "X", allow_negative_numbers = true, help_heading = WALK)]
    pub guidance: Option<f64>,
    /// Bring the guided answer back to the deviation of the prompt's answer, 0 (not at all) to 1
    #[arg(long, value_name = "X", allow_negative_numbers = true, help_heading = WALK)]
    pub guidance_rescale: Option<f64>,
    /// Leave out the last N layers of the text encoder for the prompt (Clip skip N + 1 elsewhere)
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = WALK)]
    pub clip_skip: Option<usize>,
    /// How many timesteps a latent consistency model was distilled on (lcm)
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = WALK)]
    pub original_steps: Option<usize>,
    /// Pixels across: a multiple of what one latent cell covers
    #[arg(long, value_name = "PIXELS", allow_negative_numbers = true, help_heading = WALK)]
    pub width: Option<usize>,
    /// Pixels down
    #[arg(long, value_name = "PIXELS", allow_negative_numbers = true, help_heading = WALK)]
    pub height: Option<usize>,
    /// Begin from a picture (PNG or JPEG) instead of noise alone: turned as its EXIF says, the largest
    /// part of the walk's form cut from its middle, scaled to the walk's size
    #[arg(long, value_name = "FILE", help_heading = WALK)]
    pub image: Option<String>,
    /// How far from that picture: the share of the steps that is walked, 0 to 1
    /// [default: 0.8, of XL 0.3]
    #[arg(long, value_name = "X", allow_negative_numbers = true, help_heading = WALK)]
    pub strength: Option<f64>,
    /// What only SDXL is told.
    #[command(flatten)]
    pub told: ToldFlags,
    /// Lay a LoRA over the model, multiplied by SCALE [default: 1]; may be given several times
    #[arg(long, value_name = "FILE[:SCALE]", help_heading = WALK)]
    pub lora: Vec<String>,
    /// Add a learned word: a token with vectors of its own, named TOKEN or as its file says; may
    /// be given several times
    #[arg(long, value_name = "FILE[:TOKEN]", help_heading = WALK)]
    pub embedding: Vec<String>,
    /// Settings from a PNG that this program, AUTOMATIC1111 or ComfyUI made, where no flag gives
    /// them; what cannot be reproduced is listed (run)
    #[arg(long, value_name = "PNG", help_heading = WALK)]
    pub like: Option<PathBuf>,

    /// Where to compute; auto takes a GPU where there is one
    #[arg(long, value_parser = values::device(), value_name = "NAME", help_heading = COMPUTING)]
    pub device: Option<DeviceChoice>,
    /// In which numbers; auto is f32 on the processor and f16 on a GPU
    #[arg(long, value_parser = values::dtype(), value_name = "NAME", help_heading = COMPUTING)]
    pub dtype: Option<DtypeChoice>,
    /// How many threads compute [default: all cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = COMPUTING)]
    pub threads: Option<usize>,
    /// Which networks: the program's own, or candle-transformers' as a second opinion
    #[arg(long, value_parser = values::engine(), value_name = "NAME", help_heading = COMPUTING)]
    pub engine: Option<EngineChoice>,

    /// Language of every word; en+zh: on the screen notes, questions and answers in both, everything
    /// else in the first [default: the locale's]
    #[arg(long, value_parser = values::tongues(), value_name = "CODE", help_heading = SHOWING)]
    pub lang: Option<Tongues>,
    /// For a projector: one thing a screen, large, nothing faint; 64 columns and 18 rows are enough,
    /// and page up and page down of a remote lead through everything
    #[arg(long, conflicts_with_all = ["plain", "json"], help_heading = SHOWING)]
    pub present: bool,
    /// How many colours; `NO_COLOR` is respected
    #[arg(
        long,
        visible_alias = "colour",
        value_parser = values::colour(),
        value_name = "WHICH",
        help_heading = SHOWING
    )]
    pub color: Option<Colour>,
    /// How pictures reach the terminal
    #[arg(long, value_parser = values::protocol(), value_name = "NAME", help_heading = SHOWING)]
    pub protocol: Option<Protocol>,
    /// Which characters draw curves and pictures
    #[arg(long, value_parser = values::marks(), value_name = "NAME", help_heading = SHOWING)]
    pub marks: Option<Marks>,
    /// Letters and signs of ASCII alone, for terminals that draw lines, blocks and Greek letters two
    /// cells wide; the same as --marks ascii
    #[arg(long, conflicts_with = "marks", help_heading = SHOWING)]
    pub ascii: bool,
    /// Lines of text alone, pictures described, for screen readers and pipes: a dialogue of lines
    /// instead of a screen
    #[arg(long, conflicts_with = "json", help_heading = SHOWING)]
    pub plain: bool,

    /// Write the picture as PNG, an older file is replaced (run, replay)
    #[arg(long, value_name = "FILE", help_heading = KEEPING)]
    pub out: Option<PathBuf>,
    /// Write the curves as PNG files into a folder (run, replay)
    #[arg(long, value_name = "DIR", help_heading = KEEPING)]
    pub plots: Option<PathBuf>,
    /// Stop after this stage (run, replay)
    #[arg(long, value_parser = values::stage(), value_name = "STAGE", help_heading = KEEPING)]
    pub until: Option<Stage>,
    /// One JSON object a line instead (run, replay, tokens, verify)
    #[arg(long, help_heading = KEEPING)]
    pub json: bool,
    /// Keep every frame in a file that `safelight replay` opens; grows as FILE.partial
    #[arg(long, value_name = "FILE", help_heading = KEEPING)]
    pub record: Option<PathBuf>,
    /// full: every tensor in 32 bits; compact: 16 bits, without what follows from the rest
    /// [default: compact]
    #[arg(long, value_parser = values::precision(), value_name = "WHICH", help_heading = KEEPING)]
    pub record_precision: Option<Precision>,
    /// With full: also record the UNet's blocks and every cross-attention of this call, from 0
    #[arg(long, value_name = "CALL", allow_negative_numbers = true, help_heading = KEEPING)]
    pub probe_step: Option<usize>,
    /// Also put x0, the guess of the picture, through the VAE at every step, and record it
    #[arg(long, help_heading = KEEPING)]
    pub x0_images: bool,
    /// Write over a file that is there already: a recording, or one that holds no answers
    #[arg(long, help_heading = KEEPING)]
    pub force: bool,
    /// No progress bar and no remarks on stderr
    #[arg(long, short, help_heading = KEEPING)]
    pub quiet: bool,
    /// Write what happens, with times, to a file
    #[arg(long, value_name = "FILE", help_heading = KEEPING)]
    pub log: Option<PathBuf>,
}

impl Flags {
    /// Checks what concerns more than one flag, or what no model decides.
    ///
    /// # Errors
    /// A wrong use, named.
    pub fn check(&self) -> Result<(), Problem> {
        if self.threads.is_some_and(|n| !(1..=MOST_THREADS).contains(&n)) {
            return Err(Problem::usage("threads-range").with("most", MOST_THREADS));
        }
        if self.probe_step.is_some() && self.record_precision != Some(Precision::Full) {
            return Err(Problem::usage("probe-needs-full"));
        }
        if (self.probe_step.is_some() || self.record_precision.is_some()) && self.record.is_none() {
            return Err(Problem::usage("precision-needs-record"));
        }
        if self.strength.is_some() && self.image.is_none() {
            return Err(Problem::usage("strength-needs-image"));
        }
        if self.until == Some(Stage::Encode) && self.image.is_none() && self.recording().is_none() {
            return Err(Problem::usage("until-needs-image"));
        }
        let before_image = self.until.is_some_and(|stage| stage != Stage::Image);
        if before_image && self.out.is_some() {
            return Err(Problem::usage("out-needs-image"));
        }
        Ok(())
    }

    /// Which characters there are.
    pub fn marks(&self) -> Marks {
        if self.ascii { Marks::Ascii } else { self.marks.unwrap_or_default() }
    }

    /// The words that were given, in whichever way.
    pub fn prompt(&self) -> Option<&str> {
        self.prompt.as_deref().or(self.words.as_deref())
    }

    /// The recording that the argument names instead of a prompt.
    pub fn recording(&self) -> Option<&str> {
        let words = self.words.as_deref()?;
        let ends = Path::new(words).extension().is_some_and(|end| end == "safetensors");
        (ends || words.contains('/')).then_some(words)
    }

    /// What is asked of the engine.
    pub fn asked(&self) -> Asked {
        self.told.put(Asked {
            model: self.model.clone(),
            model_config: self.model_config.clone(),
            prediction: self.prediction,
            prompt: self.prompt().map(str::to_owned),
            negative: self.negative.clone(),
            seed: self.seed,
            steps: self.steps,
            sampler: self.sampler,
            karras: self.karras,
            eta: self.eta,
            spacing: self.spacing,
            original_steps: self.original_steps,
            guidance: self.guidance,
            guidance_rescale: self.guidance_rescale,
            clip_skip: self.clip_skip,
            width: self.width,
            height: self.height,
            device: self.device.unwrap_or_default(),
            dtype: self.dtype.unwrap_or_default(),
            engine: self.engine.unwrap_or_default(),
            probe_step: self.probe_step,
            x0_images: self.x0_images,
            attachments: self.attachments(),
            image: self.image.as_deref().map(ImageAsked::file),
            strength: self.strength,
            ..Asked::default()
        })
    }

    /// What is to be laid over the model: embeddings, then files of LoRA.
    pub fn attachments(&self) -> Vec<AttachmentAsked> {
        values::attachments(&self.embedding, &self.lora)
    }

    /// How exactly a recording keeps its numbers.
    pub fn precision(&self) -> Precision {
        self.record_precision.unwrap_or_default()
    }
}
