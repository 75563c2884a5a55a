//! The first row: the prompt, and the settings that decide the walk.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{layout, numbers, text};
use crate::app::{App, Origin};
use crate::words::NEVER_TRAINED;

/// Draws the row.
pub(crate) fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let area = layout::inset(area, 1, 0);
    let prompt_room = (text::width(&prompt_of(app)) + 2).min(area.width / 2);
    let facts = fitting(facts(app), area.width.saturating_sub(prompt_room));
    let wide = text::put_right(buf, area, &facts, ground.fact());
    let (prompt, _) = layout::left(area, area.width.saturating_sub(wide + 2), 0);
    // A prompt in another language is walked as it is; what the pictures are of is another matter.
    let mark = app.offer().map(|_| format!("{NEVER_TRAINED} {}", app.words().text("never.mark")));
    let room = mark.as_ref().map_or(0, |mark| text::width(mark) + 2);
    let (prompt, _) = layout::left(prompt, prompt.width.saturating_sub(room), 0);
    let used = text::put(buf, prompt, &prompt_of(app), ground.prompt());
    if let Some(mark) = mark {
        let beside = Rect { x: prompt.x + used, width: room, ..prompt };
        text::put(buf, layout::left(beside, 2, 0).1, &mark, ground.dim());
    }
}

/// The words to draw, as far as they are known.
pub(crate) fn prompt_of(app: &App) -> String {
    let walk = &app.walk;
    let settled = walk.settings.as_ref().map(|s| s.prompt.as_str());
    let asked = walk.asked.prompt.as_deref();
    let example = walk.card.as_ref().and_then(|c| c.example.as_deref());
    match settled.or(asked).or(example) {
        Some("") => app.words().text("title.empty-prompt").to_owned(),
        Some(prompt) => prompt.to_owned(),
        None => app.words().text("title.opening").to_owned(),
    }
}

/// What decides the walk, the most telling first.
fn facts(app: &App) -> Vec<String> {
    let words = app.words();
    let mut facts = Vec::new();
    if let Origin::Recording(name) = &app.walk.origin {
        facts.push(words.fill("title.recording", &[("name", &text::cut(name, 24))]));
    }
    if let Origin::Run(name) = &app.walk.origin {
        facts.push(words.fill("title.run", &[("name", &text::cut(name, 24))]));
    }
    let Some(settings) = &app.walk.settings else { return facts };
    facts.push(words.fill("title.seed", &[("seed", &settings.seed.to_string())]));
    facts.push(words.fill("title.steps", &[("steps", &settings.steps.to_string())]));
    let sampler = settings.sampler.name();
    facts.push(if settings.karras {
        words.fill("title.karras", &[("sampler", sampler)])
    } else {
        sampler.to_owned()
    });
    facts.push(if settings.guided() || settings.guidance_embedded {
        words.fill("title.guidance", &[("scale", &plain(settings.guidance))])
    } else {
        words.text("title.unguided").to_owned()
    });
    let laid = settings.attachments.iter().map(|a| format!(" + {}", text::cut(&a.label(), 20)));
    facts.push(settings.model.clone() + &laid.collect::<String>());
    // A younger self of a model says how young it is.
    let samples = app.walk.card.as_ref().and_then(|card| card.samples);
    if let Some(samples) = samples.filter(|_| settings.model.contains('@')) {
        facts.push(words.fill("title.samples", &[("samples", &numbers::grouped(samples))]));
    }
    let device = &settings.device;
    facts.push(if device == "cpu" && settings.dtype == "f32" {
        device.clone()
    } else {
        format!("{device} {}", settings.dtype)
    });
    facts
}

/// A setting without needless zeros: `4`, `7.5`.
pub(crate) fn plain(value: f64) -> String {
    let text = numbers::fixed(value as f32, 2);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

/// The facts in one line, the last ones left out until it fits.
fn fitting(mut facts: Vec<String>, cells: u16) -> String {
    loop {
        let line = facts.join("  ");
        if text::width(&line) <= cells || facts.len() <= 1 {
            return line;
        }
        facts.pop();
    }
}
