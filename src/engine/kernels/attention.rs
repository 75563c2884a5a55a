//! Attention on queries, keys and values as the linear layers leave them. A few queries at a time
//! meet a few keys, so that the matrix of all scores never exists: sums are carried from keys to
//! keys and scaled where a larger score turns up (Milakov and Gimelshein 2018; Dao and others 2022).

#![expect(
    clippy::inline_always,
    clippy::needless_range_loop,
    reason = "a loop takes the vectors of the function that it is inlined into, and lanes and \
              places are counted"
)]

use rayon::prelude::*;

use super::activation::exp2_of_negative;
use super::linear::lay_rows;
use super::product::{DEEP, Job, Panel, Rows, Vectors, add_product, put_product, with_registers};
use super::scratch::Scratch;

/// Eights of keys whose probabilities are in the first cache while they mix the values.
const STRETCH: usize = 16;
/// About so many keys are met at a time: their scores stay near the processor.
const KEYS: usize = 240;
/// A multiple of every kind's rows and of eight: where keys may be parted.
const PART: usize = 24;
/// Panels of queries that a thread takes at a time: they meet the same keys one after the other,
/// which then come from the second cache.
const PANELS: usize = 4;

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
    let count = shape.batch * shape.heads;
    let (of_keys, of_values) = (sizes.key_groups * sizes.deep, sizes.value_groups * sizes.eights);
    let mut room = Scratch::of::<DEEP, R>(count * (of_keys + of_values));
    let room: &mut [Rows<R>] = &mut room.blocks()[..count * (of_keys + of_values)];
    let pack = |(at, to): (usize, &mut [Rows<R>])| {
        let from = (at / shape.heads * t) * shape.width + at % shape.heads * sizes.d;
        let end = (t - 1) * shape.width + sizes.d;
        let (keys, values) = to.split_at_mut(of_keys);
        let from = [&k[from..from + end], &v[from..from + end]];
        vectors.run(Pack { sizes, from, stride: shape.width, keys, values });
    };
    if many {
        room.par_chunks_exact_mut(of_keys + of_values).enumerate().for_each(pack);
    } else {
        room.chunks_exact_mut(of_keys + of_values).enumerate().for_each(pack);
    }
    let packed: Vec<Packed<'_, R>> = room
        .chunks_exact(of_keys + of_values)
        .map(|all| Packed { keys: &all[..of_keys], values: &all[of_keys..] })
        .collect();

    let panels = panels_at_a_time(shape.batch * n.div_ceil(V), many);
    let mut mixed = vec![0.0; shape.batch * n * shape.width];
    let mut blocks: Vec<(usize, usize, &mut [f32])> = Vec::new();
    for (b, rows) in mixed.chunks_exact_mut(n * shape.width).enumerate() {
        let parts = rows.chunks_mut(panels * V * shape.width).enumerate();
        blocks.extend(parts.map(|(i, to)| (b, i * panels * V, to)));
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
    let probabilities = in_order(shape, keep.maps(shape.heads), panels * V, &kept);
    Attended { mixed, probabilities }
}

/// So many panels of queries a thread that each has some four turns.
fn panels_at_a_time(panels: usize, many: bool) -> usize {
    let threads = if many { rayon::current_num_threads() } else { 1 };
    (panels / (4 * threads)).clamp(1, PANELS)
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
struct Packed<'a, const R: usize> {
    /// `[key group][deep]`.
    keys: &'a [Rows<R>],
    /// Columns of the values as rows: `[value group][eights]`. Behind the last key stand zeros.
    values: &'a [Rows<R>],
}

struct Pack<'a, const R: usize> {
    sizes: Sizes,
    from: [&'a [f32]; 2],
    stride: usize,
    keys: &'a mut [Rows<R>],
    values: &'a mut [Rows<R>],
}

