//! The loss of a training, step by step.

use plotters::chart::SeriesLabelPosition;

use super::sheet::{BLUE, GREY, Labels, Line, Mark, from_zero, lines, sheet};
use crate::walk::Picture;
use crate::words::Words;

/// The most points of a line.
const POINTS: usize = 600;
/// The mean goes over so much of the curve.
const LATE: usize = 30;

/// Draws the loss of each step (or of a few, where there are many) and its mean.
pub(super) fn draw(losses: &[f32], words: Words) -> Option<Picture> {
    let each = losses.len().div_ceil(POINTS).max(1);
    let points: Vec<(f32, f32)> = losses
        .chunks(each)
        .enumerate()
        .map(|(k, some)| {
            let step = (k * each) as f32 + f32::midpoint(some.len() as f32, 1.0);
            (step, some.iter().sum::<f32>() / some.len() as f32)
        })
        .filter(|(_, loss)| loss.is_finite())
        .collect();
    let over = (points.len() / LATE).max(1);
    let mean = |k: usize| {
        let from = (k + 1).saturating_sub(over);
        let late = &points[from..=k];
        late.iter().map(|(_, loss)| loss).sum::<f32>() / late.len() as f32
    };
    let means = points.iter().enumerate().map(|(k, (step, _))| (*step, mean(k))).collect();
    let labels = Labels {
        title: words.text("export.losses.title").to_owned(),
        x: words.text("export.losses.step").to_owned(),
        y: words.text("export.losses.loss").to_owned(),
        legend: SeriesLabelPosition::UpperRight,
    };
    let y = from_zero(points.iter().map(|(_, loss)| *loss));
    let last = points.last()?.0.max(2.0);
    let line = |key: &str, colour, points| Line {
        label: words.text(key).to_owned(),
        colour,
        points,
        mark: Mark::Joined,
    };
    let drawn = [line("export.losses.each", GREY, points), line("export.losses.mean", BLUE, means)];
    sheet(|area| lines(area, &labels, 1.0..last, y, &drawn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn one_loss_and_many_are_drawn_and_none_is_not() {
        let words = Words::of(Language::En);
        assert!(draw(&[], words).is_none());
        assert!(draw(&[f32::NAN], words).is_none());
        assert!(draw(&[1.0], words).is_some());
        let many: Vec<f32> = (1..5000).map(|step| 1.0 / step as f32).collect();
        assert!(draw(&many, words).is_some());
    }
}
