//! A fork: a walk that shares its first calls with another one and goes on with something changed.

use serde::{Deserialize, Serialize};

use super::{AttachmentAsked, Sampler, Settings};

/// What a fork changes; what is `None` stays as in the walk it branches from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Change {
    /// Other words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Something else to steer away from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative: Option<String>,
    /// Another guidance scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guidance: Option<f64>,
    /// Another sampler, from the same noise level over the noise levels that remain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampler: Option<Sampler>,
    /// Fresh noise in the place of a share of the latent's noise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fresh_noise: Option<FreshNoise>,
    /// Another text's vectors mixed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blend: Option<Blend>,
    /// A piece of the prompt turned off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub off: Option<Off>,
    /// Something else laid over the model, in the place of all that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<AttachmentAsked>>,
}

impl Change {
    /// Whether the text encoder has to be asked again.
    pub const fn text(&self) -> bool {
        self.prompt.is_some()
            || self.negative.is_some()
            || self.blend.is_some()
            || self.off.is_some()
            || self.attachments.is_some()
    }
}

/// The noise ε that the first call of the fork claims becomes `√(1−s²)·ε + s·n`: the noise level
/// stays as it is. With s = 1 only the guess x0 is kept (Song et al. 2020 with η, in one step).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FreshNoise {
    /// s, 0 to 1.
    pub share: f32,
    /// The seed that draws n, unit normal.
    pub seed: u64,
}

/// `(1−w)·vectors of the prompt + w·vectors of the other text`, place by place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Blend {
    /// The other text.
    pub prompt: String,
    /// w, 0 to 1.
    pub weight: f32,
}

/// A piece of the prompt turned off, in one of three ways that are not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Off {
    /// Which place among the 77, from 1 (0 is the start mark).
    pub place: usize,
    /// In which way.
    pub way: OffWay,
}

/// How a piece is turned off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OffWay {
    /// Its id is taken out, the rest moves up, and the text is encoded again.
    #[default]
    Deleted,
    /// Padding stands in its place, and the text is encoded again.
    Padded,
    /// No cell of the picture may draw on its vector; the vectors after it still contain it.
    Masked,
}

impl OffWay {
    /// All of them, in the order of menus.
    pub const ALL: [Self; 3] = [Self::Deleted, Self::Padded, Self::Masked];

    /// The name in JSON, on flags and of its words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Padded => "padded",
            Self::Masked => "masked",
        }
    }

    /// The way with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }
}

/// What a fork's settings say of where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fork {
    /// The first call that is its own, from 0.
    pub call: usize,
    /// What was changed there.
    pub change: Change,
    /// The settings of the walk that it branched from.
    pub from: Box<Settings>,
}
