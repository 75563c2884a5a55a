//! A step with its two answers mixed again by another guidance scale: what the eight pictures show
//! then, and the sentence that says how far this is true.

use crate::app::{App, Origin};
use crate::compare::{Run, remix};
use crate::views::title;
use crate::walk::{Formula, Frame, Step};

/// The step as it would have been with the scale that was chosen; `None` where none was, or where
/// there is nothing to mix.
pub(super) fn again(app: &App, step: &Step) -> Option<Step> {
    let guidance = app.look.guidance?;
    let run = Run { frames: app.walk.frames.clone(), ..Run::default() };
    let mixed = remix(&run, step.call, guidance, recorded(app)).ok()?;
    Some(Step {
        // At 1 and below the answer without the prompt plays no part.
        pred_uncond: step.pred_uncond.clone().filter(|_| guidance > 1.0),
        pred: mixed.pred,
        x0: mixed.x0,
        next: mixed.next,
        formula: Formula { guidance, ..step.formula.clone() },
        x0_image: None,
        ..step.clone()
    })
}

/// The frames of the walk with this step in its place.
pub(super) fn frames(app: &App, step: &Step) -> Vec<Frame> {
    let place = |frame: &Frame| match frame.as_step() {
        Some(there) if there.call == step.call => Frame::Step(Box::new(step.clone())),
        _ => frame.clone(),
    };
    app.walk.frames.iter().map(place).collect()
}

/// What is to be known of what is shown, where the scale is not the walk's.
pub(in crate::views) fn sentence(app: &App) -> Option<String> {
    let guidance = app.look.guidance?;
    let step = app.walk.frame()?.as_step()?;
    step.pred_uncond.as_ref()?;
    let plain = |scale: f32| title::plain(f64::from(scale));
    let facts = [("guidance", &*plain(guidance)), ("walked", &plain(step.formula.guidance))];
    let key = if recorded(app) { "step.mixed-16-bit" } else { "step.mixed" };
    Some(app.words().fill(key, &facts))
}

/// Whether the answers may have been read from 16-bit numbers.
const fn recorded(app: &App) -> bool {
    matches!(app.walk.origin, Origin::Recording(_))
}
