//! The picture, and a lens on its numbers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Slot;
use super::parts::theme::Ground;
use crate::app::App;
use crate::walk::Image;

/// Draws the stage into the middle band.
pub(crate) fn draw(
    _app: &App,
    _frame: &Image,
    _ground: &Ground,
    _area: Rect,
    _buf: &mut Buffer,
    _slots: &mut Vec<Slot>,
) {
}
