//! The processor's own arithmetic in 32-bit floats, on plain slices.
//!
//! candle's convolution reorders its weights at every call and adds biases in passes of their
//! own; these kernels multiply straight from the stored weights, and do in one pass what belongs
//! together. Every other device and number type goes through candle's operations in `layers.rs`,
//! and a test holds the two against each other.

pub(super) mod activation;
pub(super) mod attention;
pub(super) mod conv;
pub(super) mod exchange;
pub(super) mod linear;
pub(super) mod matrix;
pub(super) mod norm;
mod product;
mod scratch;
mod winograd;

use candle_core::{CpuStorage, Result, Storage, Tensor};

/// Calls `work` with the numbers of each tensor, in row-major order.
pub(super) fn with_slices<R, const N: usize>(
    tensors: [&Tensor; N],
    work: impl FnOnce([&[f32]; N]) -> R,
) -> Result<R> {
    let owned = tensors.map(Tensor::contiguous);
    let mut held = Vec::with_capacity(N);
    for tensor in owned {
        held.push(tensor?);
    }
    let guards: Vec<_> = held.iter().map(Tensor::storage_and_layout).collect();
    let mut slices: [&[f32]; N] = [&[]; N];
    for (slice, (storage, layout)) in slices.iter_mut().zip(&guards) {
        let Storage::Cpu(CpuStorage::F32(all)) = &**storage else {
            candle_core::bail!("a kernel of the processor was given other numbers");
        };
        let start = layout.start_offset();
        *slice = &all[start..start + layout.shape().elem_count()];
    }
    Ok(work(slices))
}

/// Whether so many multiplications are worth waking other threads.
pub(super) const fn worth_threads(multiplications: usize) -> bool {
    multiplications > 6_000_000
}

/// Runs a loop compiled for the widest vectors that this processor has.
#[inline]
pub(super) fn widest<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
            #[expect(unsafe_code, reason = "the processor was asked")]
            // SAFETY: the features are there.
            return unsafe { with_avx512(work) };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            #[expect(unsafe_code, reason = "the processor was asked")]
            // SAFETY: the features are there.
            return unsafe { with_avx2(work) };
        }
    }
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
fn with_avx512<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}
