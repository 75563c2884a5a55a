//! The flags of `compare`: those of a walk, some of them as lists.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use sha2::{Digest, Sha256};

use super::flags::MOST_THREADS;
use super::told::ToldFlags;
use super::values::{self, Colour};
use crate::compare::{Alignment, Axes, Axis, prompts_of};
use crate::terminal::{Marks, Protocol};
use crate::walk::{
    Asked, DeviceChoice, DtypeChoice, EngineChoice, ImageAsked, Prediction, Problem, Sampler,
    Spacing,
};
use crate::words::Tongues;

const RUNS: &str = "What is laid side by side";
const COMPUTING: &str = "Where and how it is computed";
const SHOWING: &str = "How it is shown";
const KEEPING: &str = "What is printed and kept";

/// The largest file of a picture, as it is read.
const LARGEST_PICTURE: u64 = 64 << 20;
/// The longest file of prompts.
const LONGEST: u64 = 1 << 20;

/// What a user can say.
#[derive(Args, Clone, Debug, Default)]
pub struct CompareFlags {
    /// Prompts; or recordings; or a folder that --keep has filled
    #[arg(value_name = "PROMPT|RECORDING|FOLDER", help_heading = RUNS)]
    pub words: Vec<String>,
    /// A prompt, also where it looks like a path; may be given again
    #[arg(long, value_name = "PROMPT", help_heading = RUNS)]
    pub prompt: Vec<String>,
    /// A file with one prompt a line
    #[arg(long, value_name = "FILE", help_heading = RUNS)]
    pub prompts_file: Option<PathBuf>,
    /// Seeds, with commas between
    #[arg(long, alias = "seed", value_delimiter = ',', value_name = "N,…", help_heading = RUNS)]
    pub seeds: Vec<u64>,
    /// Guidance scales
    #[arg(long, value_delimiter = ',', value_name = "X,…", help_heading = RUNS)]
    pub guidance: Vec<f64>,
    /// Counts of denoising steps
    #[arg(long, value_delimiter = ',', value_name = "N,…", help_heading = RUNS)]
    pub steps: Vec<usize>,
    /// Samplers
    #[arg(
        long,
        alias = "sampler",
        value_delimiter = ',',
        value_parser = values::sampler(),
        value_name = "NAME,…",
        help_heading = RUNS
    )]
    pub samplers: Vec<Sampler>,
    /// After so many steps the last prompt takes over from the first one; the row begins with the
    /// last prompt all along and ends with the first
    /// [with one prompt: from the model's own example]
    #[arg(long, value_delimiter = ',', value_name = "N,…", help_heading = RUNS)]
    pub swap_at: Vec<usize>,
    /// What to steer away from
    #[arg(long, value_name = "PROMPT", allow_hyphen_values = true, help_heading = RUNS)]
    pub negative: Option<String>,
    /// Folders of models in the layout of diffusers, with commas between; pocket@untrained,
    /// pocket@early, pocket@half and pocket are the small model inside the program at four ages
    #[arg(long, alias = "models", value_delimiter = ',', value_name = "DIR,…", help_heading = RUNS)]
    pub model: Vec<String>,
    /// Begin all runs from a picture (PNG or JPEG) instead of noise alone
    #[arg(long, value_name = "FILE", help_heading = RUNS)]
    pub image: Option<String>,
    /// How far from that picture, 0 to 1
    #[arg(long, alias = "strengths", value_delimiter = ',', value_name = "X,…", help_heading = RUNS)]
    pub strength: Vec<f64>,
    /// A folder in the layout of diffusers whose configs and tokenizer models in one file take
    #[arg(long, value_name = "DIR", help_heading = RUNS)]
    pub model_config: Option<String>,
    /// How the networks' answers are read, which one file does not say
    #[arg(long, value_parser = values::prediction(), value_name = "NAME", help_heading = RUNS)]
    pub prediction: Option<Prediction>,
    /// Lay a LoRA over the model in all runs, multiplied by SCALE [default: 1]
    #[arg(long, value_name = "FILE[:SCALE]", help_heading = RUNS)]
    pub lora: Vec<String>,
    /// Add a learned word in all runs, named TOKEN or as its file says
    #[arg(long, value_name = "FILE[:TOKEN]", help_heading = RUNS)]
    pub embedding: Vec<String>,
    /// Walk once without and once with what --lora and --embedding lay over the model
    #[arg(long, help_heading = RUNS)]
    pub with_and_without: bool,
    /// Karras' spacing of noise levels (euler, heun, dpm++2m, dpm++2m-sde, unipc)
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "true|false", help_heading = RUNS)]
    pub karras: Option<bool>,
    /// Share of fresh noise in every step (ddim)
    #[arg(long, value_name = "X", help_heading = RUNS)]
    pub eta: Option<f64>,
    /// How timesteps are spread over the training steps
    #[arg(long, value_parser = values::spacing(), value_name = "NAME", help_heading = RUNS)]
    pub spacing: Option<Spacing>,
    /// Bring the guided answer back to the deviation of the prompt's answer, 0 to 1
    #[arg(long, value_name = "X", help_heading = RUNS)]
    pub guidance_rescale: Option<f64>,
    /// Leave out the last N layers of the text encoder for the prompt
    #[arg(long, value_name = "N", help_heading = RUNS)]
    pub clip_skip: Option<usize>,
    /// How many timesteps a latent consistency model was distilled on (lcm)
    #[arg(long, value_name = "N", help_heading = RUNS)]
    pub original_steps: Option<usize>,
    /// Pixels across
    #[arg(long, value_name = "PIXELS", help_heading = RUNS)]
    pub width: Option<usize>,
    /// Pixels down
    #[arg(long, value_name = "PIXELS", help_heading = RUNS)]
    pub height: Option<usize>,
    /// What only SDXL is told, in all runs.
    #[command(flatten)]
    pub told: ToldFlags,

    /// Where to compute
    #[arg(long, value_parser = values::device(), value_name = "NAME", help_heading = COMPUTING)]
    pub device: Option<DeviceChoice>,
    /// In which numbers
    #[arg(long, value_parser = values::dtype(), value_name = "NAME", help_heading = COMPUTING)]
    pub dtype: Option<DtypeChoice>,
    /// Which networks
    #[arg(long, value_parser = values::engine(), value_name = "NAME", help_heading = COMPUTING)]
    pub engine: Option<EngineChoice>,
    /// How many threads compute [default: all cores]
    #[arg(long, value_name = "N", help_heading = COMPUTING)]
    pub threads: Option<usize>,
    /// How many cells are asked of the network at once, where their schedules agree
    #[arg(long, value_name = "N", help_heading = COMPUTING)]
    pub batch: Option<usize>,
    /// Compute the I-th of N shares of the grid into the folder of --keep
    #[arg(long, value_name = "I/N", requires = "keep", help_heading = COMPUTING)]
    pub shard: Option<Shard>,
    /// Compute a large grid without asking
    #[arg(long, short, help_heading = COMPUTING)]
    pub yes: bool,

    /// Language of every word; en+zh: notes in both, everything else in the first
    /// [default: the locale's]
    #[arg(long, value_parser = values::tongues(), value_name = "CODE", help_heading = SHOWING)]
    pub lang: Option<Tongues>,
    /// For a projector: two runs at a time, large, nothing faint
    #[arg(long, conflicts_with_all = ["plain", "json", "out", "layers"], help_heading = SHOWING)]
    pub present: bool,
    /// How many colours; `NO_COLOR` is respected
    #[arg(long, visible_alias = "colour", value_parser = values::colour(), value_name = "WHICH", help_heading = SHOWING)]
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
    /// Which steps of two runs belong together: those of one number, or of the nearest noise level
    #[arg(long, value_parser = values::alignment(), value_name = "step|sigma", help_heading = SHOWING)]
    pub align: Option<Alignment>,
    /// Lines of text alone: on a terminal a dialogue instead of a screen, else all of it at once
    #[arg(long, conflicts_with = "json", help_heading = SHOWING)]
    pub plain: bool,

    /// Write the pictures as one labelled sheet (PNG), without a screen
    #[arg(long, value_name = "FILE", help_heading = KEEPING)]
    pub out: Option<PathBuf>,
    /// Only say which networks and layers of two or more models differ, and by how much; nothing is
    /// walked
    #[arg(long, help_heading = KEEPING)]
    pub layers: bool,
    /// The numbers, one JSON object a line, without a screen
    #[arg(long, help_heading = KEEPING)]
    pub json: bool,
    /// Keep each run as a recording in this folder as it goes; what is there is not computed again
    #[arg(long, value_name = "FOLDER", help_heading = KEEPING)]
    pub keep: Option<PathBuf>,
    /// No progress bar and no remarks on stderr
    #[arg(long, short, help_heading = KEEPING)]
    pub quiet: bool,
    /// Write what happens, with times, to a file
    #[arg(long, value_name = "FILE", help_heading = KEEPING)]
    pub log: Option<PathBuf>,
}

