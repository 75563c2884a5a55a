//! A show of hands as bars: while it is typed, and beside the result with the right one marked, by a
//! sign as well as by its colour.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::lesson::QuestionKind;
use crate::views::parts::theme::Ground;
use crate::views::parts::{bars, layout, text};

/// How many hands went up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hands {
    /// For each choice.
    pub(super) counts: Vec<u32>,
    /// The right one, once it may be seen.
    pub(super) right: Option<usize>,
}

impl Hands {
    /// The hands for the beat on screen, once its answer is shown.
    pub(super) fn shown(app: &App) -> Option<Self> {
        let open = app.lesson_now().filter(|open| !open.asking)?;
        let question = open.beat()?.question.as_ref()?;
        if question.kind != QuestionKind::Choice {
            return None;
        }
        let counts = open.hands.of(open.at)?.to_vec();
        Some(Self { counts, right: question.letters()?.first().copied() })
    }

    /// The rows that they take.
    pub(super) fn rows(&self) -> u16 {
        u16::try_from(self.counts.len()).unwrap_or(u16::MAX)
    }

    /// The longest bar's hands.
    fn most(&self) -> u32 {
        self.counts.iter().copied().max().unwrap_or(0).max(1)
    }
}

/// One bar a row: `b ✓ ██████ 9`; gives the rows used.
pub(super) fn draw(hands: &Hands, area: Rect, ground: &Ground, buf: &mut Buffer) -> u16 {
    for (place, row) in (0..hands.counts.len()).zip(0..area.height) {
        let row = layout::row(area, row);
        let right = hands.right == Some(place);
        let style = if right { ground.right() } else { ground.fact() };
        let letter = char::from(b'a' + u8::try_from(place).unwrap_or(0));
        let sign = if right { '✓' } else { ' ' };
        text::put(buf, row, &format!("{letter} {sign}"), style);
        bar(hands, place, layout::left(row, 4, 0).1, ground, buf);
    }
    hands.rows().min(area.height)
}

/// The bar of one choice with its number behind it.
pub(super) fn bar(hands: &Hands, place: usize, area: Rect, ground: &Ground, buf: &mut Buffer) {
    let count = hands.counts.get(place).copied().unwrap_or(0);
    let number = count.to_string();
    let room = area.width.saturating_sub(text::width(&hands.most().to_string()) + 1);
    let share = f64::from(count) / f64::from(hands.most());
    let right = hands.right == Some(place);
    let style = if right { ground.right() } else { ground.other() };
    let (field, _) = layout::left(area, room, 0);
    bars::lying(share as f32, style, field, ground, buf);
    let long = u16::try_from(bars::eighths(share as f32, room).div_ceil(8)).unwrap_or(room);
    let gap = u16::from(long > 0);
    let behind = layout::left(area, long + gap, 0).1;
    text::put(buf, behind, &number, if right { ground.right() } else { ground.strong() });
}
