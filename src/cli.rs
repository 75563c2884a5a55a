//! Flags to checked options. Help is English; everything else that a user reads is a sentence of
//! the catalogue.

mod bench;
mod compare;
mod effect;
mod export;
mod flags;
mod lesson;
mod mistakes;
mod models;
mod teach;
mod told;
mod train;
mod values;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

use crate::export::csv::COLUMNS;
use crate::print::json::SCHEMA;
use crate::walk::Problem;
use crate::words::{Language, Tongues};

pub use bench::BenchFlags;
pub use compare::{CompareFlags, Compared, Shard};
pub use export::ExportFlags;
pub use flags::Flags;
pub use lesson::{
    DeskFlags, LessonCommand, LessonFlags, LessonsFlags, PageFlags, PlanFlags, RecordFlags,
};
pub use mistakes::Refused;
pub use models::{DoctorFlags, GetFlags, InfoFlags, ListFlags, Models, ModelsCommand};
pub use teach::TeachFlags;
pub use train::{DataFlags, EvalFlags, LookFlags, Train, TrainCommand, TrainFlags};

const LONG_ABOUT: &str = "\
Safelight steps through a real Stable Diffusion generation: tokens, embeddings, schedule, noise, \
every denoising step, the decoder, the picture. A small model of its own is inside the program; \
--model takes a folder in the layout of diffusers, one safetensors file, or an id of Hugging Face.

`safelight` alone opens the screen; `safelight \"a red cat\"` walks at once; `safelight run` prints \
the same stages without a screen. An argument that ends in .safetensors or holds a / is opened as \
a recording; --prompt forces a prompt.";

const EXITS: &str = "\
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. Machine output (--json) goes to \
stdout, all talk to stderr.

Environment: HF_ENDPOINT, HF_HOME, HF_HUB_CACHE and HF_TOKEN mean what they mean to huggingface_hub. \
SAFELIGHT_PLAIN=1 is --plain: a dialogue of lines instead of a screen. SAFELIGHT_CACHE names a folder for latent previews. One is fitted for a model that has \
none, after its first walk on the screen, and is kept there for the next time.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "safelight",
    version,
    about = "Step through a real Stable Diffusion generation in the terminal, stage by stage",
    long_about = LONG_ABOUT,
    after_long_help = EXITS,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to do; none: walk.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The flags of a walk.
    #[command(flatten)]
    pub flags: Flags,
}

/// A variable that asks for lines instead of a screen in every command that has both.
const PLAIN: &str = "SAFELIGHT_PLAIN";

