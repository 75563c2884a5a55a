//! The steps of all runs at one moment: x0 and the noisy latent, how far each is from the
//! reference, and over all steps where they part.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::{View, arrange, marks, off, tree};
use crate::app::Comparison;
use crate::compare::{Measured, Parting, Run, State, between_steps};
use crate::views::Slot;
use crate::views::parts::numbers::{fixed, short};
use crate::views::parts::plot::{Axis, Plot, Series, Shape};
use crate::views::parts::{layout, text};
use crate::views::step::plane_of;
use crate::walk::Step;

/// Rows for the curve and its words under the runs.
const CURVE: u16 = 4;

/// How many rows the runs take: all of a small screen where they make a grid.
pub(super) fn rows(comparison: &Comparison, area: Rect) -> u16 {
    let below = match comparison.cell(comparison.chosen) {
        Some(_) if area.height < 20 => 0,
        _ if area.height >= 26 => CURVE + 7,
        _ => CURVE,
    };
    area.height.saturating_sub(below)
}

/// Draws the stage.
pub(super) fn draw(view: &View, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let found = arrange::arrange(view.comparison, area, rows(view.comparison, area));
    let reference = view.comparison.reference_run().and_then(|run| step_of(view, run));
    let largest = view
        .others(&found)
        .iter()
        .filter_map(|(_, run)| {
            let apart = between_steps(reference?, step_of(view, run)?, Measured::X0).ok()?;
            Some(view.look().largest(&apart.grid))
        })
        .fold(0.0, f32::max);
    view.draw_cells(&found, buf, slots, |place, run| {
        content(view, (place, run), reference, largest)
    });
    let family = view.comparison.runs.iter().any(|run| run.parent.is_some());
    let mut rest = found.rest;
    if family && rest.width >= 70 && rest.height >= 4 {
        let (left, right) = layout::left(rest, rest.width * 3 / 5, 3);
        tree::draw(view, right, buf);
        rest = left;
    }
    curve(view, &view.others(&found), rest, buf, slots);
}

/// The step of a run at the cursor, if it is there.
fn step_of<'a>(view: &View, run: &'a Run) -> Option<&'a Step> {
    run.step_at(view.moment(run)?.call)
}

/// A run's pictures and numbers.
fn content(
    view: &View,
    (place, run): (usize, &Run),
    reference: Option<&Step>,
    largest: f32,
) -> (Vec<Canvas>, Vec<String>) {
    let (w, comparison) = (view.words, view.comparison);
    let Some(moment) = view.moment(run) else {
        let past = !run.frames.is_empty() && run.state == State::Done;
        let lines = if past { vec![w.text("beside.past-the-end").to_owned()] } else { Vec::new() };
        return latest(view, run).map_or((Vec::new(), lines), |canvas| (vec![canvas], Vec::new()));
    };
    let mut lines = vec![view.moment_line(moment)];
    let Some(step) = run.step_at(moment.call) else {
        lines.push(w.text("beside.not-yet").to_owned());
        return (latest(view, run).into_iter().collect(), in_place(view, place, lines));
    };
    let apart = reference.filter(|_| place != comparison.reference);
    let apart = apart.map(|reference| between_steps(reference, step, Measured::X0));
    match &apart {
        Some(Ok(apart)) => {
            let facts = [("rms", &*short(apart.rms)), ("cosine", &fixed(apart.cosine, 2))];
            lines.push(w.fill("beside.apart", &facts));
            // In a grid there is no room for both.
            if comparison.cell(place).is_none() {
                lines.push(w.fill("beside.norm", &[("norm", &short(apart.norm))]));
            }
        }
        Some(Err(reason)) => lines.push(view.reason(reason)),
        None => {}
    }
    let flipped = comparison.flip && place == comparison.chosen;
    let shown = if flipped { reference.unwrap_or(step) } else { step };
    let name = if flipped { w.text("beside.x0-of-reference") } else { w.text("beside.x0") };
    let look = view.look();
    let x0 = look.latent(name, run, &shown.x0);
    let mut canvases = match apart.as_ref().filter(|_| comparison.difference) {
        Some(Ok(apart)) => {
            let claim = off::off_of(run).and_then(|off| {
                let parent = comparison.run(run.parent?.0)?;
                let rows = &parent.step_at(step.call)?.attention.as_ref()?.rows;
                Some(off::map(view, parent, off, &plane_of(rows, off.place)))
            });
            let delta = look.difference(w.text("beside.delta-x0"), &apart.grid, largest);
            vec![delta, claim.unwrap_or(x0)]
        }
        _ => vec![x0, look.latent(w.text("beside.latent"), run, &shown.common_latent())],
    };
    // In a grid the numbers stand beside the picture.
    canvases.truncate(if comparison.cell(place).is_some() { 1 } else { 2 });
    (canvases, in_place(view, place, lines))
}

