//! Runs side by side at one moment: what each shows there, and how far it is from the one that all
//! are held against.

use super::line;
use crate::app::{App, Comparison};
use crate::compare::{Measured, Parting, Run};
use crate::print::describe::Description;
use crate::walk::Stage;
use crate::words::{Words, visible};

/// The moment, and at a step every run's guess with its distance.
pub(super) fn say(app: &App, text: &mut String) {
    let Some(comparison) = &app.comparison else { return };
    let words = app.words();
    if let Some(run) = comparison.chosen_run().filter(|_| comparison.runs.len() > 2) {
        let facts =
            [("number", &*(comparison.chosen + 1).to_string()), ("name", &visible(&run.name))];
        line(text, &words.fill("dialogue.chosen-run", &facts));
    }
    let stage = comparison.stage();
    if stage != Stage::Step {
        let name = words.text(&format!("rail.{}", stage.stem())).to_owned();
        line(text, &words.fill("dialogue.abreast", &[("stage", &name)]));
        return;
    }
    let Some(reference) = comparison.reference_run() else { return };
    let call = comparison.call();
    let Some(step) = reference.step_at(call) else { return };
    let (at, of) = ((step.step + 1).to_string(), step.steps.to_string());
    line(text, &words.fill("dialogue.abreast-step", &[("step", &at), ("steps", &of)]));
    for (place, run) in comparison.runs.iter().enumerate() {
        guess(comparison, (place, run), call, words, text);
    }
}

/// The guess of one run at the moment that belongs beside the reference's call.
fn guess(
    comparison: &Comparison,
    (place, run): (usize, &Run),
    call: usize,
    words: Words,
    text: &mut String,
) {
    let Some(reference) = comparison.reference_run() else { return };
    let moment = comparison.alignment.align(reference, call, run);
    let Some(step) = moment.and_then(|moment| run.step_at(moment.call)) else { return };
    let preview = run.card.as_ref().and_then(|card| card.preview.as_ref());
    let Some(picture) = preview.and_then(|preview| preview.apply(&step.x0)) else { return };
    let number = (place + 1).to_string();
    let description = Description::of(&picture).sentence(words);
    let facts =
        [("number", &*number), ("name", &*visible(&run.name)), ("description", &description)];
    line(text, &words.fill("dialogue.abreast-guess", &facts));
    if place == comparison.reference {
        return;
    }
    let parting = Parting::of(reference, run, comparison.alignment, Measured::Latent);
    let point = parting
        .ok()
        .and_then(|parting| parting.points.into_iter().find(|point| point.reference.call == call));
    if let Some(point) = point {
        let apart = format!("{:.2}", point.rms);
        line(
            text,
            &words.fill("dialogue.abreast-apart", &[("number", &number), ("apart", &apart)]),
        );
    }
}
