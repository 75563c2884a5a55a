//! Shows one number worked out by hand: a row a line of the formula, with its real numbers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::by_hand::{self, Worked, number};
use super::pictures::Scene;
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, text};
use crate::walk::Step;

/// Draws the calculation for the number under the lens; `stacked`: in a high and narrow column.
pub(super) fn draw(scene: &Scene, stacked: bool, area: Rect, ground: &Ground, buf: &mut Buffer) {
    let words = scene.words;
    let ((x, y), channel) = (scene.lens(), scene.channel());
    let place = [channel + 1, y + 1, x + 1].map(|n| n.to_string());
    let facts = [("channel", &*place[0]), ("row", &*place[1]), ("column", &*place[2])];
    let title = words.fill("step.hand", &facts);
    let steps: Vec<&Step> = scene.app.walk.steps().collect();
    let Some(worked) = by_hand::work(&steps, scene.step, (channel, y, x)) else {
        text::put(buf, layout::row(area, 0), &title, ground.strong());
        text::put(buf, layout::row(area, 1), words.text("step.hand-missing"), ground.dim());
        return;
    };
    let roomy = usize::from(area.height) > worked.lines.len() * 2;
    let stored = words.fill("step.hand-stored", &[("stored", &number(worked.stored))]);
    if stacked {
        column(scene, &worked, [&title, &stored], area, ground, buf);
        return;
    }
    let head = [(&*title, ground.strong()), ("   ", ground.dim()), (&*stored, ground.fact())];
    text::put_spans(buf, layout::row(area, 0), &head);
    let mut row = 1;
    for line in &worked.lines {
        let numbers = format!("= {} = {}", line.numbers, number(line.result));
        let name = format!("{:<5}", line.name);
        let what = words.text(line.key);
        if roomy {
            let letters = format!("= {}", line.letters);
            let spans = [
                (&*name, ground.strong()),
                (&*letters, ground.fact()),
                ("   ", ground.dim()),
                (what, ground.dim()),
            ];
            text::put_spans(buf, layout::row(area, row), &spans);
            let (_, rest) = layout::left(layout::row(area, row + 1), 5, 0);
            text::put(buf, rest, &numbers, ground.fact());
            row += 2;
        } else {
            let spans = [
                (&*name, ground.strong()),
                (&*numbers, ground.fact()),
                ("   ", ground.dim()),
                (what, ground.dim()),
            ];
            text::put_spans(buf, layout::row(area, row), &spans);
            row += 1;
        }
    }
}

/// The same where lines must be broken: every quantity a paragraph of its own.
fn column(
    scene: &Scene,
    worked: &Worked,
    [title, stored]: [&str; 2],
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
) {
    let mut row = text::put_wrapped(buf, area, title, ground.strong());
    row += text::put_wrapped(buf, layout::top(area, row).1, stored, ground.fact());
    for line in &worked.lines {
        row += 1;
        let name = format!("{:<5}", line.name);
        let head = [(&*name, ground.strong()), (scene.words.text(line.key), ground.dim())];
        text::put_spans(buf, layout::row(area, row), &head);
        row += 1;
        let numbers = format!("= {} = {}", line.numbers, number(line.result));
        for (part, style) in
            [(format!("= {}", line.letters), ground.dim()), (numbers, ground.fact())]
        {
            row += text::put_wrapped(buf, layout::top(area, row).1, &part, style);
        }
    }
}
