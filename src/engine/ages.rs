//! The pocket model when it was younger: its weights at other moments of its training.
//!
//! A younger self lies in `fixtures/pocket/ages/` as small whole numbers with a scale for each row:
//! what is to be added to the untrained weights, which come from a seed ([`super::beginning`]), or
//! to the last ones, whichever are nearer. So it is close to what it was, not the same bit for
//! bit; `tests/pocket/age.py` writes the files and measures how close.

use std::collections::{BTreeMap, HashMap};

use candle_core::{Device, Tensor};
use half::f16;
use safetensors::tensor::{Dtype, SafeTensors};

use super::beginning::untrained;
use super::model_folder::Part;
use super::weights::Weights;
use crate::walk::{Age, Problem};

/// One file by its name inside the folder.
macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../../fixtures/pocket/ages/", $name)).as_slice()
    };
}

const EARLY: (&str, &[u8]) = ("pocket:ages/early.safetensors", file!("early.safetensors"));
const HALF: (&str, &[u8]) = ("pocket:ages/half.safetensors", file!("half.safetensors"));

/// The word table, of which a file holds the rows in use.
const TABLE: &str = "embeddings.token_embedding.weight";

/// How many training samples a younger self had seen; `None` for the last age, whose recipe says.
pub(super) fn samples(age: Age) -> Option<u64> {
    match age {
        Age::Untrained => Some(0),
        Age::Final => None,
        Age::Early | Age::Half => Younger::open(age).ok()?.about.get("samples")?.parse().ok(),
    }
}

/// The weights of a younger self: every tensor of `last`, the same network at the last age, with
/// the numbers that it had then. The autoencoder is the same at every age.
///
/// # Errors
/// A file that is damaged, or that belongs to a network of other shapes.
pub(super) fn weights(age: Age, part: Part, last: Weights) -> Result<Weights, Problem> {
    let network = match (age, part) {
        (Age::Final, _) | (_, Part::Vae | Part::SecondText) => return Ok(last),
        (_, Part::Text) => "text_encoder",
        (_, Part::Unet) => "unet",
    };
    let file = Younger::open(age)?;
    let mut tensors = BTreeMap::new();
    for name in last.names() {
        let shape = last.shape(&name).unwrap_or_default().to_vec();
        let bare = name.strip_prefix("text_model.").unwrap_or(&name);
        let numbers = if bare == TABLE {
            file.table((network, &name), &shape, &last)?
        } else {
            let first = match file.since {
                Since::Untrained(seed) => untrained(seed, network, bare, &shape),
                Since::Last => last.numbers_of(&name)?,
            };
            file.numbers(&format!("{network}.{bare}"), &shape, first)?
        };
        tensors.insert(name, Tensor::from_vec(numbers, shape, &Device::Cpu)?);
    }
    Ok(Weights::of_tensors(&format!("pocket@{}", age.name()), tensors, last.place()))
}

/// What the numbers of a file are added to.
#[derive(Clone, Copy)]
enum Since {
    /// The untrained weights of this seed.
    Untrained(u64),
    /// The weights at the last age.
    Last,
}

/// A file of differences to other weights; of the youngest, nothing but seed and rows.
struct Younger {
    name: &'static str,
    file: SafeTensors<'static>,
    about: HashMap<String, String>,
    since: Since,
    /// Whether something was learned.
    learned: bool,
}

