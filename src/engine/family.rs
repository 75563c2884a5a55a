//! What is usual for a family of models, where neither the user nor the model's files say it.

use crate::walk::Family;

/// What diffusers' pipelines for Stable Diffusion take.
const STRENGTH: f64 = 0.8;

/// The usual settings of a family: guesses, and shown as such.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// Denoising steps.
    pub steps: usize,
    /// Guidance scale.
    pub guidance: f64,
    /// How far a walk goes from the picture that it begins from.
    pub strength: f64,
    /// Something to draw.
    pub prompt: &'static str,
}

/// The usual settings of `family`.
pub const fn usual(family: Family) -> Usual {
    match family {
        Family::Pocket => Usual {
            steps: 20,
            guidance: 4.0,
            strength: STRENGTH,
            prompt: "a red cat on a blue background",
        },
        Family::Sd1 | Family::Sd2 => Usual {
            steps: 25,
            guidance: 7.5,
            strength: STRENGTH,
            prompt: "a photograph of a cat in a garden",
        },
    }
}
