//! Two runs as large as a projector needs them: the one that the others are held against and the
//! chosen one, and one figure for how far they are apart.

use super::{View, marks};
use crate::app::App;
use crate::compare::{Measured, Run, between_images, between_steps, noise_correlation};
use crate::views::parts::numbers::{fixed, short};
use crate::views::parts::paint::Paint;
use crate::views::parts::theme::Ground;
use crate::views::step::plane_of;
use crate::walk::{Image, Stage};

/// Two runs.
pub(in crate::views) struct Pair {
    /// Sign and name of each, and its picture where it has one.
    pub(in crate::views) runs: [(String, Option<Paint>); 2],
    /// What the figure counts.
    pub(in crate::views) label: String,
    /// How far the two are apart; empty while that is not known.
    pub(in crate::views) figure: String,
}

/// The two runs of a comparison at a stage that is a picture; `None` at the others, in a plane, and
/// where there is only one run.
pub(in crate::views) fn pair(app: &App, ground: &Ground) -> Option<Pair> {
    let comparison = app.comparison.as_ref().filter(|comparison| !comparison.plane)?;
    let view = View { app, comparison, words: app.words(), ground };
    let stage = comparison.stage();
    if !matches!(stage, Stage::Noise | Stage::Step | Stage::Image) {
        return None;
    }
    let first = comparison.reference;
    let second = match comparison.chosen {
        chosen if chosen == first => (0..comparison.runs.len()).find(|place| *place != first)?,
        chosen => chosen,
    };
    let (a, b) = (comparison.runs.get(first)?, comparison.runs.get(second)?);
    let (key, figure) = apart(&view, stage, (a, b));
    let paint_b = match difference(&view, stage, (a, b)).filter(|_| comparison.difference) {
        Some(paint) => Some(paint),
        None => paint(&view, stage, if comparison.flip { a } else { b }),
    };
    let name = |place: usize, run: &Run| format!("{} {}", marks::sign(place), run.name);
    Some(Pair {
        runs: [(name(first, a), paint(&view, stage, a)), (name(second, b), paint_b)],
        label: view.words.text(key).to_owned(),
        figure: figure.unwrap_or_default(),
    })
}

/// What is shown of a run.
fn paint(view: &View, stage: Stage, run: &Run) -> Option<Paint> {
    let look = view.look();
    let newest = || run.steps().next_back().map(|step| look.latent("", run, &step.x0).paint);
    match stage {
        Stage::Noise => Some(look.channel("", &run.noise()?.noise).paint),
        Stage::Step => {
            let step = view.moment(run).and_then(|moment| run.step_at(moment.call));
            step.map(|step| look.latent("", run, &step.x0).paint).or_else(newest)
        }
        _ => match run.image().and_then(Image::picture) {
            Some(picture) => Some(Paint::True(picture)),
            None => newest(),
        },
    }
}

/// How far the second is from the first.
fn apart(view: &View, stage: Stage, (a, b): (&Run, &Run)) -> (&'static str, Option<String>) {
    match stage {
        Stage::Noise => {
            let found = a.noise().zip(b.noise());
            let found = found.and_then(|(a, b)| noise_correlation(a, b).ok());
            ("present.correlation", found.map(|correlation| fixed(correlation, 2)))
        }
        Stage::Step => {
            let at = |run: &Run| view.moment(run).map(|moment| moment.call);
            let found =
                at(a).and_then(|call| a.step_at(call)).zip(at(b).and_then(|c| b.step_at(c)));
            let found = found.and_then(|(a, b)| between_steps(a, b, Measured::X0).ok());
            ("present.guesses-apart", found.map(|apart| short(apart.rms)))
        }
        _ => {
            let found = a.image().zip(b.image()).and_then(|(a, b)| between_images(a, b).ok());
            ("present.pictures-apart", found.map(|apart| short(apart.mean_absolute)))
        }
    }
}

/// The difference in the place of the second picture.
fn difference(view: &View, stage: Stage, (a, b): (&Run, &Run)) -> Option<Paint> {
    match stage {
        Stage::Image => {
            let apart = between_images(a.image()?, b.image()?).ok()?;
            Some(super::image::lightness(view, &apart, apart.limit.max(1.0)).paint)
        }
        Stage::Step => {
            let at = |run: &Run| view.moment(run).map(|moment| moment.call);
            let (a, b) = (a.step_at(at(a)?)?, b.step_at(at(b)?)?);
            let apart = between_steps(a, b, Measured::X0).ok()?;
            let largest = view.look().largest(&apart.grid);
            Some(view.look().difference("", &apart.grid, largest).paint)
        }
        _ => {
            let apart =
                crate::compare::Difference::of(&a.noise()?.noise, &b.noise()?.noise).ok()?;
            let map = crate::views::parts::heatmap::Map::Signed { limit: apart.limit };
            Some(Paint::Numbers(plane_of(&apart.grid, 0), map))
        }
    }
}
