//! Attention on queries, keys and values as the linear layers leave them. A few queries at a time
//! meet all keys, so that the matrix of all scores never exists.

#![expect(
    clippy::inline_always,
    clippy::needless_range_loop,
    reason = "a loop takes the vectors of the function that it is inlined into, and lanes and \
              places are counted"
)]

use rayon::prelude::*;

use super::activation::exp2_of_negative;
use super::linear::lay_rows;
use super::product::{DEEP, Job, Panel, Rows, Vectors, add_product, with_registers};

/// Eights of keys whose probabilities are in the first cache while they mix the values.
const STRETCH: usize = 16;

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

/// Which probabilities are given beside what they mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Keep {
    /// None.
    Nothing,
    /// Their mean over the heads: `[B,N,T]`.
    Mean,
    /// Every head's: `[B,heads,N,T]`.
    Heads,
}

/// What attention gives: `[B,N,width]`, and the probabilities that were asked for.
pub(in crate::engine) struct Attended {
    /// The values, mixed.
    pub(in crate::engine) mixed: Vec<f32>,
    /// How they were mixed; empty where not asked for.
    pub(in crate::engine) probabilities: Vec<f32>,
}

/// `softmax(q·kᵀ/√d)·v` for each head of width d.
pub(in crate::engine) fn attend(shape: &Shape, [q, k, v]: [&[f32]; 3], keep: Keep) -> Attended {
    let vectors = Vectors::here();
    if vectors == Vectors::Avx512 {
        // Heads are 40, 64, 80 or 160 wide: ten rows waste less of them than twelve.
        return attend_with::<10, 32, true>(vectors, shape, [q, k, v], keep);
    }
    with_registers!(vectors, attend_with(shape, [q, k, v], keep))
}

fn attend_with<const R: usize, const V: usize, const FUSED: bool>(
    vectors: Vectors,
    shape: &Shape,
    [q, k, v]: [&[f32]; 3],
    keep: Keep,
) -> Attended {
    let (n, t) = shape.lengths;
    let sizes = Sizes::of(shape, R);
    let many = super::worth_threads(2 * shape.batch * n * t * shape.width);
    let pack = |at: usize| {
        let from = (at / shape.heads * t) * shape.width + at % shape.heads * sizes.d;
        let mut packed = Packed::<R>::empty(&sizes);
        let end = (t - 1) * shape.width + sizes.d;
        vectors.run(Pack {
            sizes,
            from: [&k[from..from + end], &v[from..from + end]],
            stride: shape.width,
            to: &mut packed,
        });
        packed
    };
    let heads = 0..shape.batch * shape.heads;
    let packed: Vec<Packed<R>> =
        if many { heads.into_par_iter().map(pack).collect() } else { heads.map(pack).collect() };

    let mut mixed = vec![0.0; shape.batch * n * shape.width];
    let mut blocks: Vec<(usize, usize, &mut [f32])> = Vec::new();
    for (b, rows) in mixed.chunks_exact_mut(n * shape.width).enumerate() {
        blocks.extend(rows.chunks_mut(V * shape.width).enumerate().map(|(i, to)| (b, i * V, to)));
    }
    let work = |(b, first, to): (usize, usize, &mut [f32])| {
        let count = to.len() / shape.width;
        let q = &q[(b * n + first) * shape.width..][..count * shape.width];
        let mut kept = vec![0.0; keep.maps(shape.heads) * count * t];
        let heads = &packed[b * shape.heads..][..shape.heads];
        vectors.run(Queries::<R, V, FUSED> {
            shape,
            sizes,
            first,
            q,
            heads,
            to,
            keep,
            kept: &mut kept,
        });
        kept
    };
    let kept: Vec<Vec<f32>> = if many {
        blocks.into_par_iter().map(work).collect()
    } else {
        blocks.into_iter().map(work).collect()
    };
    let probabilities = in_order(shape, keep.maps(shape.heads), V, &kept);
    Attended { mixed, probabilities }
}

impl Keep {
    /// Maps of each picture or text.
    const fn maps(self, heads: usize) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Mean => 1,
            Self::Heads => heads,
        }
    }
}

