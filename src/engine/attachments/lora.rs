//! A LoRA's file: for each layer two thin matrices, and the number (`alpha`) that sets their
//! weight. `W' = W + scale · alpha / rank · up · down`; a missing alpha is the rank.

use std::collections::BTreeMap;

use super::embedding::clipped;
use super::lora_names::{Places, Role};
use super::made_for;
use crate::engine::model_folder::Part;
use crate::engine::weights::Weights;
use crate::walk::Problem;

/// The largest rank that is read.
const LARGEST_RANK: usize = 4096;

/// The two matrices of one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// `[rank, in]`, of a convolution `[rank, in·k·k]`, row by row.
    pub down: Vec<f32>,
    /// `[out, rank]`, row by row.
    pub up: Vec<f32>,
    /// How many rows `down` has.
    pub rank: usize,
    /// What the product is multiplied by, over the rank.
    pub alpha: f32,
}

/// The name of a weight: its network, and its name there.
pub type Layer = (Part, String);

/// The thin matrices of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lora {
    layers: BTreeMap<Layer, Factors>,
}

/// What a file has of one layer, by the names of its tensors.
#[derive(Default)]
struct Found {
    down: Option<String>,
    up: Option<String>,
    alpha: Option<String>,
}

impl Lora {
    /// Thin matrices that were not read from a file.
    pub const fn new(layers: BTreeMap<Layer, Factors>) -> Self {
        Self { layers }
    }

    /// Its layers, in the order of their names.
    pub const fn layers(&self) -> &BTreeMap<Layer, Factors> {
        &self.layers
    }

    /// Reads a file; every tensor has to find its place in the model.
    pub(super) fn read(file: &Weights, path: &str, places: &Places) -> Result<Self, Problem> {
        Self::placed(file, path, places).map_err(|problem| {
            let misfit = ["lora-no-place", "lora-shape"].contains(&problem.key());
            let own = places.family.name();
            match made_for::told(file).filter(|made| misfit && *made != own) {
                Some(made) => Problem::new("lora-family")
                    .with("file", path)
                    .with("made", made)
                    .with("family", own),
                None => problem,
            }
        })
    }

    fn placed(file: &Weights, path: &str, places: &Places) -> Result<Self, Problem> {
        let about = |key: &'static str| Problem::new(key).with("file", path);
        let mut found: BTreeMap<Layer, Found> = BTreeMap::new();
        for name in file.names() {
            let (layer, role) = places.find(&name).ok_or_else(|| {
                let key = if super::lora_names::role(&name).is_some() {
                    "lora-no-place"
                } else {
                    "lora-other-kind"
                };
                about(key).with("tensor", clipped(&name))
            })?;
            let of = found.entry(layer).or_default();
            let slot = match role {
                Role::Down => &mut of.down,
                Role::Up => &mut of.up,
                Role::Alpha => &mut of.alpha,
            };
            if slot.is_some() {
                return Err(about("lora-twice").with("tensor", clipped(&name)));
            }
            *slot = Some(name);
        }
        if found.is_empty() {
            return Err(about("lora-none"));
        }
        let layers = found
            .into_iter()
            .map(|(layer, found)| {
                let shape = places.shape(&layer);
                let factors = factors(file, path, found, shape)?;
                Ok((layer, factors))
            })
            .collect::<Result<_, Problem>>()?;
        Ok(Self { layers })
    }
}

fn factors(file: &Weights, path: &str, found: Found, shape: &[usize]) -> Result<Factors, Problem> {
    let about = |key: &'static str| Problem::new(key).with("file", path);
    let (down, up) = match (found.down, found.up, found.alpha.clone()) {
        (Some(down), Some(up), _) => (down, up),
        (down, up, alpha) => {
            let name = down.or(up).or(alpha).unwrap_or_default();
            return Err(about("lora-half").with("tensor", clipped(&name)));
        }
    };
    let of = |name: &str| file.shape(name).unwrap_or(&[]).to_vec();
    let (down_shape, up_shape) = (of(&down), of(&up));
    let rank = down_shape.first().copied().unwrap_or(0);
    let output = shape.first().copied().unwrap_or(0);
    let flat = |shape: &[usize]| shape.iter().skip(1).product::<usize>();
    let fits = (1..=LARGEST_RANK).contains(&rank)
        && axes(&down_shape)
        && axes(&up_shape)
        && flat(&down_shape) == flat(shape)
        && down_shape.get(1) == shape.get(1)
        && up_shape.first() == Some(&output)
        && flat(&up_shape) == rank
        && up_shape.get(1) == Some(&rank);
    if !fits {
        return Err(about("lora-shape")
            .with("tensor", clipped(&down))
            .with("down", format!("{down_shape:?}"))
            .with("up", format!("{up_shape:?}"))
            .with("weight", format!("{shape:?}")));
    }
    let numbers = |name: &str| {
        let numbers = file.numbers_of(name)?;
        if numbers.iter().all(|x| x.is_finite()) {
            return Ok(numbers);
        }
        Err(about("attachment-not-finite").with("tensor", clipped(name)))
    };
    let alpha = match &found.alpha {
        Some(name) if file.shape(name).is_some_and(|s| s.iter().product::<usize>() == 1) => {
            numbers(name)?.first().copied().unwrap_or(rank as f32)
        }
        Some(name) => return Err(about("lora-alpha").with("tensor", clipped(name))),
        None => rank as f32,
    };
    Ok(Factors { down: numbers(&down)?, up: numbers(&up)?, rank, alpha })
}

/// A matrix, or a convolution's kernel.
const fn axes(shape: &[usize]) -> bool {
    matches!(shape.len(), 2 | 4)
}
