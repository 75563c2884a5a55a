//! The linear layer, backward: three products of matrices.

use super::Operation;
use crate::engine::kernels::matrix::{Into, Matrix, multiply};

/// A linear layer of input `[rows,in]`, weights `[out,in]` and, where there are three inputs,
/// bias `[out]`; the result has the shape `dims`.
pub(in crate::engine) struct Linear {
    /// Numbers of a row, in and out.
    pub(in crate::engine) widths: (usize, usize),
    /// The result's shape; the last is the width out.
    pub(in crate::engine) dims: Vec<usize>,
}

impl Linear {
    fn rows(&self) -> usize {
        self.dims.iter().product::<usize>() / self.widths.1.max(1)
    }

    fn product(&self, x: &[f32], weights: &[f32], bias: &[f32]) -> Vec<f32> {
        let ((input, output), rows) = (self.widths, self.rows());
        let mut result = if bias.is_empty() { vec![0.0; rows * output] } else { bias.repeat(rows) };
        multiply(
            &mut result,
            into(output, !bias.is_empty()),
            Matrix::rows(x, rows, input, input),
            Matrix::rows(weights, output, input, input).transposed(),
        );
        result
    }

    fn input_gradient(&self, weights: &[f32], gradient: &[f32]) -> Vec<f32> {
        let ((input, output), rows) = (self.widths, self.rows());
        let mut result = vec![0.0; rows * input];
        multiply(
            &mut result,
            into(input, false),
            Matrix::rows(gradient, rows, output, output),
            Matrix::rows(weights, output, input, input),
        );
        result
    }

    fn weight_gradient(&self, x: &[f32], gradient: &[f32]) -> Vec<f32> {
        let ((input, output), rows) = (self.widths, self.rows());
        let mut result = vec![0.0; output * input];
        multiply(
            &mut result,
            into(input, false),
            Matrix::rows(gradient, rows, output, output).transposed(),
            Matrix::rows(x, rows, input, input),
        );
        result
    }

    fn bias_gradient(&self, gradient: &[f32]) -> Vec<f32> {
        let mut sums = vec![0.0; self.widths.1];
        for row in gradient.chunks_exact(self.widths.1) {
            sums.iter_mut().zip(row).for_each(|(sum, g)| *sum += g);
        }
        sums
    }
}

const fn into(row_stride: usize, add: bool) -> Into {
    Into { row_stride, column_stride: 1, add, scale: 1.0, threads: true }
}

impl Operation<2> for Linear {
    const NAME: &'static str = "linear";

    fn dims(&self) -> Vec<usize> {
        self.dims.clone()
    }

    fn forward(&self, [x, weights]: [&[f32]; 2]) -> Vec<f32> {
        self.product(x, weights, &[])
    }

    fn backward(
        &self,
        [x, weights]: [&[f32]; 2],
        gradient: &[f32],
        [of_x, of_weights]: [bool; 2],
    ) -> [Option<Vec<f32>>; 2] {
        [
            of_x.then(|| self.input_gradient(weights, gradient)),
            of_weights.then(|| self.weight_gradient(x, gradient)),
        ]
    }
}

impl Operation<3> for Linear {
    const NAME: &'static str = "linear with bias";

    fn dims(&self) -> Vec<usize> {
        self.dims.clone()
    }

    fn forward(&self, [x, weights, bias]: [&[f32]; 3]) -> Vec<f32> {
        self.product(x, weights, bias)
    }

    fn backward(
        &self,
        [x, weights, _]: [&[f32]; 3],
        gradient: &[f32],
        [of_x, of_weights, of_bias]: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        [
            of_x.then(|| self.input_gradient(weights, gradient)),
            of_weights.then(|| self.weight_gradient(x, gradient)),
            of_bias.then(|| self.bias_gradient(gradient)),
        ]
    }
}

/// Pictures `[B,C,pixels]` as tokens `[B,pixels,C]`, or the other way round: the last two
/// dimensions exchanged. Backward it is exchanged back.
pub(in crate::engine) struct Exchange {
    /// The input's shape as three dimensions.
    pub(in crate::engine) from: [usize; 3],
    /// The result's shape.
    pub(in crate::engine) dims: Vec<usize>,
}

impl Operation<1> for Exchange {
    const NAME: &'static str = "exchange";

    fn dims(&self) -> Vec<usize> {
        self.dims.clone()
    }

    fn forward(&self, [x]: [&[f32]; 1]) -> Vec<f32> {
        exchanged(x, self.from[1], self.from[2])
    }

    fn backward(&self, _: [&[f32]; 1], gradient: &[f32], _: [bool; 1]) -> [Option<Vec<f32>>; 1] {
        [Some(exchanged(gradient, self.from[2], self.from[1]))]
    }
}

fn exchanged(data: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut result = vec![0.0; data.len()];
    let size = (rows * columns).max(1);
    for (from, to) in data.chunks_exact(size).zip(result.chunks_exact_mut(size)) {
        for (c, to) in to.chunks_exact_mut(rows).enumerate() {
            to.iter_mut().zip(from[c..].iter().step_by(columns)).for_each(|(t, f)| *t = *f);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::super::differences::check;
    use super::*;

    #[test]
    fn linear_layers_and_exchanged_dimensions() {
        for (rows, input, output) in [(1, 1, 1), (7, 5, 3), (77, 64, 33)] {
            let linear = || Linear { widths: (input, output), dims: vec![2, rows, output] };
            let (x, weights) = (2 * rows * input, input * output);
            check(&linear(), [x, weights], "without bias");
            check(&linear(), [x, weights, output], "with bias");
            let exchange = Exchange { from: [2, rows, input], dims: vec![2, input, rows] };
            check(&exchange, [x], "exchange");
        }
    }
}
