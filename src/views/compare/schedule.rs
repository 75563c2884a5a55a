//! The noise levels of all runs on one axis, and the same moment meant in two ways: pictures at
//! equal step and at equal noise.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{View, marks};
use crate::compare::{Alignment, Levels, LevelsOfRun, Run, moments};
use crate::views::Slot;
use crate::views::parts::dots::Fit;
use crate::views::parts::plot::{Axis, Plot, Series, Shape};
use crate::views::parts::{layout, text};

/// Columns that captions beside a picture need.
const CAPTION: u16 = 14;

/// Draws the stage.
pub(super) fn draw(view: &View, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let pictures = match area.height {
        0..12 => 0,
        12..30 => 9,
        _ => 18,
    };
    let (plots, below) = layout::bottom(area, pictures);
    let levels = Levels::of(&view.comparison.runs);
    let columns = layout::columns(plots, 2, 3);
    if let [left, right] = columns[..] {
        let words = view.words;
        let sigma = (words.text("beside.sigma"), |run: &LevelsOfRun| run.sigma.clone());
        plot(view, &levels, sigma, left, buf, slots);
        let alpha = (words.text("beside.alpha"), |run: &LevelsOfRun| run.alpha.clone());
        plot(view, &levels, alpha, right, buf, slots);
    }
    draw_pictures(view, below, buf, slots);
}

fn plot(
    view: &View,
    levels: &Levels,
    (title, points): (&str, impl Fn(&LevelsOfRun) -> Vec<(f32, f32)>),
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let place = |id: usize| view.comparison.runs.iter().position(|run| run.id == id).unwrap_or(0);
    let shifted: Vec<(usize, Vec<(f32, f32)>)> = levels
        .runs
        .iter()
        .map(|run| (place(run.id), points(run).iter().map(|&(x, y)| (x + 1.0, y)).collect()))
        .collect();
    let most = shifted.iter().flat_map(|run| &run.1).map(|p| p.1).fold(0.0, f32::max);
    let mut series: Vec<Series> = shifted
        .iter()
        .map(|(place, points)| Series {
            name: "",
            points,
            shape: Shape::Line,
            style: marks::style(*place, view.ground),
        })
        .collect();
    // One sign a run says whose curve it is without colours.
    let signs: Vec<(usize, [(f32, f32); 1])> = shifted
        .iter()
        .enumerate()
        .filter_map(|(n, (place, points))| {
            let at = (points.len() * (n + 1) / (shifted.len() + 1)).min(points.len() - 1);
            Some((*place, [*points.get(at)?]))
        })
        .collect();
    series.extend(signs.iter().map(|(place, point)| Series {
        name: "",
        points: point,
        shape: Shape::Marks(marks::sign(*place)),
        style: marks::style(*place, view.ground),
    }));
    Plot {
        title,
        x: Axis {
            label: view.words.text("step.axis-call"),
            low: 1.0,
            high: (levels.calls() + 1).max(2) as f32,
            whole: true,
        },
        y: Axis { label: "", low: 0.0, high: if most > 0.0 { most } else { 1.0 }, whole: false },
        series: &series,
        cursor: Some((view.comparison.call() + 1) as f32),
    }
    .draw(area, view.ground, buf, slots);
}

/// The reference now, and the chosen run at equal step and at equal noise.
fn draw_pictures(view: &View, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let comparison = view.comparison;
    let Some(reference) = comparison.reference_run() else { return };
    let other = if comparison.chosen == comparison.reference {
        comparison.runs.iter().position(|run| run.id != reference.id)
    } else {
        Some(comparison.chosen)
    };
    let call = comparison.call();
    let columns = layout::columns(area, 3, 2);
    let at = |alignment: Alignment, run: &Run| Some(alignment.align(reference, call, run)?.call);
    let mut shown = vec![("beside.here", comparison.reference, Some(call))];
    if let Some((place, run)) = other.and_then(|at| Some((at, comparison.runs.get(at)?))) {
        shown.push(("beside.equal-step", place, at(Alignment::Step, run)));
        shown.push(("beside.equal-noise", place, at(Alignment::Sigma, run)));
    }
    for ((key, place, call), column) in shown.into_iter().zip(columns) {
        draw_picture(view, (key, place, call), column, buf, slots);
    }
}

fn draw_picture(
    view: &View,
    (key, place, call): (&'static str, usize, Option<usize>),
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let (words, ground) = (view.words, view.ground);
    let Some(run) = view.comparison.runs.get(place) else { return };
    let (head, body) = layout::top(area, 1);
    let sign = format!("{} ", marks::sign(place));
    let spans = [(&*sign, marks::style(place, ground)), (words.text(key), ground.strong())];
    text::put_spans(buf, head, &spans);
    let Some(call) = call else {
        text::put_wrapped(buf, body, words.text("beside.past-the-end"), ground.dim());
        return;
    };
    let moment = moments(run).get(call).copied();
    let line = moment.map_or_else(String::new, |moment| view.moment_line(moment));
    let Some(step) = run.step_at(call) else {
        let used = text::put_wrapped(buf, body, &line, ground.fact());
        let rest = layout::top(body, used).1;
        text::put_wrapped(buf, rest, words.text("beside.not-yet"), ground.dim());
        return;
    };
    let canvas = view.look().latent(words.text("beside.latent"), run, &step.common_latent());
    // Captions stand beside the picture, or under it where that costs it nothing.
    let (w, h) = canvas.size();
    let (above, under) = layout::bottom(body, 1);
    let (alone, shorter) = (Fit::of(w, h, body), Fit::of(w, h, above));
    let same = shorter.block == alone.block && shorter.scale == alone.scale;
    if same && body.width < alone.area.width + CAPTION {
        canvas.draw(above, ground, buf, slots);
        let line = format!("{} · {line}", view.name_of(place));
        text::put(buf, Rect { y: above.y + shorter.area.height, ..under }, &line, ground.fact());
        return;
    }
    let fit = canvas.draw(body, ground, buf, slots);
    let (_, side) = layout::left(body, fit.area.width, 1);
    let mut rest = side;
    // Where there is no room for a name in one piece, the mark in the heading is its name.
    let name = view.name_of(place);
    let name = if text::width(&name) <= rest.width { name } else { String::new() };
    for (line, style) in
        [(name, ground.fact()), (line, ground.fact()), (canvas.label.clone(), ground.dim())]
    {
        let used = text::put_wrapped(buf, rest, &line, style);
        rest = layout::top(rest, used).1;
    }
}
