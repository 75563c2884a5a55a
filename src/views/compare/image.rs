//! The pictures of all runs: difference, the ratio of signal to noise, and a flip between two.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::off::Without;
use super::{View, arrange, tree};
use crate::app::Comparison;
use crate::compare::{PictureDifference, Psnr, Reason, Run, between_images};
use crate::views::Slot;
use crate::views::parts::heatmap::Map;
use crate::views::parts::layout;
use crate::views::parts::numbers::{fixed, short};

/// Draws the stage.
pub(super) fn draw(view: &View, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    if let Some(without) = Without::of(view)
        && let Some(Ok(apart)) = between(view.comparison)
    {
        without.draw(view, &apart, area, buf, slots);
        return;
    }
    let found = arrange::arrange(view.comparison, area, rows(view.comparison, area));
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
            Some(Ok(apart)) if comparison.cell(place).is_some() => short_numbers(view, apart),
            Some(Ok(apart)) => numbers(view, apart),
            Some(Err(reason)) => vec![view.reason(reason)],
            None => Vec::new(),
        };
        let flipped = comparison.flip && place == comparison.chosen;
        let other = reference.and_then(|run| run.image()?.picture()).filter(|_| flipped);
        let canvas = match (other, &apart) {
            (Some(other), _) => Canvas::picture(w.text("beside.picture-of-reference"), other),
            (None, Some(Ok(apart))) if comparison.difference => lightness(view, apart, limit),
            _ => Canvas::picture(w.text("beside.picture"), picture),
        };
        (vec![canvas], lines)
    });
    if found.rest.height >= TREE {
        tree::draw(view, layout::bottom(found.rest, TREE - 1).1, buf);
    }
}

/// Rows for the branches under the pictures, with one free above.
const TREE: u16 = 7;

/// How many rows the runs take: not all where there is room for the branches.
pub(super) fn rows(comparison: &Comparison, area: Rect) -> u16 {
    let branches = comparison.runs.iter().any(|run| run.parent.is_some());
    area.height - if branches && area.height >= 26 { TREE } else { 0 }
}

/// The chosen run's picture against the one it branched from.
fn between(comparison: &Comparison) -> Option<Result<PictureDifference, Reason>> {
    let run = comparison.chosen_run()?;
    let parent = comparison.run(run.parent?.0)?;
    Some(between_images(parent.image()?, run.image()?))
}

/// A run that has no picture yet: its newest guess.
fn unfinished(view: &View, run: &Run) -> (Vec<Canvas>, Vec<String>) {
    let Some(step) = run.steps().next_back() else { return (Vec::new(), Vec::new()) };
    let name = view.words.text("beside.x0-newest");
    (vec![view.look().latent(name, run, &step.x0)], Vec::new())
}

pub(super) fn numbers(view: &View, apart: &PictureDifference) -> Vec<String> {
    let w = view.words;
    let psnr = psnr(view, apart);
    let changed = fixed(apart.changed * 100.0, 0);
    vec![
        w.fill("beside.psnr", &[("psnr", &psnr)]),
        w.fill("beside.changed", &[("share", &changed)]),
        w.fill("beside.levels", &[("levels", &short(apart.mean_absolute))]),
    ]
}

fn psnr(view: &View, apart: &PictureDifference) -> String {
    match apart.psnr {
        Psnr::Identical => view.words.text("compare.identical").to_owned(),
        Psnr::Decibels(psnr) => view.words.fill("compare.decibels", &[("psnr", &fixed(psnr, 1))]),
    }
}

/// The same for a cell of a grid.
fn short_numbers(view: &View, apart: &PictureDifference) -> Vec<String> {
    let changed = fixed(apart.changed * 100.0, 0);
    vec![psnr(view, apart), view.words.fill("beside.changed-short", &[("share", &changed)])]
}

pub(super) fn lightness(view: &View, apart: &PictureDifference, limit: f32) -> Canvas {
    let facts = [("limit", &*fixed(limit, 0))];
    let label = view.words.fill("beside.delta-picture", &facts);
    Canvas::numbers(label, apart.lightness.clone(), Map::Signed { limit })
}
