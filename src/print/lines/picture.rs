//! Decoder and picture as lines.

use std::io;

use crate::walk::{Decode, Image, Picture, Stage};

use super::super::Pictures;
use super::super::describe::Description;
use super::super::numbers::{shape, short, signed, thousands};
use super::super::panels::unsigned_plane;
use super::super::table::{cut, left, right};
use super::{Page, filled};

/// Columns of one level's picture.
const LEVEL: usize = 16;

impl Page<'_> {
    pub(super) fn decode(
        &mut self,
        decode: &Decode,
        pictures: &mut dyn Pictures,
    ) -> io::Result<()> {
        self.heading(Stage::Decode)?;
        self.columns(17, &["level", "shape", "mean", "std", "min", "max"])?;
        for level in &decode.levels {
            let s = &level.statistics;
            let cells =
                [shape(&level.shape), signed(s.mean), short(s.std), signed(s.min), signed(s.max)];
            let cells: String = cells.iter().map(|c| right(c, 11)).collect();
            writeln!(self.out, "  {}{cells}", left(&cut(&level.name, 16), 17))?;
        }
        writeln!(self.out)?;
        for row in chosen(decode).chunks(4) {
            let shown: Vec<Picture> =
                row.iter().map(|&i| unsigned_plane(&decode.levels[i].planes, 0, LEVEL).0).collect();
            let widths: Vec<usize> = shown.iter().map(Picture::width).collect();
            let labels: Vec<String> = row.iter().map(|&i| shape(&decode.levels[i].shape)).collect();
            self.captions(&widths, &labels)?;
            pictures.show(&shown, self.out)?;
        }
        self.say(self.words.text("print.lines.level-pictures"))?;
        let numbers = decode.input.len();
        let out = decode.levels.last().map_or(0, |l| l.shape.iter().product::<usize>());
        let facts = [
            ("numbers", thousands(numbers)),
            ("pixels", thousands(out)),
            ("times", short(out as f32 / numbers.max(1) as f32)),
            ("seconds", short(decode.seconds)),
        ];
        self.say(&filled(self.words, "print.lines.decoded-numbers", &facts))?;
        if decode.tiles > 1 {
            let facts = [("tiles", decode.tiles.to_string())];
            self.say(&filled(self.words, "decode.tiles", &facts))?;
        }
        Ok(())
    }

    pub(super) fn image(&mut self, image: &Image, pictures: &mut dyn Pictures) -> io::Result<()> {
        self.heading(Stage::Image)?;
        let Some(picture) = image.picture() else { return Ok(()) };
        let (shown, block) = picture.block_means(72, 72);
        pictures.show(&[shown], self.out)?;
        let facts = [
            ("width", picture.width().to_string()),
            ("height", picture.height().to_string()),
            ("block", block.to_string()),
            ("clipped", short(image.clipped() * 100.0)),
        ];
        let key = if block == 1 { "print.lines.image" } else { "print.lines.image-mean" };
        self.say(&filled(self.words, key, &facts))?;
        let seen = Description::of(&picture).sentence(self.words);
        self.say(&seen)
    }
}

/// The levels whose picture differs in size from the one before, and the last: at most four.
fn chosen(decode: &Decode) -> Vec<usize> {
    let levels = &decode.levels;
    let mut chosen: Vec<usize> = (0..levels.len())
        .filter(|&i| i + 1 == levels.len() || levels[i].shape[1] != levels[i + 1].shape[1])
        .collect();
    if chosen.first() != Some(&0) && !levels.is_empty() {
        chosen.insert(0, 0);
    }
    chosen.truncate(4);
    chosen
}
