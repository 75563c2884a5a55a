//! What is told of a model before anything is walked: its card, how its files lie, what its
//! schedule says, and how much memory it will ask for.

use super::{ModelCard, Prediction, Sampler};

/// What is known of a model from configs and headers alone.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelAbout {
    /// Name, family, sizes.
    pub card: ModelCard,
    /// How its files lie.
    pub form: ModelForm,
    /// Where it is on disk; `None` for the model inside the binary.
    pub path: Option<String>,
    /// The type in which most of its weights are kept: `f32`, `f16`, `bf16`.
    pub stored: String,
    /// The class that its files name as their scheduler.
    pub scheduler: Option<String>,
    /// The sampler that this is here; `None` where this program does not have it.
    pub sampler: Option<Sampler>,
    /// What its noise predictor answers.
    pub prediction: Prediction,
    /// What its files do not say, so that the usual is taken.
    pub untold: Vec<Untold>,
    /// Bytes of its weights' files.
    pub bytes: u64,
    /// What a walk takes, with guidance: estimates.
    pub memory: Vec<MemoryNeed>,
}

/// What one file may leave open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untold {
    /// How the noise predictor's answer is read: there are two kinds of Stable Diffusion 2.
    Prediction,
    /// Whether it is a turbo model, for few steps and no guidance.
    Turbo,
}

impl Untold {
    /// The word for it in keys and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prediction => "prediction",
            Self::Turbo => "turbo",
        }
    }
}

/// How a model's files lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelForm {
    /// Inside the binary.
    Inside,
    /// A folder in the layout of diffusers.
    Folder,
    /// One file in the original layout.
    File,
}

impl ModelForm {
    /// The word for it in keys and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Folder => "folder",
            Self::File => "file",
        }
    }
}

/// How much memory a walk takes, roughly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryNeed {
    /// `cpu` or `gpu`.
    pub device: &'static str,
    /// `f32` or `f16`.
    pub dtype: &'static str,
    /// Pixels across and down.
    pub size: (usize, usize),
    /// Bytes, weights included.
    pub bytes: u64,
}
