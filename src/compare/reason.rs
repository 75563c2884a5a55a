//! Why two runs, or a part of them, cannot be compared: said, never guessed around.

use crate::walk::{Problem, Stage};

/// What stands in the way of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// One of the two has not computed this stage, or its recording does not hold it.
    Missing(Stage),
    /// The latents have different sizes, as `[channels, h, w]` or whatever the shapes are.
    LatentSize(Vec<usize>, Vec<usize>),
    /// The prompt vectors have different widths, in numbers a token.
    VectorWidth(usize, usize),
    /// The pictures have different sizes, width then height.
    PictureSize((usize, usize), (usize, usize)),
    /// The texts were cut by different vocabularies, of these sizes: the ids mean other pieces.
    Vocabulary(usize, usize),
    /// A number that is none (NaN, infinite) stands where a difference would be taken.
    NotFinite,
    /// Everything is equal, so that there is no direction in which to look.
    NoVariance,
    /// Guidance is off: the network was asked once a step, and there is nothing to mix.
    NoGuidance,
    /// The sampler's sum draws on an earlier call that is not at hand.
    EarlierCall,
}

impl Reason {
    /// The same with the sentence's key and facts; [`crate::words::Words::problem`] says it.
    pub fn problem(&self) -> Problem {
        let sizes =
            |shape: &[usize]| shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×");
        match self {
            Self::Missing(stage) => Problem::new("compare-missing").with("stage", stage.stem()),
            Self::LatentSize(a, b) => {
                Problem::new("compare-latent-size").with("a", sizes(a)).with("b", sizes(b))
            }
            Self::VectorWidth(a, b) => {
                Problem::new("compare-vector-width").with("a", a).with("b", b)
            }
            Self::PictureSize(a, b) => Problem::new("compare-picture-size")
                .with("a", format!("{}×{}", a.0, a.1))
                .with("b", format!("{}×{}", b.0, b.1)),
            Self::Vocabulary(a, b) => Problem::new("compare-vocabulary").with("a", a).with("b", b),
            Self::NotFinite => Problem::new("compare-not-finite"),
            Self::NoVariance => Problem::new("compare-no-variance"),
            Self::NoGuidance => Problem::new("compare-no-guidance"),
            Self::EarlierCall => Problem::new("compare-earlier-call"),
        }
    }
}
