//! The weights of one network: a safetensors file, mapped from disk or inside the binary, or
//! tensors at hand, among them the variables of a training.
//!
//! Every tensor is asked for with its shape. What is missing, cut short or of another shape is
//! one [`Problem`] that names the file and the tensor. 16-bit files are converted when read.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use candle_core::{DType, Device, Tensor};
use half::{bf16, f16};
use rayon::prelude::*;
use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo};
use sha2::{Digest, Sha256};

use super::attachments::laid::Laid;
use super::device::Place;
use super::single_file::{Held, Names, Share};
use super::stored::Stored;
use crate::walk::Problem;

/// More than any real header needs (SD's largest has 160 kB).
const HEADER_LIMIT: u64 = 16 << 20;

/// The weights of a network, seen from one of its modules; free to clone.
#[derive(Clone, Debug)]
pub struct Weights {
    source: Arc<Source>,
    place: Place,
    prefix: String,
    /// What attachments lay over these weights.
    laid: Option<Arc<Laid>>,
}

#[derive(Debug)]
enum Source {
    File(WeightFile),
    /// A part of a file, its tensors by other names than the file's own.
    Renamed(WeightFile, Names),
    /// Tensors by their full names, and how the whole is called in sentences.
    AtHand(String, BTreeMap<String, Tensor>),
    /// Numbers made up for any tensor that is asked for.
    Invented,
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
        Ok(Self::new(Source::File(WeightFile::map(path)?), place))
    }

    /// Maps a file that holds more than one network, of which this one is meant.
    pub(super) fn map_part(path: &Path, names: Names, place: &Place) -> Result<Self, Problem> {
        Ok(Self::new(Source::Renamed(WeightFile::map(path)?, names), place))
    }

    /// Takes a file that is inside the binary (or a test's memory).
    pub fn from_static(name: &str, bytes: &'static [u8], place: &Place) -> Result<Self, Problem> {
        let file = WeightFile::parse(name.to_owned(), Bytes::Static(bytes))?;
        Ok(Self::new(Source::File(file), place))
    }

    /// Takes tensors by their full names. A network that is loaded from these computes with the
    /// very tensors: where they are variables (or computed from variables), its answers have
    /// gradients; the others are frozen. `name` stands for the file in sentences.
    pub fn of_tensors(name: &str, tensors: BTreeMap<String, Tensor>, place: &Place) -> Self {
        Self::new(Source::AtHand(name.to_owned(), tensors), place)
    }

    /// Has every tensor that is asked for, in the shape in which it is asked for, with numbers
    /// that keep what goes through a layer at its size: for timing a network that is not there.
    pub fn invented(place: &Place) -> Self {
        Self::new(Source::Invented, place)
    }

    fn new(source: Source, place: &Place) -> Self {
        let source = Arc::new(source);
        Self { source, place: place.clone(), prefix: String::new(), laid: None }
    }

    /// All tensors of this module by name, without its own: what a training begins with. Tensors
    /// at hand keep their gradients.
    pub fn tensors(&self) -> Result<BTreeMap<String, Tensor>, Problem> {
        self.names()
            .map(|name| {
                let shape = self.shape(&name).map(<[usize]>::to_vec).unwrap_or_default();
                self.get(&name, &shape).map(|tensor| (name, tensor))
            })
            .collect()
    }

    /// The same weights with attachments laid over them.
    pub(super) fn under(self, laid: Option<Arc<Laid>>) -> Self {
        Self { laid, ..self }
    }

    /// The same weights, seen from the module `name` below this one.
    #[must_use]
    pub fn at(&self, name: impl std::fmt::Display) -> Self {
        Self { prefix: format!("{}{name}.", self.prefix), ..self.clone() }
    }

    /// Whether this module has the tensor.
    pub fn has(&self, name: &str) -> bool {
        self.shape(name).is_some()
    }

    /// The shape of a tensor of this module.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        let full = self.full(name);
        let laid = self.laid.as_ref().and_then(|laid| laid.shape(&full));
        laid.or_else(|| match &*self.source {
            Source::File(file) => file.info(&full).map(|info| info.shape.as_slice()),
            Source::Renamed(_, names) => names.get(&full).map(|held| held.shape.as_slice()),
            Source::AtHand(_, tensors) => tensors.get(&full).map(Tensor::dims),
            Source::Invented => None,
        })
    }

    /// The names of all tensors of this module, without its own.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let names = match &*self.source {
            Source::File(file) => file.metadata.offset_keys(),
            Source::Renamed(_, names) => names.keys().cloned().collect(),
            Source::AtHand(_, tensors) => tensors.keys().cloned().collect(),
            Source::Invented => Vec::new(),
        };
        names.into_iter().filter_map(|name| name.strip_prefix(&self.prefix).map(str::to_owned))
    }

    /// The device and type that tensors are made for.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Reads a tensor of exactly this shape, in the place's own type and on its device.
    pub fn get(&self, name: &str, shape: &[usize]) -> Result<Tensor, Problem> {
        let full = self.full(name);
        let about = |problem: Problem| problem.with("file", self.name()).with("tensor", &full);
        if matches!(*self.source, Source::Invented) {
            let tensor = Tensor::from_vec(invent(&full, shape), shape, &Device::Cpu)?;
            return Ok(tensor.to_dtype(self.place.dtype)?.to_device(&self.place.device)?);
        }
        let found = self.shape(name).ok_or_else(|| about(Problem::new("tensor-missing")))?;
        if found != shape {
            return Err(about(Problem::new("tensor-shape"))
                .with("found", format!("{found:?}"))
                .with("expected", format!("{shape:?}")));
        }
        let laid = self.laid.as_ref().filter(|laid| laid.shape(&full).is_some());
        let tensor = match (&*self.source, laid) {
            (Source::AtHand(_, tensors), None) => {
                let missing = || about(Problem::new("tensor-missing"));
                tensors.get(&full).cloned().ok_or_else(missing)?
            }
            (Source::File(_) | Source::Renamed(..) | Source::Invented, None) => {
                Tensor::from_vec(self.numbers_of(name)?, shape, &Device::Cpu)?
            }
            (_, Some(laid)) => {
                let mut numbers = self.numbers_of(name)?;
                laid.apply(&full, &mut numbers);
                Tensor::from_vec(numbers, shape, &Device::Cpu)?
            }
        };
        Ok(tensor.to_dtype(self.place.dtype)?.to_device(&self.place.device)?)
    }

    /// The same without a copy, where the file has the very numbers that are computed with.
    pub(super) fn stored(&self, name: &str, shape: &[usize]) -> Result<Stored, Problem> {
        let full = self.full(name);
        let bare = self.laid.as_ref().is_none_or(|laid| laid.shape(&full).is_none());
        if bare
            && self.place.device.is_cpu()
            && self.place.dtype == DType::F32
            && self.shape(name) == Some(shape)
            && let Some(span) = Span::of(&self.source, &full)
        {
            return Ok(Stored::Mapped { span, shape: shape.to_vec(), copy: OnceLock::new() });
        }
        self.get(name, shape).map(Stored::Tensor)
    }

    /// The numbers of a file's tensor as the file has them, whatever is laid over them.
    pub(super) fn numbers_of(&self, name: &str) -> Result<Vec<f32>, Problem> {
        let full = self.full(name);
        let about = |problem: Problem| problem.with("file", self.name()).with("tensor", &full);
        match &*self.source {
            Source::File(file) => file.numbers(&full).map_err(about),
            Source::Renamed(file, names) => {
                let held = names.get(&full).ok_or_else(|| about(Problem::new("tensor-missing")))?;
                file.held(held).map_err(about)
            }
            Source::AtHand(_, tensors) => {
                let found = tensors.get(&full).map(|t| t.flatten_all()?.to_vec1::<f32>());
                Ok(found.ok_or_else(|| about(Problem::new("tensor-missing")))??)
            }
            Source::Invented => Err(about(Problem::new("tensor-missing"))),
        }
    }

    /// The whole file; nothing of tensors at hand.
    pub(super) fn bytes(&self) -> &[u8] {
        match &*self.source {
            Source::File(file) | Source::Renamed(file, _) => file.bytes.get(),
            Source::AtHand(..) | Source::Invented => &[],
        }
    }

    /// How many numbers there are.
    pub fn count(&self) -> u64 {
        match &*self.source {
            Source::File(file) => {
                let sizes = file.metadata.tensors().into_values();
                sizes.map(|info| info.shape.iter().product::<usize>() as u64).sum()
            }
            Source::Renamed(_, names) => {
                names.values().map(|held| held.shape.iter().product::<usize>() as u64).sum()
            }
            Source::AtHand(_, tensors) => tensors.values().map(|t| t.elem_count() as u64).sum(),
            Source::Invented => 0,
        }
    }

    /// Adds the file's header and size to a hash: cheap, and different for different training.
    /// Of tensors at hand, which change, only names and shapes.
    pub fn digest(&self, hash: &mut Sha256) {
        match &*self.source {
            Source::File(file) | Source::Renamed(file, _) => file.digest(hash),
            Source::AtHand(_, tensors) => {
                for (name, tensor) in tensors {
                    hash.update(format!("{name}{:?}", tensor.dims()));
                }
            }
            Source::Invented => {}
        }
    }

    /// Adds [`Self::digest`] and every small tensor of a file to a hash: different for weights of
    /// one shape that were trained differently, and nothing large is read.
    pub(super) fn digest_small(&self, hash: &mut Sha256) {
        self.digest(hash);
        if let Source::File(file) | Source::Renamed(file, _) = &*self.source {
            file.digest_small(hash);
        }
    }

    fn name(&self) -> &str {
        match &*self.source {
            Source::File(file) | Source::Renamed(file, _) => &file.name,
            Source::AtHand(name, _) => name,
            Source::Invented => "",
        }
    }

    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// A tensor's numbers where they lie in a file.
