//! The grid that flags describe: along which settings runs differ, and where each cell stands.
//!
//! Nothing here holds cells: a grid of 100,000 is a few lists of values, and a cell is made when
//! it is looked at.

mod cell;
mod cost;
mod order;

use std::collections::HashSet;
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use crate::walk::{Asked, AttachmentAsked, Sampler};

pub use cell::{Cell, Label, Swap, prompts_of};
pub use cost::{Cost, Estimate};

/// One setting with the values that it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axis {
    /// `--prompts-file`.
    Prompts(Vec<String>),
    /// `--seeds`.
    Seeds(Vec<u64>),
    /// `--steps`.
    Steps(Vec<usize>),
    /// `--guidance`.
    Guidance(Vec<f64>),
    /// `--samplers`.
    Samplers(Vec<Sampler>),
    /// `--strength`.
    Strengths(Vec<f64>),
    /// `--with-and-without`: what is laid over the model.
    Attachments(Vec<Vec<AttachmentAsked>>),
    /// `--model`: several models, or one at several ages.
    Models(Vec<String>),
    /// `--swap-at`: another prompt takes over after so many steps.
    SwapAt {
        /// The prompt that takes over.
        prompt: String,
        /// After how many steps; 0: from the first on.
        after: Vec<usize>,
    },
}

impl Axis {
    /// How many values it has.
    pub const fn len(&self) -> usize {
        match self {
            Self::Prompts(values) | Self::Models(values) => values.len(),
            Self::Attachments(values) => values.len(),
            Self::Seeds(values) => values.len(),
            Self::Steps(values) | Self::SwapAt { after: values, .. } => values.len(),
            Self::Guidance(values) | Self::Strengths(values) => values.len(),
            Self::Samplers(values) => values.len(),
        }
    }

    /// Whether it has no value.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes out values that were named before: they would make the same run twice.
    fn distinct(&mut self) {
        fn once<T: Clone, K: Eq + Hash>(values: &mut Vec<T>, key: impl Fn(&T) -> K) {
            let mut seen = HashSet::new();
            values.retain(|value| seen.insert(key(value)));
        }
        match self {
            Self::Prompts(values) | Self::Models(values) => once(values, Clone::clone),
            Self::Attachments(values) => {
                once(values, |all| all.iter().map(AttachmentAsked::flag_value).collect::<Vec<_>>());
            }
            Self::Seeds(values) => once(values, |v| *v),
            Self::Steps(values) | Self::SwapAt { after: values, .. } => once(values, |v| *v),
            Self::Guidance(values) | Self::Strengths(values) => once(values, |v| v.to_bits()),
            Self::Samplers(values) => once(values, |v| *v),
        }
    }
}

/// A grid of runs: what all have in common, and the axes along which they differ. The first axis
/// goes across, the second down, further ones make pages, the third turning fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    asked: Asked,
    swap: Option<Swap>,
    along: Vec<Axis>,
}

/// Where a cell stands, each from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// The page.
    pub page: usize,
    /// From the top.
    pub row: usize,
    /// From the left.
    pub column: usize,
}

impl Axes {
    /// A grid over `axes` in this order. A value named twice counts once; an axis of one value is
    /// no axis but a setting of all, and one of none says nothing.
    pub fn new(asked: Asked, axes: Vec<Axis>) -> Self {
        let mut grid = Self { asked, swap: None, along: Vec::new() };
        for mut axis in axes {
            axis.distinct();
            match axis.len() {
                0 => {}
                1 => cell::set(&axis, 0, &mut grid.asked, &mut grid.swap),
                _ => grid.along.push(axis),
            }
        }
        grid
    }

    /// What all runs have in common.
    pub const fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The axes, the one across first.
    pub fn axes(&self) -> &[Axis] {
        &self.along
    }

    /// Cells across.
    pub fn columns(&self) -> usize {
        self.along.first().map_or(1, Axis::len)
    }

    /// Cells down.
    pub fn rows(&self) -> usize {
        self.along.get(1).map_or(1, Axis::len)
    }

    /// Pages; at most the largest number there is.
    pub fn pages(&self) -> usize {
        self.along.iter().skip(2).fold(1, |n, axis| n.saturating_mul(axis.len()))
    }

