//! How much memory a walk will take, and the refusal of one for which there is not enough: the
//! system would end the program without a word.

use super::device::Place;
use super::memory;
use super::model_folder::{ModelFolder, Part};
use super::unet::config::UnetConfig;
use super::vae::config::VaeConfig;
use crate::walk::{ModelCard, Problem, Settings};

/// Tensors of the first level's size that the UNet holds at its peak (measured: 22).
const UNET_TENSORS: u64 = 30;
/// Tensors of the picture's size that the decoder holds at its peak (measured: 5.4).
const DECODER_TENSORS: u64 = 6;
/// Numbers that each step keeps of a latent cell: eleven latents of 4 channels, and attention to
/// at most 78 places.
const KEPT_PER_CELL: u64 = 11 * 4 + 78;
/// Bytes of an f32.
const BYTES: u64 = 4;

/// The sizes that decide how much memory a model takes on the processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Footprint {
    /// Bytes of the weights in 32 bits.
    weights: u64,
    /// Channels of the UNet's first level.
    unet_width: u64,
    /// The most channels that the decoder has at the picture's own size.
    decoder_width: u64,
    /// Pixels of a latent cell.
    cell: u64,
}

impl Footprint {
    /// Reads the configs of a folder.
    pub(super) fn read(folder: &ModelFolder, card: &ModelCard) -> Result<Self, Problem> {
        let unet = UnetConfig::read(&folder.config(Part::Unet)?)?;
        let vae = VaeConfig::read(&folder.config(Part::Vae)?)?;
        let most = |levels: &[usize]| levels.iter().copied().max().unwrap_or(1) as u64;
        let parameters = card.parameters.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
        Ok(Self {
            weights: parameters.saturating_mul(BYTES),
            unet_width: unet.levels.first().map_or(1, |width| *width as u64),
            // The level below is enlarged before its channels become fewer.
            decoder_width: most(vae.levels.get(..2).unwrap_or(&vae.levels)),
            cell: (card.vae_factor * card.vae_factor) as u64,
        })
    }

    /// Bytes that a walk takes at its peak, roughly, beside the weights.
    fn walk(self, settings: &Settings) -> u64 {
        let pixels = (settings.width as u64).saturating_mul(settings.height as u64);
        let cells = pixels / self.cell.max(1);
        let rows = if settings.guided() { 2 } else { 1 };
        let unet = cells.saturating_mul(self.unet_width * rows * UNET_TENSORS);
        let decoder = pixels.saturating_mul(self.decoder_width * DECODER_TENSORS);
        let kept = cells.saturating_mul(settings.steps as u64).saturating_mul(KEPT_PER_CELL);
        unet.max(decoder).saturating_add(kept).saturating_mul(BYTES)
    }

    /// Refuses a walk that takes more memory than there is; `loaded` where the weights are there
    /// already. A GPU says itself when it has no room.
    pub(super) fn check(
        self,
        settings: &Settings,
        place: &Place,
        loaded: bool,
    ) -> Result<(), Problem> {
        let Some(there) = memory::available().filter(|_| place.device.is_cpu()) else {
            return Ok(());
        };
        let weights = if loaded { 0 } else { self.weights };
        let needed = self.walk(settings).saturating_add(weights);
        if needed <= there {
            return Ok(());
        }
        Err(Problem::new("memory-short")
            .with("width", settings.width)
            .with("height", settings.height)
            .with("steps", settings.steps)
            .with("needed", needed >> 20)
            .with("there", there >> 20))
    }
}