/// One of several shares of a grid: the cells whose number leaves the same remainder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 1.
    pub which: usize,
    /// Of how many.
    pub of: usize,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split_once('/').and_then(|(which, of)| {
            Some(Self { which: which.parse().ok()?, of: of.parse().ok()? })
        });
        numbers
            .filter(|shard| (1..=shard.of).contains(&shard.which))
            .ok_or_else(|| "I/N with I from 1 to N, such as 2/8".to_owned())
    }
}

/// What is to be laid side by side.
#[derive(Clone, Debug, PartialEq)]
pub enum Compared {
    /// Runs that have to be computed.
    Grid(Box<Axes>),
    /// Recordings.
    Recordings(Vec<PathBuf>),
    /// A grid that is kept in a folder.
    Folder(PathBuf),
}

impl CompareFlags {
    /// Which characters there are.
    pub fn marks(&self) -> Marks {
        if self.ascii { Marks::Ascii } else { self.marks.unwrap_or_default() }
    }

    /// What the words and lists stand for.
    ///
    /// # Errors
    /// Recordings together with prompts or lists, too few runs, a file of prompts that cannot be
    /// read, a shard without a folder.
    pub fn compared(&self) -> Result<Compared, Problem> {
        let paths: Vec<&String> = self.words.iter().filter(|word| is_path(word)).collect();
        if paths.is_empty() {
            return self.axes().map(|axes| Compared::Grid(Box::new(axes)));
        }
        let lists = [
            !self.prompt.is_empty(),
            self.prompts_file.is_some(),
            !self.seeds.is_empty(),
            !self.steps.is_empty(),
            !self.guidance.is_empty(),
            !self.samplers.is_empty(),
            !self.swap_at.is_empty(),
            self.shard.is_some(),
            self.keep.is_some(),
        ];
        if paths.len() < self.words.len() || lists.contains(&true) {
            return Err(Problem::usage("compare-mixed").with("file", paths[0]));
        }
        match paths.as_slice() {
            [folder] if Path::new(folder).is_dir() => Ok(Compared::Folder(PathBuf::from(folder))),
            _ => Ok(Compared::Recordings(paths.into_iter().map(PathBuf::from).collect())),
        }
    }

