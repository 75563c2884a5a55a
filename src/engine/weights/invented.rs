//! Weights of networks that are not there: made up by name and shape, to be timed with.

use rayon::prelude::*;

/// Numbers that one thread makes at a time.
const PART: usize = 1 << 16;

/// Numbers between ±√(3 / inputs), different for each name; for norms ones, for biases zeros.
pub(super) fn numbers(name: &str, shape: &[usize]) -> Vec<f32> {
    let count = shape.iter().product();
    if shape.len() < 2 {
        return vec![if name.ends_with("weight") { 1.0 } else { 0.0 }; count];
    }
    let inputs: usize = shape.iter().skip(1).product();
    let scale = (3.0 / inputs as f32).sqrt();
    let seed = name.bytes().fold(7u32, |hash, byte| hash.wrapping_mul(31) + u32::from(byte));
    let mut numbers = vec![0.0; count];
    numbers.par_chunks_mut(PART).enumerate().for_each(|(part, numbers)| {
        let mut state = seed ^ (part as u32).wrapping_mul(0x9e37_79b9);
        for number in numbers {
            // Knuth's linear congruence; its upper bits are good enough to time with.
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *number = ((state >> 8) as f32 / 8_388_608.0 - 1.0) * scale;
        }
    });
    numbers
}
