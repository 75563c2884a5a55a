//! A frame in the making: what is being computed, how far it is, how long still, and that it can
//! be cancelled. Never an empty screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{bars, layout, numbers, text};
use super::rail;
use crate::app::App;
use crate::walk::{Frame, Progress, Settings, Stage};

/// Draws the stage's place while its frame is not there yet.
pub(crate) fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = app.words();
    let stage = app.walk.stage();
    let block = layout::centred(area, 64, 9);
    let heading = words.text(&format!("rail.{}", stage.stem())).to_owned();
    text::put(buf, layout::row(block, 0), &heading, ground.strong());
    let what = words.text(&format!("waiting.{}", stage.stem())).to_owned();
    let used = text::put_wrapped(
        buf,
        Rect { height: 3.min(block.height.saturating_sub(1)), ..layout::row(block, 1) },
        if app.walk.card.is_none() { words.text("waiting.opening") } else { &what },
        ground.fact(),
    );
    let under = layout::top(block, used + 2).1;
    if !app.walk.computing {
        text::put(buf, layout::row(under, 0), words.text("waiting.idle"), ground.dim());
        return;
    }
    let share = app.walk.progress.map_or(0.0, share_of);
    let bar = layout::row(under, 0);
    for position in bar.positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.set_symbol("·").set_style(ground.line());
        }
    }
    bars::lying(share, ground.fact(), bar, ground, buf);
    let how_far = app.walk.progress.map(|p| making(app, p));
    let how_far = how_far.unwrap_or_else(|| words.text("waiting.begun").to_owned());
    text::put(buf, layout::row(under, 1), &how_far, ground.fact());
    text::put(buf, layout::row(under, 2), words.text("waiting.cancel"), ground.dim());
}

/// What is drawn instead of a step in the making: the step before it, so that nothing flickers.
pub(crate) fn stand_in(app: &App) -> Option<&Frame> {
    let walk = &app.walk;
    let step = walk.at == walk.frames.len() && walk.computing && walk.stage() == Stage::Step;
    walk.frames.last().filter(|frame| step && frame.as_step().is_some())
}

/// The line on a frame in the making where the view shows another one; nothing where the whole
/// view speaks of it, or nothing is made.
pub(crate) fn line(app: &App) -> Option<String> {
    let walk = &app.walk;
    let progress = walk.progress.filter(|_| walk.computing)?;
    let making = making(app, progress);
    match (walk.frame(), stand_in(app)) {
        (None, None) => None,
        (None, Some(before)) => {
            let step = before.as_step().map_or(0, |step| step.step + 1).to_string();
            let facts = [("making", making.as_str()), ("step", step.as_str())];
            Some(app.words().fill("waiting.above", &facts))
        }
        (Some(_), _) => Some(making),
    }
}

/// One line on a frame in the making: `step 8 of 20 · 5 of 11 parts · about 4 s`.
fn making(app: &App, progress: Progress) -> String {
    let words = app.words();
    let mut parts = Vec::new();
    if progress.stage == Stage::Step {
        let steps = app.walk.settings.as_ref().map_or(app.walk.calls, Settings::steps_made);
        let step = rail::step_here(app).unwrap_or(progress.call) + 1;
        let facts = [("step", step.to_string()), ("steps", steps.to_string())];
        let facts: Vec<(&str, &str)> = facts.iter().map(|(n, v)| (*n, v.as_str())).collect();
        parts.push(words.fill("waiting.step-of", &facts));
    } else {
        parts.push(words.text(&format!("rail.{}", progress.stage.stem())).to_owned());
    }
    if progress.total > 0 {
        let facts = [("done", progress.done.to_string()), ("total", progress.total.to_string())];
        let facts: Vec<(&str, &str)> = facts.iter().map(|(n, v)| (*n, v.as_str())).collect();
        parts.push(words.fill("waiting.parts", &facts));
    }
    if let Some(seconds) = seconds_left(app, progress).filter(|s| *s >= 0.5) {
        let seconds = numbers::fixed(seconds, 0);
        parts.push(words.fill("waiting.about", &[("seconds", &seconds)]));
    }
    parts.join(" · ")
}

/// How long this step will still take, judged by the steps before it.
fn seconds_left(app: &App, progress: Progress) -> Option<f32> {
    if progress.stage != Stage::Step {
        return None;
    }
    let (count, sum) =
        app.walk.steps().fold((0.0, 0.0), |(n, sum), step| (n + 1.0, sum + step.seconds));
    (count > 0.0).then(|| sum / count * (1.0 - share_of(progress)))
}

fn share_of(progress: Progress) -> f32 {
    progress.done as f32 / progress.total.max(1) as f32
}