/// In a grid the numbers stand under each other beside the picture.
fn in_place(view: &View, place: usize, lines: Vec<String>) -> Vec<String> {
    if view.comparison.cell(place).is_none() {
        return lines;
    }
    let between = view.words.spelled(" · ");
    let parts = lines.iter().flat_map(|line| line.split(&*between));
    let parts = parts.flat_map(|line| line.split("  "));
    parts.map(str::to_owned).collect()
}

/// The newest guess of a run that has not come to the cursor.
fn latest(view: &View, run: &Run) -> Option<Canvas> {
    let step = run.steps().next_back()?;
    Some(view.look().latent(view.words.text("beside.x0-newest"), run, &step.x0))
}

/// How far the runs are apart at every step, with the place where they part.
fn curve(
    view: &View,
    others: &[(usize, &Run)],
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let Some(reference) = view.comparison.reference_run() else { return };
    if area.height < 3 || others.is_empty() {
        return;
    }
    let alignment = view.comparison.alignment;
    let partings: Vec<(usize, Parting)> = others
        .iter()
        .filter_map(|(place, run)| {
            Some((*place, Parting::of(reference, run, alignment, Measured::X0).ok()?))
        })
        .collect();
    // On a small screen the chosen run's sentence stands in the curve's title.
    let chosen = partings.iter().find(|(place, _)| *place == view.comparison.chosen);
    let said_first = chosen.or(partings.first());
    let label = match said_first.filter(|_| area.height < 6) {
        Some((place, parting)) => format!("{} {}", marks::sign(*place), parts_at(view, parting)),
        None => String::new(),
    };
    let area = if area.height < 6 { area } else { said(view, &partings, area, buf) };
    let curves: Vec<(usize, Vec<(f32, f32)>)> = partings
        .iter()
        .map(|(place, parting)| {
            let points = parting.points.iter();
            (*place, points.map(|p| ((p.reference.call + 1) as f32, p.rms)).collect())
        })
        .collect();
    let parts: Vec<(usize, [(f32, f32); 1])> = partings
        .iter()
        .filter_map(|(place, parting)| {
            let at = parting.exceeds()?;
            Some((*place, [((at.reference.call + 1) as f32, at.rms)]))
        })
        .collect();
    let series: Vec<Series> = curves
        .iter()
        .map(|(place, points)| Series {
            name: "",
            points,
            shape: Shape::Line,
            style: marks::style(*place, view.ground),
        })
        .chain(parts.iter().map(|(place, point)| Series {
            name: "",
            points: point,
            shape: Shape::Marks(marks::sign(*place)),
            style: marks::style(*place, view.ground),
        }))
        .collect();
    let most = curves.iter().flat_map(|c| &c.1).map(|p| p.1).fold(0.0, f32::max);
    if series.is_empty() || area.height < 3 {
        return;
    }
    Plot {
        title: view.words.text("beside.curve"),
        x: Axis {
            label: view.words.text("beside.curve-axis"),
            low: 1.0,
            high: reference.calls.max(2) as f32,
            whole: true,
        },
        y: Axis {
            label: &label,
            low: 0.0,
            high: if most > 0.0 { most * 1.05 } else { 1.0 },
            whole: false,
        },
        series: &series,
        cursor: Some((view.comparison.call() + 1) as f32),
    }
    .draw(area, view.ground, buf, slots);
}

/// Where a run parts from the reference, with the threshold that counts as parted.
fn parts_at(view: &View, parting: &Parting) -> String {
    let threshold = short(parting.threshold);
    match parting.exceeds() {
        Some(at) => view.words.fill(
            "beside.parts",
            &[
                ("step", &(at.reference.step + 1).to_string()),
                ("sigma", &short(at.reference.sigma)),
                ("threshold", &threshold),
            ],
        ),
        None => view.words.fill("beside.never-parts", &[("threshold", &threshold)]),
    }
}

/// Says of each run where it parts from the reference; gives what is left for the curve.
fn said(view: &View, partings: &[(usize, Parting)], area: Rect, buf: &mut Buffer) -> Rect {
    let room = (partings.len() as u16).min(if area.height >= 9 { 3 } else { 1 });
    let (plot, lines) = layout::bottom(area, room);
    let mut used = 0;
    let chosen = view.comparison.chosen;
    let first = partings.iter().filter(|(place, _)| *place == chosen);
    for (place, parting) in first.chain(partings.iter().filter(|(place, _)| *place != chosen)) {
        let sentence = parts_at(view, parting);
        let sign = format!("{} {} ", marks::sign(*place), view.name_of(*place));
        let style = marks::style(*place, view.ground);
        let spans = [(&*sign, style), (&*sentence, view.ground.fact())];
        text::put_spans(buf, layout::row(lines, used), &spans);
        used += 1;
        if used >= lines.height {
            break;
        }
    }
    plot
}
