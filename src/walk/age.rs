//! The ages of a model: what it was at four moments of its training.

use serde::{Deserialize, Serialize};

/// A moment of a training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Age {
    /// Before the first step: weights that a seed decides.
    Untrained,
    /// After the first minutes.
    Early,
    /// In the middle.
    Half,
    /// At the end: the model itself.
    #[default]
    Final,
}

impl Age {
    /// All ages, the youngest first.
    pub const ALL: [Self; 4] = [Self::Untrained, Self::Early, Self::Half, Self::Final];

    /// Its name, as after the `@` of `pocket@half`; also the stem of its word under `age`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Untrained => "untrained",
            Self::Early => "early",
            Self::Half => "half",
            Self::Final => "final",
        }
    }

    /// The age of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|age| age.name() == name)
    }
}
