//! The autoencoder between latents and pixels: diffusers' `AutoencoderKL`.

pub mod config;
mod decoder;
mod encoder;
mod middle;
pub(super) mod tiles;

use std::sync::{Arc, Mutex, PoisonError};

use candle_core::Tensor;

use self::config::VaeConfig;
use self::decoder::Decoder;
use self::encoder::Encoder;
use super::device::{Place, widened};
use super::footprint;
use super::memory;
use super::model_folder::{ModelFolder, Part};
use super::pace::Pace;
use super::probe::Probe;
use super::weights::Weights;
use crate::walk::Problem;

/// An autoencoder with its weights. The encoder is read when it is first asked for: a walk from
/// noise needs none. On a GPU, whose memory the noise predictor needs, decoder and encoder are read
/// when they are asked for and leave again.
#[derive(Debug)]
pub struct Vae {
    config: VaeConfig,
    weights: Weights,
    decoder: Mutex<Option<Arc<Decoder>>>,
    encoder: Mutex<Option<Arc<Encoder>>>,
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
        let dtype = if config.wide { widened(place.dtype) } else { place.dtype };
        let place = Place { dtype, ..place.clone() };
        Self::from_weights(config, &folder.weights(Part::Vae, &place)?)
    }

    /// Takes the weights by their names in diffusers' files. Where some of them are variables,
    /// what it gives has gradients for these.
    pub fn from_weights(config: VaeConfig, weights: &Weights) -> Result<Self, Problem> {
        let weights = weights.clone();
        let vae = Self { config, weights, decoder: Mutex::default(), encoder: Mutex::default() };
        if vae.stays() {
            vae.decoder()?;
        }
        Ok(vae)
    }

    /// Whether its networks stay in memory once they are read.
    fn stays(&self) -> bool {
        self.weights.place().device.is_cpu()
    }

    fn decoder(&self) -> Result<Arc<Decoder>, Problem> {
        self.kept(&self.decoder, Decoder::load)
    }

    /// A half of the autoencoder, read unless it is there.
    fn kept<T>(
        &self,
        place: &Mutex<Option<Arc<T>>>,
        load: impl FnOnce(&Weights, &VaeConfig) -> Result<T, Problem>,
    ) -> Result<Arc<T>, Problem> {
        let mut kept = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(half) = &*kept {
            return Ok(Arc::clone(half));
        }
        let half = Arc::new(load(&self.weights, &self.config)?);
        if self.stays() {
            *kept = Some(Arc::clone(&half));
        }
        Ok(half)
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
        self.decoder()?.forward(&self.weights.place().take(input)?, probe, pace)
    }

    /// The same in tiles of `side` latent cells, where the whole has no room: approximate, see
    /// `vae/tiles.rs`. Of its levels the probe sees the blended pixels alone.
    pub fn decode_in_tiles(
        &self,
        input: &Tensor,
        side: usize,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        checked(input, self.config.latent)?;
        let decoder = self.decoder()?;
        let (_, _, height, width) = input.dims4()?;
        let (total, mut done) = (tiles::count((height, width), side), 0);
        let image = tiles::decode(&self.weights.place().take(input)?, side, |tile| {
            let decoded = decoder.forward(tile, &mut Probe::nothing(), &pace.silent())?;
            done += 1;
            pace.done(done, total);
            Ok(decoded)
        })?;
        probe.level("conv_out", &image)?;
        Ok(image)
    }

    /// The side of the tiles in which a latent of `height × width` cells is decoded here and now,
    /// and how many there are; `None` where the whole has room.
    pub fn tiles(&self, size: (usize, usize)) -> Option<(usize, usize)> {
        let place = self.weights.place();
        let (free, weights) = if self.stays() {
            (memory::available(), 0)
        } else {
            // They come to the device for the decoding.
            (place.device_memory().map(|(free, _)| free), self.decoder_numbers())
        };
        let bytes = place.dtype.size_in_bytes() as u64;
        let cell = 1u64 << (2 * self.config.levels.len().saturating_sub(1)).min(16);
        let side = tiles::side(size, free, |cells| {
            let pixels = cells.saturating_mul(cell);
            let decoder = footprint::decoder(&self.config, pixels, bytes, !self.stays());
            decoder.saturating_add(weights * bytes)
        })?;
        Some((side, tiles::count(size, side)))
    }

    /// How many weights the decoder has.
    fn decoder_numbers(&self) -> u64 {
        let names = self.weights.names();
        let mine = names.filter(|name| !name.starts_with("encoder.") && !name.starts_with("quant"));
        let count = |name: String| self.weights.shape(&name).map(|s| s.iter().product::<usize>());
        mine.filter_map(count).sum::<usize>() as u64
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
        let encoder = self.kept(&self.encoder, Encoder::load)?;
        encoder.forward(&self.weights.place().take(image)?, probe, pace)
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