impl Younger {
    fn open(age: Age) -> Result<Self, Problem> {
        let (name, bytes) = if age == Age::Half { HALF } else { EARLY };
        let broken = |reason: String| {
            Problem::new("weights-broken").with("file", name).with("reason", reason)
        };
        let file = SafeTensors::deserialize(bytes).map_err(|e| broken(e.to_string()))?;
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| broken(e.to_string()))?;
        let about = header.metadata().clone().unwrap_or_default();
        let since = match (about.get("since").map(String::as_str), about.get("seed")) {
            (Some("last"), _) => Since::Last,
            (_, seed) => seed
                .and_then(|seed| seed.parse().ok())
                .map(Since::Untrained)
                .ok_or_else(|| broken("seed".to_owned()))?,
        };
        Ok(Self { name, file, about, since, learned: age != Age::Untrained })
    }

    /// The bytes of a tensor, which has to be of this type and shape.
    fn bytes(&self, tensor: &str, dtype: Dtype, shape: &[usize]) -> Result<&[u8], Problem> {
        let about = |problem: Problem| problem.with("file", self.name).with("tensor", tensor);
        let view = self.file.tensor(tensor).map_err(|_| about(Problem::new("tensor-missing")))?;
        if view.dtype() != dtype || view.shape() != shape {
            return Err(about(Problem::new("tensor-shape"))
                .with("found", format!("{:?} {:?}", view.dtype(), view.shape()))
                .with("expected", format!("{dtype:?} {shape:?}")));
        }
        Ok(view.data())
    }

    fn halves(&self, tensor: &str, shape: &[usize]) -> Result<Vec<f32>, Problem> {
        let bytes = self.bytes(tensor, Dtype::F16, shape)?;
        Ok(bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect())
    }

    fn wholes(&self, tensor: &str, shape: &[usize]) -> Result<Vec<i32>, Problem> {
        let bytes = self.bytes(tensor, Dtype::I32, shape)?;
        Ok(bytes.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b)).collect())
    }

    /// How long a list of this file is.
    fn length(&self, tensor: &str) -> usize {
        self.file.tensor(tensor).map_or(0, |view| view.shape().first().copied().unwrap_or(0))
    }

    /// The numbers of a tensor: the first ones, and what lies between.
    fn numbers(&self, full: &str, shape: &[usize], first: Vec<f32>) -> Result<Vec<f32>, Problem> {
        let mut numbers = first;
        match shape {
            _ if !self.learned => return Ok(numbers),
            [] | [_] => return self.halves(full, shape),
            _ => {}
        }
        let scales = self.halves(&format!("{full}.scale"), &shape[..1])?;
        let codes = self.bytes(full, Dtype::U8, &[numbers.len().div_ceil(2)])?;
        let row = (numbers.len() / scales.len().max(1)).max(1);
        for (i, number) in numbers.iter_mut().enumerate() {
            // Whole numbers from −8 to 7, two a byte, the first in the low half.
            let pair = codes.get(i / 2).copied().unwrap_or(0);
            let code = (if i % 2 == 0 { pair << 4 } else { pair }).cast_signed() >> 4;
            *number += f32::from(code) * scales.get(i / row).copied().unwrap_or(0.0);
        }
        Ok(numbers)
    }

    /// The table of words: rows in use at their ids, all others zero.
    fn table(
        &self,
        (network, name): (&str, &str),
        shape: &[usize],
        last: &Weights,
    ) -> Result<Vec<f32>, Problem> {
        let [vocabulary, width] = *shape else {
            let problem = Problem::new("tensor-shape").with("file", self.name);
            return Err(problem
                .with("tensor", TABLE)
                .with("found", format!("{shape:?}"))
                .with("expected", "[V, D]"));
        };
        let ids = self.wholes("rows", &[self.length("rows")])?;
        let own = [ids.len(), width];
        let first = match self.since {
            Since::Untrained(seed) => untrained(seed, network, TABLE, &own),
            Since::Last => rows_of(&last.numbers_of(name)?, &ids, width),
        };
        let rows = self.numbers(&format!("{network}.{TABLE}"), &own, first)?;
        let alike = self.wholes("alike", &[self.length("alike"), 2])?;
        let shared = alike.as_chunks::<2>().0.iter().map(|[id, row]| (*id, *row as usize));
        let mut table = vec![0.0; vocabulary * width];
        for (id, row) in ids.iter().enumerate().map(|(row, id)| (*id, row)).chain(shared) {
            let from = rows.get(row * width..(row + 1) * width);
            let to = usize::try_from(id).ok().filter(|id| *id < vocabulary);
            if let (Some(from), Some(id)) = (from, to) {
                table[id * width..(id + 1) * width].copy_from_slice(from);
            }
        }
        Ok(table)
    }
}

/// The rows of a table with these ids; zeros for an id that it does not have.
fn rows_of(table: &[f32], ids: &[i32], width: usize) -> Vec<f32> {
    let row = |id: &i32| {
        let start = usize::try_from(*id).ok()?.checked_mul(width)?;
        table.get(start..start.checked_add(width)?)
    };
    ids.iter().flat_map(|id| row(id).map_or_else(|| vec![0.0; width], <[f32]>::to_vec)).collect()
}
