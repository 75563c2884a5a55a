//! The answers of a lesson, handed out whenever one was put down or judged: who keeps them, and
//! whether anybody does, is decided outside.

use super::action::Effect;
use super::state::App;

/// After anything has changed: answers that nobody outside knows yet.
pub(super) fn follow(app: &mut App) -> Vec<Effect> {
    let Some(open) = &mut app.lesson else { return Vec::new() };
    if open.record.take_changed() {
        vec![Effect::KeepAnswers(Box::new(open.record.clone()))]
    } else {
        Vec::new()
    }
}
