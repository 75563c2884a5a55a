//! The picture that a walk begins from, as sentences.

use std::io;

use crate::walk::{Encode, Stage};

use super::super::numbers::{plain_number, thousands};
use super::Spoken;

impl Spoken<'_> {
    pub(super) fn encode(&mut self, encode: &Encode) -> io::Result<()> {
        self.stage(Stage::Encode)?;
        if let Some(picture) = encode.picture() {
            self.picture("print.plain.start-picture", &picture)?;
        }
        let facts = [
            ("pixels", thousands(encode.image.len())),
            ("numbers", thousands(encode.noise.len())),
            ("times", plain_number(encode.image.len() as f64 / encode.noise.len().max(1) as f64)),
        ];
        self.fill("print.plain.encoded", &facts)?;
        self.statistics("print.plain.means", &encode.mean())?;
        self.statistics("print.plain.deviations", &encode.deviation())?;
        self.statistics("print.plain.start-latent", &encode.latent())?;
        let settings = &self.past.settings;
        let facts = [
            ("strength", plain_number(settings.strength.unwrap_or_default())),
            ("made", settings.steps_made().to_string()),
            ("steps", settings.steps.to_string()),
        ];
        self.fill("print.plain.strength", &facts)?;
        match encode.lost() {
            Some(lost) => self.fill("print.plain.lost", &[("lost", format!("{lost:.1}"))]),
            None => Ok(()),
        }
    }
}
