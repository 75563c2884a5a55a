//! The only source of chance: `torch.Generator("cpu").manual_seed(seed)` and its `randn`.
//!
//! A 32-bit Mersenne twister (Matsumoto & Nishimura 1998) seeded with the low 32 bits of the
//! seed, and the two ways in which torch makes normal numbers of its words: sixteen at a time in
//! f32 for 16 numbers and more, one by one in f64 for fewer.

use crate::walk::Grid;
use crate::walk::drawn::{BLOCK, Twister, fraction24, fraction53, polar32, polar64};

/// A generator in the middle of its sequence: draws continue where the last one ended.
#[derive(Clone, Debug)]
pub struct Generator {
    twister: Twister,
    /// The second number of a pair, kept for the next small draw; large draws leave it alone.
    kept: Option<f64>,
}

impl Generator {
    /// Seeds it; only the low 32 bits count, as in torch.
    pub fn new(seed: u64) -> Self {
        Self { twister: Twister::new(seed), kept: None }
    }

    /// Normal numbers of mean 0 and deviation 1 in this shape, as `torch.randn` draws them.
    pub fn normal(&mut self, shape: &[usize]) -> Grid {
        let count: usize = shape.iter().product();
        let data = if count < BLOCK {
            (0..count).map(|_| self.one() as f32).collect()
        } else {
            self.many(count)
        };
        let mut data = data.into_iter();
        Grid::from_fn(shape, |_| data.next().unwrap_or(0.0))
    }

    /// Box–Muller in f64; the sine half waits for the next call.
    fn one(&mut self) -> f64 {
        if let Some(kept) = self.kept.take() {
            return kept;
        }
        let (turn, size) = (self.fraction(), self.fraction());
        let [cosine, sine] = polar64(size, turn).pair;
        self.kept = Some(sine);
        cosine
    }

    /// Uniform words for all places first, then Box–Muller over blocks of sixteen. A count that
    /// is no multiple of sixteen has its last sixteen places drawn anew.
    fn many(&mut self, count: usize) -> Vec<f32> {
        let mut data: Vec<f32> = (0..count).map(|_| self.fraction24()).collect();
        for block in data.chunks_exact_mut(BLOCK) {
            pairs(block);
        }
        if !count.is_multiple_of(BLOCK) {
            let mut last: Vec<f32> = (0..BLOCK).map(|_| self.fraction24()).collect();
            pairs(&mut last);
            data[count - BLOCK..].copy_from_slice(&last);
        }
        data
    }

    fn fraction24(&mut self) -> f32 {
        fraction24(self.twister.word())
    }

    fn fraction(&mut self) -> f64 {
        let high = self.twister.word();
        fraction53([high, self.twister.word()])
    }
}

/// Box–Muller on sixteen uniform numbers: places j and j + 8 are a pair.
fn pairs(block: &mut [f32]) {
    let (sizes, turns) = block.split_at_mut(8);
    for (size, turn) in sizes.iter_mut().zip(turns) {
        [*size, *turn] = polar32(*size, *turn).pair;
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
