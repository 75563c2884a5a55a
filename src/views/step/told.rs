//! The chosen picture of a step for those who cannot see it: what it is called, in which look it is
//! shown, the numbers beside it, and what is painted.

use super::mixed;
use super::pictures::{Canvas, Scene, Subject};
use crate::app::App;
use crate::views::parts::theme::Ground;
use crate::walk::{Frame, Grid, Picture, Trajectory};

/// A picture, not drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// Its name.
    pub(crate) title: String,
    /// Preview, channel or norm, with the limits of the colours.
    pub(crate) look: String,
    /// The numbers that explain it.
    pub(crate) facts: Vec<String>,
    /// What is painted.
    pub(crate) painted: Painted,
}

/// What is painted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Painted {
    /// Colours.
    Picture(Picture),
    /// Numbers `[1,h,w]` by a colour map.
    Numbers(Grid),
    /// Nothing; a sentence says why.
    Nothing(String),
}

/// The picture that `tab` and `↑↓` have come to; `None` where no step is on screen.
pub(crate) fn chosen(app: &App) -> Option<Told> {
    let step = app.walk.frame().and_then(Frame::as_step)?;
    let mixed = mixed::again(app, step);
    let path = Trajectory::of(&app.walk.frames);
    let (words, ground) = (app.words(), Ground::default());
    let step = mixed.as_ref().unwrap_or(step);
    let scene = Scene { app, words, step, path: &path, ground: &ground };
    let panel = scene.panel(Subject::chosen(app));
    let painted = match panel.canvas {
        Canvas::Colours(picture) => Painted::Picture(picture),
        Canvas::Signed { plane, .. } | Canvas::Unsigned { plane, .. } => Painted::Numbers(plane),
        Canvas::Empty(key) => Painted::Nothing(words.text(key).to_owned()),
    };
    Some(Told { title: panel.title, look: panel.look, facts: panel.facts, painted })
}
