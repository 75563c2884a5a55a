//! The pictures of all runs: difference, the ratio of signal to noise, and a flip between two. Of
//! a fork with a piece turned off, the change beside what the piece's attention map claimed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::{View, arrange};
use crate::compare::{PictureDifference, Psnr, Run, between_images};
use crate::views::Slot;
use crate::views::parts::heatmap::Map;
use crate::views::parts::numbers::{fixed, short};
use crate::walk::{Grid, Off};

/// Draws the stage.
pub(super) fn draw(view: &View, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let found = arrange::arrange(view.comparison, area, area.height);
    let reference = view.comparison.reference_run();
    let apart = |run: &Run| {
        let (a, b) = (reference?.image()?, run.image()?);
        Some(between_images(a, b))
    };
    let limit = view
        .others(&found)
        .iter()
        .filter_map(|(_, run)| apart(run)?.ok())
        .map(|apart| apart.limit)
        .fold(1.0, f32::max);
    view.draw_cells(&found, buf, slots, |place, run| {
        let (w, comparison) = (view.words, view.comparison);
        let Some(picture) = run.image().and_then(crate::walk::Image::picture) else {
            return unfinished(view, run);
        };
        let apart = apart(run).filter(|_| place != comparison.reference);
        let lines = match &apart {
            Some(Ok(apart)) => numbers(view, apart),
            Some(Err(reason)) => vec![view.reason(reason)],
            None => Vec::new(),
        };
        let flipped = comparison.flip && place == comparison.chosen;
        let other = reference.and_then(|run| run.image()?.picture()).filter(|_| flipped);
        let mut canvases = vec![match (other, &apart) {
            (Some(other), _) => Canvas::picture(w.text("beside.picture-of-reference"), other),
            (None, Some(Ok(apart))) if comparison.difference => lightness(view, apart, limit),
            _ => Canvas::picture(w.text("beside.picture"), picture),
        }];
        if let (Some(off), Some(Ok(apart))) = (off_of(run), &apart) {
            if !comparison.difference {
                canvases.push(lightness(view, apart, limit));
            }
            canvases.extend(claimed(view, run, off));
        }
        (canvases, lines)
    });
}

/// A run that has no picture yet: its newest guess.
fn unfinished(view: &View, run: &Run) -> (Vec<Canvas>, Vec<String>) {
    let Some(step) = run.steps().next_back() else { return (Vec::new(), Vec::new()) };
    let name = view.words.text("beside.x0-newest");
    (vec![view.look().latent(name, run, &step.x0)], Vec::new())
}

fn numbers(view: &View, apart: &PictureDifference) -> Vec<String> {
    let w = view.words;
    let psnr = match apart.psnr {
        Psnr::Identical => w.text("compare.identical").to_owned(),
        Psnr::Decibels(psnr) => w.fill("compare.decibels", &[("psnr", &fixed(psnr, 1))]),
    };
    let changed = fixed(apart.changed * 100.0, 0);
    vec![
        w.fill("beside.psnr", &[("psnr", &psnr)]),
        w.fill("beside.changed", &[("share", &changed)]),
        w.fill("beside.levels", &[("levels", &short(apart.mean_absolute))]),
    ]
}

fn lightness(view: &View, apart: &PictureDifference, limit: f32) -> Canvas {
    let facts = [("limit", &*fixed(limit, 0))];
    let label = view.words.fill("beside.delta-picture", &facts);
    Canvas::numbers(label, apart.lightness.clone(), Map::Signed { limit })
}

/// The piece that a fork turned off.
fn off_of(run: &Run) -> Option<Off> {
    run.settings.as_ref()?.fork.as_ref()?.change.off
}

/// The attention map of that piece in the run it branched from, averaged over the steps that the
/// fork walked without it.
fn claimed(view: &View, run: &Run, off: Off) -> Option<Canvas> {
    let (parent, call) = run.parent?;
    let parent = view.comparison.run(parent)?;
    let maps: Vec<Grid> = parent
        .steps()
        .filter(|step| step.call >= call)
        .filter_map(|step| {
            let rows = &step.attention.as_ref()?.rows;
            (off.place < rows.planes()).then(|| crate::views::step::plane_of(rows, off.place))
        })
        .collect();
    let share = 1.0 / maps.len().max(1) as f32;
    let terms: Vec<(f32, &Grid)> = maps.iter().map(|map| (share, map)).collect();
    let mean = Grid::weighted_sum(&terms)?;
    let high = mean.data().iter().copied().filter(|x| x.is_finite()).fold(0.05, f32::max);
    let tokens = parent.tokens()?;
    let piece = tokens.encoders.first()?.prompt.pieces.get(off.place.checked_sub(1)?)?;
    let facts = [("piece", &*piece.text), ("high", &short(high))];
    let label = view.words.fill("beside.claimed", &facts);
    Some(Canvas::numbers(label, mean, Map::Unsigned { low: 0.0, high }))
}
