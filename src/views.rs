//! Draw frames: data in, cells and picture slots out. No candle, no files, no clock.
//!
//! A view cannot tell a live walk from a recording: it reads [`App`] and draws. [`draw`] is the
//! one door: three bands that never move, the view of the stage in the middle, and what lies over
//! it.

mod decode;
mod image;
mod noise;
pub(crate) mod parts;
mod schedule;
mod step;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::{App, Target};
use crate::walk::Picture;

pub use parts::theme::{Colours, Ground, Marks};

/// A place where a true picture stands in cells already; a terminal that can show pixels paints
/// the picture over it.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The cells.
    pub area: Rect,
    /// The picture, to be shown as large as fits without blurring.
    pub picture: Picture,
}

/// Draws the whole screen into `area` and gives the places of true pictures.
pub fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) -> Vec<Slot> {
    let area = area.intersection(*buf.area());
    let mut slots = Vec::new();
    buf.set_style(area, ground.base());
    match app.walk.frame() {
        Some(crate::walk::Frame::Schedule(f)) => {
            schedule::draw(app, f, ground, area, buf, &mut slots)
        }
        Some(crate::walk::Frame::Noise(f)) => noise::draw(app, f, ground, area, buf, &mut slots),
        Some(crate::walk::Frame::Step(f)) => step::draw(app, f, ground, area, buf, &mut slots),
        Some(crate::walk::Frame::Decode(f)) => decode::draw(app, f, ground, area, buf, &mut slots),
        Some(crate::walk::Frame::Image(f)) => image::draw(app, f, ground, area, buf, &mut slots),
        _ => {}
    }
    if ground.marks == Marks::Ascii {
        parts::theme::to_ascii(area, buf);
    }
    slots
}

/// What stands at a place of the screen that [`draw`] gave, for a click.
pub fn target(_app: &App, _area: Rect, _column: u16, _row: u16) -> Option<Target> {
    None
}
