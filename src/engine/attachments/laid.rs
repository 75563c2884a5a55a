//! What is laid over the weights of one network, tensor by tensor, and how much that changes
//! them. Everything is computed in 32 bits before a weight goes to its device.

use std::collections::HashMap;

use super::lora::Factors;
use crate::engine::kernels::matrix::{Into, Matrix, multiply};
use crate::engine::weights::Weights;
use crate::walk::{LayerChange, Network, Problem};

/// The changed tensors of one network by their full names.
#[derive(Debug, Default)]
pub(in crate::engine) struct Laid {
    changes: HashMap<String, (Change, Vec<usize>)>,
}

/// One change of a tensor.
#[derive(Debug)]
pub(super) enum Change {
    /// Products of thin matrices are added.
    Products(Vec<Product>),
    /// Rows are replaced, or added at the end.
    Rows(Vec<(usize, Vec<f32>)>),
}

/// Two thin matrices and their factor: `scale · up · down`.
#[derive(Clone, Debug)]
pub(super) struct Product {
    factors: Factors,
    scale: f32,
}

impl Product {
    /// None where the factor is 0.
    pub(super) fn new(factors: &Factors, scale: f64) -> Option<Self> {
        let scale = (scale * f64::from(factors.alpha) / factors.rank as f64) as f32;
        (scale != 0.0).then(|| Self { factors: factors.clone(), scale })
    }

    const fn sizes(&self) -> (usize, usize, usize) {
        let rank = self.factors.rank;
        (self.factors.up.len() / rank, rank, self.factors.down.len() / rank)
    }

    fn add(&self, weight: &mut [f32]) {
        let (output, rank, input) = self.sizes();
        let into = Into {
            row_stride: input,
            column_stride: 1,
            add: true,
            scale: self.scale,
            threads: true,
        };
        let up = Matrix::rows(&self.factors.up, output, rank, rank);
        let down = Matrix::rows(&self.factors.down, rank, input, input);
        multiply(weight, into, up, down);
    }
}

impl Laid {
    /// Lays a change over a tensor.
    pub(super) fn put(&mut self, weights: &Weights, name: String, change: Change) {
        let mut shape = weights.shape(&name).unwrap_or(&[]).to_vec();
        match &change {
            Change::Products(products) if products.is_empty() => return,
            Change::Products(_) => {}
            Change::Rows(rows) => {
                let last = rows.iter().map(|(row, _)| row + 1).max().unwrap_or(0);
                if let Some(length) = shape.first_mut() {
                    *length = last.max(*length);
                }
            }
        }
        self.changes.insert(name, (change, shape));
    }

    /// The shape of a changed tensor.
    pub(in crate::engine) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.changes.get(name).map(|(_, shape)| shape.as_slice())
    }

    /// How many rows a changed tensor has, where it is changed.
    pub(in crate::engine) fn rows(&self, name: &str) -> Option<usize> {
        self.shape(name)?.first().copied()
    }

    /// Changes the numbers of a tensor, where a change is laid over it.
    pub(in crate::engine) fn apply(&self, name: &str, numbers: &mut Vec<f32>) {
        let Some((change, shape)) = self.changes.get(name) else { return };
        match change {
            Change::Products(products) => products.iter().for_each(|p| p.add(numbers)),
            Change::Rows(rows) => {
                numbers.resize(shape.iter().product(), 0.0);
                let width = shape.get(1).copied().unwrap_or(1);
                for (row, new) in rows {
                    if let Some(old) = numbers.get_mut(row * width..(row + 1) * width) {
                        old.copy_from_slice(new);
                    }
                }
            }
        }
    }

    /// By how much each tensor changes, in the order of their names.
    ///
    /// # Errors
    /// A weight that cannot be read, or that would no longer be finite.
    pub(super) fn measured(
        &self,
        weights: &Weights,
        network: Network,
    ) -> Result<Vec<LayerChange>, Problem> {
        let mut names: Vec<&String> = self.changes.keys().collect();
        names.sort();
        names
            .into_iter()
            .map(|name| {
                let before = weights.numbers_of(name)?;
                let mut after = before.clone();
                self.apply(name, &mut after);
                let padded = before.iter().copied().chain(std::iter::repeat(0.0));
                let (mut moved, mut whole) = (0f64, 0f64);
                for (new, old) in after.iter().zip(padded) {
                    moved += f64::from(new - old).powi(2);
                    whole += f64::from(old).powi(2);
                }
                let layer = name.strip_suffix(".weight").unwrap_or(name).to_owned();
                if !moved.is_finite() {
                    return Err(Problem::new("attachment-overflow").with("layer", layer));
                }
                // A weight of zeros changes without measure: the largest number that can be kept.
                let change = if moved == 0.0 { 0.0 } else { (moved / whole).sqrt() };
                Ok(LayerChange { network, layer, change: change.min(f64::from(f32::MAX)) as f32 })
            })
            .collect()
    }
}
