//! What is painted for a run: a latent's preview or a channel, a true picture, a difference.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::LatentLook;
use crate::compare::Run;
use crate::views::Slot;
use crate::views::parts::dots::Fit;
use crate::views::parts::heatmap::Map;
use crate::views::parts::numbers::{fixed, short};
use crate::views::parts::paint::Paint;
use crate::views::parts::theme::{Colours, Ground};
use crate::views::step::{NORM_LIMIT, SIGNED_LIMIT, factor_text, plane_of};
use crate::walk::statistics::norm_over_planes;
use crate::walk::{Grid, Picture};
use crate::words::Words;

/// Something to paint, and the words that say in which look it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Canvas {
    /// What it is, with the look: `x0, preview`.
    pub(super) label: String,
    pub(super) paint: Paint,
}

impl Canvas {
    /// A true picture.
    pub(super) fn picture(label: &str, picture: Picture) -> Self {
        Self { label: label.to_owned(), paint: Paint::True(picture) }
    }

    /// Numbers through a colour map.
    pub(super) fn numbers(label: String, plane: Grid, map: Map) -> Self {
        Self { label, paint: Paint::Numbers(plane, map) }
    }

    /// Width and height in numbers or pixels.
    pub(super) fn size(&self) -> (usize, usize) {
        self.paint.size()
    }

    /// Paints it at the upper left of `area`.
    pub(super) fn draw(
        &self,
        area: Rect,
        ground: &Ground,
        buf: &mut Buffer,
        slots: &mut Vec<Slot>,
    ) -> Fit {
        self.paint.draw(area, ground, buf, slots)
    }
}

/// Everything that pictures of latents depend on.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    /// Preview or a channel.
    pub(super) latent: LatentLook,
    /// The catalogue.
    pub(super) words: Words,
    /// What the terminal can show.
    pub(super) ground: &'a Ground,
}

impl Look<'_> {
    /// A latent of a run in the common scale.
    pub(super) fn latent(self, name: &str, run: &Run, grid: &Grid) -> Canvas {
        let preview = run.card.as_ref().and_then(|card| card.preview.as_ref());
        // Without colours a preview would say nothing.
        let preview = preview.filter(|_| self.ground.colours != Colours::None);
        if self.latent == LatentLook::Preview
            && let Some(picture) = preview.and_then(|preview| preview.apply(grid))
        {
            let label = format!("{name}, {}", self.words.text("step.preview-only"));
            return Canvas { label, paint: Paint::Preview(picture) };
        }
        self.channel(name, grid)
    }

    /// One channel of a latent or a noise, signed.
    pub(super) fn channel(self, name: &str, grid: &Grid) -> Canvas {
        let channel = self.chosen_channel(grid);
        let look = self.words.fill(
            "step.channel",
            &[("channel", &(channel + 1).to_string()), ("limit", &short(SIGNED_LIMIT))],
        );
        let map = Map::Signed { limit: SIGNED_LIMIT };
        Canvas::numbers(format!("{name}, {look}"), plane_of(grid, channel), map)
    }

    /// A difference; `largest` is that of all that stand on screen, so that they can be told apart
    /// by eye.
    pub(super) fn difference(self, name: &str, grid: &Grid, largest: f32) -> Canvas {
        if let LatentLook::Channel(_) = self.latent {
            let channel = self.chosen_channel(grid);
            let factor = factor_for(largest, SIGNED_LIMIT);
            let limit = SIGNED_LIMIT / factor;
            let look = self.words.fill(
                "step.channel-factor",
                &[
                    ("channel", &(channel + 1).to_string()),
                    ("limit", &fine(limit)),
                    ("factor", &factor_text(factor)),
                ],
            );
            let plane = plane_of(grid, channel);
            return Canvas::numbers(format!("{name}, {look}"), plane, Map::Signed { limit });
        }
        let factor = factor_for(largest, NORM_LIMIT);
        let high = NORM_LIMIT / factor;
        let facts = [("high", &*fine(high)), ("factor", &factor_text(factor))];
        let look = self.words.fill("step.norm-factor", &facts);
        let map = Map::Unsigned { low: 0.0, high };
        Canvas::numbers(format!("{name}, {look}"), norm_over_planes(grid), map)
    }

    /// The largest number of a difference in this look.
    pub(super) fn largest(self, grid: &Grid) -> f32 {
        let plane = match self.latent {
            LatentLook::Channel(_) => plane_of(grid, self.chosen_channel(grid)),
            LatentLook::Preview => norm_over_planes(grid),
        };
        plane.data().iter().filter(|x| x.is_finite()).fold(0.0, |most: f32, x| most.max(x.abs()))
    }

    fn chosen_channel(self, grid: &Grid) -> usize {
        let channel = if let LatentLook::Channel(channel) = self.latent { channel } else { 0 };
        channel.min(grid.planes().saturating_sub(1))
    }
}

/// By how much a difference is drawn stronger than latents are.
fn factor_for(largest: f32, limit: f32) -> f32 {
    let one = Grid::filled(&[1, 1, 1], largest);
    crate::views::step::factor_for(&one, limit)
}

fn fine(limit: f32) -> String {
    fixed(limit, if limit >= 0.1 { 3 } else { 4 })
}
