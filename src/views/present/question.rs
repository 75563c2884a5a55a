//! A question for a room: its choices large and apart from each other, with the hands that went up
//! for each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::hands::{self, Hands};
use crate::app::{App, OpenLesson};
use crate::views::asked::{self, Asked};
use crate::views::parts::theme::Ground;
use crate::views::parts::{large, layout, text};

/// Cells of a choice's letter, large, with what stands before and behind it.
const LARGE: u16 = 8;
/// The same as one letter.
const SMALL: u16 = 6;

/// How roomy a question is set.
#[derive(Clone, Copy)]
struct Manner {
    /// Whether what is said before it is there.
    said: bool,
    /// Whether the letters of the choices are large.
    large: bool,
    /// Free rows between two choices.
    between: u16,
}

/// From the roomiest to the closest.
const MANNERS: [Manner; 6] = [
    Manner { said: true, large: true, between: 1 },
    Manner { said: true, large: true, between: 0 },
    Manner { said: true, large: false, between: 1 },
    Manner { said: true, large: false, between: 0 },
    Manner { said: false, large: true, between: 0 },
    Manner { said: false, large: false, between: 0 },
];

/// Draws the question that waits.
pub(super) fn draw(app: &App, open: &OpenLesson, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let Some(asked) = asked::of(app, open) else { return };
    let hands = open.hands.of(open.at).map(|counts| Hands { counts: counts.to_vec(), right: None });
    let scene = Scene { asked: &asked, open, hands: hands.as_ref(), ground };
    let rows = |manner: &Manner| scene.rows(*manner, area.width);
    let manner = MANNERS.into_iter().find(|manner| rows(manner) <= area.height);
    let manner = manner.unwrap_or(MANNERS[MANNERS.len() - 1]);
    let air = area.height.saturating_sub(rows(&manner)) / 3;
    scene.draw(manner, layout::top(area, air).1, buf);
}

struct Scene<'a> {
    asked: &'a Asked,
    open: &'a OpenLesson,
    hands: Option<&'a Hands>,
    ground: &'a Ground,
}

impl Scene<'_> {
    fn rows(&self, manner: Manner, width: u16) -> u16 {
        let of = |texts: &[String]| texts.iter().map(|text| lines(text, width)).sum::<u16>();
        let said = if manner.said { of(&self.asked.said) } else { 0 };
        let gap = u16::from(said > 0);
        let choices: u16 =
            self.asked.choices.iter().map(|choice| self.choice_rows(choice, manner, width)).sum();
        let count = u16::try_from(self.asked.choices.len()).unwrap_or(u16::MAX);
        let between = manner.between * count.saturating_sub(1);
        said + gap + of(&self.asked.question) + 1 + choices.max(1) + between
    }

    /// A choice takes its text, and a row for its bar once hands are counted.
    fn choice_rows(&self, choice: &str, manner: Manner, width: u16) -> u16 {
        let letter = if manner.large { LARGE } else { SMALL };
        let rows = lines(choice, width.saturating_sub(letter)) + u16::from(self.hands.is_some());
        if manner.large { rows.max(large::size("a", 1, self.ground).1) } else { rows }
    }

    fn draw(&self, manner: Manner, area: Rect, buf: &mut Buffer) {
        let ground = self.ground;
        let mut rest = area;
        if manner.said && !self.asked.said.is_empty() {
            for said in &self.asked.said {
                let used = text::put_wrapped(buf, rest, said, ground.fact());
                rest = layout::top(rest, used).1;
            }
            rest = layout::top(rest, 1).1;
        }
        for question in &self.asked.question {
            let used = text::put_wrapped(buf, rest, question, ground.prompt());
            rest = layout::top(rest, used).1;
        }
        rest = layout::top(rest, 1).1;
        if self.asked.choices.is_empty() {
            text::put(buf, rest, &format!("> {}_", self.open.typed), ground.strong());
            return;
        }
        for (place, choice) in self.asked.choices.iter().enumerate() {
            let rows = self.choice_rows(choice, manner, rest.width);
            self.choice((place, choice), manner, layout::top(rest, rows).0, buf);
            rest = layout::top(rest, rows + manner.between).1;
        }
    }

    fn choice(&self, (place, choice): (usize, &str), manner: Manner, area: Rect, buf: &mut Buffer) {
        let ground = self.ground;
        let chosen = self.open.chosen == Some(place);
        let style = if chosen { ground.prompt() } else { ground.strong() };
        let mark = match self.open.order.iter().position(|at| *at == place) {
            Some(at) => (at + 1).to_string(),
            None if chosen => "▸".to_owned(),
            None => String::new(),
        };
        text::put(buf, area, &mark, style);
        let letter = char::from(b'a' + u8::try_from(place).unwrap_or(0)).to_string();
        let (_, rest) = layout::left(area, 2, 0);
        let wide = if manner.large { LARGE } else { SMALL };
        if manner.large {
            large::draw(&letter, 1, style, rest, ground, buf);
        } else {
            let style = if chosen { ground.chosen_prompt() } else { ground.chosen() };
            text::put(buf, rest, &format!(" {letter} "), style);
        }
        let (_, words) = layout::left(area, wide, 0);
        let used = text::put_wrapped(buf, words, choice, style);
        if let Some(hands) = self.hands {
            let row = layout::row(words, used.min(words.height.saturating_sub(1)));
            hands::bar(hands, place, row, ground, buf);
        }
    }
}

fn lines(text: &str, width: u16) -> u16 {
    u16::try_from(text::wrap(&text::escape(text), width).len()).unwrap_or(u16::MAX)
}
