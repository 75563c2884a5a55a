//! The pixels that one cell of a latent feeds: their block of the picture, with its colours where
//! the picture, or this step's x0 through the VAE, is there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pictures::Scene;
use crate::views::parts::numbers::fixed;
use crate::views::parts::theme::{Colours, Ground};
use crate::views::parts::{layout, picture, text};
use crate::walk::{Frame, Picture};
use crate::words::Words;

/// The block under a cell.
pub(super) struct Pixels<'a> {
    words: Words,
    ground: &'a Ground,
    /// Pixels a cell, both ways.
    factor: usize,
    /// Upper left pixel.
    corner: (usize, usize),
    /// Where its colours are from, and they.
    found: Option<(&'static str, Picture)>,
}

impl<'a> Pixels<'a> {
    /// The pixels under the scene's lens; `None` where it is not known how many those are.
    pub(super) fn of(scene: &Scene<'a>) -> Option<Self> {
        let walk = &scene.app.walk;
        let factor = walk.card.as_ref()?.vae_factor.max(1);
        let (x, y) = scene.lens();
        let corner = (x * factor, y * factor);
        let image = walk.frames.iter().find_map(|frame| match frame {
            Frame::Image(image) => image.picture(),
            _ => None,
        });
        let x0 = || walk.x0_pictures.get(&scene.step.call).or(scene.step.x0_image.as_ref());
        let found = image
            .map(|picture| ("step.hand-in-picture", picture))
            .or_else(|| x0().map(|picture| ("step.hand-in-x0", picture.clone())))
            .filter(|(_, whole)| {
                corner.0 + factor <= whole.width() && corner.1 + factor <= whole.height()
            })
            .map(|(from, whole)| {
                let block = Picture::from_fn(factor, factor, |dx, dy| {
                    whole.pixel(corner.0 + dx, corner.1 + dy)
                });
                (from, block)
            });
        Some(Self { words: scene.words, ground: scene.ground, factor, corner, found })
    }

    fn place(&self) -> String {
        let (x, y) = self.corner;
        let ends = [x + 1, x + self.factor, y + 1, y + self.factor].map(|n| n.to_string());
        let facts =
            [("left", &*ends[0]), ("right", &*ends[1]), ("top", &*ends[2]), ("bottom", &*ends[3])];
        self.words.fill("step.hand-pixels", &facts)
    }

    /// The mean colour, and where it is from.
    fn colours(&self) -> (String, [u8; 3]) {
        let Some((from, block)) = &self.found else {
            return (self.words.text("step.hand-not-yet").to_owned(), [0; 3]);
        };
        let count = (self.factor * self.factor) as f32;
        let mean = [0, 1, 2].map(|c: usize| {
            block.rgb().iter().skip(c).step_by(3).map(|&v| f32::from(v)).sum::<f32>() / count
        });
        let [r, g, b] = mean.map(|v| fixed(v, 0));
        let facts = [("r", &*r), ("g", &g), ("b", &b), ("where", self.words.text(from))];
        (self.words.fill("step.hand-mean", &facts), mean.map(|v| v.round() as u8))
    }

    /// In one row: place, a dab of the mean colour, its numbers.
    pub(super) fn row(&self, area: Rect, buf: &mut Buffer) {
        let (told, mean) = self.colours();
        let dab = if self.found.is_some() && self.ground.colours != Colours::None {
            "██"
        } else {
            ""
        };
        let spans = [
            (&*self.place(), self.ground.fact()),
            (" ", self.ground.dim()),
            (dab, self.ground.fact().fg(self.ground.rgb(mean))),
            (" ", self.ground.dim()),
            (&*told, self.ground.dim()),
        ];
        text::put_spans(buf, area, &spans);
    }

    /// In a column: the block itself under its place.
    pub(super) fn column(&self, area: Rect, buf: &mut Buffer) {
        let mut used = text::put_wrapped(buf, area, &self.place(), self.ground.strong());
        let under = |used| layout::top(area, used).1;
        used += text::put_wrapped(buf, under(used), &self.colours().0, self.ground.fact());
        if let Some((_, block)) = &self.found {
            let most = Rect { width: area.width.min(16), ..under(used) };
            picture::cells(block, layout::top(most, 8).0, self.ground, buf);
        }
    }
}
