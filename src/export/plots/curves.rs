//! Curves over the steps: schedule, norms, and how the guess of the picture settles.

use plotters::chart::SeriesLabelPosition;

use crate::walk::statistics::{angle_degrees, relative_error};
use crate::walk::{Picture, Schedule, Settings, Statistics, Step};
use crate::words::Words;

use super::sheet::{BLUE, GREEN, GREY, Labels, Line, Mark, VERMILION, from_zero, lines, sheet};

/// Noise and picture in the mixture at every training step, with the walk's calls marked:
/// `√ᾱ` and `√(1−ᾱ)` over the timestep.
pub(super) fn schedule(schedule: &Schedule, settings: &Settings, words: Words) -> Option<Picture> {
    let last = schedule.alphas_cumprod.len().saturating_sub(1).max(1) as f32;
    let table = |f: fn(f32) -> f32| -> Vec<(f32, f32)> {
        schedule.alphas_cumprod.iter().enumerate().map(|(t, &a)| (t as f32, f(a))).collect()
    };
    let calls = schedule.timesteps.iter().zip(&schedule.levels);
    let marks = calls.map(|(&t, &sigma)| (t, Schedule::factors(sigma).1)).collect();
    let facts = [("sampler", settings.sampler.name()), ("steps", &settings.steps.to_string())];
    let labels = Labels {
        title: words.fill("export.schedule.title", &facts),
        x: words.text("export.timestep").to_owned(),
        y: words.text("export.schedule.factor").to_owned(),
        legend: SeriesLabelPosition::UpperRight,
    };
    let drawn = [
        line(words, "export.schedule.signal", BLUE, table(f32::sqrt)),
        line(words, "export.schedule.noise", VERMILION, table(|a| (1.0 - a).sqrt())),
        Line { mark: Mark::Dots, ..line(words, "export.schedule.calls", GREY, marks) },
    ];
    sheet(|area| lines(area, &labels, 0.0..last, 0.0..1.3, &drawn))
}

/// Norms by call: latent, predicted noise and guess in the common scale, and the difference of
/// the two answers.
pub(super) fn norms(steps: &[&Step], words: Words) -> Option<Picture> {
    let over = |f: &dyn Fn(&Step) -> Option<f32>| -> Vec<(f32, f32)> {
        steps.iter().filter_map(|s| Some(((s.call + 1) as f32, f(s)?))).collect()
    };
    let norm = |data: &[f32]| Statistics::of_slice(data).norm;
    let mut drawn = vec![
        line(words, "export.norms.latent", GREY, over(&|s| Some(norm(s.common_latent().data())))),
        line(
            words,
            "export.norms.epsilon",
            BLUE,
            over(&|s| Some(norm(s.epsilon_of(&s.pred).data()))),
        ),
        line(words, "export.norms.x0", VERMILION, over(&|s| Some(norm(s.x0.data())))),
    ];
    let difference = over(&|s| s.difference().map(|d| norm(d.data())));
    if !difference.is_empty() {
        drawn.push(line(words, "export.norms.difference", GREEN, difference));
    }
    let labels = Labels {
        title: words.text("export.norms.title").to_owned(),
        x: words.text("export.call").to_owned(),
        y: words.text("export.norms.axis").to_owned(),
        legend: SeriesLabelPosition::UpperRight,
    };
    let y = from_zero(drawn.iter().flat_map(|l| l.points.iter().map(|p| p.1)));
    sheet(|area| lines(area, &labels, calls(steps), y, &drawn))
}

/// How the guess settles: per cent that x0 moved since the call before and that it is still from
/// the last one, and the angle between the two answers in degrees.
pub(super) fn guess(steps: &[&Step], words: Words) -> Option<Picture> {
    let last = steps.last()?.x0.data();
    let share = |a: &[f32], b: &[f32]| relative_error(a, b) as f32 * 100.0;
    let at = |s: &Step| (s.call + 1) as f32;
    let moved =
        steps.windows(2).map(|p| (at(p[1]), share(p[0].x0.data(), p[1].x0.data()))).collect();
    let left = steps.iter().map(|s| (at(s), share(s.x0.data(), last))).collect();
    let angles: Vec<(f32, f32)> = steps
        .iter()
        .filter_map(|s| {
            let without = s.epsilon_of(s.pred_uncond.as_ref()?);
            Some((at(s), angle_degrees(without.data(), s.epsilon_of(&s.pred_text).data())))
        })
        .collect();
    let mut drawn = vec![
        line(words, "export.guess.moved", BLUE, moved),
        line(words, "export.guess.left", VERMILION, left),
    ];
    if !angles.is_empty() {
        drawn.push(line(words, "export.guess.angle", GREEN, angles));
    }
    let labels = Labels {
        title: words.text("export.guess.title").to_owned(),
        x: words.text("export.call").to_owned(),
        y: words.text("export.guess.axis").to_owned(),
        legend: SeriesLabelPosition::UpperRight,
    };
    let y = from_zero(drawn.iter().flat_map(|l| l.points.iter().map(|p| p.1)));
    sheet(|area| lines(area, &labels, calls(steps), y, &drawn))
}

fn calls(steps: &[&Step]) -> std::ops::Range<f32> {
    let last = steps.last().map_or(1, |s| s.call + 1);
    1.0..(last.max(2) as f32)
}

fn line(
    words: Words,
    key: &str,
    colour: plotters::style::RGBColor,
    points: Vec<(f32, f32)>,
) -> Line {
    Line { label: words.text(key).to_owned(), colour, points, mark: Mark::Joined }
}
