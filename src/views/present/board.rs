//! One picture with its column: beside it, or under it where that shows the picture larger; the
//! picture as large as the words allow.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::column::Column;
use crate::views::Slot;
use crate::views::parts::dots::Fit;
use crate::views::parts::layout;
use crate::views::parts::paint::Paint;
use crate::views::parts::theme::Ground;

/// The narrowest column beside a picture.
const NARROW: u16 = 24;
/// The lowest picture.
const LOW: u16 = 6;
/// Columns between picture and words.
const GAP: u16 = 2;

/// A picture and its words.
pub(super) struct Board {
    /// The picture.
    pub(super) paint: Paint,
    /// The words.
    pub(super) column: Column,
}

/// Where both stand.
struct Found {
    picture: Rect,
    words: Rect,
    scale: u16,
}

impl Board {
    /// Draws both.
    pub(super) fn draw(
        &self,
        area: Rect,
        ground: &Ground,
        buf: &mut Buffer,
        slots: &mut Vec<Slot>,
    ) {
        let found = self.arrange(area, ground);
        self.paint.draw(found.picture, ground, buf, slots);
        self.column.draw(found.scale, found.words, ground, buf);
    }

    /// Draws the picture alone; gives what is left beside it.
    pub(super) fn draw_picture(
        &self,
        area: Rect,
        ground: &Ground,
        buf: &mut Buffer,
        slots: &mut Vec<Slot>,
    ) -> Rect {
        let picture = Rect { width: area.width / 2, ..area };
        let fit = self.paint.draw(picture, ground, buf, slots);
        layout::left(area, fit.area.width, GAP).1
    }

    fn fit(&self, room: Rect) -> Fit {
        let (width, height) = self.paint.size();
        Fit::of(width, height, room)
    }

    /// The largest picture whose words fit; a figure is made smaller before a picture is.
    fn arrange(&self, area: Rect, ground: &Ground) -> Found {
        let mut best: Option<(u32, Found)> = None;
        for height in (LOW.min(area.height)..=area.height).rev() {
            for found in [self.beside(height, area, ground), self.over(height, area, ground)] {
                let Some(found) = found else { continue };
                let large = found.picture.area();
                // Of two equal pictures the one with the larger figure.
                let worth = large * 8 + u32::from(found.scale);
                if best.as_ref().is_none_or(|(most, _)| worth > *most) {
                    best = Some((worth, found));
                }
            }
        }
        best.map_or_else(|| self.squeezed(area), |(_, found)| found)
    }

    /// Words beside a picture of at most so many rows.
    fn beside(&self, height: u16, area: Rect, ground: &Ground) -> Option<Found> {
        let width = area.width.checked_sub(NARROW + GAP)?;
        let picture = self.fit(Rect { width, height, ..area }).area;
        let words = layout::left(area, picture.width, GAP).1;
        let scale = self.column.scale(words, ground)?;
        Some(Found { picture, words, scale })
    }

    /// Words under it.
    fn over(&self, height: u16, area: Rect, ground: &Ground) -> Option<Found> {
        let picture = self.fit(Rect { height, ..area }).area;
        let words = layout::top(area, picture.height + 1).1;
        let scale = self.column.scale(words, ground)?;
        let x = area.x + (area.width - picture.width) / 2;
        Some(Found { picture: Rect { x, ..picture }, words, scale })
    }

    /// Where nothing fits, a low picture and as many words as there is room for.
    fn squeezed(&self, area: Rect) -> Found {
        let room = Rect { height: LOW.min(area.height), width: area.width / 3, ..area };
        let picture = self.fit(room).area;
        Found { picture, words: layout::left(area, picture.width, GAP).1, scale: 0 }
    }
}
