//! One picture in the look in which it is shown: a preview, a true picture, or numbers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::dots::Fit;
use super::heatmap::{self, Map};
use super::picture;
use super::theme::Ground;
use crate::views::Slot;
use crate::walk::{Grid, Picture};

/// What is painted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Paint {
    /// A linear preview: cells only.
    Preview(Picture),
    /// A true picture, also in pixels where the terminal shows them.
    True(Picture),
    /// Numbers `[1,h,w]`.
    Numbers(Grid, Map),
}

impl Paint {
    /// Width and height in numbers or pixels.
    pub(crate) fn size(&self) -> (usize, usize) {
        match self {
            Self::Preview(picture) | Self::True(picture) => (picture.width(), picture.height()),
            Self::Numbers(plane, _) => (plane.width(), plane.height()),
        }
    }

    /// Paints it at the upper left of `area`.
    pub(crate) fn draw(
        &self,
        area: Rect,
        ground: &Ground,
        buf: &mut Buffer,
        slots: &mut Vec<Slot>,
    ) -> Fit {
        match self {
            Self::Preview(colours) => picture::cells(colours, area, ground, buf),
            Self::True(colours) => picture::draw(colours, area, ground, buf, slots),
            Self::Numbers(plane, map) => heatmap::draw(plane, 0, *map, area, ground, buf),
        }
    }
}
