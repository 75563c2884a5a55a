//! Two curves: the error over the timesteps at each age, and the whole training with the ages on
//! it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Scene;
use crate::views::Slot;
use crate::views::parts::plot::{Axis, Plot, Series, Shape};
use crate::views::parts::text;
use crate::walk::{Age, RecipePoint, TIMESTEPS};

/// The fewest rows that a curve is worth.
pub(super) const LEAST: u16 = 7;

/// The mark of an age on a curve.
const fn mark(age: Age) -> char {
    match age {
        Age::Untrained => '○',
        Age::Early => '+',
        Age::Half => '×',
        Age::Final => '●',
    }
}

/// How wrong v is at each timestep, for each age, as far as it is computed.
pub(super) fn errors(scene: Scene, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let Scene { training, words, ground } = scene;
    let curves: Vec<(Age, Vec<(f32, f32)>)> = Age::ALL
        .into_iter()
        .filter_map(|age| {
            let curve = training.curve(age)?;
            Some((age, curve.points.iter().map(|&(t, error)| (t as f32, error)).collect()))
        })
        .collect();
    let all = curves.iter().flat_map(|(_, points)| points).map(|(_, error)| *error);
    let most = all.filter(|error| error.is_finite()).fold(0.1, f32::max);
    let mut series = Vec::new();
    for (age, points) in &curves {
        let style = style_of(scene, *age);
        if *age == training.age {
            series.push(Series { name: "", points, shape: Shape::Line, style });
        }
        let shape = Shape::Marks(mark(*age));
        series.push(Series { name: scene.age(*age), points, shape, style });
    }
    Plot {
        title: words.text(if area.width < 70 {
            "training.errors-short"
        } else {
            "training.errors"
        }),
        x: Axis {
            label: words.text("training.errors-axis"),
            low: 0.0,
            high: (TIMESTEPS - 1) as f32,
            whole: true,
        },
        y: Axis { label: "", low: 0.0, high: most, whole: false },
        series: &series,
        cursor: Some(training.wanted.timestep as f32),
    }
    .draw(area, ground, buf, slots);
}

fn style_of(scene: Scene, age: Age) -> Style {
    if age == scene.training.age { scene.ground.strong() } else { scene.ground.fact() }
}

/// Loss and judge over the samples of the whole training, with the ages marked.
pub(super) fn whole(scene: Scene, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let Scene { training, words, ground } = scene;
    let curve = training.recipe.as_ref().map_or(&[][..], |recipe| &recipe.curve);
    let Some(last) = curve.iter().map(|point| point.samples).max() else {
        text::put_wrapped(buf, area, words.text("training.no-curve"), ground.dim());
        return;
    };
    let line = |value: fn(&RecipePoint) -> f32| -> Vec<(f32, f32)> {
        curve.iter().map(|point| (point.samples as f32 / 1000.0, value(point))).collect()
    };
    let (thing, loss) = (line(|point| point.thing), line(|point| point.loss * 100.0));
    let colour = line(|point| point.colour);
    let ages: Vec<(f32, f32)> = Age::ALL
        .into_iter()
        .filter_map(|age| scene.samples(age))
        .filter(|samples| *samples <= last)
        .map(|samples| (samples as f32 / 1000.0, 0.0))
        .collect();
    let (strong, fact) = (ground.strong(), ground.fact());
    let marked = |key, points, mark, style| {
        let (name, shape) = (words.text(key), Shape::Marks(mark));
        Series { name, points, shape, style }
    };
    let series = [
        Series { name: "", points: &thing, shape: Shape::Line, style: strong },
        marked("training.thing-right", &thing, '●', strong),
        marked("training.colour-right", &colour, '+', fact),
        marked("training.loss", &loss, '·', fact),
        marked("training.ages-mark", &ages, '▲', strong),
    ];
    Plot {
        title: words.text("training.whole"),
        x: Axis {
            label: words.text("training.whole-axis"),
            low: 0.0,
            high: last as f32 / 1000.0,
            whole: true,
        },
        y: Axis { label: "", low: 0.0, high: 100.0, whole: true },
        series: &series,
        cursor: None,
    }
    .draw(area, ground, buf, slots);
}
