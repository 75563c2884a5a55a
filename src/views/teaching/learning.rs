//! A word being learned: what the model makes of it and of another prompt, the loss, and the
//! pictures that it learns from.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pair::{self, Group};
use super::{Scene, lesson};
use crate::app::teaching::Samples;
use crate::compare::between_pictures;
use crate::views::Slot;
use crate::views::parts::numbers::fixed;
use crate::views::parts::plot::{Axis, Plot, Series, Shape};
use crate::views::parts::{bars, layout, text};
use crate::walk::Picture;

/// Columns of the pictures that it learns from, on a small screen and on a large one.
const LESSON: [u16; 2] = [48, 52];
/// The fewest columns that a curve is worth.
const CURVE: u16 = 24;

/// How far it is, as a bar with figures.
pub(super) fn draw_progress(scene: Scene, area: Rect, buf: &mut Buffer) {
    let Scene { teaching, words, ground } = scene;
    let step = &teaching.step;
    let steps = teaching.lesson.as_ref().map_or(0, |lesson| lesson.teaching.steps);
    if step.step == 0 {
        text::put(buf, area, words.text("teaching.preparing"), ground.strong());
        return;
    }
    let facts = [("step", &*step.step.to_string()), ("steps", &*steps.to_string())];
    let head = match step.step {
        _ if teaching.stopping => words.text("teaching.stopping").to_owned(),
        done if done == steps => words.text("teaching.reporting").to_owned(),
        _ => words.fill("teaching.progress", &facts),
    };
    let left = step.left.filter(|_| step.step < steps && !teaching.stopping);
    let left = left.map_or_else(String::new, |left| {
        words.fill("teaching.left", &[("seconds", &fixed(left.ceil(), 0))])
    });
    let loss = words.fill("teaching.loss", &[("mean", &fixed(step.average, 3))]);
    let used = text::put(buf, area, &head, ground.strong());
    let (_, rest) = layout::left(area, used, 2);
    let wide = text::put_right(buf, rest, &format!("{loss}  {left}"), ground.fact());
    let (bar, _) = layout::left(rest, rest.width.saturating_sub(wide + 2), 0);
    for position in bar.positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.set_symbol("·").set_style(ground.line());
        }
    }
    bars::lying(step.step as f32 / steps.max(1) as f32, ground.fact(), bar, ground, buf);
}

/// Samples above, curve and lesson below.
pub(super) fn draw(scene: Scene, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let Scene { teaching, words, ground } = scene;
    let (above, below) = layout::top(area, pair::rows(area));
    let groups: Vec<Group> =
        (0..).zip(&teaching.samples).map(|(i, of)| group(scene, i, of, area)).collect();
    if groups.is_empty() {
        text::put_wrapped(buf, above, words.text("teaching.no-sample"), ground.dim());
    }
    pair::draw(scene, &groups, above, buf, slots);
    let lesson = LESSON[usize::from(pair::five(area))];
    let (plot, side) = layout::left(below, below.width.saturating_sub(lesson + 2).max(CURVE), 2);
    curve(scene, plot, buf, slots);
    let Some(shown) = teaching.shown() else { return };
    let count = shown.pictures.len().to_string();
    let title = words.fill("teaching.lesson", &[("count", &count)]);
    let (head, pictures) = layout::top(side, 1);
    text::put(buf, head, &title, ground.strong());
    lesson::draw(scene, &shown.pictures, lesson::Said::Nothing, pictures, buf, slots);
}

/// The first picture of a prompt and the newest; between them, of the word, the one before the
/// newest where there is room.
fn group<'a>(scene: Scene, place: usize, of: &'a Samples, area: Rect) -> Group<'a> {
    let words = scene.words;
    let mut pictures = Vec::new();
    let Some((first, newest)) = of.pictures.first().zip(of.pictures.last()) else {
        return Group { prompt: &of.prompt, pictures };
    };
    pictures.push((&first.1, words.text("teaching.before").to_owned()));
    let count = of.pictures.len();
    if place == 0 && pair::five(area) {
        let (step, picture) = &of.pictures[count.saturating_sub(2)];
        pictures.push((picture, after(scene, *step)));
    }
    let apart = [("distance", &*apart(&first.1, &newest.1))];
    let distance = words.fill("teaching.apart", &apart);
    pictures.push((&newest.1, format!("{}  {distance}", after(scene, newest.0))));
    Group { prompt: &of.prompt, pictures }
}

fn after(scene: Scene, step: u64) -> String {
    match step {
        0 => scene.words.text("teaching.before").to_owned(),
        step => scene.words.fill("teaching.after", &[("step", &step.to_string())]),
    }
}

/// The mean difference of a channel of a pixel, of 255.
fn apart(a: &Picture, b: &Picture) -> String {
    between_pictures(a, b).map_or_else(|_| "–".to_owned(), |of| fixed(of.mean_absolute, 1))
}

/// The loss of each step, and its mean of late.
pub(super) fn curve(scene: Scene, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let Scene { teaching, words, ground } = scene;
    let line = |values: &[f32]| -> Vec<(f32, f32)> {
        (1..).zip(values).map(|(step, loss)| (step as f32, *loss)).collect()
    };
    let (each, means) = (line(&teaching.losses), line(&teaching.means));
    let most = teaching.losses.iter().copied().filter(|loss| loss.is_finite()).fold(0.1, f32::max);
    let steps = teaching.lesson.as_ref().map_or(1, |lesson| lesson.teaching.steps.max(2));
    let narrow = area.width < 44;
    let series = [
        Series {
            name: words.text(if narrow { "teaching.each-short" } else { "teaching.each" }),
            points: &each,
            shape: Shape::Dots,
            style: ground.dim(),
        },
        Series {
            name: words.text(if narrow { "teaching.mean-short" } else { "teaching.mean" }),
            points: &means,
            shape: Shape::Line,
            style: ground.strong(),
        },
    ];
    Plot {
        title: words.text("teaching.curve"),
        x: Axis { label: words.text("teaching.axis"), low: 1.0, high: steps as f32, whole: true },
        y: Axis { label: "", low: 0.0, high: most, whole: false },
        series: &series,
        cursor: None,
    }
    .draw(area, ground, buf, slots);
}
