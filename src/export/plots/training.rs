//! The training curve of a small model, as its recipe keeps it.

use plotters::chart::SeriesLabelPosition;
use serde::Deserialize;

use crate::walk::Picture;
use crate::words::Words;

use super::sheet::{BLUE, GREEN, Labels, Line, Mark, VERMILION, lines, sheet};

/// What a recipe keeps of a training: one point each time that the model was judged.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Training {
    /// The points in order.
    pub curve: Vec<Judged>,
}

/// The model at one moment of its training.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Judged {
    /// Pictures seen so far.
    pub samples: f32,
    /// Per cent of the judged pictures in which the thing was right.
    pub thing: f32,
    /// The same for the thing's colour.
    pub colour: f32,
    /// The same for the background.
    pub background: f32,
}

impl Training {
    /// Reads the curve of a recipe (`recipe.json`); `None` where it keeps none.
    pub fn from_recipe(json: &str) -> Option<Self> {
        let training: Self = serde_json::from_str(json).ok()?;
        (!training.curve.is_empty()).then_some(training)
    }

    pub(super) fn draw(&self, words: Words) -> Option<Picture> {
        let end = self.curve.last()?.samples.max(1.0) / 1000.0;
        let over = |key: &str, colour, f: fn(&Judged) -> f32| Line {
            label: words.text(key).to_owned(),
            colour,
            points: self.curve.iter().map(|j| (j.samples / 1000.0, f(j))).collect(),
            mark: Mark::Both,
        };
        let labels = Labels {
            title: words.text("export.training.title").to_owned(),
            x: words.text("export.training.samples").to_owned(),
            y: words.text("export.training.right").to_owned(),
            legend: SeriesLabelPosition::LowerRight,
        };
        let drawn = [
            over("export.training.thing", VERMILION, |j| j.thing),
            over("export.training.colour", BLUE, |j| j.colour),
            over("export.training.background", GREEN, |j| j.background),
        ];
        sheet(|area| lines(area, &labels, 0.0..end, 0.0..105.0, &drawn))
    }
}
