//! The weights of one network: a safetensors file or several with an index, mapped from disk or
//! inside the binary, or tensors at hand, among them the variables of a training.
//!
//! Every tensor is asked for with its shape. What is missing, cut short, not finite or of another
//! shape is one [`Problem`] that names the file and the tensor. 16-bit files are converted when
//! read.

mod file;
mod invented;
mod shards;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use candle_core::{DType, Device, Tensor};
use sha2::{Digest, Sha256};

use self::file::WeightFile;
use self::shards::Shards;

use super::attachments::laid::Laid;
use super::device::Place;
use super::single_file::Names;
use super::stored::Stored;
use crate::walk::Problem;

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
    /// Several files, and which tensor is in which of them.
    Shards(Shards),
    /// A part of a file, its tensors by other names than the file's own.
    Renamed(WeightFile, Names),
    /// Tensors by their full names, and how the whole is called in sentences.
    AtHand(String, BTreeMap<String, Tensor>),
    /// Numbers made up for any tensor that is asked for.
    Invented,
}

impl Weights {
    /// Maps a file of a folder on disk.
    pub fn map(path: &Path, place: &Place) -> Result<Self, Problem> {
        Ok(Self::new(Source::File(WeightFile::map(path)?), place))
    }

    /// Maps the files that an index (`….safetensors.index.json`) names; they lie beside it.
    pub(super) fn map_shards(index: &Path, json: &[u8], place: &Place) -> Result<Self, Problem> {
        Ok(Self::new(Source::Shards(Shards::map(index, json)?), place))
    }

    /// Maps a file that holds more than one network, of which this one is meant.
    pub(super) fn map_part(path: &Path, names: Names, place: &Place) -> Result<Self, Problem> {
        Ok(Self::new(Source::Renamed(WeightFile::map(path)?, names), place))
    }