#[derive(Clone)]
pub(super) struct Span {
    source: Arc<Source>,
    from: usize,
    to: usize,
}

impl Span {
    /// `None` where the file has other numbers than 32-bit floats, or not on their boundaries.
    fn of(source: &Arc<Source>, full: &str) -> Option<Self> {
        let (file, name) = match &**source {
            Source::File(file) => (file, full),
            Source::Renamed(file, names) => {
                let held = names.get(full).filter(|held| matches!(held.part, Share::Whole))?;
                (file, &*held.tensor)
            }
            Source::AtHand(..) | Source::Invented => return None,
        };
        let info = file.info(name).filter(|info| info.dtype == Dtype::F32)?;
        let (from, to) = (file.start + info.data_offsets.0, file.start + info.data_offsets.1);
        let span = Self { source: Arc::clone(source), from, to };
        let there = bytemuck::try_cast_slice::<u8, f32>(file.bytes.get().get(from..to)?).is_ok();
        (cfg!(target_endian = "little") && there).then_some(span)
    }

    /// The numbers.
    pub(super) fn numbers(&self) -> &[f32] {
        let bytes = match &*self.source {
            Source::File(file) | Source::Renamed(file, _) => file.bytes.get(),
            Source::AtHand(..) | Source::Invented => &[],
        };
        let own = bytes.get(self.from..self.to).unwrap_or_default();
        bytemuck::try_cast_slice(own).unwrap_or_default()
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "bytes {}..{} of a file", self.from, self.to)
    }
}

