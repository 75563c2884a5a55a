//! Attention, backward: what the probabilities get, softmax turns into what the scores get
//! (Vaswani et al. 2017; the same as in `FlashAttention`, Dao et al. 2022, appendix B.2).

use std::sync::OnceLock;

use rayon::prelude::*;

use super::Operation;
use crate::engine::kernels::attention::{Keep, Shape, attend};
use crate::engine::kernels::matrix::{Into, Matrix, multiply};
use crate::engine::kernels::{widest, worth_threads};

/// `softmax(q·kᵀ/√d)·v` for each head; the probabilities are kept for the way back.
pub(in crate::engine) struct Attention {
    shape: Shape,
    probabilities: OnceLock<Vec<f32>>,
}

impl Attention {
    /// Attention of these sizes.
    pub(in crate::engine) const fn new(shape: Shape) -> Self {
        Self { shape, probabilities: OnceLock::new() }
    }
}

impl Operation<3> for Attention {
    const NAME: &'static str = "attention";

    fn dims(&self) -> Vec<usize> {
        vec![self.shape.batch, self.shape.lengths.0, self.shape.width]
    }

    fn forward(&self, inputs: [&[f32]; 3]) -> Vec<f32> {
        let attended = attend(&self.shape, inputs, Keep::Heads);
        // A second call with other numbers would need its own: candle makes one call.
        let _ = self.probabilities.set(attended.probabilities);
        attended.mixed
    }

    fn backward(
        &self,
        [q, k, v]: [&[f32]; 3],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        let Shape { batch, lengths: (n, t), heads, width, .. } = self.shape;
        let probabilities = self.probabilities.get().map_or(&[][..], Vec::as_slice);
        let mut found = [vec![0.0; q.len()], vec![0.0; k.len()], vec![0.0; v.len()]];
        let [of_q, of_k, of_v] = &mut found;
        let one = |b: usize, of_q: &mut [f32], of_k: &mut [f32], of_v: &mut [f32]| {
            for head in 0..heads {
                let kept = &probabilities[(b * heads + head) * n * t..][..n * t];
                let inputs = [&q[b * n * width..], &k[b * t * width..], &v[b * t * width..]];
                let gradient = &gradient[b * n * width..];
                one_head(&self.shape, head, inputs, kept, gradient, [of_q, of_k, of_v]);
            }
        };
        if worth_threads(4 * batch * n * t * width) {
            let parts = of_q.par_chunks_exact_mut(n * width);
            let parts = parts.zip(of_k.par_chunks_exact_mut(t * width));
            parts
                .zip(of_v.par_chunks_exact_mut(t * width))
                .enumerate()
                .for_each(|(b, ((q, k), v))| one(b, q, k, v));
        } else {
            let parts = of_q.chunks_exact_mut(n * width);
            let parts = parts.zip(of_k.chunks_exact_mut(t * width));
            parts
                .zip(of_v.chunks_exact_mut(t * width))
                .enumerate()
                .for_each(|(b, ((q, k), v))| one(b, q, k, v));
        }
        let [of_q, of_k, of_v] = found;
        [wanted[0].then_some(of_q), wanted[1].then_some(of_k), wanted[2].then_some(of_v)]
    }
}

/// Writes one head's gradients into those of the whole.
fn one_head(
    shape: &Shape,
    head: usize,
    [q, k, v]: [&[f32]; 3],
    probabilities: &[f32],
    gradient: &[f32],
    [of_q, of_k, of_v]: [&mut [f32]; 3],
) {
    let (n, t) = shape.lengths;
    let (width, d) = (shape.width, shape.width / shape.heads);
    let at = head * d;
    let whole =
        |scale| Into { row_stride: width, column_stride: 1, add: false, scale, threads: false };
    let wide = |data, rows| Matrix::rows(data, rows, d, width);
    let kept = Matrix::rows(probabilities, n, t, t);
    let gradient = wide(&gradient[at..], n);
    multiply(&mut of_v[at..], whole(1.0), kept.transposed(), gradient);
    let mut scores = vec![0.0; n * t];
    let square = Into { row_stride: t, ..whole(1.0) };
    multiply(&mut scores, square, gradient, wide(&v[at..], t).transposed());
    for (row, kept) in scores.chunks_exact_mut(t).zip(probabilities.chunks_exact(t)) {
        widest(|| {
            let (whole, rest) = (row.as_chunks::<16>(), kept.as_chunks::<16>());
            let mut sums = [0.0f32; 16];
            for (s, p) in whole.0.iter().zip(rest.0) {
                for i in 0..16 {
                    sums[i] += s[i] * p[i];
                }
            }
            let rest = whole.1.iter().zip(rest.1).map(|(s, p)| s * p);
            let mean = sums.iter().sum::<f32>() + rest.sum::<f32>();
            row.iter_mut().zip(kept).for_each(|(s, p)| *s = p * (*s - mean));
        });
    }
    let (scores, scale) = (Matrix::rows(&scores, n, t, t), 1.0 / (d as f32).sqrt());
    multiply(&mut of_q[at..], whole(scale), scores, wide(&k[at..], t));
    multiply(&mut of_k[at..], whole(scale), scores.transposed(), wide(&q[at..], n));
}

#[cfg(test)]
mod tests {
    use super::super::differences::check;
    use super::*;

    #[test]
    fn attention_with_and_without_a_future() {
        for (n, t, heads, width, causal) in
            [(5, 7, 2, 6, false), (9, 9, 3, 12, true), (1, 4, 1, 1, false), (140, 77, 2, 32, false)]
        {
            let shape = Shape { batch: 2, lengths: (n, t), heads, width, causal };
            let sizes = [2 * n * width, 2 * t * width, 2 * t * width];
            check(&Fresh(shape), sizes, &format!("{shape:?}"));
        }
    }

    /// Attention that may be asked again with other numbers.
    struct Fresh(Shape);

    impl Operation<3> for Fresh {
        const NAME: &'static str = "attention";

        fn dims(&self) -> Vec<usize> {
            Attention::new(self.0).dims()
        }

        fn forward(&self, inputs: [&[f32]; 3]) -> Vec<f32> {
            Attention::new(self.0).forward(inputs)
        }

        fn backward(
            &self,
            inputs: [&[f32]; 3],
            gradient: &[f32],
            wanted: [bool; 3],
        ) -> [Option<Vec<f32>>; 3] {
            let attention = Attention::new(self.0);
            attention.forward(inputs);
            attention.backward(inputs, gradient, wanted)
        }
    }
}
