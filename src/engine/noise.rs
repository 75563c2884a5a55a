//! The only source of chance: `torch.Generator("cpu").manual_seed(seed)` and its `randn`.
//!
//! A 32-bit Mersenne twister (Matsumoto & Nishimura 1998) seeded with the low 32 bits of the
//! seed, and the two ways in which torch makes normal numbers of its words: sixteen at a time in
//! f32 for 16 numbers and more, one by one in f64 for fewer.

use std::f32::consts::PI;

use crate::walk::Grid;

const WORDS: usize = 624;
const SHIFT: usize = 397;

/// A generator in the middle of its sequence: draws continue where the last one ended.
#[derive(Clone, Debug)]
pub struct Generator {
    state: Vec<u32>,
    place: usize,
    /// The second number of a pair, kept for the next small draw; large draws leave it alone.
    kept: Option<f64>,
}

impl Generator {
    /// Seeds it; only the low 32 bits count, as in torch.
    pub fn new(seed: u64) -> Self {
        let mut state = Vec::with_capacity(WORDS);
        let mut word = seed as u32;
        state.push(word);
        for i in 1..WORDS as u32 {
            word = 1_812_433_253u32.wrapping_mul(word ^ (word >> 30)).wrapping_add(i);
            state.push(word);
        }
        Self { state, place: WORDS, kept: None }
    }

    /// Normal numbers of mean 0 and deviation 1 in this shape, as `torch.randn` draws them.
    pub fn normal(&mut self, shape: &[usize]) -> Grid {
        let count: usize = shape.iter().product();
        let data = if count < 16 {
            (0..count).map(|_| self.one() as f32).collect()
        } else {
            self.many(count)
        };
        let mut data = data.into_iter();
        Grid::from_fn(shape, |_| data.next().unwrap_or(0.0))
    }

    fn word(&mut self) -> u32 {
        if self.place == WORDS {
            self.turn();
        }
        let mut y = self.state[self.place];
        self.place += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn turn(&mut self) {
        for k in 0..WORDS {
            let next = self.state[(k + 1) % WORDS];
            let y = (self.state[k] & 0x8000_0000) | (next & 0x7fff_ffff);
            let odd = if next & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[k] = self.state[(k + SHIFT) % WORDS] ^ (y >> 1) ^ odd;
        }
        self.place = 0;
    }

    /// 53 random bits as a fraction: two words, the first one high.
    fn fraction(&mut self) -> f64 {
        let bits = (u64::from(self.word()) << 32) | u64::from(self.word());
        (bits & ((1 << 53) - 1)) as f64 / (1u64 << 53) as f64
    }

    /// Box–Muller in f64; the sine half waits for the next call.
    fn one(&mut self) -> f64 {
        if let Some(kept) = self.kept.take() {
            return kept;
        }
        let (turn, size) = (self.fraction(), self.fraction());
        let radius = (-2.0 * (-size).ln_1p()).sqrt();
        let angle = std::f64::consts::TAU * turn;
        self.kept = Some(radius * angle.sin());
        radius * angle.cos()
    }

    /// Uniform words for all places first, then Box–Muller over blocks of sixteen. A count that
    /// is no multiple of sixteen has its last sixteen places drawn anew.
    fn many(&mut self, count: usize) -> Vec<f32> {
        let mut data: Vec<f32> = (0..count).map(|_| self.fraction24()).collect();
        for block in data.chunks_exact_mut(16) {
            pairs(block);
        }
        if !count.is_multiple_of(16) {
            let mut last: Vec<f32> = (0..16).map(|_| self.fraction24()).collect();
            pairs(&mut last);
            data[count - 16..].copy_from_slice(&last);
        }
        data
    }

    fn fraction24(&mut self) -> f32 {
        (self.word() & 0x00ff_ffff) as f32 / 16_777_216.0
    }
}

/// Box–Muller in f32 on sixteen uniform numbers: places j and j + 8 are a pair.
fn pairs(block: &mut [f32]) {
    let (sizes, turns) = block.split_at_mut(8);
    for (size, turn) in sizes.iter_mut().zip(turns) {
        let radius = (-2.0 * (1.0 - *size).ln()).sqrt();
        // Sine and cosine of the f32 angle in f64: the bits of f32 ones differ between systems.
        let (sin, cos) = f64::from(2.0 * PI * *turn).sin_cos();
        *size = radius * cos as f32;
        *turn = radius * sin as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_low_32_bits_of_a_seed_count() {
        let draw = |seed| Generator::new(seed).normal(&[1, 4, 2, 3]);
        assert_eq!(draw(5), draw((1 << 32) + 5));
        assert_ne!(draw(5), draw(6));
    }

    #[test]
    fn a_second_draw_continues_the_first() {
        let mut generator = Generator::new(7);
        let first = generator.normal(&[1, 4, 4, 4]);
        assert_ne!(first, generator.normal(&[1, 4, 4, 4]));
    }
}