    /// Takes a file that is inside the binary (or a test's memory).
    pub fn from_static(name: &str, bytes: &'static [u8], place: &Place) -> Result<Self, Problem> {
        let file = WeightFile::inside(name.to_owned(), bytes)?;
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
            Source::File(file) => file.shape(&full),
            Source::Shards(shards) => shards.of(&full)?.shape(&full),
            Source::Renamed(_, names) => names.get(&full).map(|held| held.shape.as_slice()),
            Source::AtHand(_, tensors) => tensors.get(&full).map(Tensor::dims),
            Source::Invented => None,
        })
    }

    /// The names of all tensors of this module, without its own.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let names = match &*self.source {
            Source::File(file) => file.names(),
            Source::Shards(shards) => shards.names(),
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
        let about = |problem: Problem| problem.with("file", self.name(&full)).with("tensor", &full);
        if matches!(*self.source, Source::Invented) {
            let numbers = invented::numbers(&full, shape);
            let tensor = Tensor::from_vec(numbers, shape, &Device::Cpu)?;
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
            (_, laid) => {
                let mut numbers = self.numbers_of(name)?;
                if !file::finite(&numbers) {
                    return Err(about(Problem::new("weights-not-finite")));
                }
                if let Some(laid) = laid {
                    laid.apply(&full, &mut numbers);
                }
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
            if !file::finite(span.numbers()) {
                return Err(Problem::new("weights-not-finite")
                    .with("file", self.name(&full))
                    .with("tensor", &full));
            }
            return Ok(Stored::Mapped { span, shape: shape.to_vec(), copy: OnceLock::new() });
        }
        self.get(name, shape).map(Stored::Tensor)
    }

    /// The numbers of a file's tensor as the file has them, whatever is laid over them.
    pub(super) fn numbers_of(&self, name: &str) -> Result<Vec<f32>, Problem> {
        let full = self.full(name);
        let about = |problem: Problem| problem.with("file", self.name(&full)).with("tensor", &full);
        match &*self.source {
            Source::File(file) => file.numbers(&full).map_err(about),
            Source::Shards(shards) => {
                let file = shards.of(&full).ok_or_else(|| about(Problem::new("tensor-missing")))?;
                file.numbers(&full).map_err(about)
            }
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

    /// The whole file; nothing where it is not one.
    pub(super) fn bytes(&self) -> &[u8] {
        match &*self.source {
            Source::File(file) | Source::Renamed(file, _) => file.bytes(),
            Source::Shards(_) | Source::AtHand(..) | Source::Invented => &[],
        }
    }

    /// How many numbers there are.
    pub fn count(&self) -> u64 {
        match &*self.source {
            Source::File(file) => file.count(),
            Source::Shards(shards) => shards.count(),
            Source::Renamed(_, names) => {
                names.values().map(|held| held.shape.iter().product::<usize>() as u64).sum()
            }
            Source::AtHand(_, tensors) => tensors.values().map(|t| t.elem_count() as u64).sum(),
            Source::Invented => 0,
        }
    }

    /// Bytes of the files that hold them; 0 where they are at hand.
    pub fn bytes_on_disk(&self) -> u64 {
        match &*self.source {
            Source::File(file) | Source::Renamed(file, _) => file.bytes().len() as u64,
            Source::Shards(shards) => shards.files().map(|file| file.bytes().len() as u64).sum(),
            Source::AtHand(..) | Source::Invented => 0,
        }
    }

    /// How many numbers there are of each type, by its name (`f16`). Of tensors at hand: none.
    pub fn types(&self) -> BTreeMap<String, u64> {
        let each = match &*self.source {
            Source::File(file) | Source::Renamed(file, _) => file.types(),
            Source::Shards(shards) => shards.files().flat_map(WeightFile::types).collect(),
            Source::AtHand(..) | Source::Invented => Vec::new(),
        };
        let mut types = BTreeMap::new();
        for (name, count) in each {
            *types.entry(name).or_default() += count;
        }
        types
    }

    /// Adds the file's header and size to a hash: cheap, and different for different training.
    /// Of tensors at hand, which change, only names and shapes.
    pub fn digest(&self, hash: &mut Sha256) {
        match &*self.source {
            Source::File(file) | Source::Renamed(file, _) => file.digest(hash),
            Source::Shards(shards) => shards.files().for_each(|file| file.digest(hash)),
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
        match &*self.source {
            Source::File(file) | Source::Renamed(file, _) => file.digest_small(hash),
            Source::Shards(shards) => shards.files().for_each(|file| file.digest_small(hash)),
            Source::AtHand(..) | Source::Invented => {}
        }
    }

    /// How the file with this tensor is called in sentences.
    fn name(&self, full: &str) -> &str {
        match &*self.source {
            Source::File(file) | Source::Renamed(file, _) => file.name(),
            Source::Shards(shards) => shards.of(full).map_or(shards.name(), WeightFile::name),
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
    full: String,
}

impl Span {
    /// `None` where the file has other numbers than 32-bit floats, or not on their boundaries.
    fn of(source: &Arc<Source>, full: &str) -> Option<Self> {
        let span = Self { source: Arc::clone(source), full: full.to_owned() };
        span.there().is_some().then_some(span)
    }

    fn there(&self) -> Option<&[f32]> {
        match &*self.source {
            Source::File(file) => file.lying(&self.full),
            Source::Shards(shards) => shards.of(&self.full)?.lying(&self.full),
            Source::Renamed(file, names) => file.lying_held(names.get(&self.full)?),
            Source::AtHand(..) | Source::Invented => None,
        }
    }

    /// The numbers.
    pub(super) fn numbers(&self) -> &[f32] {
        self.there().unwrap_or_default()
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} in a file", self.full)
    }
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
    // NVIDIA's driver, cuBLAS, Apple's Metal.
    let short = ["OUT_OF_MEMORY", "ALLOC_FAILED", "out of memory", "Insufficient Memory"];
    if short.iter().any(|name| text.contains(name)) {
        return Problem::new("device-memory");
    }
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
