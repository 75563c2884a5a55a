//! What is known of a model without running it: family, sizes, the words that it was taught.

use super::LayerChange;
use serde::{Deserialize, Serialize};

use super::Taught;

/// The families whose shapes are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// The small model inside the binary, and what is shaped like it.
    Pocket,
    /// Stable Diffusion 1.x: 768 numbers a token, quick GELU.
    Sd1,
    /// Stable Diffusion 2.x: 1024 numbers a token, exact GELU.
    Sd2,
    /// Stable Diffusion XL and what is shaped like it: two text encoders, 768 + 1280 numbers.
    Sdxl,
}

impl Family {
    /// As people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pocket => "pocket",
            Self::Sd1 => "SD 1.x",
            Self::Sd2 => "SD 2.x",
            Self::Sdxl => "SDXL",
        }
    }
}

/// What a model was distilled for: few steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Distilled {
    /// SD-Turbo and SDXL-Turbo: one to four steps without guidance (Sauer et al. 2023).
    Turbo,
    /// Latent consistency models (Luo et al. 2023).
    Lcm,
}

/// A model's card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Short name: `pocket`, or the folder's name.
    pub name: String,
    /// Its family.
    pub family: Family,
    /// What it was distilled for, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distilled: Option<Distilled>,
    /// Whether the noise predictor is told the guidance scale, instead of being asked twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guidance_embedded: bool,
    /// Weights of the text encoder (of XL both together), the noise predictor and the autoencoder.
    pub parameters: [u64; 3],
    /// Numbers a token in the prompt vectors.
    pub vector_width: usize,
    /// How many ids the vocabulary has.
    pub vocabulary: usize,
    /// Pixels per latent cell, both ways.
    pub vae_factor: usize,
    /// SHA-256 over the weight files' headers and sizes, hexadecimal.
    pub hash: String,
    /// Default number of steps and guidance scale, where the model's folder names them.
    pub default_steps: Option<usize>,
    /// Default guidance scale.
    pub default_guidance: Option<f64>,
    /// Default size, width then height.
    pub default_size: (usize, usize),
    /// A prompt that this model draws well.
    pub example: Option<String>,
    /// The linear latent preview, where it was fitted.
    pub preview: Option<Preview>,
    /// The words that it was taught, where it keeps a list.
    pub taught: Option<Taught>,
    /// How many training samples it had seen, where that is known.
    #[serde(default)]
    pub samples: Option<u64>,
    /// What the attachments of this walk changed, layer by layer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<LayerChange>,
}

/// A linear map from the latent's four channels to red, green and blue: an approximation, never
/// the VAE. `rgb = bias + latent · matrix`, in 0..1, one colour a latent cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// One row a latent channel.
    pub matrix: Vec<[f32; 3]>,
    /// The colour of a latent of zeros.
    pub bias: [f32; 3],
    /// Share of the pictures' variance that the map explains, on pictures it was not fitted on.
    pub r2: f32,
}

impl Preview {
    /// The preview of a latent `[.., 4, h, w]` in the common scale; `None` where the channels do
    /// not fit.
    pub fn apply(&self, latent: &super::Grid) -> Option<super::Picture> {
        if latent.planes() != self.matrix.len() || latent.is_empty() {
            return None;
        }
        let planes: Vec<&[f32]> = (0..latent.planes()).map(|p| latent.plane(p)).collect();
        let w = latent.width();
        Some(super::Picture::from_fn(w, latent.height(), |x, y| {
            std::array::from_fn(|c| {
                let value = planes
                    .iter()
                    .zip(&self.matrix)
                    .fold(self.bias[c], |sum, (plane, row)| sum + plane[y * w + x] * row[c]);
                (value.clamp(0.0, 1.0) * 255.0).round() as u8
            })
        }))
    }
}
