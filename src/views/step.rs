//! One step - pictures, numbers, curves over all steps.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Slot;
use super::parts::theme::Ground;
use crate::app::App;
use crate::walk::Step;

/// Draws the stage into the middle band.
pub(crate) fn draw(
    _app: &App,
    _frame: &Step,
    _ground: &Ground,
    _area: Rect,
    _buf: &mut Buffer,
    _slots: &mut Vec<Slot>,
) {
}
