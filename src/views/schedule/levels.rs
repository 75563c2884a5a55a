//! The chosen noise level, its words, and the table of all levels.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::views::parts::numbers::{fixed, short, timestep};
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, text};
use crate::walk::{Picture, Schedule, Stage};
use crate::words::Words;

/// The level that `↑↓` chose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chosen {
    /// Its place in the levels; the last one is that after the last step.
    pub(super) level: usize,
    /// Its noise level.
    pub(super) sigma: f32,
}

impl Chosen {
    /// From the state; turning past the end begins again.
    pub(super) fn of(app: &App, frame: &Schedule) -> Self {
        let level = app.look.turn[Stage::Schedule.index()] % frame.levels.len().max(1);
        Self { level, sigma: frame.levels.get(level).copied().unwrap_or(0.0) }
    }

    /// Which step it is and at which noise level.
    pub(super) fn line(self, words: Words, frame: &Schedule) -> String {
        let sigma = short(self.sigma);
        match (frame.timesteps.get(self.level), frame.steps.get(self.level)) {
            (Some(t), Some(step)) => {
                let steps = frame.steps.iter().max().map_or(0, |last| last + 1);
                let facts = [
                    ("step", &*(step + 1).to_string()),
                    ("steps", &steps.to_string()),
                    ("t", &timestep(*t)),
                    ("sigma", &sigma),
                ];
                words.fill("schedule.level", &facts)
            }
            _ => words.fill("schedule.last", &[("sigma", &sigma)]),
        }
    }
}

/// The two factors; never as a per cent.
pub(super) fn factors_line(words: Words, sigma: f32) -> String {
    let (signal, noise) = Schedule::factors(sigma);
    let facts = [("signal", &*fixed(signal, 3)), ("noise", &fixed(noise, 3))];
    words.fill("schedule.factors", &facts)
}

/// All levels in rows: step, t, σ and the two factors; the chosen one reversed, scrolled into
/// view.
pub(super) fn table(
    words: Words,
    frame: &Schedule,
    chosen: Chosen,
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
) {
    let row_of = |cells: [&str; 5]| {
        let mut line = String::new();
        for (cell, wide) in cells.iter().zip([4u16, 6, 8, 8, 9]) {
            let gap = wide.saturating_sub(text::width(cell));
            line.push_str(&" ".repeat(usize::from(gap)));
            line.push_str(cell);
        }
        line
    };
    let head = [
        "schedule.table-step",
        "schedule.table-t",
        "schedule.table-sigma",
        "schedule.table-signal",
        "schedule.table-noise",
    ]
    .map(|key| words.text(key));
    text::put(buf, layout::row(area, 0), &row_of(head), ground.dim());
    let (_, body) = layout::top(area, 1);
    let rows = usize::from(body.height);
    let first = (chosen.level + rows.div_ceil(2)).saturating_sub(rows);
    let first = first.min(frame.levels.len().saturating_sub(rows));
    for (i, &sigma) in frame.levels.iter().enumerate().skip(first).take(rows) {
        let (signal, noise) = Schedule::factors(sigma);
        let step = frame.steps.get(i).map_or_else(|| "—".to_owned(), |s| (s + 1).to_string());
        let t = frame.timesteps.get(i).map_or_else(|| "—".to_owned(), |t| timestep(*t));
        let line = row_of([&step, &t, &short(sigma), &fixed(signal, 3), &fixed(noise, 3)]);
        let style = if i == chosen.level { ground.chosen() } else { ground.fact() };
        text::put(buf, layout::row(body, (i - first) as u16), &line, style);
    }
}

/// Where a model keeps no training picture: four flat colours.
pub(super) fn flat_colours() -> Picture {
    Picture::from_fn(64, 64, |x, y| match (x < 32, y < 32) {
        (true, true) => [214, 40, 40],
        (false, true) => [46, 90, 190],
        (true, false) => [240, 196, 60],
        (false, false) => [60, 150, 80],
    })
}
