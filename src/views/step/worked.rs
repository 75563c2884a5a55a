//! Shows one number worked out by hand: a row a line of the formula, with its real numbers, and
//! the pixels that the number feeds.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::by_hand::{self, shown};
use super::pictures::Scene;
use super::pixels::Pixels;
use crate::app::{App, LatentLook};
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, text, working};
use crate::walk::Step;

/// From so many columns on the pixels stand beside the calculation.
const BESIDE: u16 = 112;
/// Columns that the pixels take there.
const PIXELS: u16 = 40;

/// Draws the calculation for the number under the lens; `stacked`: in a high and narrow column.
pub(super) fn draw(scene: &Scene, stacked: bool, area: Rect, ground: &Ground, buf: &mut Buffer) {
    let words = scene.words;
    let ((x, y), channel) = (scene.lens(), scene.channel());
    let place = [channel + 1, y + 1, x + 1].map(|n| n.to_string());
    let facts = [("channel", &*place[0]), ("row", &*place[1]), ("column", &*place[2])];
    let title = words.fill("step.hand", &facts);
    let steps: Vec<&Step> = scene.app.walk.steps().collect();
    let Some(worked) = by_hand::work(&steps, scene.step, (channel, y, x), words) else {
        text::put(buf, layout::row(area, 0), &title, ground.strong());
        text::put(buf, layout::row(area, 1), words.text("step.hand-missing"), ground.dim());
        return;
    };
    let pixels = Pixels::of(scene);
    let stored = words.fill("step.hand-stored", &[("stored", &shown(worked.stored))]);
    if stacked {
        let mut row = text::put_wrapped(buf, area, &title, ground.strong());
        let under = |row| layout::top(area, row).1;
        row += text::put_wrapped(buf, under(row), &stored, ground.fact()) + 1;
        row += working::column(&worked.lines, under(row), ground, buf);
        if let Some(pixels) = &pixels {
            pixels.column(under(row), buf);
        }
        return;
    }
    let head = [(&*title, ground.strong()), ("   ", ground.dim()), (&*stored, ground.fact())];
    text::put_spans(buf, layout::row(area, 0), &head);
    let beside = area.width >= BESIDE;
    let mut body = layout::top(area, 1).1;
    if beside && let Some(pixels) = &pixels {
        let (left, right) = layout::left(area, area.width - PIXELS, 2);
        body = layout::top(left, 1).1;
        pixels.column(right, buf);
    }
    let more = usize::from(!beside && pixels.is_some());
    let cramped = worked.lines.len() + more > usize::from(body.height);
    let skipped = usize::from(cramped && worked.begins_with_input);
    let lines = worked.lines.get(skipped..).unwrap_or_default();
    if more == 0 {
        working::rows(lines, body, ground, buf);
    } else if let Some(pixels) = &pixels {
        let (upper, _) = layout::bottom(body, 1);
        let used = working::rows(lines, upper, ground, buf);
        pixels.row(layout::row(body, used), buf);
    }
}

/// The same as sentences, one a line of the formula.
pub(super) fn sentences(app: &App, step: &Step) -> Vec<String> {
    let words = app.words();
    let (x, y) = app.look.lens;
    let (width, height) = (step.latent.width(), step.latent.height());
    let (x, y) = (x.min(width.saturating_sub(1)), y.min(height.saturating_sub(1)));
    let channel = match app.look.latent {
        LatentLook::Channel(channel) => channel.min(step.latent.planes().saturating_sub(1)),
        LatentLook::Preview => 0,
    };
    let place = [channel + 1, y + 1, x + 1].map(|n| n.to_string());
    let facts = [("channel", &*place[0]), ("row", &*place[1]), ("column", &*place[2])];
    let mut said = vec![words.fill("step.hand", &facts)];
    let steps: Vec<&Step> = app.walk.steps().collect();
    let Some(worked) = by_hand::work(&steps, step, (channel, y, x), words) else {
        said.push(words.text("step.hand-missing").to_owned());
        return said;
    };
    said.extend(worked.lines.iter().map(working::Line::sentence));
    said.push(words.fill("step.hand-stored", &[("stored", &shown(worked.stored))]));
    said
}
