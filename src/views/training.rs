//! The training, looked at: a picture with noise of a known strength, what the network should say,
//! what it says at each age, and how wrong that is.

mod ages;
mod curves;
mod panels;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::numbers::{fixed, grouped};
use super::parts::theme::Ground;
use super::parts::{layout, text};
use super::screen::{Bands, line, toast};
use super::{Slot, hints, lesson, notes};
use crate::app::{App, Training};
use crate::walk::{Age, Noising, TIMESTEPS};
use crate::words::Words;

/// What the parts of the screen are drawn from.
#[derive(Clone, Copy)]
struct Scene<'a> {
    training: &'a Training,
    words: Words,
    ground: &'a Ground,
}

impl Scene<'_> {
    /// The name of an age.
    fn age(self, age: Age) -> &'static str {
        self.words.text(match age {
            Age::Untrained => "age.untrained",
            Age::Early => "age.early",
            Age::Half => "age.half",
            Age::Final => "age.final",
        })
    }

    /// How many samples it had seen, where that is known.
    fn samples(self, age: Age) -> Option<u64> {
        let recipe = self.training.recipe.as_ref()?;
        recipe.ages.iter().find(|(own, _)| *own == age)?.1
    }

    /// `v`, or `ε` where that is shown.
    fn symbol(self) -> &'static str {
        if self.training.epsilon { "ε" } else { "v" }
    }

    /// The mean squared error of what is shown of an age.
    fn error(self, shown: &Noising, age: Age) -> Option<f32> {
        let answer = shown.answers.iter().find(|answer| answer.age == age)?;
        Some(if self.training.epsilon { answer.error_epsilon } else { answer.error })
    }
}

/// Draws the whole screen.
pub(crate) fn draw(
    app: &App,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let bands = Bands::of(app, area);
    let scene = Scene { training: &app.training, words: app.words(), ground };
    draw_title(scene, layout::inset(bands.title, 1, 0), buf);
    draw_slider(scene, layout::inset(bands.rail, 1, 0), buf);
    line(ground, bands.upper_line, buf);
    if let Some(shown) = &app.training.shown {
        draw_view(scene, shown, bands.view, buf, slots);
    } else {
        let opening = app.words().text("training.opening");
        text::put_wrapped(buf, bands.view, opening, ground.fact());
    }
    line(ground, bands.lower_line, buf);
    lesson::draw_place(app, ground, bands.lower_line, buf);
    toast(app, ground, layout::inset(bands.lower_line, 2, 0), buf);
    notes::draw(app, ground, bands.notes, buf);
    hints::draw(app, ground, bands.hints, buf);
}

/// The caption, and which picture, noise and age it is.
fn draw_title(scene: Scene, area: Rect, buf: &mut Buffer) {
    let Scene { training, words, ground } = scene;
    let facts = [
        ("number", &*(training.wanted.number + 1).to_string()),
        ("seed", &training.wanted.seed.to_string()),
        ("age", scene.age(training.age)),
    ];
    let wide = text::put_right(buf, area, &words.fill("training.facts", &facts), ground.fact());
    let (left, _) = layout::left(area, area.width.saturating_sub(wide + 2), 0);
    let caption = training.shown.as_ref().map_or("", |shown| shown.caption.as_str());
    text::put(buf, left, caption, ground.prompt());
}

/// The timestep as a slider, and the two factors; never as a per cent.
fn draw_slider(scene: Scene, area: Rect, buf: &mut Buffer) {
    let Scene { training, words, ground } = scene;
    let t = training.wanted.timestep;
    let head = words.fill("training.timestep", &[("t", &format!("{t:>3}"))]);
    let used = text::put(buf, area, &head, ground.strong());
    let shown = training.shown.as_ref().filter(|shown| shown.asked.timestep == t);
    let factors = shown.map_or_else(String::new, |shown| {
        let (signal, noise) = (fixed(shown.mixture.signal, 3), fixed(shown.mixture.noise, 3));
        words.fill("training.factors", &[("signal", &signal), ("noise", &noise)])
    });
    let room = text::width(&factors).max(28);
    let (track, rest) = layout::left(
        layout::left(area, used + 1, 0).1,
        area.width.saturating_sub(used + room + 3),
        1,
    );
    text::put_right(buf, rest, &factors, ground.fact());
    if track.width < 8 {
        return;
    }
    let knob = track.x + (t * usize::from(track.width - 1) / (TIMESTEPS - 1)) as u16;
    for x in track.x..track.right() {
        let sign = match x {
            x if x == knob => "●",
            x if x == track.x => "├",
            x if x == track.right() - 1 => "┤",
            _ => "─",
        };
        let style = if x == knob { ground.strong() } else { ground.line() };
        if let Some(cell) = buf.cell_mut((x, track.y)) {
            cell.set_symbol(sign).set_style(style);
        }
    }
}

/// Pictures above, ages and curves below, as much as there is room for.
fn draw_view(scene: Scene, shown: &Noising, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let (above, rest) = layout::top(area, panels::rows(area));
    panels::draw(scene, shown, above, buf, slots);
    if rest.height > ages::ROWS + curves::LEAST {
        let (side_by_side, below) = layout::top(rest, ages::ROWS);
        ages::side_by_side(scene, shown, side_by_side, buf, slots);
        let below = layout::top(below, 1).1;
        if let [left, right] = layout::columns(below, 2, 4)[..] {
            curves::errors(scene, left, buf, slots);
            curves::whole(scene, right, buf, slots);
        }
        return;
    }
    let (list, plot) = layout::left(rest, ages::LIST.min(rest.width / 2), 3);
    ages::list(scene, shown, list, buf);
    if scene.training.whole {
        curves::whole(scene, plot, buf, slots);
    } else {
        curves::errors(scene, plot, buf, slots);
    }
}

/// A count of samples in words.
fn samples_text(words: Words, samples: Option<u64>) -> String {
    samples.map_or_else(String::new, |samples| {
        words.fill("training.samples", &[("samples", &grouped(samples))])
    })
}
