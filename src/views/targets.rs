//! What a click hits: the same places that the views draw, asked the other way round.

use ratatui::layout::Rect;

use super::screen::{Bands, LEAST};
use super::{compare, doors, hints, image, present, rail, step, tokens};
use crate::app::{App, Scene, Target};
use crate::walk::Frame;

/// What stands at a column and row of a screen of this `area`.
pub fn target(app: &App, area: Rect, column: u16, row: u16) -> Option<Target> {
    let (width, height) = LEAST;
    if app.overlay.is_some() || area.width < width || area.height < height {
        return None;
    }
    if app.present && present::has(app.scene) {
        return None;
    }
    match app.scene {
        Scene::Doors => doors::door_at(app, area, (column, row)).map(Target::Door),
        Scene::Walk => in_walk(app, area, (column, row)),
        Scene::Training => None,
        Scene::Compare => in_comparison(app, area, (column, row)),
        Scene::Drawings | Scene::Teaching => {
            let hints = Bands::of(app, area).hints;
            let inside = hints.contains((column, row).into());
            inside.then(|| hints::action_at(app, hints, column).map(Target::Do))?
        }
    }
}

fn in_comparison(app: &App, area: Rect, place: (u16, u16)) -> Option<Target> {
    let bands = Bands::of(app, area);
    let inside = |band: Rect| band.contains(place.into());
    if inside(bands.rail) {
        return rail::stage_at(app, bands.rail, place.0).map(Target::Stage);
    }
    if inside(bands.hints) {
        return hints::action_at(app, bands.hints, place.0).map(Target::Do);
    }
    compare::run_at(app, bands.view, place).map(Target::Picture)
}

fn in_walk(app: &App, area: Rect, place: (u16, u16)) -> Option<Target> {
    let bands = Bands::of(app, area);
    let inside = |band: Rect| band.contains(place.into());
    if inside(bands.rail) {
        return rail::stage_at(app, bands.rail, place.0).map(Target::Stage);
    }
    if inside(bands.hints) {
        return hints::action_at(app, bands.hints, place.0).map(Target::Do);
    }
    match app.walk.frame().filter(|_| inside(bands.view))? {
        Frame::Tokens(frame) => tokens::piece_at(app, frame, bands.view, place).map(Target::Piece),
        Frame::Step(frame) if !app.look.enlarged => {
            step::picture_at(app, frame, bands.view, place).map(Target::Picture)
        }
        Frame::Image(frame) => {
            image::pixel_at(app, frame, bands.view, place).map(|(x, y)| Target::Pixel(x, y))
        }
        _ => None,
    }
}
