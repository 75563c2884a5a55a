//! Draw frames: data in, cells and picture slots out. No candle, no files, no clock.
//!
//! A view cannot tell a live walk from a recording: it reads [`App`](crate::app::App) and draws.

use ratatui::layout::Rect;

use crate::walk::Picture;

/// A place where a true picture stands in cells already; a terminal that can show pixels paints
/// the picture over it.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The cells.
    pub area: Rect,
    /// The picture, to be shown as large as fits without blurring.
    pub picture: Picture,
}