/// What each block of queries kept, `[maps,rows,T]`, as `[B,maps,N,T]`.
fn in_order(shape: &Shape, maps: usize, rows: usize, kept: &[Vec<f32>]) -> Vec<f32> {
    let (n, t) = shape.lengths;
    let each = n.div_ceil(rows);
    let mut all = Vec::with_capacity(shape.batch * maps * n * t);
    for blocks in kept.chunks_exact(each) {
        for map in 0..maps {
            for block in blocks {
                let size = block.len() / maps;
                all.extend_from_slice(&block[map * size..][..size]);
            }
        }
    }
    all
}

/// The sizes of one head, in groups and eights.
#[derive(Clone, Copy)]
struct Sizes {
    /// Numbers of a query.
    d: usize,
    keys: usize,
    /// Eights of a query, and of the keys.
    deep: usize,
    eights: usize,
    /// Groups of keys, and of a value's numbers.
    key_groups: usize,
    value_groups: usize,
}

impl Sizes {
    const fn of(shape: &Shape, rows: usize) -> Self {
        let (d, keys) = (shape.width / shape.heads, shape.lengths.1);
        Self {
            d,
            keys,
            deep: d.div_ceil(DEEP),
            eights: keys.div_ceil(DEEP),
            key_groups: keys.div_ceil(rows),
            value_groups: d.div_ceil(rows),
        }
    }
}

/// Keys and values of one head, in the order in which products read them.
struct Packed<const R: usize> {
    /// `[key group][deep]`.
    keys: Vec<Rows<R>>,
    /// Columns of the values as rows: `[value group][eights]`.
    values: Vec<Rows<R>>,
}

impl<const R: usize> Packed<R> {
    fn empty(sizes: &Sizes) -> Self {
        let zero = [[0.0; DEEP]; R];
        Self {
            keys: vec![zero; sizes.key_groups * sizes.deep],
            values: vec![zero; sizes.value_groups * sizes.eights],
        }
    }
}

struct Pack<'a, const R: usize> {
    sizes: Sizes,
    from: [&'a [f32]; 2],
    stride: usize,
    to: &'a mut Packed<R>,
}

impl<const R: usize> Job for Pack<'_, R> {
    #[inline(always)]
    fn run(self) {
        let Sizes { d, keys, eights, .. } = self.sizes;
        lay_rows(self.from[0], d, self.stride, keys, &mut self.to.keys);
        for key in 0..keys {
            let row = &self.from[1][key * self.stride..][..d];
            for (i, x) in row.iter().enumerate() {
                self.to.values[i / R * eights + key / DEEP][i % R][key % DEEP] = *x;
            }
        }
    }
}

/// One block of queries, all heads.
struct Queries<'a, const R: usize, const V: usize, const FUSED: bool> {
    shape: &'a Shape,
    sizes: Sizes,
    first: usize,
    q: &'a [f32],
    heads: &'a [Packed<R>],
    to: &'a mut [f32],
    keep: Keep,
    kept: &'a mut [f32],
}