    /// All cells; at most the largest number there is.
    pub fn count(&self) -> usize {
        self.columns().saturating_mul(self.rows()).saturating_mul(self.pages())
    }

    /// Cells in reading order, page by page, made one at a time.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        (0..self.count()).filter_map(|index| self.cell(self.place(index)))
    }

    /// The place of cell `index` in reading order.
    pub fn place(&self, index: usize) -> Place {
        let (columns, rows) = (self.columns(), self.rows());
        let line = index / columns;
        Place { page: line / rows, row: line % rows, column: index % columns }
    }

    /// The number of a place in reading order.
    pub fn index(&self, place: Place) -> usize {
        let line = place.page.saturating_mul(self.rows()).saturating_add(place.row);
        line.saturating_mul(self.columns()).saturating_add(place.column)
    }

    /// The cell at a place; `None` outside the grid.
    pub fn cell(&self, place: Place) -> Option<Cell> {
        let inside =
            place.page < self.pages() && place.row < self.rows() && place.column < self.columns();
        inside.then(|| {
            let mut cell = Cell {
                place,
                asked: self.asked.clone(),
                swap: self.swap.clone(),
                labels: Vec::new(),
            };
            for (axis, value) in self.along.iter().zip(self.values(place)) {
                cell::set(axis, value, &mut cell.asked, &mut cell.swap);
                cell.labels.extend(Label::of(axis, value));
            }
            cell
        })
    }

    /// The label over a column; none where nothing goes across.
    pub fn column_label(&self, column: usize) -> Option<Label> {
        Label::of(self.along.first()?, column)
    }

    /// The label before a row; none where nothing goes down.
    pub fn row_label(&self, row: usize) -> Option<Label> {
        Label::of(self.along.get(1)?, row)
    }

    /// The labels of a page, one for each further axis.
    pub fn page_labels(&self, page: usize) -> Vec<Label> {
        let values = self.values(Place { page, row: 0, column: 0 });
        let further = self.along.iter().zip(values).skip(2);
        further.filter_map(|(axis, value)| Label::of(axis, value)).collect()
    }

    /// For each axis, which of its values a place has.
    fn values(&self, place: Place) -> Vec<usize> {
        let mut page = place.page;
        let further = self.along.iter().skip(2).map(|axis| {
            let value = page % axis.len();
            page /= axis.len();
            value
        });
        let mut values = vec![place.column, place.row];
        values.extend(further);
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Axes {
        Axes::new(
            Asked { prompt: Some("a cat".into()), ..Asked::default() },
            vec![
                Axis::Seeds(vec![1, 2, 3, 2]),
                Axis::Guidance(vec![1.0, 8.0]),
                Axis::Steps(vec![5]),
                Axis::Samplers(vec![Sampler::Ddim, Sampler::EulerA]),
                Axis::Prompts(vec![]),
            ],
        )
    }

    #[test]
    fn values_named_twice_count_once_and_one_value_is_a_setting() {
        let axes = three();
        assert_eq!((axes.columns(), axes.rows(), axes.pages(), axes.count()), (3, 2, 2, 12));
        assert_eq!(axes.asked().steps, Some(5));
        let cell = axes.cell(Place { page: 1, row: 1, column: 2 }).expect("inside");
        assert_eq!((cell.asked.seed, cell.asked.guidance), (Some(3), Some(8.0)));
        assert_eq!(cell.asked.sampler, Some(Sampler::EulerA));
        assert_eq!(cell.asked.prompt.as_deref(), Some("a cat"));
        assert!(axes.cell(Place { page: 2, row: 0, column: 0 }).is_none());
    }

    #[test]
    fn index_and_place_are_each_others_inverse() {
        let axes = three();
        for (index, cell) in axes.cells().enumerate() {
            assert_eq!((axes.place(index), axes.index(cell.place)), (cell.place, index));
        }
        assert_eq!(axes.cells().count(), 12);
    }

    #[test]
    fn counts_saturate_and_nothing_is_laid_out() {
        let many = || Axis::Seeds((0..100_000).collect());
        let axes = Axes::new(Asked::default(), (0..6).map(|_| many()).collect());
        assert_eq!(axes.count(), usize::MAX);
        let last = axes.place(usize::MAX);
        assert!(axes.cell(last).is_some_and(|cell| cell.asked.seed.is_some()));
    }
}
