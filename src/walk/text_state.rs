//! The states of the text's vectors as one steps through them: each encoder's layers, and what
//! cross-attention gets in the end.

use super::{Embeddings, Grid};

/// One state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextState {
    /// After a layer of an encoder, both from 0; layer 0 is token and position vectors.
    Layer {
        /// Which encoder.
        encoder: usize,
        /// Which layer.
        layer: usize,
    },
    /// What cross-attention gets.
    End,
}

impl Embeddings {
    /// How many states there are.
    pub fn states(&self) -> usize {
        self.encoders.iter().map(|encoder| encoder.layers.len()).sum::<usize>() + 1
    }

    /// The state at a place from 0.
    pub fn state(&self, place: usize) -> TextState {
        let mut layer = place;
        for (encoder, of) in self.encoders.iter().enumerate() {
            if layer < of.layers.len() {
                return TextState::Layer { encoder, layer };
            }
            layer -= of.layers.len();
        }
        TextState::End
    }

    /// The prompt's vectors in a state `[77,D]`; of several encoders the end is as wide as both.
    pub fn vectors(&self, state: TextState) -> Option<Grid> {
        match state {
            TextState::Layer { encoder, layer } => {
                last_of_batch(self.encoders.get(encoder)?.layers.get(layer)?)
            }
            TextState::End => last_of_batch(match self.encoders.as_slice() {
                [one] => &one.last,
                _ => &self.context,
            }),
        }
    }

    /// Token and position vectors that a state came from, as wide as it is.
    pub fn before(&self, state: TextState) -> Option<Grid> {
        let first = |encoder| self.vectors(TextState::Layer { encoder, layer: 0 });
        match state {
            TextState::Layer { encoder, .. } => first(encoder),
            TextState::End => {
                let all: Vec<Grid> = (0..self.encoders.len()).filter_map(first).collect();
                side_by_side(&all)
            }
        }
    }
}

/// The prompt's row of a batch: `[B,77,D]` to `[77,D]`.
fn last_of_batch(grid: &Grid) -> Option<Grid> {
    let batch = grid.axis_from_end(2);
    match grid.shape().len() {
        3 => grid.at(batch.checked_sub(1)?),
        2 => Some(grid.clone()),
        _ => None,
    }
}

/// Rows of all, one after the other: `[77,D]` and `[77,E]` to `[77,D+E]`.
fn side_by_side(all: &[Grid]) -> Option<Grid> {
    let first = all.first()?;
    if all.iter().any(|grid| grid.height() != first.height()) {
        return None;
    }
    let rows = 0..first.height();
    let data: Vec<f32> =
        rows.flat_map(|row| all.iter().flat_map(move |grid| grid.row(row).to_vec())).collect();
    Grid::new(&[first.height(), all.iter().map(Grid::width).sum()], data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::{Beside, TextLayers};

    fn grid(width: usize, number: f32) -> Grid {
        Grid::from_fn(&[1, 77, width], |_| number)
    }

    #[test]
    fn two_encoders_are_stepped_through_one_after_the_other_and_end_side_by_side() {
        let encoder = |layers: usize, width: usize| TextLayers {
            layers: (0..layers).map(|i| grid(width, i as f32)).collect(),
            last: grid(width, 9.0),
        };
        let embeddings = Embeddings {
            encoders: vec![encoder(2, 3), encoder(3, 5)],
            context: grid(8, 7.0),
            beside: Beside::default(),
            nearest: Vec::new(),
        };
        assert_eq!(embeddings.states(), 6);
        assert_eq!(embeddings.state(1), TextState::Layer { encoder: 0, layer: 1 });
        assert_eq!(embeddings.state(2), TextState::Layer { encoder: 1, layer: 0 });
        assert_eq!(embeddings.state(5), TextState::End);
        let end = embeddings.vectors(TextState::End).expect("the context");
        let before = embeddings.before(TextState::End).expect("both tables");
        assert_eq!((end.shape(), before.shape()), (&[77, 8][..], &[77, 8][..]));
    }

    #[test]
    fn one_encoder_ends_after_its_final_norm() {
        let encoders = vec![TextLayers { layers: vec![grid(3, 0.0)], last: grid(3, 9.0) }];
        let (context, beside) = (grid(3, 7.0), Beside::default());
        let embeddings = Embeddings { encoders, context, beside, nearest: Vec::new() };
        let end = embeddings.vectors(TextState::End).expect("there");
        assert_eq!(end.row(0), [9.0, 9.0, 9.0]);
    }
}
