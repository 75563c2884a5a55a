//! Beside the finished picture: the training pictures nearest to it, with their distances.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::views::Slot;
use crate::views::parts::numbers::{fixed, grouped};
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, picture, text};

/// Pictures side by side.
const SHOWN: usize = 3;
/// Rows under the pictures: captions, and what a distance is.
const BELOW: u16 = 7;

/// Draws the nearest pictures, or that they are being looked for.
pub(super) fn draw(
    app: &App,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let words = app.words();
    let Some(near) = &app.walk.near_pictures else {
        text::put_wrapped(buf, area, words.text("drawings.near-waiting"), ground.dim());
        return;
    };
    let count = grouped(near.among);
    let title = words.fill("drawings.near-title", &[("count", &count)]);
    text::put(buf, layout::row(area, 0), &title, ground.strong());
    let rest = layout::top(area, 1).1;
    let across = near.pictures.len().clamp(1, SHOWN);
    let places = layout::columns(rest, u16::try_from(across).unwrap_or(1), 2);
    let rows = rest.height.saturating_sub(BELOW + 1);
    let mut tallest = 0;
    for (one, place) in near.pictures.iter().zip(&places) {
        let room = layout::top(*place, rows).0;
        let fit = picture::draw(&one.shown.picture, room, ground, buf, slots);
        tallest = tallest.max(fit.area.height);
    }
    for (one, place) in near.pictures.iter().zip(&places) {
        let facts = [("distance", &*fixed(one.distance, 1))];
        let distance = words.fill("drawings.near-distance", &facts);
        text::put(buf, layout::row(*place, tallest), &distance, ground.fact());
    }
    let mut rest = layout::top(rest, tallest + 1).1;
    for one in near.pictures.iter().take(across) {
        let number = grouped(one.shown.number + 1);
        let number = words.fill("drawings.near-number", &[("number", &number)]);
        let caption = format!("  {}", text::escape(&one.shown.caption));
        let row = layout::row(rest, 0);
        text::put_spans(buf, row, &[(&number, ground.dim()), (&caption, ground.prompt())]);
        rest = layout::top(rest, 1).1;
    }
    if let Some(apart) = near.apart {
        let facts = [("apart", &*fixed(apart, 1))];
        let meaning = words.fill("drawings.near-meaning", &facts);
        text::put_wrapped(buf, rest, &meaning, ground.dim());
    }
}
