//! Attention by candle's operations, for devices and number types that our kernels do not serve.
//!
//! The matrix of all pairs is never whole, except where a probe or a gradient asks for it: queries
//! come in stretches. Scores and softmax are in 32 bits where the network computes in 16: the
//! scores of SD 2.1 and of autoencoders do not fit into 16.

use candle_core::{D, DType, Result, Tensor};
use candle_nn::ops;

/// The most scores that are held at a time, over all heads: 256 MB of them in 32 bits.
const MOST: usize = 1 << 26;

/// What the network mixes, apart by heads.
struct Heads {
    /// `[B,heads,N,d]`, times `1/√d`.
    queries: Tensor,
    /// `[B,heads,d,T]`
    keys: Tensor,
    /// `[B,heads,T,d]`
    values: Tensor,
    causal: bool,
}

/// `softmax(q·kᵀ/√d)·v`: `q` `[B,N,C]`, `k` and `v` `[B,T,C]` to `[B,N,C]`; with `keep` the
/// probabilities `[B,heads,N,T]` come along.
pub(super) fn attend(
    [q, k, v]: [&Tensor; 3],
    heads: usize,
    causal: bool,
    keep: bool,
) -> Result<(Tensor, Option<Tensor>)> {
    attend_in_parts([q, k, v], heads, causal, if keep { usize::MAX } else { MOST })
        .map(|(mixed, kept)| (mixed, kept.filter(|_| keep)))
}

fn attend_in_parts(
    [q, k, v]: [&Tensor; 3],
    heads: usize,
    causal: bool,
    most: usize,
) -> Result<(Tensor, Option<Tensor>)> {
    let (batch, n, width) = q.dims3()?;
    let t = k.dim(1)?;
    let dtype = q.dtype();
    let wide = if dtype.size_in_bytes() < 4 { DType::F32 } else { dtype };
    let apart = |x: &Tensor, length| {
        x.reshape((batch, length, heads, width / heads))?.transpose(1, 2)?.contiguous()
    };
    let scale = ((width / heads) as f64).powf(-0.5);
    let all = Heads {
        queries: (apart(q, n)?.to_dtype(wide)? * scale)?,
        keys: apart(k, t)?.to_dtype(wide)?.t()?.contiguous()?,
        values: apart(v, t)?,
        causal,
    };
    let rows = (most / (batch * heads * t).max(1)).clamp(1, n.max(1));
    let mut mixed = Vec::new();
    let mut kept = None;
    for from in (0..n).step_by(rows) {
        let (part, probabilities) = all.stretch(from, rows.min(n - from), dtype)?;
        mixed.push(part);
        kept = Some(probabilities).filter(|_| rows == n);
    }
    let mixed = if let [whole] = &mixed[..] { whole.clone() } else { Tensor::cat(&mixed, 2)? };
    Ok((mixed.transpose(1, 2)?.contiguous()?.reshape((batch, n, width))?, kept))
}

impl Heads {
    /// The answers to `count` queries, and how much each took from each key.
    fn stretch(&self, from: usize, count: usize, dtype: DType) -> Result<(Tensor, Tensor)> {
        let mut scores = self.queries.narrow(2, from, count)?.contiguous()?.matmul(&self.keys)?;
        if self.causal {
            let t = self.keys.dim(D::Minus1)?;
            let later = |i: usize| i % t > from + i / t;
            let mask: Vec<f32> =
                (0..count * t).map(|i| if later(i) { f32::NEG_INFINITY } else { 0.0 }).collect();
            let mask = Tensor::from_vec(mask, (1, 1, count, t), scores.device())?;
            scores = scores.broadcast_add(&mask.to_dtype(scores.dtype())?)?;
        }
        let probabilities = ops::softmax(&scores, D::Minus1)?.to_dtype(dtype)?;
        Ok((probabilities.matmul(&self.values)?, probabilities))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn numbers(tensor: &Tensor) -> Vec<f64> {
        let flat = tensor.to_dtype(DType::F64).expect("cast").flatten_all().expect("flat");
        flat.to_vec1::<f64>().expect("numbers")
    }

    #[test]
    fn stretches_of_queries_are_the_whole_at_once() {
        let draw = |length: usize, seed: f64| {
            let wave = |i: usize| (seed + i as f64 * 0.37).sin();
            let data: Vec<f64> = (0..2 * length * 12).map(wave).collect();
            Tensor::from_vec(data, (2, length, 12), &Device::Cpu).expect("fits")
        };
        let (q, k, v) = (draw(7, 0.1), draw(7, 0.2), draw(7, 0.3));
        for causal in [false, true] {
            let whole = attend_in_parts([&q, &k, &v], 3, causal, usize::MAX).expect("attends");
            assert_eq!(whole.1.as_ref().map(Tensor::dims), Some(&[2, 3, 7, 7][..]));
            // One query at a time, two, three with one left over.
            for most in [1, 2 * 3 * 7 * 2, 2 * 3 * 7 * 3] {
                let parts = attend_in_parts([&q, &k, &v], 3, causal, most).expect("attends");
                assert!(parts.1.is_none());
                assert_eq!(numbers(&parts.0), numbers(&whole.0), "{causal} {most}");
            }
            assert!(attend([&q, &k, &v], 3, causal, false).expect("attends").1.is_none());
        }
    }

    #[test]
    fn scores_that_16_bits_cannot_hold_do_no_harm() {
        // q·k = 16 · 200 · 200 = 640,000; 16 bits end at 65,504.
        let large = Tensor::full(200f32, (1, 2, 16), &Device::Cpu).expect("fits");
        let large = large.to_dtype(DType::F16).expect("cast");
        let (mixed, _) = attend([&large, &large, &large], 1, false, false).expect("attends");
        assert!(numbers(&mixed).iter().all(|x| *x == 200.0));
    }
}
