//! candle-transformers' networks behind the same calls: a second opinion without probes.

use candle_core::Tensor;

use super::device::Place;
use super::model_folder::ModelFolder;
use super::text::TextStates;
use crate::walk::Problem;

/// candle-transformers' three networks with a model's weights.
#[derive(Debug)]
pub struct Stock {}

impl Stock {
    /// Reads a folder whose shapes these networks can hold; else a [`Problem`] that says why not.
    pub fn load(_folder: &ModelFolder, _place: &Place) -> Result<Self, Problem> {
        Err(Problem::new("compute-failed"))
    }

    /// Encodes rows of 77 ids; only the embeddings' end is to be had: `layers` is empty.
    pub fn encode(&self, _rows: &[&[u32]]) -> Result<TextStates, Problem> {
        Err(Problem::new("compute-failed"))
    }

    /// As [`super::unet::UNet::predict`], without probes and without pauses to cancel.
    pub fn predict(
        &self,
        _input: &Tensor,
        _timestep: f64,
        _context: &Tensor,
    ) -> Result<Tensor, Problem> {
        Err(Problem::new("compute-failed"))
    }

    /// As [`super::vae::Vae::decode`].
    pub fn decode(&self, _input: &Tensor) -> Result<Tensor, Problem> {
        Err(Problem::new("compute-failed"))
    }
}
