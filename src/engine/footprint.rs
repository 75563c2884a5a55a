//! How much memory a walk will take, and the refusal of one for which there is not enough: the
//! system would end the program without a word.

use super::conv_anywhere;
use super::device::Place;
use super::memory;
use super::model_folder::{ModelFolder, Part};
use super::unet::config::UnetConfig;
use super::vae::config::VaeConfig;
use super::vae::tiles;
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

/// Bytes that a decoder holds at its peak for so many pixels, beside its weights, where a number
/// takes `bytes`: what it computes on and, where candle's operations compute, what they unroll.
pub(super) fn decoder(config: &VaeConfig, pixels: u64, bytes: u64, unrolls: bool) -> u64 {
    let width = decoder_width(config);
    let unrolled = if unrolls { unrolled(pixels, width, bytes) } else { 0 };
    pixels.saturating_mul(width * DECODER_TENSORS * bytes).saturating_add(unrolled)
}

/// Bytes of a convolution's unrolled input, at most.
fn unrolled(cells: u64, width: u64, bytes: u64) -> u64 {
    (conv_anywhere::MOST_BYTES as u64).min(cells.saturating_mul(width * 9 * bytes))
}

/// The most channels that a decoder has at the picture's own size: the level below is enlarged
/// before its channels become fewer.
fn decoder_width(config: &VaeConfig) -> u64 {
    let levels = config.levels.get(..2).unwrap_or(&config.levels);
    levels.iter().copied().max().unwrap_or(1) as u64
}

/// The sizes that decide how much memory a model takes on the processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Footprint {
    /// Bytes of the weights in 32 bits.
    weights: u64,
    /// Channels of the UNet's first level.
    unet_width: u64,
    /// The most channels that the decoder has at the picture's own size.
    decoder_width: u64,
    /// Weights of noise predictor and autoencoder.
    parameters: [u64; 2],
    /// Whether the autoencoder computes in 32 bits whatever the others do.
    decoder_wide: bool,
    /// Pixels of a latent cell.
    cell: u64,
}

impl Footprint {
    /// Reads the configs of a folder.
    pub(super) fn read(folder: &ModelFolder, card: &ModelCard) -> Result<Self, Problem> {
        let unet = UnetConfig::read(&folder.config(Part::Unet)?)?;
        let vae = VaeConfig::read(&folder.config(Part::Vae)?)?;
        let parameters = card.parameters.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
        Ok(Self {
            weights: parameters.saturating_mul(BYTES),
            unet_width: unet.levels.first().map_or(1, |width| *width as u64),
            parameters: [card.parameters[1], card.parameters[2]],
            decoder_wide: vae.wide,
            decoder_width: decoder_width(&vae),
            cell: (card.vae_factor * card.vae_factor) as u64,
        })
    }

    /// Bytes that a walk takes at its peak, roughly, beside the weights.
    fn walk(self, settings: &Settings) -> u64 {
        let size = (settings.width, settings.height);
        let cells = size.0 as u64 * size.1 as u64 / self.cell.max(1);
        let kept = cells.saturating_mul(settings.steps as u64).saturating_mul(KEPT_PER_CELL);
        let rows = if settings.guided() { 2 } else { 1 };
        self.peak(size, rows).saturating_add(kept).saturating_mul(BYTES)
    }

    /// Numbers that the networks hold at their peak.
    fn peak(self, size: (usize, usize), rows: u64) -> u64 {
        let [unet, decoder] = self.peaks(size, rows);
        unet.max(decoder)
    }

    /// The same for noise predictor and decoder.
    fn peaks(self, (width, height): (usize, usize), rows: u64) -> [u64; 2] {
        let pixels = (width as u64).saturating_mul(height as u64);
        let cells = pixels / self.cell.max(1);
        let unet = cells.saturating_mul(self.unet_width * rows * UNET_TENSORS);
        // Where the whole picture has no room, it is decoded in tiles, the smallest at worst.
        let tile = (tiles::SMALLEST * tiles::SMALLEST) as u64 * self.cell;
        [unet, pixels.min(tile).saturating_mul(self.decoder_width * DECODER_TENSORS)]
    }

    /// Bytes that a guided walk takes on the processor, weights included: an estimate.
    pub(super) fn on_processor(self, size: (usize, usize)) -> u64 {
        self.peak(size, 2).saturating_mul(BYTES).saturating_add(self.weights)
    }

    /// Bytes of a GPU's own memory, where a number takes `bytes`: the noise predictor stays, the
    /// autoencoder comes for the decoding, the text encoders compute elsewhere. An estimate that
    /// was made without a GPU.
    pub(super) fn on_gpu(self, size: (usize, usize), bytes: u64) -> u64 {
        let [unet, decoder] = self.peaks(size, 2);
        let [unet_weights, decoder_weights] = self.parameters;
        let wide = if self.decoder_wide { BYTES } else { bytes };
        let pixels = (size.0 as u64).saturating_mul(size.1 as u64);
        let tile = (tiles::SMALLEST * tiles::SMALLEST) as u64 * self.cell;
        let decoder = decoder.saturating_add(decoder_weights).saturating_mul(wide);
        let decoder = decoder.saturating_add(unrolled(pixels.min(tile), self.decoder_width, wide));
        // On the way up the first level gets its own channels and those of the level below.
        let cells = (pixels / self.cell.max(1)).saturating_mul(2);
        let unet = unet.saturating_mul(bytes);
        let unet = unet.saturating_add(unrolled(cells, self.unet_width * 3, bytes));
        unet_weights.saturating_mul(bytes).saturating_add(decoder.max(unet))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn published(unet: u64, decoder_wide: bool) -> Footprint {
        let autoencoder = 83_653_863;
        Footprint {
            weights: (unet + autoencoder) * BYTES,
            unet_width: 320,
            decoder_width: 256,
            parameters: [unet, autoencoder],
            decoder_wide,
            cell: 64,
        }
    }

    #[test]
    fn published_models_have_room_on_the_gpus_that_they_are_meant_for() {
        let (sd15, xl) = (published(859_520_964, false), published(2_567_463_684, true));
        assert!(sd15.on_gpu((512, 512), 2) < 4 << 30);
        assert!(xl.on_gpu((1024, 1024), 2) < 8 << 30);
        // With the decoder in tiles; a whole decoding alone asks for 8 GB.
        assert!(xl.on_gpu((1024, 1024), 4) < 12 << 30);
        assert!(xl.on_gpu((2048, 2048), 2) < 12 << 30);
    }
}