impl<const R: usize> Job for Pack<'_, R> {
    #[inline(always)]
    fn run(self) {
        let Sizes { d, keys, eights, .. } = self.sizes;
        lay_rows(self.from[0], d, self.stride, keys, self.keys);
        for key in 0..keys {
            let row = &self.from[1][key * self.stride..][..d];
            for (i, x) in row.iter().enumerate() {
                self.values[i / R * eights + key / DEEP][i % R][key % DEEP] = *x;
            }
        }
        if !keys.is_multiple_of(DEEP) {
            for last in self.values.chunks_exact_mut(eights).filter_map(<[_]>::last_mut) {
                for row in last {
                    row[keys % DEEP..].fill(0.0);
                }
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
    heads: &'a [Packed<'a, R>],
    to: &'a mut [f32],
    keep: Keep,
    kept: &'a mut [f32],
}

/// What one panel of queries has of the keys that it met.
struct Met<const V: usize> {
    /// The largest score of each query.
    largest: [f32; V],
    /// The sum of its probabilities, not yet divided by it.
    total: [f32; V],
}

impl<const R: usize, const V: usize, const FUSED: bool> Job for Queries<'_, R, V, FUSED> {
    #[inline(always)]
    fn run(mut self) {
        let Self { sizes, shape, .. } = self;
        let panels = (self.q.len() / shape.width).div_ceil(V);
        let part = if self.keep == Keep::Nothing { parted(sizes.keys) } else { sizes.keys };
        let eights = part.div_ceil(DEEP);
        let mut rooms = [
            Scratch::of::<V, DEEP>(panels * sizes.deep),
            Scratch::of::<V, DEEP>(eights),
            Scratch::of::<V, R>(panels * sizes.value_groups),
        ];
        let [queries, scores, mixed] = &mut rooms;
        let queries: &mut [Panel<V>] = &mut queries.blocks()[..panels * sizes.deep];
        // Scores, then probabilities: one row of lanes for each key.
        let scores: &mut [Panel<V>] = &mut scores.blocks()[..eights];
        let mixed: &mut [[[f32; V]; R]] = &mut mixed.blocks()[..panels * sizes.value_groups];
        let heads = self.heads;
        for (head, packed) in heads.iter().enumerate() {
            self.lay_queries(head, queries);
            mixed.fill([[0.0; V]; R]);
            let mut met =
                [const { Met { largest: [f32::NEG_INFINITY; V], total: [0.0; V] } }; PANELS];
            for first in (0..sizes.keys).step_by(part) {
                let keys = first..sizes.keys.min(first + part);
                for (panel, met) in met.iter_mut().enumerate().take(panels) {
                    let queries = &queries[panel * sizes.deep..][..sizes.deep];
                    let mixed = &mut mixed[panel * sizes.value_groups..][..sizes.value_groups];
                    let scores = &mut scores[..keys.len().div_ceil(DEEP)];
                    let largest = self.score(packed, (panel, &keys), queries, scores);
                    met.carry::<R, FUSED>(largest, mixed);
                    Self::mix(sizes, packed, &keys, met, scores, mixed);
                    self.keep(head, panel, met, scores);
                }
            }
            self.put(head, &met, mixed);
        }
    }
}

/// How many keys are met at a time, so that all parts are about as large.
fn parted(keys: usize) -> usize {
    keys.div_ceil(keys.div_ceil(KEYS).max(1)).next_multiple_of(PART)
}