    /// Checks what no model decides.
    ///
    /// # Errors
    /// A wrong use, named.
    pub fn check(&self) -> Result<(), Problem> {
        if self.threads.is_some_and(|n| !(1..=MOST_THREADS).contains(&n)) {
            return Err(Problem::usage("threads-range").with("most", MOST_THREADS));
        }
        if !self.strength.is_empty() && self.image.is_none() {
            return Err(Problem::usage("strength-needs-image"));
        }
        Ok(())
    }

    /// The grid that the lists describe.
    fn axes(&self) -> Result<Axes, Problem> {
        let mut prompts: Vec<String> = self.words.iter().chain(&self.prompt).cloned().collect();
        if let Some(file) = &self.prompts_file {
            prompts.extend(prompts_of(&read_prompts(file)?));
        }
        let mut asked = self.asked();
        let mut axes = vec![
            Axis::Seeds(self.seeds.clone()),
            Axis::Guidance(self.guidance.clone()),
            Axis::Steps(self.steps.clone()),
            Axis::Samplers(self.samplers.clone()),
            Axis::Strengths(self.strength.clone()),
            Axis::Models(self.model.clone()),
        ];
        if self.with_and_without {
            let all = asked.attachments.clone();
            if all.is_empty() {
                return Err(Problem::usage("compare-with-nothing"));
            }
            axes.push(Axis::Attachments(vec![Vec::new(), all]));
        }
        if self.swap_at.is_empty() {
            let first = usize::from(self.seeds.len() > 1);
            axes.insert(first, Axis::Prompts(prompts));
        } else {
            let Some(prompt) = prompts.pop() else {
                return Err(Problem::usage("compare-swap-needs-prompt"));
            };
            asked.prompt = prompts.pop();
            if !prompts.is_empty() {
                return Err(Problem::usage("compare-swap-two-prompts"));
            }
            // Both ends belong to the row: the one prompt all along, and the other.
            let ends = ([0], [usize::MAX]);
            let after = ends.0.iter().chain(&self.swap_at).chain(&ends.1).copied().collect();
            axes.insert(0, Axis::SwapAt { prompt, after });
        }
        let folders = self.model.iter().filter(|model| !model.starts_with("pocket")).count();
        if self.keep.is_some() && self.model.len() > 1 && folders > 0 {
            return Err(Problem::usage("compare-keep-models"));
        }
        let axes = Axes::new(asked, axes);
        if axes.count() < 2 {
            return Err(Problem::usage("compare-too-few"));
        }
        Ok(axes)
    }

