//! The noises of all runs: how much two of them have in common, by correlation.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{View, arrange};
use crate::compare::{Difference, noise_correlation};
use crate::views::Slot;
use crate::views::parts::numbers::{fixed, short};

/// Draws the stage.
pub(super) fn draw(view: &View, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let found = arrange::arrange(view.comparison, area, area.height);
    let reference = view.comparison.reference_run().and_then(|run| run.noise());
    let apart =
        |run: &crate::compare::Run| Difference::of(&reference?.noise, &run.noise()?.noise).ok();
    let largest = view
        .others(&found)
        .iter()
        .filter_map(|(_, run)| Some(view.look().largest(&apart(run)?.grid)))
        .fold(0.0, f32::max);
    view.draw_cells(&found, buf, slots, |place, run| {
        let (w, comparison) = (view.words, view.comparison);
        let Some(noise) = run.noise() else { return (Vec::new(), Vec::new()) };
        let hash = format!("{:016x}", noise.hash());
        let mut lines = vec![
            w.fill("title.seed", &[("seed", &noise.seed.to_string())]),
            w.fill("beside.hash", &[("hash", hash.get(..8).unwrap_or_default())]),
        ];
        let other = reference.filter(|_| place != comparison.reference);
        match other.map(|reference| noise_correlation(reference, noise)) {
            Some(Ok(correlation)) => {
                let facts = [("correlation", &*fixed(correlation, 3))];
                lines.insert(0, w.fill("beside.correlation", &facts));
                let near = 1.0 / (noise.noise.len().max(1) as f32).sqrt();
                lines.push(w.fill("beside.by-chance", &[("spread", &short(near))]));
            }
            Some(Err(reason)) => lines.insert(0, view.reason(&reason)),
            None => {}
        }
        let shown = match reference {
            Some(reference) if comparison.flip && place == comparison.chosen => reference,
            _ => noise,
        };
        let name = w.text("beside.noise");
        let canvas = match apart(run).filter(|_| comparison.difference) {
            Some(apart) if place != comparison.reference => {
                view.look().difference(w.text("beside.delta-noise"), &apart.grid, largest)
            }
            _ => view.look().channel(name, &shown.noise),
        };
        (vec![canvas], lines)
    });
}
