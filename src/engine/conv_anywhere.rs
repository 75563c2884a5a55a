//! Convolutions by candle's operations, for devices and number types that our kernels do not serve.
//!
//! candle unrolls the whole input for one matrix product: nine numbers for each one of a 3 × 3
//! kernel, 10 GB in the last level of an autoencoder at 1024 × 1024. Here a large picture goes in
//! bands of rows, each with the rows above and below that its kernel sees: the same sums, in less
//! memory.

use candle_core::{Result, Tensor};

/// The most bytes that are unrolled at a time: 512 MB.
pub(super) const MOST_BYTES: usize = 1 << 29;

/// How a kernel goes over a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    /// Sides of the kernel.
    pub(super) kernel: usize,
    /// Cells between two places of it.
    pub(super) stride: usize,
    /// Zeros before and after, both ways.
    pub(super) padding: (usize, usize),
}

/// `[B,in,h,w]` and `[out,in,k,k]` to `[B,out,h',w']`, without bias.
pub(super) fn convolve(x: &Tensor, weight: &Tensor, way: Way) -> Result<Tensor> {
    convolve_in_bands(x, weight, way, MOST_BYTES / x.dtype().size_in_bytes())
}

fn convolve_in_bands(x: &Tensor, weight: &Tensor, way: Way, most: usize) -> Result<Tensor> {
    let Way { kernel, stride, padding: (before, after) } = way;
    let (batch, channels, h, w) = x.dims4()?;
    let rows = (h + before + after).saturating_sub(kernel) / stride + 1;
    let columns = (w + before + after).saturating_sub(kernel) / stride + 1;
    let row = batch * channels * columns * kernel * kernel;
    let band = (most / row.max(1)).clamp(1, rows);
    if band == rows && before == after {
        return x.contiguous()?.conv2d(weight, before, stride, 1, 1);
    }
    let padded = x.pad_with_zeros(2, before, after)?.pad_with_zeros(3, before, after)?;
    if band == rows {
        return padded.contiguous()?.conv2d(weight, 0, stride, 1, 1);
    }
    let bands = (0..rows).step_by(band).map(|from| {
        let count = band.min(rows - from);
        let seen = padded.narrow(2, from * stride, (count - 1) * stride + kernel)?;
        seen.contiguous()?.conv2d(weight, 0, stride, 1, 1)
    });
    Tensor::cat(&bands.collect::<Result<Vec<_>>>()?, 2)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn bands_of_rows_are_the_whole_at_once() {
        let draw = |shape: (usize, usize, usize, usize), seed: f64| {
            let count = shape.0 * shape.1 * shape.2 * shape.3;
            let data: Vec<f64> = (0..count).map(|i| (seed + i as f64 * 0.61).sin()).collect();
            Tensor::from_vec(data, shape, &Device::Cpu).expect("fits")
        };
        for (kernel, stride, padding) in
            [(3, 1, (1, 1)), (3, 2, (1, 1)), (3, 2, (0, 1)), (1, 1, (0, 0)), (5, 3, (2, 1))]
        {
            let way = Way { kernel, stride, padding };
            for (h, w) in [(11, 6), (8, 8), (5, 5)] {
                let (x, weight) = (draw((2, 3, h, w), 0.2), draw((4, 3, kernel, kernel), 0.7));
                let whole = convolve_in_bands(&x, &weight, way, usize::MAX).expect("convolves");
                for most in [1, 600, 2000] {
                    let parts = convolve_in_bands(&x, &weight, way, most).expect("convolves");
                    assert_eq!(parts.dims(), whole.dims(), "{way:?} {h} {w}");
                    let apart = (&parts - &whole).expect("same shape").abs().expect("absolute");
                    let most = apart.max_all().expect("numbers").to_scalar::<f64>();
                    assert!(most.expect("one") < 1e-12, "{way:?} {h} {w}");
                }
            }
        }
    }
}
