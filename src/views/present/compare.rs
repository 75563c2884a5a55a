//! Runs side by side for a room: two of them, as large as the words allow, and one figure for how
//! far they are apart. Other stages keep their own picture.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::beside::{self, Pair};
use super::column::Column;
use crate::app::App;
use crate::views::Slot;
use crate::views::parts::dots::Fit;
use crate::views::parts::paint::Paint;
use crate::views::parts::theme::Ground;
use crate::views::parts::{large, layout, text};

/// Columns between two pictures.
const GAP: u16 = 2;

/// Draws the comparison on screen.
pub(super) fn draw(
    app: &App,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let column = Column::of(app, ground);
    let above = super::draw_under(&column, ground, area, buf);
    match beside::pair(app, ground) {
        Some(pair) => draw_pair(app, &pair, ground, above, buf, slots),
        None => beside::draw_stage(app, ground, above, buf, slots),
    }
}

/// Both pictures with their names over them, and the figure beside them where there is room.
fn draw_pair(
    app: &App,
    pair: &Pair,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let size = pair.runs.iter().find_map(|(_, paint)| paint.as_ref()).map(Paint::size);
    let (width, height) = size.unwrap_or((1, 1));
    let figure = large::size(&pair.figure, 1, ground).0.max(12);
    let room = (area.width.saturating_sub(GAP)) / 2;
    let tall = Rect { width: room, height: area.height.saturating_sub(1), ..area };
    let fit = Fit::of(width, height, tall).area;
    let mut rest = area;
    for (name, paint) in &pair.runs {
        let (place, after) = layout::left(rest, fit.width.max(8), GAP);
        let (head, body) = layout::top(place, 1);
        text::put(buf, head, name, ground.strong());
        if let Some(paint) = paint {
            paint.draw(Rect { height: tall.height, ..body }, ground, buf, slots);
        } else {
            text::put_wrapped(buf, body, app.words().text("present.not-yet"), ground.fact());
        }
        rest = after;
    }
    if rest.width < figure || pair.figure.is_empty() {
        return;
    }
    let rest = layout::top(rest, 1).1;
    let scale = if large::size(&pair.figure, 2, ground).0 <= rest.width { 2 } else { 1 };
    let (_, used) = large::draw(&pair.figure, scale, ground.prompt(), rest, ground, buf);
    text::put_wrapped(buf, layout::top(rest, used).1, &pair.label, ground.strong());
}
