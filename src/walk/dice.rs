//! Chance that is a function of a few whole numbers: `SplitMix64` (Steele, Lea and Flood, "Fast
//! splittable pseudorandom number generators", 2014).
//!
//! What a training shows and where its weights begin are drawn with it, so that a second
//! implementation can follow number by number (`tests/pocket/dice.py` does). The noise of a walk
//! is torch's own, in [`super::drawn`].

use std::f64::consts::TAU;

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of numbers that its keys decide.
#[derive(Clone, Debug)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// The stream of these keys, in this order.
    pub fn new(keys: &[u64]) -> Self {
        let mut dice = Self { state: 0 };
        for key in keys {
            dice.state ^= key;
            dice.state = dice.bits();
        }
        dice
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GAMMA);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to 1, of 53 bits.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A number from `low` up to `high`.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number from 0 to `count` − 1; 0 for a count of 0.
    pub fn below(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// A number of the standard normal distribution (Box and Muller 1958, the cosine half).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_that_of_the_scripts() {
        let mut dice = Dice::new(&[3, 7]);
        let drawn = [dice.bits(), dice.bits(), dice.bits()];
        assert_eq!(drawn, [0xc080_fc4b_9f34_1341, 0x5608_3fc5_695d_6517, 0x441a_4999_5dcb_ac40]);
        assert_eq!(Dice::new(&[0]).bits(), 0xa706_dd2f_4d19_7e6f);
        assert_eq!(Dice::new(&[u64::MAX, 5]).bits(), 0xed7f_782f_e539_f642);
    }

    #[test]
    fn numbers_in_a_range_whole_ones_and_normal_ones_follow_too() {
        let mut dice = Dice::new(&[3, 7]);
        assert_eq!(dice.uniform(-9.0, 9.0), 4.535_426_933_596_373);
        assert_eq!(dice.below(10), 3);
        assert!((dice.normal() + 0.623_176_699_321_982_6).abs() < 1e-15);
        assert_eq!(dice.below(0), 0);
    }
}
