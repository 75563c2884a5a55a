//! The ages of the model: the same moment at each of them, side by side or as a list.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Scene, samples_text};
use crate::views::Slot;
use crate::views::parts::numbers::fixed;
use crate::views::parts::{layout, picture, text};
use crate::walk::{Age, Noising};

/// Rows that the ages take side by side.
pub(super) const ROWS: u16 = 10;
/// Columns of the list.
pub(super) const LIST: u16 = 36;
/// Columns of a picture of an age.
const PICTURE: u16 = 16;
/// Columns of the longest bar.
const BAR: f32 = 8.0;

/// The clean picture that each age makes of it, with its error.
pub(super) fn side_by_side(
    scene: Scene,
    shown: &Noising,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let Scene { training, words, ground } = scene;
    let (head, rest) = layout::top(layout::top(area, 1).1, 1);
    for ((age, column), place) in
        Age::ALL.into_iter().zip(layout::columns(rest, 4, 2)).zip(layout::columns(head, 4, 2))
    {
        let chosen = age == training.age;
        let title = if chosen { format!("▸ {}", scene.age(age)) } else { scene.age(age).into() };
        let style = if chosen { ground.chosen() } else { ground.strong() };
        let samples = samples_text(words, scene.samples(age));
        text::put_spans(
            buf,
            place,
            &[(&title, style), ("  ", ground.fact()), (&samples, ground.dim())],
        );
        let (cells, facts) = layout::left(column, PICTURE, 1);
        if let Some(answer) = shown.answers.iter().find(|answer| answer.age == age) {
            picture::draw(&answer.picture, cells, ground, buf, slots);
        }
        let error = scene.error(shown, age).map_or_else(String::new, |error| fixed(error, 3));
        let what = words.fill("training.error-of", &[("symbol", scene.symbol())]);
        let used = text::put_wrapped(buf, facts, &what, ground.dim());
        text::put(buf, layout::top(facts, used).1, &error, ground.strong());
    }
}

/// One row an age: its name, how many samples it had seen, its error as a number and a bar.
pub(super) fn list(scene: Scene, shown: &Noising, area: Rect, buf: &mut Buffer) {
    let Scene { training, words, ground } = scene;
    let title = words.fill("training.ages", &[("symbol", scene.symbol())]);
    text::put(buf, area, &title, ground.dim());
    let most = Age::ALL.iter().filter_map(|age| scene.error(shown, *age));
    let most = most.filter(|error| error.is_finite()).fold(f32::MIN_POSITIVE, f32::max);
    for (i, age) in (1..area.height).zip(Age::ALL) {
        let row = layout::row(area, i);
        let chosen = age == training.age;
        let sign = if chosen { "▸ " } else { "  " };
        let style = if chosen { ground.strong() } else { ground.fact() };
        text::put(buf, row, &format!("{sign}{}", scene.age(age)), style);
        let samples = scene.samples(age).map_or_else(String::new, short_count);
        let (name, rest) = layout::left(row, 18, 1);
        text::put_right(buf, name, &samples, ground.dim());
        let Some(error) = scene.error(shown, age) else { continue };
        let used = text::put(buf, rest, &fixed(error, 3), style);
        let long = (error / most * BAR).round().clamp(0.0, BAR) as usize;
        let (_, bar) = layout::left(rest, used, 1);
        text::put(buf, bar, &"▇".repeat(long.max(1)), ground.line());
    }
}

/// A count of samples in a few cells: `64k`.
fn short_count(samples: u64) -> String {
    if samples >= 1000 { format!("{}k", (samples + 500) / 1000) } else { samples.to_string() }
}
