//! What is known of a model without running it: its configs, the headers of its weights, and what
//! `safelight.json` says beside them.

use std::fmt::Write as _;
use std::io::Cursor;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{ModelFolder, Part};
use crate::engine::device::Place;
use crate::engine::{ages, family};
use crate::walk::{Age, ModelCard, Picture, Preview, Problem, Taught};

/// What `safelight.json` may say beside a model; every key is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Beside {
    steps: Option<usize>,
    guidance: Option<f64>,
    width: Option<usize>,
    height: Option<usize>,
    example: Option<String>,
    preview: Option<Preview>,
    taught: Option<Taught>,
    sample: Option<String>,
}

impl ModelFolder {
    /// What is known of the model without running it. Reads configs and the headers of the
    /// weights only.
    pub fn card(&self) -> Result<ModelCard, Problem> {
        let (text, unet, vae) =
            (self.config(Part::Text)?, self.config(Part::Unet)?, self.config(Part::Vae)?);
        let beside = self.beside()?;
        let kind = family::read(self)?;
        let mut parameters = [0; 3];
        let mut hash = Sha256::new();
        let mut vector_width = 0;
        for part in self.parts()? {
            // Younger selves have the same shapes.
            let weights = self.last_weights(part, &Place::cpu())?;
            let of = match part {
                Part::Text | Part::SecondText => 0,
                Part::Unet => 1,
                Part::Vae => 2,
            };
            parameters[of] += weights.count();
            if of == 0 {
                vector_width += self.config(part)?.size("hidden_size", 768)?;
            }
            weights.digest(&mut hash);
        }
        if self.age != Age::Final {
            hash.update(self.age.name());
        }
        let vae_factor = 1 << vae.list("block_out_channels")?.len().saturating_sub(1).min(8);
        let side = unet.size("sample_size", 64)?.saturating_mul(vae_factor);
        Ok(ModelCard {
            name: self.name(),
            family: kind.family,
            distilled: kind.distilled,
            guidance_embedded: kind.guidance_embedded,
            parameters,
            vector_width,
            vocabulary: text.size("vocab_size", 49_408)?,
            vae_factor,
            hash: hexadecimal(&hash.finalize()),
            default_steps: beside.steps,
            default_guidance: beside.guidance,
            default_size: (beside.width.unwrap_or(side), beside.height.unwrap_or(side)),
            example: beside.example,
            preview: beside.preview,
            taught: beside.taught,
            samples: self.samples(),
            changes: self.attached().map(|a| a.changes().to_vec()).unwrap_or_default(),
        })
    }

    /// One picture from the model's training, where its folder has one (`sample` in
    /// `safelight.json` names a PNG beside it). A damaged one is as good as none: nothing is
    /// computed from it.
    pub fn sample(&self) -> Result<Option<Picture>, Problem> {
        let Some(name) = self.beside()?.sample else { return Ok(None) };
        if Path::new(&name).file_name() != Some(name.as_ref()) {
            return Ok(None);
        }
        Ok(self.read(&name)?.and_then(|bytes| picture(&bytes)))
    }

    /// How many training samples it had seen: as its recipe says, or as its age is.
    fn samples(&self) -> Option<u64> {
        if self.age != Age::Final {
            return ages::samples(self.age);
        }
        self.json("recipe.json").ok()?.get("samples")?.as_u64()
    }

    /// Whether it keeps a list of the words that it was taught, as the pocket model does.
    pub(in crate::engine) fn is_pocket_like(&self) -> Result<bool, Problem> {
        Ok(self.beside()?.taught.is_some())
    }

    fn beside(&self) -> Result<Beside, Problem> {
        let Some(bytes) = self.read("safelight.json")? else { return Ok(Beside::default()) };
        let map = self.parsed("safelight.json", &bytes)?;
        serde_json::from_value(Value::Object(map)).map_err(|e| self.not_json("safelight.json", &e))
    }
}

/// A PNG of at most 1024 × 1024.
fn picture(bytes: &[u8]) -> Option<Picture> {
    let mut reader = image::ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Png);
    let mut limits = image::Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(1024), Some(1024));
    reader.limits(limits);
    let picture = reader.decode().ok()?.into_rgb8();
    Picture::new(picture.width() as usize, picture.height() as usize, picture.into_raw())
}

pub(in crate::engine) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
