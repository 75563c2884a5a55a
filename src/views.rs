//! Draw frames: data in, cells and picture slots out. No candle, no files, no clock.
//!
//! A view cannot tell a live walk from a recording: it reads [`App`] and draws. [`draw`] is the
//! one door: three bands that never move, the view of the stage in the middle, and what lies over
//! them.

mod adding;
mod asked;
mod compare;
mod decode;
mod doors;
mod drawings;
mod embeddings;
mod encode;
mod fork;
mod form;
mod glossary;
mod help;
mod hints;
mod image;
mod layers;
mod lesson;
mod lessons;
mod noise;
mod notes;
pub(crate) mod parts;
mod present;
mod presenter;
mod rail;
mod said;
mod schedule;
mod screen;
mod settings;
mod step;
mod targets;
mod taught;
mod teaching;
mod title;
mod tokens;
mod training;
mod typing;
mod waiting;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::{App, Overlay, Scene};
use crate::walk::{Curves, Frame, Picture};

pub(crate) use notes::said as note;
pub use parts::theme::{Colours, Ground, Marks};
pub use presenter::{Presenter, draw_presenter};
pub use screen::LEAST;
pub(crate) use step::{Painted, Told, chosen_picture};
pub use targets::target;

/// A place where a picture or a plot stands in cells already; a terminal that can show pixels
/// paints it over them.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The cells.
    pub area: Rect,
    /// What stands there.
    pub shown: Shown,
}

/// What a slot shows in pixels.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// A picture, as large as fits without blurring.
    Picture(Picture),
    /// The field of a plot, whose ticks and labels stay cells.
    Curves(Curves),
}

impl Slot {
    pub(crate) const fn picture(area: Rect, picture: Picture) -> Self {
        Self { area, shown: Shown::Picture(picture) }
    }
}

/// Draws the whole screen into `area` and gives the places of true pictures.
pub fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) -> Vec<Slot> {
    let area = area.intersection(*buf.area());
    let ground = &Ground { bold: ground.bold || app.present, ..*ground };
    let mut slots = Vec::new();
    buf.set_style(area, ground.base());
    if screen::too_small(app, ground, area, buf) {
        return slots;
    }
    match app.scene {
        scene if app.present && present::has(scene) => {
            present::draw(app, ground, area, buf, &mut slots);
        }
        Scene::Doors => doors::draw(app, ground, area, buf),
        Scene::Walk => screen::draw(app, ground, area, buf, &mut slots),
        Scene::Compare => compare::draw(app, ground, area, buf, &mut slots),
        Scene::Training => training::draw(app, ground, area, buf, &mut slots),
        Scene::Drawings => drawings::draw(app, ground, area, buf, &mut slots),
        Scene::Teaching => teaching::draw(app, ground, area, buf, &mut slots),
    }
    if let Some(overlay) = &app.overlay {
        let covered = draw_overlay(app, overlay, ground, area, buf);
        slots.retain(|slot| !slot.area.intersects(covered));
    }
    if ground.marks == Marks::Ascii {
        parts::theme::to_ascii(area, buf);
    }
    slots
}

/// One number of the frame on screen worked out by hand, in sentences; none where nothing is.
pub(crate) fn worked_by_hand(app: &App) -> Vec<String> {
    match app.walk.frame() {
        Some(Frame::Noise(noise)) => noise::worked_by_hand(app, noise),
        Some(Frame::Step(step)) => step::worked_by_hand(app, step),
        Some(Frame::Image(image)) => image::worked_by_hand(app, image),
        _ => Vec::new(),
    }
}

/// Draws the frame on screen into the middle band.
fn draw_frame(
    app: &App,
    frame: &Frame,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    match frame {
        Frame::Tokens(frame) => tokens::draw(app, frame, ground, area, buf),
        Frame::Embeddings(frame) => embeddings::draw(app, frame, ground, area, buf, slots),
        Frame::Schedule(frame) => schedule::draw(app, frame, ground, area, buf, slots),
        Frame::Encode(frame) => encode::draw(app, frame, ground, area, buf, slots),
        Frame::Noise(frame) => noise::draw(app, frame, ground, area, buf, slots),
        Frame::Step(frame) => step::draw(app, frame, ground, area, buf, slots),
        Frame::Decode(frame) => decode::draw(app, frame, ground, area, buf, slots),
        Frame::Image(frame) => image::draw(app, frame, ground, area, buf, slots),
    }
}

fn draw_overlay(
    app: &App,
    overlay: &Overlay,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    match overlay {
        Overlay::Help { scroll } => help::draw(app, *scroll, ground, area, buf),
        Overlay::Glossary { chosen } => glossary::draw(app, *chosen, ground, area, buf),
        Overlay::Lessons { chosen } => lessons::draw(app, *chosen, ground, area, buf),
        Overlay::Taught(picker) => taught::draw(app, picker, ground, area, buf),
        Overlay::Settings { chosen, draft, editing } => {
            let form = settings::Form { chosen: *chosen, draft, editing: editing.as_deref() };
            settings::draw(app, &form, ground, area, buf)
        }
        Overlay::Layers => layers::draw(app, ground, area, buf),
        Overlay::Adding(form) => adding::draw(app, form, ground, area, buf),
        Overlay::Forking(form) => fork::draw(app, form, ground, area, buf),
        Overlay::Prompt { .. } | Overlay::Path { .. } | Overlay::CommandLine { .. } => {
            typing::draw(app, overlay, ground, area, buf)
        }
    }
}
