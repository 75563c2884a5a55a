//! What a step sees: which pictures, whether a caption is left out, timesteps and noise. A
//! function of the seed and the step alone, so that a training can stop anywhere and another
//! implementation can follow it (`plan` in `tests/pocket/train.py`).

use super::recipe::Predicting;
use crate::engine::noise::Generator;
use crate::walk::{Dice, Grid};

/// Timesteps of the training.
pub const TIMESTEPS: usize = 1000;
/// Channels, height and width of a latent.
pub const LATENT: [usize; 3] = [4, 16, 16];

/// How often a timestep stays even once the middle is preferred.
const STAYS_EVEN: f64 = 0.35;
/// Deviation and mean of the normal number that a sigmoid turns into the others.
const BEND: (f64, f64) = (0.9, 0.25);

/// What one step sees, picture by picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Which pictures, by their numbers.
    pub numbers: Vec<usize>,
    /// Whether the caption is left out.
    pub empty: Vec<bool>,
    /// How much noise: 0 to 999.
    pub timesteps: Vec<usize>,
    /// The noise `[B,4,16,16]`.
    pub noise: Grid,
}

/// The plan of a step, counted from 0, over so many pictures.
pub fn plan(seed: u64, step: u64, pictures: usize, recipe: &Predicting) -> Seen {
    let mut dice = Dice::new(&[seed, step]);
    let batch = recipe.batch;
    let [mut numbers, mut timesteps] = [Vec::with_capacity(batch), Vec::with_capacity(batch)];
    let mut empty = Vec::with_capacity(batch);
    for _ in 0..batch {
        numbers.push(dice.below(pictures));
        empty.push(dice.unit() < recipe.empty);
        let (even, bend, normal) = (dice.unit(), dice.unit(), dice.normal());
        // Once the colours stand, more of the timesteps in the middle, where shapes are decided.
        let at = if step >= recipe.bent_from && bend >= STAYS_EVEN {
            1.0 / (1.0 + (-(normal * BEND.0 + BEND.1)).exp())
        } else {
            even
        };
        timesteps.push(((at * TIMESTEPS as f64) as usize).min(TIMESTEPS - 1));
    }
    let [channels, height, width] = LATENT;
    let noise = Generator::new(step).normal(&[batch, channels, height, width]);
    Seen { numbers, empty, timesteps, noise }
}

/// ᾱ, the share of the picture that is left, at each timestep: β even in its root from 0.00085 to
/// 0.012 (`scaled_linear`).
pub fn alphas() -> Vec<f32> {
    let (first, last) = (0.000_85_f64.sqrt(), 0.012_f64.sqrt());
    let step = (last - first) / (TIMESTEPS - 1) as f64;
    let mut left = 1.0;
    let alpha = |t: usize| {
        left *= 1.0 - (first + step * t as f64).powi(2);
        left as f32
    };
    (0..TIMESTEPS).map(alpha).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Recipe;

    fn seen(step: u64) -> Seen {
        plan(3, step, 12_000, &Recipe::shipped().unwrap().pocket)
    }

    #[test]
    fn almost_nothing_of_the_picture_is_left_at_the_end() {
        let alphas = alphas();
        assert!((alphas[0] - 0.999_15).abs() < 1e-6);
        assert!((alphas[999] - 0.004_660_1).abs() < 1e-6, "{}", alphas[999]);
    }

    /// Printed by `plan(step, 12000)` of `tests/pocket/train.py`.
    #[test]
    fn a_step_sees_what_the_scripts_saw() {
        let first = seen(0);
        assert_eq!(first.numbers[..4], NUMBERS);
        assert_eq!(first.timesteps[..4], TIMES);
        assert_eq!(first.empty.iter().filter(|empty| **empty).count(), EMPTY);
        assert!((first.noise.data()[5] - NOISE).abs() < 1e-6);
        assert_eq!(seen(1234).timesteps[..4], BENT);
    }

    const NUMBERS: [usize; 4] = [3957, 8528, 10003, 8306];
    const TIMES: [usize; 4] = [914, 924, 480, 209];
    const EMPTY: usize = 5;
    const NOISE: f32 = 0.692_009_15;
    const BENT: [usize; 4] = [760, 801, 603, 855];
}
