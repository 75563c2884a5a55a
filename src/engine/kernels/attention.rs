//! Attention head by head, on queries, keys and values as the linear layers leave them: no head
//! is ever copied apart.

use rayon::prelude::*;

use super::activation::softmax;
use super::matrix::{Into, Matrix, multiply};

/// Queries worked on at a time: the scores of a block stay in the cache.
const BLOCK: usize = 128;

/// The sizes of one attention.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Shape {
    /// Pictures or texts.
    pub(in crate::engine) batch: usize,
    /// Queries, and keys with values, of each.
    pub(in crate::engine) lengths: (usize, usize),
    /// Heads.
    pub(in crate::engine) heads: usize,
    /// Numbers in a query over all heads.
    pub(in crate::engine) width: usize,
    /// Whether a query sees only keys up to its own place.
    pub(in crate::engine) causal: bool,
}

/// What attention gives: `[B,N,width]`, and where asked for the probabilities `[B,heads,N,T]`.
pub(in crate::engine) struct Attended {
    /// The values, mixed.
    pub(in crate::engine) mixed: Vec<f32>,
    /// How they were mixed; empty where not asked for.
    pub(in crate::engine) probabilities: Vec<f32>,
}

/// `softmax(q·kᵀ/√d)·v` for each head of width d.
pub(in crate::engine) fn attend(
    shape: &Shape,
    [q, k, v]: [&[f32]; 3],
    keep_probabilities: bool,
) -> Attended {
    let (n, t) = shape.lengths;
    let blocks = n.div_ceil(BLOCK);
    let jobs = shape.batch * shape.heads * blocks;
    let work = |job: usize| {
        let (b, head, block) =
            (job / (shape.heads * blocks), job / blocks % shape.heads, job % blocks);
        let (mixed, scores) = one_block(
            shape,
            [&q[b * n * shape.width..], &k[b * t * shape.width..], &v[b * t * shape.width..]],
            head,
            block,
        );
        // Scores are the largest thing here by far: kept only where someone looks.
        (mixed, if keep_probabilities { scores } else { Vec::new() })
    };
    let many = super::worth_threads(2 * shape.batch * n * t * shape.width);
    let done: Vec<(Vec<f32>, Vec<f32>)> = if many {
        (0..jobs).into_par_iter().map(work).collect()
    } else {
        (0..jobs).map(work).collect()
    };
    let d = shape.width / shape.heads;
    let mut mixed = vec![0.0; shape.batch * n * shape.width];
    let mut probabilities = Vec::new();
    for (job, (part, scores)) in done.iter().enumerate() {
        let (b, head, block) =
            (job / (shape.heads * blocks), job / blocks % shape.heads, job % blocks);
        for (i, row) in part.chunks_exact(d).enumerate() {
            let to = (b * n + block * BLOCK + i) * shape.width + head * d;
            mixed[to..to + d].copy_from_slice(row);
        }
        // Jobs run batch, head, block: the order of [B,heads,N,T].
        probabilities.extend_from_slice(scores);
    }
    Attended { mixed, probabilities }
}

fn one_block(
    shape: &Shape,
    [q, k, v]: [&[f32]; 3],
    head: usize,
    block: usize,
) -> (Vec<f32>, Vec<f32>) {
    let (n, t) = shape.lengths;
    let d = shape.width / shape.heads;
    let rows = BLOCK.min(n - block * BLOCK);
    let part = |data| Matrix::rows(data, t, d, shape.width);
    let queries = Matrix::rows(&q[block * BLOCK * shape.width + head * d..], rows, d, shape.width);
    let into = |stride, scale| Into {
        row_stride: stride,
        column_stride: 1,
        add: false,
        scale,
        threads: false,
    };
    let mut scores = vec![0.0; rows * t];
    let scale = 1.0 / (d as f32).sqrt();
    multiply(&mut scores, into(t, scale), queries, part(&k[head * d..]).transposed());
    for (i, row) in scores.chunks_exact_mut(t).enumerate() {
        if shape.causal {
            row.iter_mut().skip(block * BLOCK + i + 1).for_each(|x| *x = f32::NEG_INFINITY);
        }
        softmax(row);
    }
    let mut mixed = vec![0.0; rows * d];
    multiply(&mut mixed, into(d, 1.0), Matrix::rows(&scores, rows, t, t), part(&v[head * d..]));
    (mixed, scores)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_causal_query_sees_nothing_after_itself() {
        let shape = Shape { batch: 1, lengths: (3, 3), heads: 1, width: 1, causal: true };
        let found = attend(&shape, [&[0.0; 3], &[0.0; 3], &[3.0, 6.0, 9.0]], true);
        for (f, e) in found.mixed.iter().zip([3.0, 4.5, 6.0]) {
            assert!((f - e).abs() < 1e-6);
        }
        assert!(found.probabilities[1] < 1e-30 && found.probabilities[3] > 0.49);
    }

    #[test]
    fn every_head_of_every_picture_looks_for_itself() {
        // One query per picture, two heads of width 1; each head's second key is the louder one.
        let shape = Shape { batch: 2, lengths: (1, 2), heads: 2, width: 2, causal: false };
        let k = [0.0, 0.0, 50.0, -50.0, 0.0, 0.0, -50.0, 50.0];
        let v = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        let found = attend(&shape, [&[1.0; 4], &k, &v], false);
        for (f, e) in found.mixed.iter().zip([3.0, 2.0, 5.0, 8.0]) {
            assert!((f - e).abs() < 1e-5);
        }
        assert!(found.probabilities.is_empty());
    }
}
