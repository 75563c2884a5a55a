//! Finite differences: the measure that every derivative is held against.

use super::Operation;

/// How far the inputs are moved, both ways.
const STEP: f32 = 1e-2;
/// Of the numbers of one gradient, relative.
const TOLERANCE: f64 = 1e-2;

/// Numbers in −1..1 that only the seed decides.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// Holds the gradient of every input against the change of the result, along several directions:
/// a random one for each input, and single numbers. A gradient that is wanted has to be there,
/// one that is not has not.
pub(in crate::engine) fn check<const N: usize>(
    operation: &impl Operation<N>,
    sizes: [usize; N],
    what: &str,
) {
    let inputs: [Vec<f32>; N] = std::array::from_fn(|i| numbers(sizes[i], i as u32 + 1));
    let ask = |inputs: &[Vec<f32>; N]| operation.forward(std::array::from_fn(|i| &*inputs[i]));
    let result = ask(&inputs);
    assert_eq!(result.len(), operation.dims().iter().product::<usize>(), "{what}: shape");
    let gradient = numbers(result.len(), 77);
    let slices = std::array::from_fn(|i| &*inputs[i]);
    let found = operation.backward(slices, &gradient, [true; N]);
    for (i, found) in found.iter().enumerate() {
        let found = found.as_ref().unwrap_or_else(|| panic!("{what}: input {i} has no gradient"));
        assert_eq!(found.len(), sizes[i], "{what}: shape of gradient {i}");
        let mut directions: Vec<Vec<f32>> = (0..3).map(|s| numbers(sizes[i], 100 + s)).collect();
        for single in [0, sizes[i] / 2, sizes[i] - 1] {
            let mut direction = vec![0.0; sizes[i]];
            direction[single] = 1.0;
            directions.push(direction);
        }
        for direction in directions {
            let moved = |by: f32| {
                let mut inputs = inputs.clone();
                inputs[i].iter_mut().zip(&direction).for_each(|(x, d)| *x += by * d);
                dot(&ask(&inputs), &gradient)
            };
            let measured = (moved(STEP) - moved(-STEP)) / (2.0 * f64::from(STEP));
            let computed = dot(found, &direction);
            // The sums' own size: a small difference of large numbers cannot be exact.
            let size = (dot(found, found) * dot(&direction, &direction)).sqrt().max(1e-3);
            let error = (measured - computed).abs();
            let near = error <= TOLERANCE * measured.abs().max(0.1 * size);
            assert!(near, "{what}: input {i}: measured {measured}, computed {computed}");
        }
        let mut wanted = [true; N];
        wanted[i] = false;
        let spared = operation.backward(slices, &gradient, wanted);
        if N > 1 {
            assert!(spared[i].is_none(), "{what}: gradient {i} was not asked for");
        }
    }
}
