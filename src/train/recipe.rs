//! A recipe as data: which networks, which pictures, how many samples, at which rates. Read from a
//! small TOML; the shipped one is `fixtures/pictures/recipe.toml`.

mod check;
mod rate;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::walk::Problem;

pub use rate::{Fall, Rate};

/// The recipe that ships with the program.
const SHIPPED: &str = include_str!("../../fixtures/pictures/recipe.toml");

/// The largest recipe that is read.
const LIMIT: u64 = 1 << 16;

/// Everything that decides a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Decides the first weights and what each step sees.
    pub seed: u64,
    /// How large the networks are.
    pub networks: Networks,
    /// How the autoencoder is trained.
    pub vae: Painting,
    /// How its decoder is trained on, alone.
    pub polish: Painting,
    /// How noise predictor and text encoder are trained.
    pub pocket: Predicting,
}

/// How large the networks are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Networks {
    /// The autoencoder: 64 × 64 pixels to 16 × 16 cells of four channels.
    pub vae: VaeSize,
    /// The noise predictor.
    pub unet: UnetSize,
    /// The text encoder.
    pub text: TextSize,
}

/// The autoencoder's size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaeSize {
    /// Channels of each level; three of them.
    pub levels: Vec<usize>,
    /// Groups of its norms.
    pub groups: usize,
}

/// The noise predictor's size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnetSize {
    /// Channels of each level; all but the first attend to the words.
    pub levels: Vec<usize>,
    /// Groups of its norms.
    pub groups: usize,
    /// Heads of each attention.
    pub heads: usize,
}

/// The text encoder's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSize {
    /// Numbers a token.
    pub width: usize,
    /// Layers.
    pub layers: usize,
    /// Heads of each attention.
    pub heads: usize,
}

/// Which pictures a part of the training shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shows {
    /// How many different pictures.
    pub pictures: usize,
    /// Of the first so many things of the world.
    pub things: usize,
    /// In the first so many drawings of each.
    pub drawings: usize,
    /// In these sizes: `small`, `big`.
    pub sizes: Vec<String>,
}

/// How an autoencoder, or its decoder alone, is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Painting {
    /// Pictures in all.
    pub samples: usize,
    /// The weight of the divergence from the normal distribution.
    pub pull: f64,
    /// How much the average keeps of itself in a step, in the end.
    pub average: f64,
    /// The optimiser's weight decay.
    pub decay: f64,
    /// Noise on the latents: for the autoencoder as a share of their deviation.
    pub noise: f64,
    /// Squares instead of whole pictures.
    pub cut: Cut,
    /// Whole pictures in a step.
    pub batch: usize,
    /// The learning rate.
    pub rate: Rate,
    /// Which pictures.
    pub shows: Shows,
}

/// Squares cut out of the pictures: cheaper steps for a first part.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// The part of the steps that see squares, 0..1.
    pub part: f64,
    /// Their edge in pixels, a multiple of four.
    pub edge: usize,
    /// How many in a step.
    pub batch: usize,
}

/// How noise predictor and text encoder are trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predicting {
    /// Pictures in a step.
    pub batch: usize,
    /// How much the average keeps of itself in a step, in the end.
    pub average: f64,
    /// The optimiser's weight decay.
    pub decay: f64,
    /// How often the caption is left out, 0..1.
    pub empty: f64,
    /// The step from which timesteps in the middle come more often.
    pub bent_from: u64,
    /// The learning rate.
    pub rate: Rate,
    /// The parts one after another.
    pub stages: Vec<Part>,
}

/// A part of a training.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Pictures until the next part.
    pub samples: usize,
    /// Which pictures.
    pub shows: Shows,
}

impl Recipe {
    /// The recipe that ships with the program.
    pub fn shipped() -> Result<Self, Problem> {
        Self::parse("recipe.toml", SHIPPED)
    }

