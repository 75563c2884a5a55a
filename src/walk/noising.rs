//! One moment of training: a picture with noise of a known strength, what the network should have
//! said, and what it says at each age.
//!
//! With ᾱ the share of the picture's variance that is left at a timestep, the noisy latent is
//! `√ᾱ·x + √(1−ᾱ)·ε` (Ho et al. 2020, equation 4) and the target is ε, or
//! `v = √ᾱ·ε − √(1−ᾱ)·x` (Salimans & Ho 2022, appendix D). From a predicted v follow
//! `ε = √ᾱ·v + √(1−ᾱ)·noisy` and `x = √ᾱ·noisy − √(1−ᾱ)·v`.

use serde::{Deserialize, Serialize};

use super::{Age, Grid, Picture, Preview, Problem};

/// Timesteps of a training.
pub const TIMESTEPS: usize = 1000;

/// Which moment is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NoisingAsked {
    /// The number of the training picture.
    pub number: u64,
    /// The seed of the noise.
    pub seed: u64,
    /// The timestep, 0 (hardly any noise) to 999 (hardly anything else).
    pub timestep: usize,
}

impl Default for NoisingAsked {
    fn default() -> Self {
        Self { number: 0, seed: 0, timestep: 500 }
    }
}

/// The two factors of a noise level: how much of the picture is left, and how much noise is in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixture {
    /// √ᾱ
    pub signal: f32,
    /// √(1−ᾱ)
    pub noise: f32,
}

impl Mixture {
    /// The factors where ᾱ is the share that is left, 0 to 1.
    pub fn of(alpha: f32) -> Self {
        let alpha = alpha.clamp(0.0, 1.0);
        Self { signal: alpha.sqrt(), noise: (1.0 - alpha).sqrt() }
    }

    /// `√ᾱ·x + √(1−ᾱ)·ε`; `None` where the shapes differ, as in all that follow.
    pub fn noisy(self, clean: &Grid, noise: &Grid) -> Option<Grid> {
        Grid::weighted_sum(&[(self.signal, clean), (self.noise, noise)])
    }

    /// The v that is right: `√ᾱ·ε − √(1−ᾱ)·x`.
    pub fn target(self, clean: &Grid, noise: &Grid) -> Option<Grid> {
        Grid::weighted_sum(&[(self.signal, noise), (-self.noise, clean)])
    }

    /// The ε that a v implies.
    pub fn epsilon(self, noisy: &Grid, v: &Grid) -> Option<Grid> {
        Grid::weighted_sum(&[(self.signal, v), (self.noise, noisy)])
    }

    /// The clean latent that a v implies: an estimate.
    pub fn x0(self, noisy: &Grid, v: &Grid) -> Option<Grid> {
        Grid::weighted_sum(&[(self.signal, noisy), (-self.noise, v)])
    }
}

/// The mean of the squared differences, which training makes small; `None` where the shapes differ.
pub fn mean_squared_error(answer: &Grid, target: &Grid) -> Option<f32> {
    let squares = answer.zip(target, |a, b| (a - b) * (a - b))?;
    let sum: f64 = squares.data().iter().map(|v| f64::from(*v)).sum();
    Some((sum / squares.len().max(1) as f64) as f32)
}

/// What the network of one age says.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The age.
    pub age: Age,
    /// Its v, `[1,4,h,w]`.
    pub v: Grid,
    /// The ε that this implies.
    pub epsilon: Grid,
    /// The clean latent that this implies.
    pub x0: Grid,
    /// That latent through the VAE.
    pub picture: Picture,
    /// Mean squared error of v.
    pub error: f32,
    /// Mean squared error of ε.
    pub error_epsilon: f32,
}

/// A training picture with noise, and the answers of all ages.
#[derive(Clone, Debug, PartialEq)]
pub struct Noising {
    /// What was asked.
    pub asked: NoisingAsked,
    /// The picture.
    pub picture: Picture,
    /// What was said of it.
    pub caption: String,
    /// How much of it is left, and how much noise there is.
    pub mixture: Mixture,
    /// The picture as a latent `[1,4,h,w]`, the noise, both mixed, and the v that is right.
    pub clean: Grid,
    /// The noise ε.
    pub noise: Grid,
    /// What the network gets.
    pub noisy: Grid,
    /// What it should answer.
    pub target: Grid,
    /// What it answers, the youngest first.
    pub answers: Vec<Answer>,
}

/// The error over the timesteps of one picture with one noise, for one age.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorCurve {
    /// The age.
    pub age: Age,
    /// Which picture and noise; the timestep says nothing.
    pub asked: NoisingAsked,
    /// Timestep and mean squared error of v, the timesteps rising.
    pub points: Vec<(usize, f32)>,
}

/// A point of the curve that a training left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecipePoint {
    /// Training samples seen.
    pub samples: u64,
    /// The loss, averaged over the last steps.
    pub loss: f32,
    /// Pictures of which the judge said the thing right, in per cent.
    pub thing: f32,
    /// The thing's colour.
    pub colour: f32,
    /// The background.
    pub background: f32,
}

/// What is known of a training before anything is computed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipe {
    /// The ages that there are, with the samples that each had seen, the youngest first.
    pub ages: Vec<(Age, Option<u64>)>,
    /// How many pictures it was shown, over and over.
    pub pictures: u64,
    /// The curve.
    pub curve: Vec<RecipePoint>,
    /// The model's linear preview.
    pub preview: Option<Preview>,
}

/// News of a training that is looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingNews {
    /// What is known of it.
    Opened(Recipe),
    /// One moment.
    Noising(Noising),
    /// The errors over the timesteps of one age.
    Errors(ErrorCurve),
    /// It could not be shown.
    Failed(Problem),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grid(numbers: &[f32]) -> Grid {
        Grid::from_fn(&[1, 1, 1, numbers.len()], |i| numbers[i])
    }

    proptest! {
        #[test]
        fn the_right_v_gives_back_picture_and_noise(
            alpha in 0.0f32..=1.0,
            clean in prop::collection::vec(-3f32..3.0, 4),
            noise in prop::collection::vec(-3f32..3.0, 4),
        ) {
            let (mixture, clean, noise) = (Mixture::of(alpha), grid(&clean), grid(&noise));
            let noisy = mixture.noisy(&clean, &noise).expect("one shape");
            let v = mixture.target(&clean, &noise).expect("one shape");
            let x0 = mixture.x0(&noisy, &v).expect("one shape");
            let epsilon = mixture.epsilon(&noisy, &v).expect("one shape");
            prop_assert!(mean_squared_error(&x0, &clean).expect("one shape") < 1e-9);
            prop_assert!(mean_squared_error(&epsilon, &noise).expect("one shape") < 1e-9);
        }
    }

    #[test]
    fn an_error_is_the_mean_of_squares_and_shapes_must_agree() {
        assert_eq!(mean_squared_error(&grid(&[1.0, 2.0]), &grid(&[0.0, 0.0])), Some(2.5));
        assert_eq!(mean_squared_error(&grid(&[1.0, 2.0]), &grid(&[0.0])), None);
    }
}
