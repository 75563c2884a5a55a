//! Four channels of the seeded noise, and their histogram.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Slot;
use super::parts::theme::Ground;
use crate::app::App;
use crate::walk::Noise;

/// Draws the stage into the middle band.
pub(crate) fn draw(
    _app: &App,
    _frame: &Noise,
    _ground: &Ground,
    _area: Rect,
    _buf: &mut Buffer,
    _slots: &mut Vec<Slot>,
) {
}