impl<const R: usize, const V: usize, const FUSED: bool> Job for Queries<'_, R, V, FUSED> {
    #[inline(always)]
    fn run(self) {
        let Self { sizes, shape, .. } = self;
        let count = self.q.len() / shape.width;
        let mut queries: Vec<Panel<V>> = vec![[[0.0; V]; DEEP]; sizes.deep];
        // Scores, then probabilities: one row of lanes for each key.
        let mut scores: Vec<Panel<V>> = vec![[[0.0; V]; DEEP]; sizes.eights];
        let mut mixed = vec![[[0.0f32; V]; R]; sizes.value_groups];
        // The mean over heads stays in lanes until all have added to it.
        let eights = if self.keep == Keep::Mean { sizes.eights } else { 0 };
        let mut mean: Vec<Panel<V>> = vec![[[0.0; V]; DEEP]; eights];
        // Scores count in powers of two: their exponential is cheaper.
        let scale = std::f32::consts::LOG2_E / (sizes.d as f32).sqrt();
        for (head, packed) in self.heads.iter().enumerate() {
            for v in 0..count {
                let row = &self.q[v * shape.width + head * sizes.d..][..sizes.d];
                for (i, x) in row.iter().enumerate() {
                    queries[i / DEEP][i % DEEP][v] = x * scale;
                }
            }
            let largest = self.score(packed, &queries, &mut scores);
            mixed.fill([[0.0; V]; R]);
            let total = self.mix(packed, largest, &mut scores, &mut mixed);
            let mut factors = [0.0f32; V];
            for v in 0..V {
                factors[v] = 1.0 / total[v];
            }
            for v in 0..count {
                let to = &mut self.to[v * shape.width + head * sizes.d..][..sizes.d];
                for (i, to) in to.iter_mut().enumerate() {
                    *to = mixed[i / R][i % R][v] * factors[v];
                }
            }
            match self.keep {
                Keep::Nothing => {}
                Keep::Heads => {
                    let size = count * sizes.keys;
                    put_down(&scores, factors, sizes.keys, &mut self.kept[head * size..][..size]);
                }
                Keep::Mean => {
                    let share = 1.0 / self.heads.len() as f32;
                    for v in 0..V {
                        factors[v] *= share;
                    }
                    for (mean, row) in mean.as_flattened_mut().iter_mut().zip(scores.as_flattened())
                    {
                        for v in 0..V {
                            mean[v] += row[v] * factors[v];
                        }
                    }
                }
            }
        }
        if self.keep == Keep::Mean {
            put_down(&mean, [1.0; V], sizes.keys, self.kept);
        }
    }
}

/// Adds the lanes of probabilities, times their factors, to rows of them.
#[inline(always)]
fn put_down<const V: usize>(scores: &[Panel<V>], factors: [f32; V], keys: usize, kept: &mut [f32]) {
    for (eight, scores) in scores.iter().enumerate() {
        let count = DEEP.min(keys - eight * DEEP);
        for (v, kept) in kept.chunks_exact_mut(keys).enumerate() {
            for (k, to) in kept[eight * DEEP..][..count].iter_mut().enumerate() {
                *to += scores[k][v] * factors[v];
            }
        }
    }
}

