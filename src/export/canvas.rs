//! A sheet of pixels that pictures and lines of text are laid on.

use plotters::style::RGBColor;

use super::lettering::{self, GROUND, MESH};
use crate::walk::Picture;

/// Where a line of text stands in the room that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// At its left.
    Left,
    /// In its middle.
    Middle,
    /// At its right.
    Right,
}

/// Pixels in rows from the top, on the ground of the plots.
#[derive(Clone, Debug)]
pub(super) struct Canvas {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Canvas {
    /// An empty one.
    pub(super) fn new(width: usize, height: usize) -> Self {
        let RGBColor(r, g, b) = GROUND;
        Self { width, height, rgb: [r, g, b].repeat(width * height) }
    }

    /// Fills a rectangle; what lies outside is left away.
    pub(super) fn fill(&mut self, (x, y): (usize, usize), size: (usize, usize), ink: RGBColor) {
        let RGBColor(r, g, b) = ink;
        let (right, bottom) = ((x + size.0).min(self.width), (y + size.1).min(self.height));
        for row in y..bottom {
            if let Some(row) =
                self.rgb.get_mut((row * self.width + x) * 3..(row * self.width + right) * 3)
            {
                row.chunks_exact_mut(3).for_each(|pixel| pixel.copy_from_slice(&[r, g, b]));
            }
        }
    }

    /// Lays a picture with its upper left corner at a place; what lies outside is left away.
    pub(super) fn lay(&mut self, picture: &Picture, (x, y): (usize, usize)) {
        if x >= self.width {
            return;
        }
        let across = picture.width().min(self.width - x) * 3;
        let rows = picture.rgb().chunks_exact((picture.width() * 3).max(1));
        for (row, from) in rows.enumerate().take(self.height.saturating_sub(y)) {
            let start = ((y + row) * self.width + x) * 3;
            if let Some(to) = self.rgb.get_mut(start..start + across) {
                to.copy_from_slice(&from[..across]);
            }
        }
    }

    /// A hairline around a rectangle, just outside of it.
    pub(super) fn frame(&mut self, (x, y): (usize, usize), (width, height): (usize, usize)) {
        let (left, top) = (x.saturating_sub(1), y.saturating_sub(1));
        self.fill((left, top), (width + 2, 1), MESH);
        self.fill((left, y + height), (width + 2, 1), MESH);
        self.fill((left, top), (1, height + 2), MESH);
        self.fill((x + width, top), (1, height + 2), MESH);
    }

    /// Writes one line, shortened to the room that it has across.
    pub(super) fn write(
        &mut self,
        text: &str,
        (size, ink): (usize, RGBColor),
        (x, y): (usize, usize),
        (room, align): (usize, Align),
    ) {
        let text = lettering::shortened(text, size, room);
        let Some(line) = lettering::line(&text, size, ink).filter(|_| !text.is_empty()) else {
            return;
        };
        let left = room.saturating_sub(line.width());
        let x = match align {
            Align::Left => x,
            Align::Middle => x + left / 2,
            Align::Right => x + left,
        };
        self.lay(&line, (x, y));
    }

    /// All of it as a picture.
    pub(super) fn picture(self) -> Option<Picture> {
        Picture::new(self.width, self.height, self.rgb)
    }
}

/// A picture at a whole-number scale: every pixel repeated, or whole blocks averaged, so that its
/// longer edge comes as near to `edge` as it can without passing it.
pub(super) fn scaled(picture: &Picture, edge: usize) -> Picture {
    let longer = picture.width().max(picture.height()).max(1);
    if longer > edge { picture.block_means(edge, edge).0 } else { picture.enlarged(edge / longer) }
}
