//! What is trained: weights, the loss of a step, and what the network makes in between.

use candle_core::Tensor;
use candle_core::backprop::GradStore;

use super::{Average, Variables};
use crate::walk::{Picture, Problem};

/// Something that can be trained. What a step sees is a function of its number alone.
pub trait Subject {
    /// The weights that change.
    fn weights(&self) -> &Variables;

    /// The loss of a step, counted from 0, with its gradients still to be computed.
    fn loss(&mut self, step: u64) -> Result<Tensor, Problem>;

    /// How many pictures a step sees.
    fn batch(&self, step: u64) -> usize;

    /// The captions of a step's pictures.
    fn captions(&self, step: u64) -> Vec<String>;

    /// Takes gradients away that must not change a weight.
    fn hold(&self, _: &mut GradStore) -> Result<(), Problem> {
        Ok(())
    }

    /// What the averaged network makes now, with captions.
    fn samples(&self, average: &Average) -> Result<Vec<(String, Picture)>, Problem>;
}
