//! The pictures that the runs began from, side by side, and how far their latents are apart.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::{View, arrange};
use crate::compare::Difference;
use crate::views::Slot;
use crate::views::parts::numbers::{fixed, short};

/// Draws the stage; a run that began from noise alone says so.
pub(super) fn draw(view: &View, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let found = arrange::arrange(view.comparison, area, area.height);
    let reference = view.comparison.reference_run().and_then(|run| run.encode());
    view.draw_cells(&found, buf, slots, |place, run| {
        let w = view.words;
        let Some(encode) = run.encode() else {
            let alone = run.settings.as_ref().is_some_and(|settings| settings.image.is_none());
            let lines = alone.then(|| w.text("beside.from-noise").to_owned());
            return (Vec::new(), lines.into_iter().collect());
        };
        let mut lines = Vec::new();
        if let Some(settings) = &run.settings {
            let facts = [
                ("strength", &*settings.strength.unwrap_or_default().to_string()),
                ("made", &settings.steps_made().to_string()),
                ("steps", &settings.steps.to_string()),
            ];
            lines.push(w.fill("beside.strength", &facts));
        }
        let other = reference.filter(|_| place != view.comparison.reference);
        match other.map(|other| Difference::of(&other.latent(), &encode.latent())) {
            Some(Ok(apart)) => {
                lines.push(w.fill("beside.cosine", &[("cosine", &fixed(apart.cosine, 2))]));
                lines.push(w.fill("beside.latents-apart", &[("rms", &short(apart.rms))]));
            }
            Some(Err(reason)) => lines.push(view.reason(&reason)),
            None => {}
        }
        let canvas = encode.picture().map(|p| Canvas::picture(w.text("encode.picture"), p));
        (canvas.into_iter().collect(), lines)
    });
}
