//! Pictures of one prompt side by side, from the same noise: the prompt over them, a line under
//! each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Scene;
use crate::views::Slot;
use crate::views::parts::{layout, picture, text};
use crate::walk::Picture;

/// Columns between two pictures.
const GAP: u16 = 2;

/// Pictures of one prompt.
pub(super) struct Group<'a> {
    /// The prompt.
    pub(super) prompt: &'a str,
    /// Each picture, and what is said under it.
    pub(super) pictures: Vec<(&'a Picture, String)>,
}

/// Rows of pictures, with the prompts over them and the lines under them, in a view of this size.
pub(super) const fn rows(area: Rect) -> u16 {
    2 + match (area.width, area.height) {
        (170.., 34..) => 16,
        (108.., 26..) => 11,
        _ => 8,
    }
}

/// Whether a view is wide enough for five pictures and not four.
pub(super) const fn five(area: Rect) -> bool {
    area.width >= 108
}

/// Draws groups side by side; those that find no room are left out.
pub(super) fn draw(
    scene: Scene,
    groups: &[Group],
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let ground = scene.ground;
    let across = if five(area) { 5 } else { (area.width + GAP) / (16 + GAP) }.clamp(1, 5);
    let width = layout::columns(area, across, GAP).first().map_or(0, |place| place.width);
    let mut column = 0;
    for group in groups {
        let count = group.pictures.len() as u16;
        if column + count > across {
            break;
        }
        let start = layout::left(area, column * (width + GAP), 0).1;
        let place = layout::left(start, count * (width + GAP) - GAP, 0).0;
        let (head, rest) = layout::top(place, 1);
        text::put(buf, head, group.prompt, ground.prompt());
        let height = rest.height.saturating_sub(1);
        for (i, (shown, said)) in (0..count).zip(&group.pictures) {
            let place = layout::left(rest, i * (width + GAP), 0).1;
            let place = layout::left(place, width, 0).0;
            let fit = picture::draw(shown, layout::top(place, height).0, ground, buf, slots);
            text::put(buf, layout::row(place, fit.area.height), said, ground.fact());
        }
        column += count;
    }
}
