//! Activations on slices: SiLU, both forms of GELU, GEGLU and powers, by polynomials that the
//! compiler turns into vector instructions.

#![expect(
    clippy::inline_always,
    reason = "a loop takes the width of the function that it is inlined into"
)]

use rayon::prelude::*;

use super::widest;

/// `x · sigmoid(x)` on every number.
pub(in crate::engine) fn silu(data: &mut [f32]) {
    widest(|| data.iter_mut().for_each(|x| *x /= 1.0 + exp(-*x)));
}

/// `x · sigmoid(1.702 x)`, the approximation that OpenAI's CLIP was trained with.
pub(in crate::engine) fn quick_gelu(data: &mut [f32]) {
    widest(|| data.iter_mut().for_each(|x| *x /= 1.0 + exp(-1.702 * *x)));
}

/// `x · Φ(x)` with the normal distribution's Φ, by erf: the exact form, not the tanh one.
pub(in crate::engine) fn gelu(data: &mut [f32]) {
    widest(|| data.iter_mut().for_each(|x| *x = gelu_of(*x)));
}

/// Rows of `2·width` numbers become rows of `width`: the first half times GELU of the second.
pub(in crate::engine) fn geglu(data: &[f32], width: usize) -> Vec<f32> {
    let mut result = vec![0.0; data.len() / 2];
    for (to, from) in result.chunks_exact_mut(width).zip(data.chunks_exact(2 * width)) {
        let (values, gates) = from.split_at(width);
        widest(|| {
            for ((t, v), g) in to.iter_mut().zip(values).zip(gates) {
                *t = v * gelu_of(*g);
            }
        });
    }
    result
}

/// The sum of two slices of one length.
pub(in crate::engine) fn sum(a: &[f32], b: &[f32]) -> Vec<f32> {
    const PART: usize = 1 << 16;
    let mut result = vec![0.0; a.len()];
    let add = |((to, a), b): ((&mut [f32], &[f32]), &[f32])| {
        for ((to, a), b) in to.iter_mut().zip(a).zip(b) {
            *to = a + b;
        }
    };
    if super::worth_threads(a.len() * 8) {
        let parts = result.par_chunks_mut(PART).zip(a.par_chunks(PART)).zip(b.par_chunks(PART));
        parts.for_each(add);
    } else {
        add(((&mut result, a), b));
    }
    result
}

#[inline(always)]
pub(in crate::engine) fn gelu_of(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// eˣ to within 2 units in the last place: `2ⁿ · e^r` with |r| ≤ ln 2 / 2 and a Taylor
/// polynomial of degree 7. Below −87.3 the result is 0 to within 2e-38, above 88.3 it stays.
#[inline(always)]
pub(in crate::engine) fn exp(x: f32) -> f32 {
    /// Adding and taking away 1.5 · 2²³ rounds to whole numbers, which then stand in the low bits.
    const ROUND: f32 = 12_582_912.0;
    /// ln 2 in two parts, the first exact in few bits.
    const LN2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    let x = if x < -87.3 { -87.3 } else { x };
    let x = if x > 88.3 { 88.3 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN2[0]) - n * LN2[1];
    let mut p = 1.0 / 5040.0;
    for c in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        p = p * r + c;
    }
    let power = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    p * f32::from_bits(power)
}

/// 2ˣ for x ≤ 0, to within 2 units in the last place; below −126 the result is 0 to within 2e-38.
#[inline(always)]
pub(in crate::engine) fn exp2_of_negative<const FUSED: bool>(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0;
    /// (ln 2)ⁿ / n! from n = 7 down.
    const TAYLOR: [f32; 7] = [
        1.540_353e-4,
        1.333_355_8e-3,
        9.618_129e-3,
        5.550_411e-2,
        2.402_265e-1,
        std::f32::consts::LN_2,
        1.0,
    ];
    let x = if x < -126.0 { -126.0 } else { x };
    let shifted = x + ROUND;
    let f = x - (shifted - ROUND);
    let mut p = 1.525_273_4e-5;
    for c in TAYLOR {
        p = super::product::multiply_add::<FUSED>(p, f, c);
    }
    let power = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    p * f32::from_bits(power)
}

/// The error function as `x · P(x²) / Q(x²)` on −4..4 (beyond, it is ±1 in 32 bits); the
/// rational minimax form that Eigen and XLA use, good to a few units in the last place.
#[inline(always)]
pub(in crate::engine) fn erf(x: f32) -> f32 {
    let x = if x < -4.0 { -4.0 } else { x };
    let x = if x > 4.0 { 4.0 } else { x };
    let square = x * x;
    let mut p = -2.726_142_3e-10;
    for c in [
        2.770_681_4e-8,
        -2.101_024e-6,
        -5.692_506_3e-5,
        -7.349_906_3e-4,
        -2.954_6e-3,
        -1.609_603_3e-2,
    ] {
        p = p * square + c;
    }
    let mut q = -1.456_607_2e-5;
    for c in [-2.133_740_6e-4, -1.682_827e-3, -7.373_329e-3, -1.426_473_9e-2] {
        q = q * square + c;
    }
    x * p / q
}

#[cfg(test)]
mod tests {
    use super::*;

    /// erf by its Taylor series in 64 bits; enough terms for |x| ≤ 4.
    fn erf_by_series(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..120 {
            let n = f64::from(n);
            term *= -x * x / n;
            sum += term / (2.0 * n + 1.0);
        }
        sum * 2.0 / std::f64::consts::PI.sqrt()
    }

    #[test]
    fn exp_and_erf_agree_with_64_bits() {
        for i in -8000..=8000 {
            let x = i as f32 * 0.01;
            let exact = f64::from(x).exp();
            assert!(((f64::from(exp(x)) - exact) / exact).abs() < 3e-7, "exp {x}");
            if x <= 0.0 {
                let exact = f64::from(x).exp2();
                for found in [exp2_of_negative::<false>(x), exp2_of_negative::<true>(x)] {
                    assert!(((f64::from(found) - exact) / exact).abs() < 3e-7, "exp2 {x}");
                }
            }
            let x = i as f32 * 0.0005;
            assert!((f64::from(erf(x)) - erf_by_series(f64::from(x))).abs() < 4e-7, "erf {x}");
        }
        assert!(exp(f32::NEG_INFINITY) < 1e-37 && exp(f32::NAN).is_nan());
        assert!(exp2_of_negative::<false>(f32::NEG_INFINITY) < 1e-37);
    }

    #[test]
    fn the_two_forms_of_gelu_differ_and_geglu_uses_the_exact_one() {
        let (mut exact, mut quick) = ([1.0f32], [1.0f32]);
        gelu(&mut exact);
        quick_gelu(&mut quick);
        assert!((exact[0] - 0.841_344_7).abs() < 1e-6 && (quick[0] - 0.845_795_8).abs() < 1e-6);
        assert!((geglu(&[3.0, 1.0], 1)[0] - 3.0 * 0.841_344_7).abs() < 1e-5);
    }
}
