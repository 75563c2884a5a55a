//! The second row: the stages, which of them are done, and where one is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::parts::theme::Ground;
use super::parts::{layout, text};
use crate::app::App;
use crate::walk::Stage;

/// Draws the row as roomy as it fits.
pub(crate) fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let area = layout::inset(area, 1, 0);
    let candidates = [(true, " ── "), (true, "  "), (true, " "), (false, " ")];
    for (numbered, between) in candidates {
        let spans = spans(app, ground, numbered, between);
        let wide: u16 = spans.iter().map(|(t, _)| text::width(t)).sum();
        if wide <= area.width {
            put(buf, area, &spans);
            return;
        }
    }
    let here = app.walk.stage();
    let signs: String = Stage::ALL.iter().map(|stage| sign(app, *stage)).collect();
    let label = format!(" {} {}", here.index() + 1, label(app, here));
    put(buf, area, &[(signs, ground.fact()), (label, ground.strong())]);
}

fn put(buf: &mut Buffer, area: Rect, spans: &[(String, Style)]) {
    let spans: Vec<(&str, Style)> = spans.iter().map(|(t, s)| (t.as_str(), *s)).collect();
    text::put_spans(buf, area, &spans);
}

fn spans(app: &App, ground: &Ground, numbered: bool, between: &str) -> Vec<(String, Style)> {
    let mut spans = Vec::new();
    for stage in Stage::ALL {
        if stage != Stage::Tokens {
            spans.push((between.to_owned(), ground.line()));
        }
        let number = if numbered { (stage.index() + 1).to_string() } else { String::new() };
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

/// `◐` where one is, `●` what is done, `○` what is to come.
fn sign(app: &App, stage: Stage) -> char {
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
    let walk = &app.walk;
    let Some(settings) = walk.settings.as_ref().filter(|_| stage == Stage::Step) else {
        return name;
    };
    if walk.stage() != Stage::Step {
        return name;
    }
    let step = step_here(app).map_or(0, |step| step + 1);
    format!("{name} {step}/{}", settings.steps)
}

/// The step on screen, from 0, also while it is in the making.
pub(crate) fn step_here(app: &App) -> Option<usize> {
    let walk = &app.walk;
    if let Some(step) = walk.frame().and_then(crate::walk::Frame::as_step) {
        return Some(step.step);
    }
    let call = walk.at.checked_sub(4)?;
    let schedule = walk.frames.iter().find_map(|frame| match frame {
        crate::walk::Frame::Schedule(schedule) => Some(schedule),
        _ => None,
    })?;
    schedule.steps.get(call).copied()
}
