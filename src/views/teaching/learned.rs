//! What came of a teaching: prompts before and after, which layers changed and how much, and the
//! nearest of its own pictures.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pair::{self, Group};
use super::{Scene, learning};
use crate::views::Slot;
use crate::views::parts::numbers::fixed;
use crate::views::parts::{changes, layout, picture, text};
use crate::walk::{BeforeAfter, NearPicture, TaughtReport};
use crate::words::taught_report;

/// The fewest rows under the pictures that hold everything at once.
const WHOLE: u16 = 18;
/// Columns and rows of a near picture.
const NEAR: (u16, u16) = (16, 8);

/// The loss before and after, in a line.
pub(super) fn draw_summary(scene: Scene, area: Rect, buf: &mut Buffer) {
    let Scene { teaching, words, ground } = scene;
    let Some(taught) = &teaching.taught else { return };
    let wide = teaching.written.as_ref().map_or(0, |file| {
        let told = words.fill("teaching.written", &[("file", &text::cut(file, 30))]);
        text::put_right(buf, area, &told, ground.fact())
    });
    let (left, _) = layout::left(area, area.width.saturating_sub(wide + 2), 0);
    let steps = teaching.step.step.to_string();
    let (before, after) = taught.report.loss;
    let facts = [("steps", &*steps), ("before", &*fixed(before, 3)), ("after", &*fixed(after, 3))];
    text::put(buf, left, &words.fill("teaching.summary", &facts), ground.strong());
}

/// Pictures above; below all the rest, or what fits of it.
pub(super) fn draw(scene: Scene, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let Some(taught) = &scene.teaching.taught else { return };
    let report = &taught.report;
    let (above, below) = layout::top(area, pair::rows(area));
    if pair::five(area) && below.height >= WHOLE {
        draw_pairs(scene, report, above, buf, slots);
        if let [left, right] = layout::columns(below, 2, 4)[..] {
            let used = draw_sentences(scene, report, layout::top(left, 9).0, buf);
            let plot = layout::top(left, used + 1).1;
            learning::curve(scene, plot, buf, slots);
            let (bars, near) = layout::bottom(right, NEAR.1 + 3);
            changes::draw(&report.changes, scene.words, scene.ground, bars, buf);
            draw_near(scene, &report.nearest, near, buf, slots);
        }
        return;
    }
    if !scene.teaching.changes {
        draw_pairs(scene, report, above, buf, slots);
        draw_sentences(scene, report, below, buf);
        return;
    }
    let room = 2 * (NEAR.0 + 2);
    let (left, right) = layout::left(area, area.width.saturating_sub(room + 2), 2);
    changes::draw(&report.changes, scene.words, scene.ground, left, buf);
    draw_near(scene, &report.nearest, right, buf, slots);
}

fn draw_pairs(
    scene: Scene,
    report: &TaughtReport,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let mut groups = Vec::new();
    if let (true, [alone, _, ..]) = (pair::five(area), report.word_prompts.as_slice()) {
        let said = scene.words.text("teaching.after-all").to_owned();
        groups.push(Group { prompt: &alone.prompt, pictures: vec![(&alone.after, said)] });
    }
    let last = report.word_prompts.last();
    groups.extend(last.into_iter().chain([&report.other]).map(|of| both(scene, of)));
    pair::draw(scene, &groups, area, buf, slots);
}

fn both<'a>(scene: Scene, of: &'a BeforeAfter) -> Group<'a> {
    let words = scene.words;
    let apart = words.fill("teaching.apart", &[("distance", &fixed(of.distance, 1))]);
    let after = format!("{}  {apart}", words.text("teaching.after-all"));
    let before = words.text("teaching.before").to_owned();
    Group { prompt: &of.prompt, pictures: vec![(&of.before, before), (&of.after, after)] }
}

/// What the pictures say, in sentences; gives the rows used.
fn draw_sentences(scene: Scene, report: &TaughtReport, area: Rect, buf: &mut Buffer) -> u16 {
    let Scene { words, ground, .. } = scene;
    let mut row = 0;
    let mut say = |sentence: &str, style| {
        row += text::put_wrapped(buf, layout::top(area, row).1, sentence, style);
    };
    if let Some(of) = report.word_prompts.last().filter(|of| of.wanted != [None, None]) {
        let told = taught_report::colours(of, words).join(words.text("print.attached.and"));
        say(&words.fill("teaching.told", &[("told", &told)]), ground.fact());
    }
    say(&taught_report::swallowed(report, words), ground.fact());
    say(&taught_report::learned(report, words), ground.fact());
    say(words.text("teaching.delta"), ground.dim());
    row
}

/// Its own pictures nearest to what it draws now.
fn draw_near(
    scene: Scene,
    nearest: &[NearPicture],
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let Scene { words, ground, .. } = scene;
    let (head, rest) = layout::top(area, 1);
    text::put(buf, head, words.text("teaching.nearest"), ground.strong());
    let (width, height) = NEAR;
    let count = (rest.width + 2) / (width + 2);
    let mut place = rest;
    for one in nearest.iter().take(usize::from(count)) {
        let (cells, after) = layout::left(place, width, 2);
        let fit = picture::draw(&one.picture, layout::top(cells, height).0, ground, buf, slots);
        let apart = words.fill("teaching.apart", &[("distance", &fixed(one.distance, 1))]);
        let under = layout::top(cells, fit.area.height).1;
        text::put(buf, layout::row(under, 0), &apart, ground.fact());
        text::put(buf, layout::row(under, 1), &one.name, ground.dim());
        place = after;
    }
}
