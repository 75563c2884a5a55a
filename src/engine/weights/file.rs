//! One safetensors file: its header, checked, and its numbers where they lie.

use std::fs::File;
use std::path::Path;

use half::{bf16, f16};
use rayon::prelude::*;
use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo};
use sha2::{Digest, Sha256};

use crate::engine::single_file::{Held, Share};
use crate::walk::Problem;

/// More than any real header needs (SD's largest has 160 kB).
const HEADER_LIMIT: u64 = 16 << 20;
/// Numbers that are looked at without a branch between.
const STRETCH: usize = 1 << 13;

/// A file, mapped or inside the binary.
#[derive(Debug)]
pub(super) struct WeightFile {
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

impl WeightFile {
    /// Maps a file and reads its header.
    pub(super) fn map(path: &Path) -> Result<Self, Problem> {
        let name = path.display().to_string();
        let unreadable = |error: std::io::Error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                Problem::new("weights-missing").with("file", &name)
            } else {
                Problem::new("file-unreadable").with("file", &name).with("reason", error)
            }
        };
        // Looked at before it is opened: opening a pipe would wait for someone to write.
        if !path.metadata().map_err(unreadable)?.is_file() {
            return Err(Problem::new("file-not-regular").with("file", &name));
        }
        let file = File::open(path).map_err(unreadable)?;
        #[expect(unsafe_code, reason = "mapping spares a copy of gigabytes")]
        // SAFETY: the map is only read; that nobody shortens the file meanwhile is the price
        // that every reader of mapped weights pays.
        let map = unsafe { memmap2::Mmap::map(&file) }.map_err(unreadable)?;
        Self::parse(name, Bytes::Mapped(map))
    }

    /// Takes a file that is inside the binary.
    pub(super) fn inside(name: String, bytes: &'static [u8]) -> Result<Self, Problem> {
        Self::parse(name, Bytes::Static(bytes))
    }

    fn parse(name: String, bytes: Bytes) -> Result<Self, Problem> {
        let broken = |reason: String| {
            Problem::new("weights-broken").with("file", &name).with("reason", reason)
        };
        let announced = bytes.get().first_chunk::<8>().map_or(0, |n| u64::from_le_bytes(*n));
        if announced > HEADER_LIMIT {
            return Err(broken(format!("header of {announced} bytes")));
        }
        let (header, metadata) =
            SafeTensors::read_metadata(bytes.get()).map_err(|e| broken(short_reason(&e)))?;
        Ok(Self { name, bytes, start: header + 8, metadata })
    }

    /// How it is called in sentences.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The whole file.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get()
    }

    /// The names of its tensors.
    pub(super) fn names(&self) -> Vec<String> {
        self.metadata.offset_keys()
    }

    /// The shape of a tensor.
    pub(super) fn shape(&self, full: &str) -> Option<&[usize]> {
        self.info(full).map(|info| info.shape.as_slice())
    }

    /// How many numbers there are.
    pub(super) fn count(&self) -> u64 {
        let sizes = self.metadata.tensors().into_values();
        sizes.map(|info| info.shape.iter().product::<usize>() as u64).sum()
    }

    /// How many numbers there are of each type, by its name (`f32`).
    pub(super) fn types(&self) -> Vec<(String, u64)> {
        let tensors = self.metadata.tensors().into_values();
        let one = |info: &TensorInfo| {
            let count = info.shape.iter().product::<usize>() as u64;
            (format!("{:?}", info.dtype).to_lowercase(), count)
        };
        tensors.map(one).collect()
    }

    fn info(&self, full: &str) -> Option<&TensorInfo> {
        self.metadata.info(full)
    }

    /// A tensor's numbers, in 32 bits.
    pub(super) fn numbers(&self, full: &str) -> Result<Vec<f32>, Problem> {
        let info = self.info(full).ok_or_else(|| Problem::new("tensor-missing"))?;
        let unread = || Problem::new("tensor-type").with("found", format!("{:?}", info.dtype));
        let data = self.data(info.data_offsets).ok_or_else(unread)?;
        match info.dtype {
            Dtype::F32 => Ok(decode(data, f32::from_le_bytes)),
            Dtype::F16 => Ok(decode(data, |b| f16::from_le_bytes(b).to_f32())),
            Dtype::BF16 => Ok(decode(data, |b| bf16::from_le_bytes(b).to_f32())),
            _ => Err(unread()),
        }
    }

    /// The numbers of a tensor that is a part of this file's.
    pub(super) fn held(&self, held: &Held) -> Result<Vec<f32>, Problem> {
        let all = self.numbers(&held.tensor)?;
        let count = held.shape.iter().product::<usize>();
        let from = match held.part {
            Share::Whole => 0,
            Share::Third(at) => at * count,
            Share::Transposed => return Ok(transposed(&all, &held.shape)),
        };
        let own = all.get(from..from + count);
        own.map(<[f32]>::to_vec).ok_or_else(|| Problem::new("tensor-missing"))
    }

    /// A tensor's numbers where they lie; `None` where they are no 32-bit floats, or not on the
    /// boundaries of such.
    pub(super) fn lying(&self, full: &str) -> Option<&[f32]> {
        let info = self.info(full).filter(|info| info.dtype == Dtype::F32)?;
        let data = self.data(info.data_offsets).filter(|_| cfg!(target_endian = "little"))?;
        bytemuck::try_cast_slice(data).ok()
    }

    /// The same for a tensor that is a whole one of this file's.
    pub(super) fn lying_held(&self, held: &Held) -> Option<&[f32]> {
        matches!(held.part, Share::Whole).then(|| self.lying(&held.tensor)).flatten()
    }

    fn data(&self, (from, to): (usize, usize)) -> Option<&[u8]> {
        self.bytes.get().get(self.start + from..self.start + to)
    }

    /// Adds size and header to a hash.
    pub(super) fn digest(&self, hash: &mut Sha256) {
        let bytes = self.bytes.get();
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes.get(..self.start).unwrap_or(bytes));
    }

    /// Adds every small tensor to a hash.
    pub(super) fn digest_small(&self, hash: &mut Sha256) {
        const SMALL: usize = 1 << 14;
        let mut spans: Vec<_> =
            self.metadata.tensors().into_values().map(|info| info.data_offsets).collect();
        spans.sort_unstable();
        for span in spans.into_iter().filter(|(from, to)| to - from <= SMALL) {
            hash.update(self.data(span).unwrap_or_default());
        }
    }
}

/// Rows and columns exchanged: what is to be of this shape lies there the other way round.
fn transposed(numbers: &[f32], shape: &[usize]) -> Vec<f32> {
    let [rows, columns] = *shape else { return numbers.to_vec() };
    let at = |i: usize| numbers.get(i % columns * rows + i / columns).copied();
    (0..numbers.len()).filter_map(at).collect()
}

fn decode<const N: usize>(data: &[u8], number: impl Fn([u8; N]) -> f32 + Sync) -> Vec<f32> {
    // In threads: most of the time goes into fresh pages of memory.
    data.as_chunks::<N>().0.par_iter().with_min_len(1 << 18).map(|bytes| number(*bytes)).collect()
}

/// Whether every number is one.
pub(super) fn finite(numbers: &[f32]) -> bool {
    // Without a branch for each number: this looks at a gigabyte when a model is opened.
    let strange = |x: &f32| u32::from(!x.is_finite());
    let sound = |part: &[f32]| part.iter().map(strange).fold(0, |a, b| a | b) == 0;
    numbers.par_chunks(STRETCH).with_min_len(32).all(sound)
}

fn short_reason(error: &impl std::fmt::Debug) -> String {
    format!("{error:?}").chars().take(120).collect()
}
