//! One picture of a step alone, as large as a projector needs it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::panel::{dimmed, faded, map_of};
use super::pictures::{Canvas, Scene, Subject};
use super::{mixed, worked};
use crate::app::App;
use crate::views::parts::heatmap::Map;
use crate::views::parts::paint::Paint;
use crate::views::parts::theme::Ground;
use crate::walk::{Step, Trajectory};

/// The picture with its words.
pub(crate) struct Alone {
    /// Its name.
    pub(crate) title: String,
    /// In which look it is shown.
    pub(crate) look: String,
    /// The picture; none where there is nothing to show, and `look` says why.
    pub(crate) paint: Option<Paint>,
}

/// The guess of the picture, or the picture that was chosen. The first one in the order of `tab`
/// is what a screen begins with: the guess stands for it until it is enlarged.
pub(crate) fn alone(app: &App, frame: &Step, ground: &Ground) -> Alone {
    let chosen = Subject::chosen(app);
    let subject = match chosen {
        Subject::Latent if !app.look.enlarged => Subject::X0,
        _ => chosen,
    };
    within(app, frame, ground, |scene| {
        let panel = scene.panel(subject);
        let overlay = scene.overlay(subject);
        let map = map_of(&panel.canvas).unwrap_or(Map::Unsigned { low: 0.0, high: 1.0 });
        let mut look = panel.look.clone();
        let paint = match &panel.canvas {
            Canvas::Colours(colours) => {
                let colours =
                    overlay.as_ref().map_or_else(|| colours.clone(), |o| dimmed(colours, o));
                Some(if panel.pixels { Paint::True(colours) } else { Paint::Preview(colours) })
            }
            Canvas::Signed { plane, .. } | Canvas::Unsigned { plane, .. } => {
                let plane = overlay.as_ref().map_or_else(|| plane.clone(), |o| faded(plane, o));
                Some(Paint::Numbers(plane, map))
            }
            Canvas::Empty(key) => {
                scene.words.text(key).clone_into(&mut look);
                None
            }
        };
        if overlay.is_some() {
            look = scene.words.fill("step.laid-over", &[("piece", &scene.piece())]);
        }
        Alone { title: panel.title, look, paint }
    })
}

/// The number under the lens worked out by hand, in a high and narrow column.
pub(crate) fn draw_worked(app: &App, frame: &Step, area: Rect, ground: &Ground, buf: &mut Buffer) {
    within(app, frame, ground, |scene| worked::draw(scene, true, area, ground, buf));
}

/// Makes the scene of a step, mixed again where the person did so.
fn within<T>(app: &App, frame: &Step, ground: &Ground, look: impl FnOnce(&Scene) -> T) -> T {
    let again = mixed::again(app, frame);
    let frame = again.as_ref().unwrap_or(frame);
    let path = match &again {
        Some(step) => Trajectory::of(&mixed::frames(app, step)),
        None => Trajectory::of(&app.walk.frames),
    };
    look(&Scene { app, words: app.words(), step: frame, path: &path, ground })
}
