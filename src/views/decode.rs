//! The levels of the decoder from latent to pixels.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Slot;
use super::parts::theme::Ground;
use crate::app::App;
use crate::walk::Decode;

/// Draws the stage into the middle band.
pub(crate) fn draw(
    _app: &App,
    _frame: &Decode,
    _ground: &Ground,
    _area: Rect,
    _buf: &mut Buffer,
    _slots: &mut Vec<Slot>,
) {
}