    /// Reads a file of at most 64 kB.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let about = |problem: Problem| problem.with("file", path.display());
        let unreadable = |e: std::io::Error| {
            if e.kind() == std::io::ErrorKind::NotFound {
                return about(Problem::new("file-missing"));
            }
            about(Problem::new("file-unreadable")).with("reason", e)
        };
        let metadata = path.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(about(Problem::new("file-not-regular")));
        }
        let mut text = String::new();
        let file = File::open(path).map_err(unreadable)?;
        file.take(LIMIT + 1).read_to_string(&mut text).map_err(unreadable)?;
        if text.len() as u64 > LIMIT {
            return Err(about(Problem::new("recipe-too-long")).with("limit", LIMIT >> 10));
        }
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads and checks a recipe's text; `name` stands for the file in sentences.
    pub fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        let recipe: Self = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .map_or(1, |span| text.get(..span.start).unwrap_or(text).matches('\n').count() + 1);
            let reason: String = error.message().chars().take(160).collect();
            Problem::new("recipe-broken")
                .with("file", name)
                .with("line", line)
                .with("reason", reason.replace('\n', " "))
        })?;
        recipe.check(name)?;
        Ok(recipe)
    }

    /// The same for a short run: no more samples in all than `samples`, taken from the end, and
    /// no more things than `things`.
    #[must_use]
    pub fn shortened(mut self, samples: Option<usize>, things: Option<usize>) -> Self {
        if let Some(samples) = samples {
            self.vae.samples = self.vae.samples.min(samples);
            self.polish.samples = self.polish.samples.min(samples / 2);
            let mut left = samples;
            for part in &mut self.pocket.stages {
                part.samples = part.samples.min(left);
                left -= part.samples;
            }
            self.pocket.stages.retain(|part| part.samples > 0);
        }
        if let Some(things) = things {
            let parts = self.pocket.stages.iter_mut().map(|part| &mut part.shows);
            for shows in parts.chain([&mut self.vae.shows, &mut self.polish.shows]) {
                shows.things = shows.things.min(things);
            }
        }
        self
    }

    /// What the autoencoder's checkpoint keeps to know its recipe again: a hash of everything that
    /// decides its training.
    pub fn hash_vae(&self) -> String {
        hashed(&("vae", self.seed, &self.networks.vae, &self.vae))
    }

    /// The same for the decoder that learns on.
    pub fn hash_polish(&self) -> String {
        hashed(&("polish", self.hash_vae(), &self.polish))
    }

    /// The same for noise predictor and text encoder; `vae` tells one autoencoder from another.
    pub fn hash_pocket(&self, vae: &str) -> String {
        let networks = (&self.networks.unet, self.networks.text);
        hashed(&("pocket", self.seed, networks, &self.pocket, vae))
    }
}

fn hashed(of: &impl Serialize) -> String {
    hexadecimal(&Sha256::digest(serde_json::to_vec(of).unwrap_or_default()))
}

/// The first 16 bytes of a hash as text.
pub(super) fn hexadecimal(hash: &[u8]) -> String {
    hash.iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

impl Shows {
    /// The sizes by their numbers: 0 small, 1 big; none where a word is no size.
    pub fn numbers(&self) -> Option<Vec<usize>> {
        let number = |word: &String| ["small", "big"].iter().position(|size| size == word);
        self.sizes.iter().map(number).collect()
    }
}

impl Painting {
    /// Steps in all, and how many of them see squares.
    pub fn steps(&self) -> (u64, u64) {
        let mean =
            self.cut.part * self.cut.batch as f64 + (1.0 - self.cut.part) * self.batch as f64;
        let all = (self.samples as f64 / mean).ceil();
        (all as u64, (all * self.cut.part).round() as u64)
    }
}

impl Predicting {
    /// Steps in all.
    pub fn steps(&self) -> u64 {
        self.stages.iter().map(|part| self.steps_of(part)).sum()
    }

    /// What the step shows, counted from 0.
    pub fn at(&self, step: u64) -> Option<&Shows> {
        let mut end = 0;
        let part = self.stages.iter().find(|part| {
            end += self.steps_of(part);
            step < end
        });
        part.or(self.stages.last()).map(|part| &part.shows)
    }

    const fn steps_of(&self, part: &Part) -> u64 {
        part.samples.div_ceil(self.batch) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_recipe_is_sound() {
        let recipe = Recipe::shipped().unwrap();
        assert_eq!(recipe.pocket.at(0).unwrap().drawings, 1);
        assert_eq!(recipe.pocket.at(u64::MAX).unwrap().drawings, 2);
    }

    #[test]
    fn a_short_run_takes_its_samples_from_the_beginning() {
        let recipe = Recipe::shipped().unwrap().shortened(Some(320), Some(8));
        assert_eq!(recipe.pocket.steps(), 10);
        assert_eq!(recipe.pocket.stages.len(), 1);
        assert_eq!((recipe.pocket.stages[0].shows.things, recipe.vae.shows.things), (8, 8));
    }

    #[test]
    fn other_numbers_are_another_recipe() {
        let one = Recipe::shipped().unwrap();
        let mut other = one.clone();
        other.pocket.rate.peak *= 2.0;
        assert_ne!(one.hash_pocket("a"), other.hash_pocket("a"));
        assert_ne!(one.hash_pocket("a"), one.hash_pocket("b"));
        assert_eq!(one.hash_vae(), other.hash_vae());
        assert_ne!(one.hash_vae(), one.hash_polish());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let text = SHIPPED.replace("seed = 3", "seed = \"three\"");
        let problem = Recipe::parse("mine.toml", &text).unwrap_err();
        assert_eq!(problem.key(), "recipe-broken");
        assert!(problem.to_string().contains("line=5"), "{problem}");
        for (from, to) in [
            ("batch = 32", "batch = 0"),
            ("peak = 1.4e-3", "peak = nan"),
            ("samples = 80000", "samples = 99000000000"),
            ("levels = [40, 80, 112]", "levels = [41, 80, 112]"),
            ("heads = 4", "heads = 5"),
            ("edge = 32", "edge = 34"),
            ("sizes = [\"big\"]", "sizes = [\"huge\"]"),
            ("empty = 0.10", "empty = 1.5"),
        ] {
            let text = SHIPPED.replacen(from, to, 1);
            assert_ne!(text, SHIPPED, "{from}");
            let problem = Recipe::parse("mine.toml", &text).unwrap_err();
            assert_eq!(problem.key(), "recipe-value", "{to}: {problem}");
        }
    }
}
