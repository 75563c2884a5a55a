//! Curves of the noise levels, and one picture at the chosen level.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Slot;
use super::parts::theme::Ground;
use crate::app::App;
use crate::walk::Schedule;

/// Draws the stage into the middle band.
pub(crate) fn draw(
    _app: &App,
    _frame: &Schedule,
    _ground: &Ground,
    _area: Rect,
    _buf: &mut Buffer,
    _slots: &mut Vec<Slot>,
) {
}
