//! The numbers of one large tensor of a network: a tensor, or a stretch of a mapped file in which
//! our kernels read where it lies. A checkpoint in 32 bits so stands in memory once, as the
//! system's cache of the file, and is ready as soon as its header is read.

use std::sync::OnceLock;

use candle_core::{CpuStorage, Device, Result, Storage, Tensor};

use super::weights::{Span, learning};

/// One large tensor.
#[derive(Debug)]
pub(super) enum Stored {
    /// On its device, in the type that is computed in.
    Tensor(Tensor),
    /// In a mapped file, for the processor in 32 bits.
    Mapped {
        /// Where it lies.
        span: Span,
        /// Its shape.
        shape: Vec<usize>,
        /// A copy as a tensor, for gradients that go through frozen weights.
        copy: OnceLock<Tensor>,
    },
}

impl Stored {
    /// The same numbers in another shape of as many.
    pub(super) fn reshape(self, to: Vec<usize>) -> Result<Self> {
        Ok(match self {
            Self::Tensor(tensor) => Self::Tensor(tensor.reshape(to)?),
            Self::Mapped { span, copy, .. } => Self::Mapped { span, shape: to, copy },
        })
    }

    /// Whether what is computed with it has a gradient to give back to it.
    pub(super) fn learns(&self) -> bool {
        matches!(self, Self::Tensor(tensor) if learning(&[tensor]))
    }

    /// As a tensor; of a stretch of a file a copy, which is kept.
    pub(super) fn tensor(&self) -> Result<Tensor> {
        match self {
            Self::Tensor(tensor) => Ok(tensor.clone()),
            Self::Mapped { span, shape, copy } => {
                if let Some(tensor) = copy.get() {
                    return Ok(tensor.clone());
                }
                let tensor = Tensor::from_slice(span.numbers(), shape.as_slice(), &Device::Cpu)?;
                Ok(copy.get_or_init(|| tensor).clone())
            }
        }
    }

    /// Calls `work` with the numbers, row-major.
    ///
    /// # Errors
    /// A tensor that is not on the processor in 32 bits.
    pub(super) fn with<R>(&self, work: impl FnOnce(&[f32]) -> R) -> Result<R> {
        match self {
            Self::Mapped { span, .. } => Ok(work(span.numbers())),
            Self::Tensor(tensor) => {
                let tensor = tensor.contiguous()?;
                let (storage, layout) = tensor.storage_and_layout();
                let Storage::Cpu(CpuStorage::F32(all)) = &*storage else {
                    candle_core::bail!("a kernel of the processor was given other numbers");
                };
                let start = layout.start_offset();
                Ok(work(&all[start..start + layout.shape().elem_count()]))
            }
        }
    }
}
