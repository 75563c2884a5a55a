//! The stages of a walk, in their order.

use serde::{Deserialize, Serialize};

/// One stage of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The prompt becomes pieces and ids.
    Tokens,
    /// Ids become vectors.
    Embeddings,
    /// Steps and sampler become timesteps and noise levels.
    Schedule,
    /// The VAE's encoder turns a picture into the latent that the walk begins from; only where it
    /// begins from a picture.
    Encode,
    /// A seed becomes the initial noise.
    Noise,
    /// The noise predictor is asked, and noise is taken away; many frames.
    Step,
    /// The VAE's decoder turns the last latent into pixels.
    Decode,
    /// The finished picture.
    Image,
}

impl Stage {
    /// How many there are.
    pub const COUNT: usize = 8;

    /// All stages in the order of the walk.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Tokens,
        Self::Embeddings,
        Self::Schedule,
        Self::Encode,
        Self::Noise,
        Self::Step,
        Self::Decode,
        Self::Image,
    ];

    /// The stem that names this stage in every floor, in flags and in JSON.
    pub const fn stem(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Embeddings => "embeddings",
            Self::Schedule => "schedule",
            Self::Encode => "encode",
            Self::Noise => "noise",
            Self::Step => "step",
            Self::Decode => "decode",
            Self::Image => "image",
        }
    }

    /// The stage with this stem.
    pub fn from_stem(stem: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.stem() == stem)
    }

    /// Place among all stages, from 0.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The number under which a person knows it, that of its key: from 1, and 0 for the stage that
    /// most walks do not have.
    pub const fn number(self) -> usize {
        match self {
            Self::Encode => 0,
            Self::Tokens | Self::Embeddings | Self::Schedule => self.index() + 1,
            Self::Noise | Self::Step | Self::Decode | Self::Image => self.index(),
        }
    }
}
