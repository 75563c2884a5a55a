//! Whether something is computed, and the one line that says what.

use super::line;
use crate::app::teaching::Phase;
use crate::app::{App, Scene};
use crate::walk::Stage;

/// Seconds for which nothing is said of a wait: most frames are there before.
const SILENT: f32 = 1.0;
/// Seconds after which it is said again what is computed.
const AGAIN: f32 = 10.0;

/// Whether something is computed that has to be there before the next thing is said.
pub fn busy(app: &App) -> bool {
    let asks = app.lesson_now().is_some_and(|open| open.question().is_some());
    if app.overlay.is_some() || asks {
        return false;
    }
    let walks = app.walk.computing || app.walk.x0_pending.is_some();
    match app.scene {
        Scene::Doors => false,
        Scene::Walk => walks,
        Scene::Compare => {
            let runs = app.comparison.as_ref().is_some_and(|runs| !runs.under_way.is_empty());
            walks || runs
        }
        Scene::Training => app.training.pending,
        Scene::Drawings => app.drawings.pending,
        Scene::Teaching => app.teaching.phase == Phase::Learning,
    }
}

/// How long someone has waited, and since when they were told.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wait {
    seconds: f32,
    told: bool,
}

impl Wait {
    /// Time went by.
    pub(super) fn tick(&mut self, seconds: f32) {
        self.seconds += seconds;
    }

    /// Nothing is waited for any more.
    pub(super) fn over(&mut self) {
        *self = Self::default();
    }

    /// One line once it takes long, and one more after a while.
    pub(super) fn say(&mut self, app: &App, text: &mut String) {
        if self.seconds < if self.told { AGAIN } else { SILENT } {
            return;
        }
        *self = Self { seconds: 0.0, told: true };
        line(text, &sentence(app));
    }
}

/// What is computed.
fn sentence(app: &App) -> String {
    let words = app.words();
    let walk = &app.walk;
    match app.scene {
        Scene::Teaching if app.teaching.phase == Phase::Learning => {
            let step = &app.teaching.step;
            let facts =
                [("step", &*step.step.to_string()), ("loss", &format!("{:.3}", step.average))];
            words.fill("dialogue.learning", &facts)
        }
        Scene::Compare if !walk.computing => {
            let runs = app.comparison.as_ref();
            let wait = runs.map_or(0, |runs| runs.under_way.len() + runs.pending.len());
            words.fill("dialogue.computing-runs", &[("count", &wait.to_string())])
        }
        Scene::Walk | Scene::Compare if walk.computing && walk.card.is_none() => {
            words.text("dialogue.opening").to_owned()
        }
        Scene::Walk | Scene::Compare if walk.computing => {
            let stage = walk.stage_of(walk.frames.len());
            if stage == Stage::Step {
                let (call, calls) = (walk.steps().count() + 1, walk.calls);
                let facts = [("step", &*call.to_string()), ("steps", &calls.to_string())];
                return words.fill("dialogue.computing-step", &facts);
            }
            let name = words.text(&format!("rail.{}", stage.stem())).to_owned();
            words.fill("dialogue.computing-stage", &[("stage", &name)])
        }
        _ => words.text("dialogue.working").to_owned(),
    }
}
