//! Activations, backward: the gradient times the slope.

use super::Operation;
use crate::engine::kernels::activation::{erf, exp, geglu, gelu, quick_gelu, silu};
use crate::engine::kernels::widest;

/// 1/√(2π)
const PEAK: f32 = 0.398_942_3;

/// An activation on every number of a tensor of this shape.
pub(in crate::engine) struct Activation {
    /// Which.
    pub(in crate::engine) kind: Kind,
    /// The shape.
    pub(in crate::engine) dims: Vec<usize>,
}

/// The activations.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) enum Kind {
    /// `x · sigmoid(x)`
    Silu,
    /// `x · Φ(x)`
    Gelu,
    /// `x · sigmoid(1.702 x)`
    QuickGelu,
}

impl Operation<1> for Activation {
    const NAME: &'static str = "activation";

    fn dims(&self) -> Vec<usize> {
        self.dims.clone()
    }

    fn forward(&self, [x]: [&[f32]; 1]) -> Vec<f32> {
        let mut numbers = x.to_vec();
        match self.kind {
            Kind::Silu => silu(&mut numbers),
            Kind::Gelu => gelu(&mut numbers),
            Kind::QuickGelu => quick_gelu(&mut numbers),
        }
        numbers
    }

    fn backward(&self, [x]: [&[f32]; 1], gradient: &[f32], _: [bool; 1]) -> [Option<Vec<f32>>; 1] {
        let mut numbers = gradient.to_vec();
        let pairs = numbers.iter_mut().zip(x);
        match self.kind {
            Kind::Silu => widest(|| pairs.for_each(|(g, x)| *g *= swish_slope(*x, 1.0))),
            Kind::Gelu => widest(|| pairs.for_each(|(g, x)| *g *= gelu_slope(*x))),
            Kind::QuickGelu => widest(|| pairs.for_each(|(g, x)| *g *= swish_slope(*x, 1.702))),
        }
        [Some(numbers)]
    }
}

/// The slope of `x · sigmoid(factor · x)`.
#[expect(clippy::inline_always, reason = "it takes the width of its caller")]
#[inline(always)]
pub(super) fn swish_slope(x: f32, factor: f32) -> f32 {
    let sigmoid = 1.0 / (1.0 + exp(-factor * x));
    sigmoid * (1.0 + factor * x * (1.0 - sigmoid))
}

/// The slope of `x · Φ(x)`.
#[expect(clippy::inline_always, reason = "it takes the width of its caller")]
#[inline(always)]
fn gelu_slope(x: f32) -> f32 {
    phi(x) + x * PEAK * exp(-0.5 * x * x)
}

#[expect(clippy::inline_always, reason = "it takes the width of its caller")]
#[inline(always)]
fn phi(x: f32) -> f32 {
    0.5 * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// Rows of `2·width` numbers: the first half times GELU of the second.
pub(in crate::engine) struct Geglu {
    /// The result's shape; the last is the width.
    pub(in crate::engine) dims: Vec<usize>,
}

impl Operation<1> for Geglu {
    const NAME: &'static str = "geglu";

    fn dims(&self) -> Vec<usize> {
        self.dims.clone()
    }

    fn forward(&self, [x]: [&[f32]; 1]) -> Vec<f32> {
        geglu(x, self.dims.last().copied().unwrap_or(1))
    }

    fn backward(&self, [x]: [&[f32]; 1], gradient: &[f32], _: [bool; 1]) -> [Option<Vec<f32>>; 1] {
        let width = self.dims.last().copied().unwrap_or(1);
        let mut result = vec![0.0; x.len()];
        let rows = result.chunks_exact_mut(2 * width).zip(x.chunks_exact(2 * width));
        for ((to, from), gradient) in rows.zip(gradient.chunks_exact(width)) {
            let (values, gates) = from.split_at(width);
            let (of_values, of_gates) = to.split_at_mut(width);
            widest(|| {
                let inputs = values.iter().zip(gates).zip(gradient);
                for (((v, g), d), (to_v, to_g)) in
                    inputs.zip(of_values.iter_mut().zip(of_gates.iter_mut()))
                {
                    let below = phi(*g);
                    *to_v = d * g * below;
                    *to_g = d * v * (below + g * PEAK * exp(-0.5 * g * g));
                }
            });
        }
        [Some(result)]
    }
}

#[cfg(test)]
mod tests {
    use super::super::differences::check;
    use super::*;

    #[test]
    fn activations_and_geglu() {
        for kind in [Kind::Silu, Kind::Gelu, Kind::QuickGelu] {
            let activation = Activation { kind, dims: vec![2, 39] };
            check(&activation, [78], &format!("{kind:?}"));
        }
        check(&Geglu { dims: vec![2, 3, 17] }, [2 * 3 * 34], "geglu");
    }
}
