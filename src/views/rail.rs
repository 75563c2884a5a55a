//! The second row: the stages, which of them are done, and where one is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::parts::theme::Ground;
use super::parts::{layout, text};
use crate::app::{App, Comparison, Scene};
use crate::compare::Run;
use crate::walk::{Frame, Stage};

/// Draws the row as roomy as it fits.
pub(crate) fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let area = layout::inset(area, 1, 0);
    if let Some(spans) = fitting(app, ground, area.width) {
        put(buf, area, &spans);
        return;
    }
    let here = here(app);
    let signs: String = stages(app).into_iter().map(|stage| sign(app, stage)).collect();
    let label = format!(" {} {}", here.number(), label(app, here));
    put(buf, area, &[(signs, ground.fact()), (label, ground.strong())]);
}

/// The roomiest spans that fit: between two stages stands one span, a stage has two.
fn fitting(app: &App, ground: &Ground, cells: u16) -> Option<Vec<(String, Style)>> {
    let candidates = [(true, " ── "), (true, "  "), (true, " "), (false, " ")];
    candidates
        .into_iter()
        .map(|(numbered, between)| spans(app, ground, numbered, between))
        .find(|spans| spans.iter().map(|(text, _)| text::width(text)).sum::<u16>() <= cells)
}

/// Where one is, in as few signs as there are: `3/7 schedule`.
pub(crate) fn place(app: &App) -> String {
    let here = here(app);
    let stages = stages(app);
    let at = stages.iter().position(|stage| *stage == here).map_or(0, |at| at + 1);
    let key = format!("rail.{}", here.stem());
    let name = app.words().text(&key);
    format!("{at}/{} {name}", stages.len())
}

/// The stage that is drawn at a column.
pub(crate) fn stage_at(app: &App, area: Rect, column: u16) -> Option<Stage> {
    let area = layout::inset(area, 1, 0);
    let spans = fitting(app, &Ground::default(), area.width)?;
    let mut at = area.x;
    for (n, (text, _)) in spans.iter().enumerate() {
        at = at.saturating_add(text::width(text));
        if column < at {
            // Mark, name, gap; mark, name, gap …
            return (n % 3 < 2).then(|| stages(app).get(n / 3).copied()).flatten();
        }
    }
    None
}

fn put(buf: &mut Buffer, area: Rect, spans: &[(String, Style)]) {
    let spans: Vec<(&str, Style)> = spans.iter().map(|(t, s)| (t.as_str(), *s)).collect();
    text::put_spans(buf, area, &spans);
}

fn spans(app: &App, ground: &Ground, numbered: bool, between: &str) -> Vec<(String, Style)> {
    let mut spans = Vec::new();
    for stage in stages(app) {
        if stage != Stage::Tokens {
            spans.push((between.to_owned(), ground.line()));
        }
        let number = if numbered { stage.number().to_string() } else { String::new() };
        let style = match sign(app, stage) {
            '◐' => ground.strong().add_modifier(Modifier::UNDERLINED),
            '●' => ground.fact(),
            _ => ground.dim(),
        };
        let mark = Style { add_modifier: Modifier::empty(), ..style };
        spans.push((format!("{}{number} ", sign(app, stage)), mark));
        spans.push((label(app, stage), style));
    }
    spans
}

/// The stages that the walk has; of a comparison, those that any of its runs has.
fn stages(app: &App) -> Vec<Stage> {
    let course = match (app.scene, &app.comparison) {
        (Scene::Compare, Some(comparison)) => comparison.course(),
        _ => app.walk.course(),
    };
    course.stages().collect()
}

/// The stage on screen.
fn here(app: &App) -> Stage {
    match (app.scene, &app.comparison) {
        (Scene::Compare, Some(comparison)) => comparison.stage(),
        _ => app.walk.stage(),
    }
}

/// The same of a comparison: done is what all runs have.
fn sign_of_all(comparison: &Comparison, stage: Stage) -> char {
    let last = |run: &Run| run.frames.last().map(Frame::stage);
    let past = |run: &Run| last(run).is_some_and(|last| last > stage || last == Stage::Image);
    if stage == comparison.stage() {
        '◐'
    } else if comparison.runs.iter().all(past) {
        '●'
    } else {
        '○'
    }
}

/// `◐` where one is, `●` what is done, `○` what is to come.
fn sign(app: &App, stage: Stage) -> char {
    if let (Scene::Compare, Some(comparison)) = (app.scene, &app.comparison) {
        return sign_of_all(comparison, stage);
    }
    let walk = &app.walk;
    let last = match stage {
        Stage::Step if walk.calls > 0 => walk.place_of(Stage::Decode) - 1,
        _ => walk.place_of(stage),
    };
    if stage == walk.stage() {
        '◐'
    } else if last < walk.frames.len() && (walk.calls > 0 || stage < Stage::Step) {
        '●'
    } else {
        '○'
    }
}

/// The stage's name; at the steps, which one.
fn label(app: &App, stage: Stage) -> String {
    let name = app.words().text(&format!("rail.{}", stage.stem())).to_owned();
    if app.scene == Scene::Compare {
        return name;
    }
    let walk = &app.walk;
    let Some(settings) = walk.settings.as_ref().filter(|_| stage == Stage::Step) else {
        return name;
    };
    if walk.stage() != Stage::Step {
        return name;
    }
    let step = step_here(app).map_or(0, |step| step + 1);
    format!("{name} {step}/{}", settings.steps_made())
}

/// The step on screen, from 0, also while it is in the making.
pub(crate) fn step_here(app: &App) -> Option<usize> {
    let walk = &app.walk;
    if let Some(step) = walk.frame().and_then(crate::walk::Frame::as_step) {
        return Some(step.step);
    }
    let call = walk.course().call_at(walk.at)?;
    let schedule = walk.frames.iter().find_map(|frame| match frame {
        crate::walk::Frame::Schedule(schedule) => Some(schedule),
        _ => None,
    })?;
    schedule.steps.get(call).copied()
}
