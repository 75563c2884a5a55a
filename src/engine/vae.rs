//! The autoencoder between latents and pixels: diffusers' `AutoencoderKL`.

pub mod config;
mod decoder;
mod encoder;
mod middle;

use std::sync::OnceLock;

use candle_core::Tensor;

use self::config::VaeConfig;
use self::decoder::Decoder;
use self::encoder::Encoder;
use super::device::Place;
use super::model_folder::{ModelFolder, Part};
use super::pace::Pace;
use super::probe::Probe;
use super::weights::Weights;
use crate::walk::Problem;

/// An autoencoder with its weights. The encoder is read when it is first asked for: a walk from
/// noise needs none.
#[derive(Debug)]
pub struct Vae {
    config: VaeConfig,
    weights: Weights,
    decoder: Decoder,
    encoder: OnceLock<Encoder>,
}

/// What the encoder says of a picture: a normal distribution for each latent number.
#[derive(Clone, Debug)]
pub struct Moments {
    /// `[B,4,h,w]`
    pub mean: Tensor,
    /// `[B,4,h,w]`, the logarithm of the variance, clamped to −30..20.
    pub log_variance: Tensor,
}

impl Vae {
    /// Reads `vae/` of a model's folder.
    pub fn load(folder: &ModelFolder, place: &Place) -> Result<Self, Problem> {
        let config = VaeConfig::read(&folder.config(Part::Vae)?)?;
        Self::from_weights(config, &folder.weights(Part::Vae, place)?)
    }

    /// Takes the weights by their names in diffusers' files. Where some of them are variables,
    /// what it gives has gradients for these.
    pub fn from_weights(config: VaeConfig, weights: &Weights) -> Result<Self, Problem> {
        let decoder = Decoder::load(weights, &config)?;
        Ok(Self { config, weights: weights.clone(), decoder, encoder: OnceLock::new() })
    }

    /// Its weights.
    pub const fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Latents are multiplied by this after encoding and divided by it before decoding.
    pub const fn scaling_factor(&self) -> f64 {
        self.config.scaling
    }

    /// Latents `[B,4,h,w]`, already divided by the scaling factor, as pixels `[B,3,H,W]`, not
    /// clamped.
    pub fn decode(
        &self,
        input: &Tensor,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        checked(input, self.config.latent)?;
        self.decoder.forward(input, probe, pace)
    }

    /// Pixels `[B,3,H,W]` in −1..1 as moments of the latents, before the scaling factor.
    pub fn encode(&self, image: &Tensor, pace: &Pace<'_>) -> Result<Moments, Problem> {
        let moments = self.moments(image, &mut Probe::nothing(), pace)?;
        let latent = self.config.latent;
        Ok(Moments {
            mean: moments.narrow(1, 0, latent)?.contiguous()?,
            log_variance: moments.narrow(1, latent, latent)?.contiguous()?.clamp(-30.0, 20.0)?,
        })
    }

    /// The same as the encoder answers: `[B,8,h,w]`, means, then logarithms of variances, not
    /// clamped.
    pub fn moments(
        &self,
        image: &Tensor,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        checked(image, self.config.pixels.0)?;
        if self.encoder.get().is_none() {
            // Another thread may have been first: then its encoder stays.
            let _ = self.encoder.set(Encoder::load(&self.weights, &self.config)?);
        }
        let encoder = self
            .encoder
            .get()
            .ok_or_else(|| Problem::new("compute-failed").with("reason", "encoder"))?;
        encoder.forward(image, probe, pace)
    }
}

fn checked(tensor: &Tensor, channels: usize) -> Result<(), Problem> {
    let (_, found, h, w) = tensor.dims4()?;
    if found == channels && h > 0 && w > 0 {
        return Ok(());
    }
    Err(Problem::new("input-shape")
        .with("found", format!("{:?}", tensor.dims()))
        .with("expected", format!("[B, {channels}, h, w]")))
}
