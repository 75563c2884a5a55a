//! Three curves over all steps with the cursor on this one: how far x0 moved, how far it is from
//! its last, and the angle between the two answers. That is what "why does step 12 matter" asks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pictures::Scene;
use crate::views::Slot;
use crate::views::parts::numbers;
use crate::views::parts::plot::{Axis, Plot, Series, Shape};
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, text};
use crate::walk::trajectory::TrajectoryPoint;

/// One curve: its title, its sentence where it is empty, the key of its unit and its value at a
/// waypoint.
type Curve = (&'static str, &'static str, &'static str, fn(&TrajectoryPoint) -> Option<f32>);

const CURVES: [Curve; 3] = [
    ("step.curve-moved", "step.first-later", "step.unit-rms", |p| p.x0_moved),
    ("step.curve-final", "step.known-later", "step.unit-rms", |p| p.x0_from_final),
    ("step.curve-angle", "step.no-angle", "step.unit-degree", |p| p.angle),
];

/// Draws them side by side, or one over the other.
pub(super) fn draw(
    scene: &Scene,
    stacked: bool,
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    if area.height < 3 {
        return;
    }
    let places: Vec<Rect> = if stacked {
        let each = area.height / 3;
        (0..3).map(|i| layout::top(layout::top(area, each * i).1, each).0).collect()
    } else {
        let count = (area.width / 22).clamp(1, 3);
        layout::columns(area, count, 2)
    };
    for (curve, place) in CURVES.iter().zip(places) {
        draw_one(scene, curve, place, ground, buf, slots);
    }
}

fn draw_one(
    scene: &Scene,
    curve: &Curve,
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let (title, empty, unit, value) = curve;
    let words = scene.words;
    let points: Vec<(f32, f32)> = scene
        .path
        .points
        .iter()
        .filter_map(|point| Some(((point.call + 1) as f32, value(point)?)))
        .collect();
    let here = scene.point().and_then(value);
    if points.is_empty() {
        text::put(buf, layout::row(area, 0), words.text(title), ground.strong());
        text::put(buf, layout::row(area, 1), words.text(empty), ground.dim());
        return;
    }
    let label =
        here.map_or_else(String::new, |v| words.fill(unit, &[("value", &numbers::short(v))]));
    let top = points.iter().map(|p| p.1).filter(|v| v.is_finite()).fold(0.0, f32::max);
    let cursor = (scene.step.call + 1) as f32;
    let mark = here.map(|v| [(cursor, v)]);
    let mut series =
        vec![Series { name: "", points: &points, shape: Shape::Line, style: ground.fact() }];
    if let Some(mark) = &mark {
        let shape = Shape::Marks('●');
        series.push(Series { name: "", points: mark, shape, style: ground.strong() });
    }
    let key = if scene.step.calls == scene.step.steps { "step.axis" } else { "step.axis-call" };
    Plot {
        title: words.text(title),
        x: Axis {
            label: words.text(key),
            low: 1.0,
            high: scene.step.calls.max(2) as f32,
            whole: true,
        },
        y: Axis {
            label: &label,
            low: 0.0,
            high: if top > 0.0 { top * 1.05 } else { 1.0 },
            whole: false,
        },
        series: &series,
        cursor: Some(cursor),
    }
    .draw(area, ground, buf, slots);
}
