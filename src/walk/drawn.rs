//! How one number of the noise was drawn: from the seed over words and uniform numbers to a
//! normal one, each with its real value.
//!
//! The arithmetic of `torch.Generator("cpu")` stands here, where views and the engine both reach
//! it: a 32-bit Mersenne twister (Matsumoto & Nishimura 1998), and torch's two ways from its words
//! to normal numbers by Box & Muller (1958). Only `engine/noise.rs` draws.

use std::f32::consts::PI;
use std::f64::consts::TAU;

const WORDS: usize = 624;
const SHIFT: usize = 397;
/// A larger draw is not worked out: far more numbers than any latent has.
const MOST: usize = 1 << 24;
/// From so many numbers on torch draws sixteen at a time.
pub const BLOCK: usize = 16;

/// The Mersenne twister in the middle of its sequence of words.
#[derive(Clone, Debug)]
pub struct Twister {
    state: Vec<u32>,
    place: usize,
}

impl Twister {
    /// Seeds it; only the low 32 bits count, as in torch.
    pub fn new(seed: u64) -> Self {
        let mut state = Vec::with_capacity(WORDS);
        let mut word = seed as u32;
        state.push(word);
        for i in 1..WORDS as u32 {
            word = 1_812_433_253u32.wrapping_mul(word ^ (word >> 30)).wrapping_add(i);
            state.push(word);
        }
        Self { state, place: WORDS }
    }

    /// The next 32 random bits.
    pub fn word(&mut self) -> u32 {
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
}

/// The low 24 bits of a word as a fraction: what a block of sixteen is made of.
pub fn fraction24(word: u32) -> f32 {
    (word & 0x00ff_ffff) as f32 / 16_777_216.0
}

/// The low 53 bits of two words, the first one high, as a fraction.
pub fn fraction53([high, low]: [u32; 2]) -> f64 {
    let bits = (u64::from(high) << 32) | u64::from(low);
    (bits & ((1 << 53) - 1)) as f64 / (1u64 << 53) as f64
}

/// Two uniform numbers as radius and angle, and the two normal numbers that they give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Polar<T> {
    /// `√(−2·ln(1 − size))`
    pub radius: T,
    /// `2π·turn`
    pub angle: T,
    /// `radius·cos(angle)` and `radius·sin(angle)`.
    pub pair: [T; 2],
}

/// Box–Muller in f32, as inside a block of sixteen.
pub fn polar32(size: f32, turn: f32) -> Polar<f32> {
    let radius = (-2.0 * (1.0 - size).ln()).sqrt();
    let angle = 2.0 * PI * turn;
    // Sine and cosine of the f32 angle in f64: the bits of f32 ones differ between systems.
    let (sin, cos) = f64::from(angle).sin_cos();
    Polar { radius, angle, pair: [radius * cos as f32, radius * sin as f32] }
}

/// Box–Muller in f64, as for fewer than sixteen numbers.
pub fn polar64(size: f64, turn: f64) -> Polar<f64> {
    let radius = (-2.0 * (-size).ln_1p()).sqrt();
    let angle = TAU * turn;
    Polar { radius, angle, pair: [radius * angle.cos(), radius * angle.sin()] }
}

/// The way of one number of the first draw after seeding.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The words that make `size`, in their order: one, or two for a draw of fewer than sixteen.
    pub size_words: Vec<u32>,
    /// The words that make `turn`.
    pub turn_words: Vec<u32>,
    /// Which words of the sequence these are, from 0: the first of each.
    pub places: [usize; 2],
    /// How far from the middle: uniform in 0..1.
    pub size: f64,
    /// In which direction, as a part of a full turn: uniform in 0..1.
    pub turn: f64,
    /// `√(−2·ln(1 − size))`
    pub radius: f64,
    /// Whether it is the sine's half of the pair; else the cosine's.
    pub sine: bool,
    /// The normal number, bit for bit as the generator gives it.
    pub value: f32,
}

impl Drawn {
    /// How the number at `place` (row-major, from 0) of a first draw of `count` numbers came
    /// about; `None` for a place outside, or more numbers than any latent has.
    pub fn of(seed: u64, count: usize, place: usize) -> Option<Self> {
        if place >= count || count > MOST {
            return None;
        }
        Some(if count < BLOCK { one(seed, place) } else { of_sixteen(seed, count, place) })
    }
}

/// A block of sixteen takes sixteen words; places j and j + 8 are a pair. Where the count is no
/// multiple of sixteen, the last sixteen places are drawn anew, after all the others.
fn of_sixteen(seed: u64, count: usize, place: usize) -> Drawn {
    let redrawn = !count.is_multiple_of(BLOCK) && place >= count - BLOCK;
    let (first, inside) = if redrawn {
        (count, place - (count - BLOCK))
    } else {
        (place / BLOCK * BLOCK, place % BLOCK)
    };
    let places = [first + inside % 8, first + 8 + inside % 8];
    let words = words_at(seed, places[0], places[1] - places[0] + 1);
    let (size_word, turn_word) = (words[0], words[words.len() - 1]);
    let (size, turn) = (fraction24(size_word), fraction24(turn_word));
    let polar = polar32(size, turn);
    let sine = inside >= 8;
    Drawn {
        size_words: vec![size_word],
        turn_words: vec![turn_word],
        places,
        size: size.into(),
        turn: turn.into(),
        radius: polar.radius.into(),
        sine,
        value: polar.pair[usize::from(sine)],
    }
}

/// One by one: two words for the turn, two for the size, and a pair of numbers of them.
fn one(seed: u64, place: usize) -> Drawn {
    let first = place / 2 * 4;
    let words = words_at(seed, first, 4);
    let (turn_words, size_words) = ([words[0], words[1]], [words[2], words[3]]);
    let (turn, size) = (fraction53(turn_words), fraction53(size_words));
    let polar = polar64(size, turn);
    let sine = place % 2 == 1;
    Drawn {
        size_words: size_words.to_vec(),
        turn_words: turn_words.to_vec(),
        places: [first + 2, first],
        size,
        turn,
        radius: polar.radius,
        sine,
        value: polar.pair[usize::from(sine)] as f32,
    }
}

/// `count` words of the sequence, from the one at `first`.
fn words_at(seed: u64, first: usize, count: usize) -> Vec<u32> {
    let mut twister = Twister::new(seed);
    for _ in 0..first {
        twister.word();
    }
    (0..count).map(|_| twister.word()).collect()
}