impl Cli {
    /// The same with what the environment asks for: lines instead of a screen, unless JSON was
    /// asked for.
    #[must_use]
    pub fn with_environment(mut self) -> Self {
        let asked = std::env::var_os(PLAIN).is_some_and(|value| !value.is_empty() && value != "0");
        let (plain, json) = match &mut self.command {
            None => (&mut self.flags.plain, self.flags.json),
            Some(Command::Walk(flags) | Command::Run(flags) | Command::Replay { flags, .. }) => {
                (&mut flags.plain, flags.json)
            }
            Some(Command::Lesson(flags)) => (&mut flags.flags.plain, flags.flags.json),
            Some(Command::Compare(flags)) => (&mut flags.plain, flags.json),
            Some(Command::Teach(flags)) => (&mut flags.plain, flags.json),
            _ => return self,
        };
        *plain |= asked && !json;
        self
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Walk through a generation on the screen (the same as no command)
    Walk(Box<Flags>),
    /// Print the stages one after another: numbers, small plots and pictures
    #[command(after_long_help = SCHEMA)]
    Run(Box<Flags>),
    /// Show how a text is cut into pieces and ids, before anything is generated
    ///
    /// With --json: {"ids": [...], "ids77": [...], "pieces": [...], "cut": "..."}, and where the
    /// model keeps a list of the words that it was taught: this list, and which words of the text
    /// were never trained, with the nearest that were
    Tokens(Box<Flags>),
    /// Open a recording: on the screen, or printed with --json, --plain or into a pipe
    Replay {
        /// A file that --record or the key w has written
        file: String,
        /// How it is shown and what is kept; nothing is computed.
        #[command(flatten)]
        flags: Box<Flags>,
    },
    /// Lay runs side by side: seeds, steps, guidance scales, samplers, prompts, or recordings
    ///
    /// One list makes a row, two make a grid, further ones pages. On the screen one cursor moves
    /// through all runs; --plain is a dialogue of lines; with --out, --json or into a pipe everything
    /// goes by itself.
    Compare(Box<CompareFlags>),
    /// Make pictures, tables and pages of a recording
    #[command(after_long_help = COLUMNS)]
    Export(Box<ExportFlags>),
    /// Walk with both sets of networks, or a recording again, and print how far the two agree
    ///
    /// With a recording (an argument that ends in .safetensors or holds a /): its settings are
    /// walked again here and held against it frame by frame. Exit code 0 where they agree, 1 where
    /// they part. A model other than the one inside is named with --model.
    Verify(Box<Flags>),
    /// Train the model inside again, see what it was trained on, measure how good it is
    Train(Box<Train>),
    /// Teach a model a word from a handful of pictures: a token's vectors, or a LoRA with --lora
    ///
    /// The file goes with --embedding, or --lora, into any walk. At the end the same prompt and seed
    /// are drawn before and after, and another prompt that has nothing to do with the word: far too
    /// many --steps or too high a --rate show there.
    Teach(Box<TeachFlags>),
    /// Open a lesson on the screen, check one, print its notes, sum answers up, write its page
    Lesson(Box<LessonFlags>),
    /// List the lessons inside the program
    Lessons(LessonsFlags),
    /// Time the networks of a family on this machine, with made-up weights: nothing is downloaded
    #[command(after_long_help = bench::FIGURES)]
    Bench(BenchFlags),
    /// See what models are here, what each is and what it asks for; fetch one by its id
    ///
    /// Without a command: the model inside, those in the folders given (none: this one), and those
    /// in the Hugging Face cache.
    Models(Box<Models>),
    /// See what this machine and this terminal have, and what would be used
    Doctor(DoctorFlags),
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

impl Cli {
    /// Parses and checks a command line.
    ///
    /// # Errors
    /// What was wrong, or the help or version that was asked for.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, Refused> {
        let matches = Self::definition().try_get_matches_from(args).map_err(Refused::from)?;
        let cli = Self::from_arg_matches(&matches).map_err(Refused::from)?;
        let (name, given) = matches.subcommand().unwrap_or(("", &matches));
        effect::check(name, given, &[]).map_err(Refused::Problem)?;
        if cli.opens_recording() {
            effect::check("replay", given, &["words"]).map_err(Refused::Problem)?;
        }
        if let Some(Command::Verify(flags)) = &cli.command
            && flags.recording().is_some()
        {
            effect::check("verify FILE", given, &[]).map_err(Refused::Problem)?;
        }
        if let Some(flags) = cli.flags_given() {
            flags.check().map_err(Refused::Problem)?;
        }
        if let Some(Command::Compare(flags)) = &cli.command {
            flags.check().map_err(Refused::Problem)?;
        }
        if let Some(Command::Export(flags)) = &cli.command {
            flags.check().map_err(Refused::Problem)?;
        }
        if let Some(Command::Train(asked)) = &cli.command {
            asked.check().map_err(Refused::Problem)?;
        }
        if let Some(Command::Models(asked)) = &cli.command {
            asked.check().map_err(Refused::Problem)?;
        }
        if let Some(Command::Lesson(asked)) = &cli.command
            && let Some(flags) = asked.record()
        {
            flags.check().map_err(Refused::Problem)?;
        }
        if let Some(Command::Teach(flags)) = &cli.command {
            flags.check().map_err(Refused::Problem)?;
        }
        Ok(cli)
    }

    /// Whether the prompt of a walk names a recording instead.
    fn opens_recording(&self) -> bool {
        match &self.command {
            None => self.flags.recording().is_some(),
            Some(Command::Walk(flags) | Command::Run(flags)) => flags.recording().is_some(),
            Some(_) => false,
        }
    }

    /// The flags of the command that was chosen.
    pub fn flags_given(&self) -> Option<&Flags> {
        match &self.command {
            None => Some(&self.flags),
            Some(
                Command::Walk(flags)
                | Command::Run(flags)
                | Command::Tokens(flags)
                | Command::Verify(flags)
                | Command::Replay { flags, .. },
            ) => Some(flags),
            Some(Command::Lesson(asked)) => Some(&asked.flags),
            Some(
                Command::Compare(_)
                | Command::Export(_)
                | Command::Train(_)
                | Command::Teach(_)
                | Command::Bench(_)
                | Command::Lessons(_)
                | Command::Models(_)
                | Command::Doctor(_)
                | Command::Completions { .. }
                | Command::Man,
            ) => None,
        }
    }

    /// The models that are named, as they are named.
    pub fn models(&self) -> Vec<&str> {
        match &self.command {
            Some(Command::Compare(flags)) => flags.model.iter().map(String::as_str).collect(),
            Some(Command::Teach(flags)) => flags.model.as_deref().into_iter().collect(),
            Some(Command::Train(asked)) => asked.model().into_iter().collect(),
            Some(Command::Lesson(asked)) => asked.model().into_iter().collect(),
            _ => {
                let model = self.flags_given().and_then(|flags| flags.model.as_deref());
                model.into_iter().collect()
            }
        }
    }

    /// Whether nothing but the result is to be said.
    pub fn quiet(&self) -> bool {
        match &self.command {
            Some(Command::Compare(flags)) => flags.quiet,
            Some(Command::Teach(flags)) => flags.quiet,
            Some(Command::Lesson(asked)) => asked.quiet(),
            _ => self.flags_given().is_some_and(|flags| flags.quiet),
        }
    }

    /// How many threads compute, where it is said.
    pub fn threads(&self) -> Option<usize> {
        match &self.command {
            Some(Command::Compare(flags)) => flags.threads,
            Some(Command::Train(asked)) => asked.threads(),
            Some(Command::Teach(flags)) => flags.threads,
            Some(Command::Bench(flags)) => flags.threads,
            Some(Command::Lesson(asked)) => asked.threads(),
            _ => self.flags_given().and_then(|flags| flags.threads),
        }
    }

    /// The language of every sentence: `--lang`, else the locale; of two the first.
    pub fn language(&self) -> Language {
        self.tongues().first
    }

    /// One language or two: `--lang`, else the locale.
    pub fn tongues(&self) -> Tongues {
        let one = |lang: Option<Language>| lang.map(Tongues::one);
        let given = match &self.command {
            Some(Command::Compare(flags)) => flags.lang,
            Some(Command::Export(flags)) => one(flags.lang),
            Some(Command::Train(asked)) => one(asked.lang()),
            Some(Command::Teach(flags)) => one(flags.lang),
            Some(Command::Bench(flags)) => one(flags.lang),
            Some(Command::Lessons(flags)) => one(flags.lang),
            Some(Command::Lesson(asked)) => asked.lang(),
            Some(Command::Models(asked)) => one(asked.lang()),
            Some(Command::Doctor(flags)) => one(flags.lang),
            _ => self.flags_given().and_then(|flags| flags.lang),
        };
        given.unwrap_or_else(|| Tongues::one(language_of_locale()))
    }

    /// The definition, for completions and the manual page.
    pub fn definition() -> clap::Command {
        effect::hidden(<Self as CommandFactory>::command())
    }
}

/// The language that the environment asks for.
pub fn language_of_locale() -> Language {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .map(|locale| Language::from_locale(&locale))
        .unwrap_or_default()
}

/// The language for sentences about a command line that could not be parsed.
pub fn language_of_words(args: &[OsString]) -> Language {
    let words: Vec<&str> = args.iter().filter_map(|word| word.to_str()).collect();
    let named = words.iter().enumerate().find_map(|(i, word)| match word.strip_prefix("--lang") {
        Some("") => words.get(i + 1).copied(),
        Some(rest) => rest.strip_prefix('='),
        None => None,
    });
    named.and_then(Tongues::from_code).map_or_else(language_of_locale, |tongues| tongues.first)
}

/// A flag that has no effect on the screen.
pub fn only_in_run(flags: &Flags) -> Result<(), Problem> {
    let given = [
        ("--like", flags.like.is_some()),
        ("--json", flags.json),
        ("--out", flags.out.is_some()),
        ("--plots", flags.plots.is_some()),
        ("--until", flags.until.is_some()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(Problem::usage("flag-only-in-run").with("flag", flag)),
        None => Ok(()),
    }
}