    /// The picture to begin from. Where runs are kept, they are kept by what is in it: another picture
    /// under the same name is another run.
    fn start(&self, file: &str) -> ImageAsked {
        let bytes = self.keep.as_ref().and_then(|_| {
            let there = std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file)?;
            (there.len() <= LARGEST_PICTURE).then(|| std::fs::read(file).ok()).flatten()
        });
        let digits = |bytes: Vec<u8>| {
            Sha256::digest(&bytes).iter().fold(String::new(), |mut text, byte| {
                // Writing to a string cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
        };
        ImageAsked { hash: bytes.map(digits), ..ImageAsked::file(file) }
    }

    /// Each model that is named, with what it takes its configs from.
    pub fn models_asked(&self) -> Vec<Asked> {
        let one = |model: &String| Asked {
            model: Some(model.clone()),
            model_config: self.model_config.clone(),
            ..Asked::default()
        };
        self.model.iter().map(one).collect()
    }

    /// What all runs have in common.
    fn asked(&self) -> Asked {
        self.told.put(Asked {
            model_config: self.model_config.clone(),
            prediction: self.prediction,
            negative: self.negative.clone(),
            karras: self.karras,
            eta: self.eta,
            spacing: self.spacing,
            original_steps: self.original_steps,
            guidance_rescale: self.guidance_rescale,
            clip_skip: self.clip_skip,
            width: self.width,
            height: self.height,
            device: self.device.unwrap_or_default(),
            dtype: self.dtype.unwrap_or_default(),
            engine: self.engine.unwrap_or_default(),
            attachments: values::attachments(&self.embedding, &self.lora),
            image: self.image.as_deref().map(|file| self.start(file)),
            ..Asked::default()
        })
    }

    /// Whether everything goes without anyone who steps through it.
    pub const fn unattended(&self) -> bool {
        self.layers || self.json || self.out.is_some() || self.shard.is_some()
    }
}

fn is_path(word: &str) -> bool {
    Path::new(word).extension().is_some_and(|end| end == "safetensors")
        || word.contains('/')
        || Path::new(word).is_dir()
}

fn read_prompts(file: &Path) -> Result<String, Problem> {
    let named = |key| Problem::usage(key).with("file", file.display());
    let there = std::fs::metadata(file).map_err(|_| named("prompts-file-missing"))?;
    if !there.is_file() || there.len() > LONGEST {
        return Err(named("prompts-file-too-long"));
    }
    std::fs::read_to_string(file).map_err(|_| named("prompts-file-no-text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(words: &[&str]) -> CompareFlags {
        CompareFlags {
            words: words.iter().map(|&word| word.to_owned()).collect(),
            ..CompareFlags::default()
        }
    }

    #[test]
    fn seeds_go_across_and_guidance_down() {
        let flags =
            CompareFlags { seeds: vec![1, 2, 3], guidance: vec![1.0, 8.0], ..flags(&["a cat"]) };
        let Ok(Compared::Grid(axes)) = flags.compared() else { panic!("a grid") };
        assert_eq!((axes.columns(), axes.rows(), axes.pages()), (3, 2, 1));
        assert_eq!(axes.asked().prompt.as_deref(), Some("a cat"));
    }

    #[test]
    fn a_swap_goes_from_the_first_prompt_to_the_last() {
        let row = |words: &[&str]| CompareFlags { swap_at: vec![4, 8], ..flags(words) }.compared();
        let Ok(Compared::Grid(axes)) = row(&["a cat", "a fish"]) else { panic!("a row") };
        assert_eq!(axes.asked().prompt.as_deref(), Some("a cat"));
        let Ok(Compared::Grid(axes)) = row(&["a fish"]) else { panic!("a row") };
        assert_eq!((axes.asked().prompt.as_deref(), axes.columns()), (None, 4));
        assert_eq!(row(&[]).unwrap_err().key(), "compare-swap-needs-prompt");
        assert_eq!(row(&["a", "b", "c"]).unwrap_err().key(), "compare-swap-two-prompts");
    }

    #[test]
    fn recordings_are_not_mixed_with_prompts() {
        let mixed = flags(&["a.safetensors", "a cat"]).compared();
        assert_eq!(mixed.unwrap_err().key(), "compare-mixed");
        assert_eq!(flags(&["a cat"]).compared().unwrap_err().key(), "compare-too-few");
        let two = flags(&["a.safetensors", "b.safetensors"]).compared();
        assert!(matches!(two, Ok(Compared::Recordings(files)) if files.len() == 2));
    }

    #[test]
    fn a_share_is_one_of_several() {
        assert_eq!("2/8".parse(), Ok(Shard { which: 2, of: 8 }));
        for wrong in ["0/8", "9/8", "2", "2/0", "/", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