impl<const R: usize, const V: usize, const FUSED: bool> Queries<'_, R, V, FUSED> {
    /// Scores of all keys, and the largest of each query.
    #[inline(always)]
    fn score(&self, packed: &Packed<R>, queries: &[Panel<V>], scores: &mut [Panel<V>]) -> [f32; V] {
        let Sizes { keys, deep, .. } = self.sizes;
        let mut largest = [f32::NEG_INFINITY; V];
        for (group, rows) in packed.keys.chunks_exact(deep).enumerate() {
            let mut sums = [[0.0f32; V]; R];
            add_product::<R, V, FUSED>(&mut sums, rows, queries);
            for (r, sums) in sums.iter_mut().enumerate() {
                let key = group * R + r;
                if key >= keys {
                    break;
                }
                if self.shape.causal {
                    for (v, sum) in sums.iter_mut().enumerate() {
                        if key > self.first + v {
                            *sum = f32::NEG_INFINITY;
                        }
                    }
                }
                for v in 0..V {
                    largest[v] = if sums[v] > largest[v] { sums[v] } else { largest[v] };
                }
                scores[key / DEEP][key % DEEP] = *sums;
            }
        }
        largest
    }

    /// Turns scores into probabilities, not yet divided by their sum, which is returned, and
    /// mixes the values by them.
    #[inline(always)]
    fn mix(
        &self,
        packed: &Packed<R>,
        largest: [f32; V],
        scores: &mut [Panel<V>],
        mixed: &mut [[[f32; V]; R]],
    ) -> [f32; V] {
        let Sizes { keys, eights, .. } = self.sizes;
        let mut total = [0.0f32; V];
        for first in (0..eights).step_by(STRETCH) {
            let length = STRETCH.min(eights - first);
            let part = &mut scores[first..first + length];
            let mut sums = [0.0f32; V];
            for row in part.as_flattened_mut().iter_mut().take(keys - first * DEEP) {
                for v in 0..V {
                    row[v] = exp2_of_negative::<FUSED>(row[v] - largest[v]);
                    sums[v] += row[v];
                }
            }
            for v in 0..V {
                total[v] += sums[v];
            }
            for (group, mixed) in mixed.iter_mut().enumerate() {
                let rows = &packed.values[group * eights + first..][..length];
                add_product::<R, V, FUSED>(mixed, rows, part);
            }
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_causal_query_sees_nothing_after_itself() {
        let shape = Shape { batch: 1, lengths: (3, 3), heads: 1, width: 1, causal: true };
        let found = attend(&shape, [&[0.0; 3], &[0.0; 3], &[3.0, 6.0, 9.0]], Keep::Heads);
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
        let found = attend(&shape, [&[1.0; 4], &k, &v], Keep::Nothing);
        for (f, e) in found.mixed.iter().zip([3.0, 2.0, 5.0, 8.0]) {
            assert!((f - e).abs() < 1e-5);
        }
        assert!(found.probabilities.is_empty());
    }

    /// Held against the definition, with every ending, in every kind of vectors that this
    /// processor has.
    #[test]
    fn equals_softmax_of_the_scores_times_the_values() {
        use crate::engine::kernels::product::numbers;
        for (n, t, heads, d, causal) in [
            (77, 77, 2, 5, true),
            (35, 200, 3, 40, false),
            (16, 8, 1, 8, false),
            (3, 1, 2, 64, false),
        ] {
            let width = heads * d;
            let shape = Shape { batch: 2, lengths: (n, t), heads, width, causal };
            let [q, k, v] = [(n, 1), (t, 2), (t, 3)].map(|(rows, seed)| {
                numbers(2 * rows * width, seed).into_iter().map(|x| x * 4.0).collect::<Vec<_>>()
            });
            let mean = attend(&shape, [&q, &k, &v], Keep::Mean).probabilities;
            let kinds = [
                attend(&shape, [&q, &k, &v], Keep::Heads),
                attend_with::<4, 8, false>(Vectors::Plain, &shape, [&q, &k, &v], Keep::Heads),
            ];
            for (at, mean) in mean.iter().enumerate() {
                let (b, place) = (at / (n * t), at % (n * t));
                let of = |head| kinds[0].probabilities[(b * heads + head) * n * t + place];
                let sum: f32 = (0..heads).map(of).sum();
                assert!((mean * heads as f32 - sum).abs() < 1e-5, "{shape:?}");
            }
            for b in 0..2 {
                for head in 0..heads {
                    for row in 0..n {
                        let query = &q[(b * n + row) * width + head * d..][..d];
                        let last = if causal { row + 1 } else { t };
                        let row_of = |data: &'_ [f32], key: usize| {
                            data[(b * t + key) * width + head * d..][..d].to_vec()
                        };
                        let scores: Vec<f64> = (0..last)
                            .map(|key| {
                                let key = row_of(&k, key);
                                let product = query.iter().zip(key);
                                let sum: f64 =
                                    product.map(|(a, b)| f64::from(*a) * f64::from(b)).sum();
                                (sum / (d as f64).sqrt()).exp()
                            })
                            .collect();
                        let total: f64 = scores.iter().sum();
                        for found in &kinds {
                            let at = ((b * heads + head) * n + row) * t;
                            let mut mixed = vec![0.0; d];
                            for (key, score) in scores.iter().enumerate() {
                                let share = score / total;
                                let off = f64::from(found.probabilities[at + key]) - share;
                                assert!(off.abs() < 1e-5, "{shape:?}");
                                let value = row_of(&v, key);
                                mixed
                                    .iter_mut()
                                    .zip(value)
                                    .for_each(|(m, v)| *m += share * f64::from(v));
                            }
                            let to = &found.mixed[(b * n + row) * width + head * d..][..d];
                            for (a, b) in to.iter().zip(&mixed) {
                                assert!((f64::from(*a) - b).abs() < 2e-5, "{shape:?}");
                            }
                        }
                    }
                }
            }
        }
    }
}
