//! Histograms of numbers against the bell curve: the noise, and the latent as it comes clear.

use plotters::chart::SeriesLabelPosition;

use crate::walk::{Histogram, Picture, Step};
use crate::words::Words;

use super::sheet::{BLUE, GREEN, GREY, Labels, Line, Mark, VERMILION, from_zero, lines, sheet};

const EDGE: f32 = 4.0;

/// The noise as drawn, and the density of N(0,1): `exp(−x²/2)/√(2π)`.
pub(super) fn noise(data: &[f32], words: Words) -> Option<Picture> {
    let bell = |x: f32| (-x * x / 2.0).exp() / std::f32::consts::TAU.sqrt();
    let smooth = (-80i16..=80).map(|i| f32::from(i) / 20.0).map(|x| (x, bell(x))).collect();
    let drawn = [
        Line {
            label: words.text("export.noise.counted").to_owned(),
            colour: BLUE,
            points: outline(data, 40),
            mark: Mark::Joined,
        },
        Line {
            label: words.text("export.noise.bell").to_owned(),
            colour: VERMILION,
            points: smooth,
            mark: Mark::Joined,
        },
    ];
    let labels = Labels {
        title: words.fill("export.noise.title", &[("count", &data.len().to_string())]),
        x: words.text("export.value").to_owned(),
        y: words.text("export.density").to_owned(),
        legend: SeriesLabelPosition::UpperRight,
    };
    let y = from_zero(drawn.iter().flat_map(|l| l.points.iter().map(|p| p.1)));
    sheet(|area| lines(area, &labels, -EDGE..EDGE, y, &drawn))
}

/// The latent's numbers in the common scale before the first call, at two between, and after the
/// last.
pub(super) fn latents(steps: &[&Step], words: Words) -> Option<Picture> {
    let n = steps.len();
    let mut drawn = Vec::new();
    let mut places = vec![0, n / 3, n * 2 / 3];
    places.dedup();
    for (&i, colour) in places.iter().zip([GREY, GREEN, BLUE]) {
        let call = (steps[i].call + 1).to_string();
        drawn.push(Line {
            label: words.fill("export.latents.before", &[("call", &call)]),
            colour,
            points: outline(steps[i].common_latent().data(), 40),
            mark: Mark::Joined,
        });
    }
    drawn.push(Line {
        label: words.text("export.latents.after").to_owned(),
        colour: VERMILION,
        points: outline(steps.last()?.common_next().data(), 40),
        mark: Mark::Joined,
    });
    let labels = Labels {
        title: words.text("export.latents.title").to_owned(),
        x: words.text("export.value").to_owned(),
        y: words.text("export.density").to_owned(),
        legend: SeriesLabelPosition::UpperRight,
    };
    let y = from_zero(drawn.iter().flat_map(|l| l.points.iter().map(|p| p.1)));
    sheet(|area| lines(area, &labels, -EDGE..EDGE, y, &drawn))
}

/// The upper edge of a histogram as a stepped line, scaled so that its area is the share of
/// numbers inside the edges.
fn outline(data: &[f32], bins: usize) -> Vec<(f32, f32)> {
    let h = Histogram::of(data, -EDGE, EDGE, bins);
    let width = 2.0 * EDGE / bins as f32;
    let density = |n: usize| n as f32 / (data.len().max(1) as f32 * width);
    h.counts
        .iter()
        .enumerate()
        .flat_map(|(i, &n)| {
            let left = -EDGE + i as f32 * width;
            [(left, density(n)), (left + width, density(n))]
        })
        .collect()
}
