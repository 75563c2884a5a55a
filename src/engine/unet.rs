//! The noise predictor: diffusers' `UNet2DConditionModel`, configured by its `config.json`.

use candle_core::Tensor;

use super::device::Place;
use super::model_folder::ModelFolder;
use super::pace::Pace;
use super::probe::Probe;
use crate::walk::Problem;

/// A UNet with its weights.
#[derive(Debug)]
pub struct UNet {}

impl UNet {
    /// Reads `unet/` of a model's folder.
    pub fn load(_folder: &ModelFolder, _place: &Place) -> Result<Self, Problem> {
        Err(Problem::new("compute-failed"))
    }

    /// The network's answer `[B,4,h,w]` to a scaled latent of that shape, a timestep (which may
    /// have a fraction) and prompt vectors `[B,77,C]`.
    pub fn predict(
        &self,
        _input: &Tensor,
        _timestep: f64,
        _context: &Tensor,
        _probe: &mut Probe,
        _pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        Err(Problem::new("compute-failed"))
    }
}
