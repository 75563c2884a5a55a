//! The weights of one network: a safetensors file, mapped from disk or inside the binary.
//!
//! Every tensor is asked for with its shape. What is missing, cut short or of another shape is
//! one [`Problem`] that names the file and the tensor. 16-bit files are converted when read.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use half::{bf16, f16};
use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo};
use sha2::{Digest, Sha256};

use super::device::Place;
use crate::walk::Problem;

/// More than any real header needs (SD's largest has 160 kB).
const HEADER_LIMIT: u64 = 16 << 20;

/// A file of weights, seen from one of its modules; free to clone.
#[derive(Clone, Debug)]
pub struct Weights {
    file: Arc<WeightFile>,
    place: Place,
    prefix: String,
}

#[derive(Debug)]
struct WeightFile {
    name: String,
    bytes: Bytes,
    /// Where the data begin.
    start: usize,
    metadata: Metadata,
}

#[derive(Debug)]
enum Bytes {
    Static(&'static [u8]),
    Mapped(memmap2::Mmap),
}

impl Bytes {
    fn get(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Mapped(map) => map,
        }
    }
}

impl Weights {
    /// Maps a file of a folder on disk.
    pub fn map(path: &Path, place: &Place) -> Result<Self, Problem> {
        let name = path.display().to_string();
        let unreadable = |error: std::io::Error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                Problem::new("weights-missing").with("file", &name)
            } else {
                Problem::new("file-unreadable").with("file", &name).with("reason", error)
            }
        };
        let file = File::open(path).map_err(unreadable)?;
        #[expect(unsafe_code, reason = "mapping spares a copy of gigabytes")]
        // SAFETY: the map is only read; that nobody shortens the file meanwhile is the price
        // that every reader of mapped weights pays.
        let map = unsafe { memmap2::Mmap::map(&file) }.map_err(unreadable)?;
        Self::parse(name, Bytes::Mapped(map), place)
    }

    /// Takes a file that is inside the binary (or a test's memory).
    pub fn from_static(name: &str, bytes: &'static [u8], place: &Place) -> Result<Self, Problem> {
        Self::parse(name.to_owned(), Bytes::Static(bytes), place)
    }

    fn parse(name: String, bytes: Bytes, place: &Place) -> Result<Self, Problem> {
        let broken = |reason: String| {
            Problem::new("weights-broken").with("file", &name).with("reason", reason)
        };
        let announced = bytes.get().first_chunk::<8>().map_or(0, |n| u64::from_le_bytes(*n));
        if announced > HEADER_LIMIT {
            return Err(broken(format!("header of {announced} bytes")));
        }
        let (header, metadata) =
            SafeTensors::read_metadata(bytes.get()).map_err(|e| broken(short_reason(&e)))?;
        let file = WeightFile { name, bytes, start: header + 8, metadata };
        Ok(Self { file: Arc::new(file), place: place.clone(), prefix: String::new() })
    }

    /// The same file, seen from the module `name` below this one.
    #[must_use]
    pub fn at(&self, name: impl std::fmt::Display) -> Self {
        Self { prefix: format!("{}{name}.", self.prefix), ..self.clone() }
    }

    /// Whether this module has the tensor.
    pub fn has(&self, name: &str) -> bool {
        self.info(name).is_some()
    }

    /// The shape of a tensor of this module.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.info(name).map(|info| info.shape.as_slice())
    }

    /// The names of all tensors of this module, without its own.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let names = self.file.metadata.offset_keys().into_iter();
        names.filter_map(|name| name.strip_prefix(&self.prefix).map(str::to_owned))
    }

    /// The device and type that tensors are made for.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Reads a tensor of exactly this shape, in the place's own type.
    pub fn get(&self, name: &str, shape: &[usize]) -> Result<Tensor, Problem> {
        let full = format!("{}{name}", self.prefix);
        let about = |problem: Problem| problem.with("file", &self.file.name).with("tensor", &full);
        let info = self.info(name).ok_or_else(|| about(Problem::new("tensor-missing")))?;
        if info.shape != shape {
            return Err(about(Problem::new("tensor-shape"))
                .with("found", format!("{:?}", info.shape))
                .with("expected", format!("{shape:?}")));
        }
        let numbers = self.numbers(info).ok_or_else(|| {
            about(Problem::new("tensor-type")).with("found", format!("{:?}", info.dtype))
        })?;
        Tensor::from_vec(numbers, shape, &Device::Cpu)
            .and_then(|t| t.to_dtype(self.place.dtype)?.to_device(&self.place.device))
            .map_err(|error| compute_failed(&error))
    }

    /// How many numbers the file holds.
    pub fn count(&self) -> u64 {
        let sizes = self.file.metadata.tensors().into_values();
        sizes.map(|info| info.shape.iter().product::<usize>() as u64).sum()
    }

    /// Adds the file's header and size to a hash: cheap, and different for different training.
    pub fn digest(&self, hash: &mut Sha256) {
        let bytes = self.file.bytes.get();
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes.get(..self.file.start).unwrap_or(bytes));
    }

    /// Adds [`Self::digest`] and every small tensor to a hash: different for weights of one shape
    /// that were trained differently, and nothing large is read.
    pub(super) fn digest_small(&self, hash: &mut Sha256) {
        const SMALL: usize = 1 << 14;
        self.digest(hash);
        let mut spans: Vec<_> =
            self.file.metadata.tensors().into_values().map(|info| info.data_offsets).collect();
        spans.sort_unstable();
        for (from, to) in spans.into_iter().filter(|(from, to)| to - from <= SMALL) {
            let data = self.file.bytes.get().get(self.file.start + from..self.file.start + to);
            hash.update(data.unwrap_or_default());
        }
    }

    fn info(&self, name: &str) -> Option<&TensorInfo> {
        self.file.metadata.info(&format!("{}{name}", self.prefix))
    }

    fn numbers(&self, info: &TensorInfo) -> Option<Vec<f32>> {
        let (from, to) = info.data_offsets;
        let data = self.file.bytes.get().get(self.file.start + from..self.file.start + to)?;
        match info.dtype {
            Dtype::F32 => Some(decode(data, f32::from_le_bytes)),
            Dtype::F16 => Some(decode(data, |b| f16::from_le_bytes(b).to_f32())),
            Dtype::BF16 => Some(decode(data, |b| bf16::from_le_bytes(b).to_f32())),
            _ => None,
        }
    }
}

fn decode<const N: usize>(data: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    data.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect()
}

fn short_reason(error: &impl std::fmt::Debug) -> String {
    format!("{error:?}").chars().take(120).collect()
}

/// A failure inside candle, as it leaves the engine.
impl From<candle_core::Error> for Problem {
    fn from(error: candle_core::Error) -> Self {
        compute_failed(&error)
    }
}

/// A failure inside candle: out of memory, or a fault of ours.
pub(super) fn compute_failed(error: &candle_core::Error) -> Problem {
    let text = error.to_string();
    let line: String = text.lines().next().unwrap_or("").chars().take(200).collect();
    Problem::new("compute-failed").with("reason", line)
}

/// Whether a tensor lies where our own kernels work: on the processor, in f32.
pub(super) fn plain(tensor: &Tensor) -> bool {
    tensor.device().is_cpu() && tensor.dtype() == DType::F32
}