impl<const V: usize> Met<V> {
    /// Brings what was mixed so far to the scale of a larger score.
    #[inline(always)]
    fn carry<const R: usize, const FUSED: bool>(
        &mut self,
        found: [f32; V],
        mixed: &mut [[[f32; V]; R]],
    ) {
        let mut scale = [1.0f32; V];
        for v in 0..V {
            let largest = if found[v] > self.largest[v] { found[v] } else { self.largest[v] };
            scale[v] = exp2_of_negative::<FUSED>(self.largest[v] - largest);
            self.largest[v] = largest;
        }
        // Before the first keys there is nothing to scale.
        if self.total[0] > 0.0 {
            for v in 0..V {
                self.total[v] *= scale[v];
            }
            for row in mixed.as_flattened_mut() {
                for v in 0..V {
                    row[v] *= scale[v];
                }
            }
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
    /// The queries of one head as panels, a query a lane: `[panel][deep]`.
    #[inline(always)]
    fn lay_queries(&self, head: usize, queries: &mut [Panel<V>]) {
        let (d, width) = (self.sizes.d, self.shape.width);
        // Scores count in powers of two: their exponential is cheaper.
        let scale = std::f32::consts::LOG2_E / (d as f32).sqrt();
        for (panel, rows) in queries.chunks_exact_mut(self.sizes.deep).zip(self.q.chunks(V * width))
        {
            for (v, row) in rows.chunks_exact(width).enumerate() {
                for (i, x) in row[head * d..][..d].iter().enumerate() {
                    panel[i / DEEP][i % DEEP][v] = x * scale;
                }
            }
            if !d.is_multiple_of(DEEP) {
                panel[d / DEEP][d % DEEP..].fill([0.0; V]);
            }
        }
    }

    /// Scores of some keys, and the largest of each query. Behind the last key stand zeros.
    #[inline(always)]
    fn score(
        &self,
        packed: &Packed<'_, R>,
        (panel, keys): (usize, &std::ops::Range<usize>),
        queries: &[Panel<V>],
        scores: &mut [Panel<V>],
    ) -> [f32; V] {
        let deep = self.sizes.deep;
        let mut largest = [f32::NEG_INFINITY; V];
        let groups = keys.start / R..keys.end.div_ceil(R);
        for (group, rows) in
            packed.keys[groups.start * deep..groups.end * deep].chunks_exact(deep).enumerate()
        {
            let mut sums = [[0.0f32; V]; R];
            put_product::<R, V, FUSED>(&mut sums, rows, queries);
            for (r, sums) in sums.iter_mut().enumerate() {
                let at = group * R + r;
                if at >= keys.len() {
                    break;
                }
                if self.shape.causal {
                    for (v, sum) in sums.iter_mut().enumerate() {
                        if keys.start + at > self.first + panel * V + v {
                            *sum = f32::NEG_INFINITY;
                        }
                    }
                }
                for v in 0..V {
                    largest[v] = if sums[v] > largest[v] { sums[v] } else { largest[v] };
                }
                scores[at / DEEP][at % DEEP] = *sums;
            }
        }
        if let Some(last) = scores.last_mut().filter(|_| !keys.len().is_multiple_of(DEEP)) {
            last[keys.len() % DEEP..].fill([0.0; V]);
        }
        largest
    }

    /// Turns scores into probabilities, not yet divided by their sum, and mixes the values by
    /// them.
    #[inline(always)]
    fn mix(
        sizes: Sizes,
        packed: &Packed<'_, R>,
        keys: &std::ops::Range<usize>,
        met: &mut Met<V>,
        scores: &mut [Panel<V>],
        mixed: &mut [[[f32; V]; R]],
    ) {
        for (at, part) in scores.chunks_mut(STRETCH).enumerate() {
            let first = at * STRETCH;
            let mut sums = [0.0f32; V];
            for row in part.as_flattened_mut().iter_mut().take(keys.len() - first * DEEP) {
                for v in 0..V {
                    row[v] = exp2_of_negative::<FUSED>(row[v] - met.largest[v]);
                    sums[v] += row[v];
                }
            }
            for v in 0..V {
                met.total[v] += sums[v];
            }
            for (group, mixed) in mixed.iter_mut().enumerate() {
                let from = group * sizes.eights + keys.start / DEEP + first;
                let rows = &packed.values[from..from + part.len()];
                add_product::<R, V, FUSED>(mixed, rows, part);
            }
        }
    }

    /// Puts down the probabilities of one panel, which met all keys at once, where they are kept.
    #[inline(always)]
    fn keep(&mut self, head: usize, panel: usize, met: &Met<V>, scores: &[Panel<V>]) {
        let count = self.q.len() / self.shape.width;
        let keys = self.sizes.keys;
        let (map, share) = match self.keep {
            Keep::Nothing => return,
            Keep::Heads => (head, 1.0),
            Keep::Mean => (0, 1.0 / self.heads.len() as f32),
        };
        let mut factors = [0.0f32; V];
        for v in 0..V {
            factors[v] = share / met.total[v];
        }
        let rows = panel * V..count.min((panel + 1) * V);
        let to = &mut self.kept[map * count * keys..][rows.start * keys..rows.end * keys];
        put_down(scores, factors, keys, to);
    }

    /// Writes what one head mixed.
    #[inline(always)]
    fn put(&mut self, head: usize, met: &[Met<V>], mixed: &[[[f32; V]; R]]) {
        let (d, width) = (self.sizes.d, self.shape.width);
        let panels = mixed.chunks_exact(self.sizes.value_groups).zip(met);
        for ((mixed, met), rows) in panels.zip(self.to.chunks_mut(V * width)) {
            let mut factors = [0.0f32; V];
            for v in 0..V {
                factors[v] = 1.0 / met.total[v];
            }
            for (v, row) in rows.chunks_exact_mut(width).enumerate() {
                for (i, to) in row[head * d..][..d].iter_mut().enumerate() {
                    *to = mixed[i / R][i % R][v] * factors[v];
                }
            }
        }
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
