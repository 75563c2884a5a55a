//! The autoencoder between latents and pixels: diffusers' `AutoencoderKL`.

use candle_core::Tensor;

use super::device::Place;
use super::model_folder::ModelFolder;
use super::pace::Pace;
use super::probe::Probe;
use crate::walk::Problem;

/// An autoencoder with its weights.
#[derive(Debug)]
pub struct Vae {}

/// What the encoder says of a picture: a normal distribution for each latent number.
#[derive(Clone, Debug)]
pub struct Moments {
    /// `[1,4,h,w]`
    pub mean: Tensor,
    /// `[1,4,h,w]`, the logarithm of the variance, clamped to −30..20.
    pub log_variance: Tensor,
}

impl Vae {
    /// Reads `vae/` of a model's folder.
    pub fn load(_folder: &ModelFolder, _place: &Place) -> Result<Self, Problem> {
        Err(Problem::new("compute-failed"))
    }

    /// Latents are multiplied by this after encoding and divided by it before decoding.
    pub fn scaling_factor(&self) -> f64 {
        1.0
    }

    /// A latent `[1,4,h,w]`, already divided by the scaling factor, as pixels `[1,3,H,W]`, not
    /// clamped.
    pub fn decode(
        &self,
        _input: &Tensor,
        _probe: &mut Probe,
        _pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        Err(Problem::new("compute-failed"))
    }

    /// Pixels `[1,3,H,W]` in −1..1 as moments of the latent, before the scaling factor.
    pub fn encode(&self, _image: &Tensor, _pace: &Pace<'_>) -> Result<Moments, Problem> {
        Err(Problem::new("compute-failed"))
    }
}