impl WeightFile {
    fn map(path: &Path) -> Result<Self, Problem> {
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
        Self::parse(name, Bytes::Mapped(map))
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

    fn info(&self, full: &str) -> Option<&TensorInfo> {
        self.metadata.info(full)
    }

    fn numbers(&self, full: &str) -> Result<Vec<f32>, Problem> {
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
    fn held(&self, held: &Held) -> Result<Vec<f32>, Problem> {
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

    fn data(&self, (from, to): (usize, usize)) -> Option<&[u8]> {
        self.bytes.get().get(self.start + from..self.start + to)
    }

    fn digest(&self, hash: &mut Sha256) {
        let bytes = self.bytes.get();
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes.get(..self.start).unwrap_or(bytes));
    }

    fn digest_small(&self, hash: &mut Sha256) {
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

/// Numbers between ±√(3 / inputs), different for each name; for norms ones, for biases zeros.
fn invent(name: &str, shape: &[usize]) -> Vec<f32> {
    const PART: usize = 1 << 16;
    let count = shape.iter().product();
    if shape.len() < 2 {
        return vec![if name.ends_with("weight") { 1.0 } else { 0.0 }; count];
    }
    let inputs: usize = shape.iter().skip(1).product();
    let scale = (3.0 / inputs as f32).sqrt();
    let seed = name.bytes().fold(7u32, |hash, byte| hash.wrapping_mul(31) + u32::from(byte));
    let mut numbers = vec![0.0; count];
    numbers.par_chunks_mut(PART).enumerate().for_each(|(part, numbers)| {
        let mut state = seed ^ (part as u32).wrapping_mul(0x9e37_79b9);
        for number in numbers {
            // Knuth's linear congruence; its upper bits are good enough to time with.
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *number = ((state >> 8) as f32 / 8_388_608.0 - 1.0) * scale;
        }
    });
    numbers
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

/// Whether anything computed from these has a gradient to give back: one of them is a variable
/// of a training, or computed from one.
pub(super) fn learning(tensors: &[&Tensor]) -> bool {
    tensors.iter().any(|tensor| tensor.track_op())
}
