//! The paths of all runs in one plane that is fitted on all of them together: where they begin
//! and end, where they part, and how much of what happened the plane can show.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{View, marks};
use crate::compare::{Measured, Parting, Plane};
use crate::views::Slot;
use crate::views::parts::numbers::fixed;
use crate::views::parts::plot::{Axis, Plot, Series, Shape};
use crate::views::parts::theme::Marks;
use crate::views::parts::{layout, text};

/// Draws the paths.
pub(super) fn draw(view: &View, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let plane = match &view.comparison.paths {
        Some(Ok(plane)) => plane,
        Some(Err(reason)) => {
            text::put_wrapped(buf, area, &view.reason(reason), view.ground.fact());
            return;
        }
        None => {
            text::put_wrapped(buf, area, view.words.text("beside.no-paths"), view.ground.dim());
            return;
        }
    };
    let wide = if area.width >= 100 { 34 } else { 26 };
    let (field, side) = layout::left(area, area.width.saturating_sub(wide), 2);
    paths(view, plane, field, buf, slots);
    legend(view, plane, side, buf);
}

/// What a point stands for besides its run.
#[derive(Clone, Copy, PartialEq)]
enum Special {
    Start,
    End,
    Parts,
    Here,
}

impl Special {
    const fn sign(self, ascii: bool) -> char {
        match (self, ascii) {
            (Self::Start, false) => '×',
            (Self::Start, true) => 'x',
            (Self::End, false) => '★',
            (Self::End, true) => '*',
            (Self::Parts, false) => '┼',
            (Self::Parts, true) => '+',
            (Self::Here, false) => '◉',
            (Self::Here, true) => '@',
        }
    }
}

/// A point of the run at a place that stands for something.
type Marked = (usize, Special, [(f32, f32); 1]);

/// A run's points, by its place.
type Drawn = (usize, Vec<(f32, f32)>);

fn paths(view: &View, plane: &Plane, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let ascii = view.ground.marks == Marks::Ascii;
    let runs: Vec<Drawn> = plane
        .paths
        .iter()
        .map(|path| (place_of(view, path.id), path.points.iter().map(|p| (p.x, p.y)).collect()))
        .collect();
    let special = specials(view, plane);
    let mut series = Vec::new();
    for (place, points) in &runs {
        let style = marks::style(*place, view.ground);
        series.push(Series { name: "", points, shape: Shape::Line, style });
    }
    for (place, points) in &runs {
        let style = marks::style(*place, view.ground);
        series.push(Series { name: "", points, shape: Shape::Marks(marks::sign(*place)), style });
    }
    for (place, what, point) in &special {
        let shape = Shape::Marks(what.sign(ascii));
        let style = match what {
            Special::Start | Special::End | Special::Parts => marks::style(*place, view.ground),
            Special::Here => view.ground.chosen(),
        };
        series.push(Series { name: "", points: point, shape, style });
    }
    let all = || runs.iter().flat_map(|run| run.1.iter().copied());
    let range = |of: fn((f32, f32)) -> f32| {
        let (low, high) = all()
            .map(of)
            .filter(|v| v.is_finite())
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let pad = ((high - low) * 0.05).max(1e-3);
        if low <= high { (low - pad, high + pad) } else { (0.0, 1.0) }
    };
    let ((left, right), (bottom, top)) = (range(|p| p.0), range(|p| p.1));
    let share = |i: usize| fixed(plane.shares[i] * 100.0, 0);
    let across = view.words.fill("beside.first-axis", &[("share", &share(0))]);
    let up = view.words.fill("beside.second-axis", &[("share", &share(1))]);
    Plot {
        title: &up,
        x: Axis { label: &across, low: left, high: right, whole: false },
        y: Axis { label: "", low: bottom, high: top, whole: false },
        series: &series,
        cursor: None,
    }
    .draw(area, view.ground, buf, slots);
}

fn place_of(view: &View, id: usize) -> usize {
    view.comparison.runs.iter().position(|run| run.id == id).unwrap_or(0)
}

/// Starts and ends, where each run parts from the reference, and where the cursor is.
fn specials(view: &View, plane: &Plane) -> Vec<Marked> {
    let comparison = view.comparison;
    let reference = comparison.reference_run();
    let mut found = Vec::new();
    for path in &plane.paths {
        let place = place_of(view, path.id);
        let Some(run) = comparison.runs.get(place) else { continue };
        let at = |call: usize| path.points.iter().find(|p| p.call == call).map(|p| [(p.x, p.y)]);
        let mut put = |what: Special, point: Option<[(f32, f32); 1]>| {
            found.extend(point.map(|point| (place, what, point)));
        };
        put(Special::Start, path.points.first().map(|p| [(p.x, p.y)]));
        if run.complete() {
            put(Special::End, path.points.last().map(|p| [(p.x, p.y)]));
        }
        if let Some(reference) = reference.filter(|reference| reference.id != run.id) {
            let parting = Parting::of(reference, run, comparison.alignment, Measured::Latent);
            let parts = parting.ok().and_then(|p| p.exceeds().map(|at| at.other.call));
            put(Special::Parts, parts.and_then(at));
        }
        put(Special::Here, view.moment(run).and_then(|moment| at(moment.call)));
    }
    found
}

/// Whose sign is whose, what the others mean, and what the plane leaves out.
fn legend(view: &View, plane: &Plane, area: Rect, buf: &mut Buffer) {
    let (words, ground) = (view.words, view.ground);
    let mut row = 0;
    let room = area.height.saturating_sub(10).max(1);
    let chosen = view.comparison.chosen;
    let first = (chosen + 1).saturating_sub(usize::from(room));
    for (place, run) in view.comparison.runs.iter().enumerate().skip(first).take(usize::from(room))
    {
        let sign = format!("{} ", marks::sign(place));
        let style = if place == chosen { ground.chosen() } else { ground.fact() };
        let spans = [(&*sign, marks::style(place, ground)), (&*run.name, style)];
        text::put_spans(buf, layout::row(area, row), &spans);
        row += 1;
    }
    // The list follows the chosen run; where not all fit, it says which of how many these are.
    let all = view.comparison.runs.len();
    if all > usize::from(room) {
        let range = format!("{}–{} / {all}", first + 1, first + usize::from(row));
        text::put(buf, layout::row(area, row), &range, ground.dim());
    }
    row += 1;
    let ascii = ground.marks == Marks::Ascii;
    for (what, key) in [
        (Special::Start, "beside.start"),
        (Special::End, "beside.end"),
        (Special::Parts, "beside.parts-here"),
        (Special::Here, "beside.cursor"),
    ] {
        let line = format!("{} {}", what.sign(ascii), words.text(key));
        text::put(buf, layout::row(area, row), &line, ground.fact());
        row += 1;
    }
    let rest = layout::top(area, row + 1).1;
    let both = fixed((plane.shares[0] + plane.shares[1]) * 100.0, 0);
    let facts = [("share", &*both), ("points", &plane.fitted.to_string())];
    let mut used = text::put_wrapped(buf, rest, &words.fill("beside.plane", &facts), ground.fact());
    for (id, reason) in &plane.left_out {
        let name = view.name_of(place_of(view, *id));
        let line = format!("{name}: {}", view.reason(reason));
        used += text::put_wrapped(buf, layout::top(rest, used).1, &line, ground.dim());
    }
}
