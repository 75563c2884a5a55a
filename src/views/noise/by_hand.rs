//! One number of the noise by hand: seed, words of the generator, uniform numbers, and the normal
//! number that they give.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::views::parts::theme::Ground;
use crate::views::parts::working::{self, Line, number, operand};
use crate::views::parts::{layout, text};
use crate::walk::{Drawn, Noise};
use crate::words::Words;

/// Digits of the normal number, and of what it is made of: 24 random bits are seven digits.
const DIGITS: usize = 4;
const FINE: usize = 7;

/// The way of one number.
pub(super) struct Worked {
    title: String,
    /// What the frame holds, and whether it is what the seed gives.
    stored: String,
    fits: bool,
    lines: Vec<Line>,
}

impl Worked {
    /// Works out the number of a channel at column `x` and row `y`; `None` where there is none.
    pub(super) fn of(
        frame: &Noise,
        (channel, y, x): (usize, usize, usize),
        words: Words,
    ) -> Option<Self> {
        let grid = &frame.noise;
        let place = (channel * grid.height() + y) * grid.width() + x;
        let stored = *grid.data().get(place)?;
        let drawn = Drawn::of(frame.seed, grid.len(), place)?;
        let facts = [channel + 1, y + 1, x + 1].map(|n| n.to_string());
        let facts = [("channel", &*facts[0]), ("row", &facts[1]), ("column", &facts[2])];
        let off = (stored - drawn.value).abs();
        // What 16 bits lose of a number is at most a 2048th of it.
        let rounded = off <= drawn.value.abs() / 2048.0 + 1e-6;
        let key = match off {
            _ if off <= 1e-6 => "noise.hand-stored",
            _ if rounded => "noise.hand-rounded",
            _ => "noise.hand-other",
        };
        Some(Self {
            title: words.fill("step.hand", &facts),
            stored: words.fill(key, &[("stored", &number(stored.into(), DIGITS))]),
            fits: rounded,
            lines: lines(&drawn, frame.seed, words),
        })
    }

    /// As sentences.
    pub(super) fn sentences(&self) -> Vec<String> {
        let lines = self.lines.iter().map(Line::sentence);
        std::iter::once(self.title.clone()).chain(lines).chain([self.stored.clone()]).collect()
    }

    /// In rows under their title; gives the rows used.
    pub(super) fn rows(&self, area: Rect, ground: &Ground, buf: &mut Buffer) -> u16 {
        let head = [
            (&*self.title, ground.strong()),
            ("   ", ground.dim()),
            (&*self.stored, self.style(ground)),
        ];
        text::put_spans(buf, layout::row(area, 0), &head);
        1 + working::rows(&self.lines, layout::top(area, 1).1, ground, buf)
    }

    /// In a narrow column; gives the rows used.
    pub(super) fn column(&self, area: Rect, ground: &Ground, buf: &mut Buffer) -> u16 {
        let mut used = text::put_wrapped(buf, area, &self.title, ground.strong());
        let under = |used| layout::top(area, used).1;
        used += text::put_wrapped(buf, under(used), &self.stored, self.style(ground));
        used + working::column(&self.lines, under(used), ground, buf)
    }

    fn style(&self, ground: &Ground) -> ratatui::style::Style {
        if self.fits { ground.fact() } else { ground.wrong() }
    }
}

fn lines(drawn: &Drawn, seed: u64, words: Words) -> Vec<Line> {
    let [size_at, turn_at] = drawn.places.map(|place| (place + 1).to_string());
    let seed = seed.to_string();
    let facts = [("first", &*size_at), ("second", &turn_at), ("seed", &seed)];
    let key = if drawn.size_words.len() == 1 { "noise.hand-words" } else { "noise.hand-pairs" };
    let uniform = |name, of: &[u32], value: f64, key: &str| {
        let (letters, numbers) = if let [word] = of {
            let of = |w: &str| words.fill("noise.hand-one", &[("w", w)]);
            (of("w"), of(&word.to_string()))
        } else {
            let sum: Vec<String> = of.iter().map(u32::to_string).collect();
            let of = |sum: &[&str]| {
                words.fill("noise.hand-two", &[("sum", &sum.join(words.text("noise.hand-plus")))])
            };
            let sum: Vec<&str> = sum.iter().map(String::as_str).collect();
            (of(&["w", "w'"]), of(&sum))
        };
        Line {
            name,
            letters,
            numbers,
            result: number(value, FINE),
            what: words.text(key).to_owned(),
        }
    };
    let all: Vec<String> =
        drawn.size_words.iter().chain(&drawn.turn_words).map(u32::to_string).collect();
    let half = if drawn.sine { "sin" } else { "cos" };
    vec![
        Line {
            name: "w",
            letters: String::new(),
            numbers: all.join(", "),
            result: String::new(),
            what: words.fill(key, &facts),
        },
        uniform("u1", &drawn.size_words, drawn.size, "noise.hand-size"),
        uniform("u2", &drawn.turn_words, drawn.turn, "noise.hand-turn"),
        Line {
            name: "r",
            letters: "√(−2·ln(1 − u1))".to_owned(),
            numbers: format!("√(−2·ln(1 − {}))", operand(drawn.size, FINE)),
            result: number(drawn.radius, FINE),
            what: words.text("noise.hand-radius").to_owned(),
        },
        Line {
            name: "z",
            letters: format!("r·{half}(2π·u2)"),
            numbers: format!(
                "{}·{half}(2π·{})",
                number(drawn.radius, FINE),
                number(drawn.turn, FINE)
            ),
            result: number(drawn.value.into(), DIGITS),
            what: words.text("noise.hand-normal").to_owned(),
        },
    ]
}
