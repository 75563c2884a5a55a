//! The picture that a walk begins from, and its latent, as lines.

use std::io;

use crate::walk::{Encode, Picture, Stage, Statistics};

use super::super::Pictures;
use super::super::numbers::{plain_number, short, signed, thousands};
use super::super::panels::{latent, unsigned_plane, widest};
use super::{Page, filled};

impl Page<'_> {
    pub(super) fn encode(
        &mut self,
        encode: &Encode,
        pictures: &mut dyn Pictures,
    ) -> io::Result<()> {
        self.heading(Stage::Encode)?;
        let Some(picture) = encode.picture() else { return Ok(()) };
        let width = widest(4);
        let preview = self.past.card.preview.as_ref();
        let (mean, drawn) = (encode.mean().map(|x| x * encode.scaling), encode.latent());
        let deviation = encode.deviation().map(|x| x * encode.scaling);
        let norm = crate::walk::statistics::norm_over_planes(&deviation);
        let shown = [
            picture.block_means(width, width).0,
            latent(&mean, preview, width),
            unsigned_plane(&norm, 0, width).0,
            latent(&drawn, preview, width),
        ];
        let widths: Vec<usize> = shown.iter().map(Picture::width).collect();
        let labels = ["picture", "mean", "deviation", "latent"]
            .map(|name| self.words.text(&format!("encode.{name}")).to_owned());
        self.captions(&widths, &labels)?;
        pictures.show(&shown, self.out)?;
        let facts = [
            ("pixels", thousands(encode.image.len())),
            ("numbers", thousands(encode.noise.len())),
            ("times", plain_number(encode.image.len() as f64 / encode.noise.len().max(1) as f64)),
        ];
        self.say(&filled(self.words, "encode.fewer", &facts))?;
        let scaling = plain_number(f64::from(encode.scaling));
        self.say(&self.words.fill("encode.drawn", &[("scaling", &scaling)]))?;
        for (name, grid) in [("mean", &mean), ("deviation", &deviation), ("short", &drawn)] {
            let s = Statistics::of(grid);
            let facts = [
                ("mean", signed(s.mean)),
                ("std", short(s.std)),
                ("min", short(s.min)),
                ("max", signed(s.max)),
            ];
            self.pair(
                &format!("encode.{name}"),
                &filled(self.words, "print.lines.statistics", &facts),
            )?;
        }
        let strength = self.past.settings.strength.unwrap_or_default();
        let facts = [
            ("strength", plain_number(strength)),
            ("made", self.past.settings.steps_made().to_string()),
            ("steps", self.past.settings.steps.to_string()),
        ];
        self.say(&filled(self.words, "print.lines.strength", &facts))?;
        if let Some(lost) = encode.lost() {
            self.say(&self.words.fill("encode.lost", &[("lost", &format!("{lost:.1}"))]))?;
        }
        Ok(())
    }
}
