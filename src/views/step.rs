//! One step: eight pictures with the numbers that explain them, and curves over all steps.
//!
//! A small screen shows three pictures at a time, a large one all eight. `pictures` says what
//! each shows, `arrange` where it stands, `panel` paints it.

mod alone;
mod arrange;
mod by_hand;
mod curves;
mod enlarged;
mod mixed;
mod panel;
mod pictures;
mod pixels;
mod told;
mod worked;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub(super) use self::alone::{alone, draw_worked};
pub(super) use self::mixed::sentence as mixed_sentence;
pub(super) use self::panel::mark;
pub(super) use self::pictures::{NORM_LIMIT, SIGNED_LIMIT, factor_for, factor_text, plane_of};
pub(crate) use self::told::{Painted, Told, chosen as chosen_picture};

use self::panel::Manner;
use self::pictures::{Scene, Subject};
use super::Slot;
use super::parts::numbers;
use super::parts::theme::Ground;
use super::parts::{layout, text};
use crate::app::{App, LatentLook};
use crate::walk::{Step, Trajectory};

/// Draws the stage into the middle band.
pub(crate) fn draw(
    app: &App,
    frame: &Step,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let mixed = mixed::again(app, frame);
    let frame = mixed.as_ref().unwrap_or(frame);
    let path = match &mixed {
        Some(step) => Trajectory::of(&mixed::frames(app, step)),
        None => Trajectory::of(&app.walk.frames),
    };
    let scene = Scene { app, words: app.words(), step: frame, path: &path, ground };
    let chosen = Subject::chosen(app);
    if app.look.enlarged {
        enlarged::draw(&scene, chosen, area, buf, slots);
        return;
    }
    let size = (frame.latent.width(), frame.latent.height());
    let found = arrange::arrange(area, size, chosen, app.look.by_hand);
    for (subject, place) in &found.panels {
        let manner = Manner {
            chosen: *subject == chosen,
            captions: found.captions,
            marked: app.look.by_hand.then(|| scene.lens()),
        };
        panel::draw(&scene, &scene.panel(*subject), manner, *place, buf, slots);
    }
    let mut rest = found.rest;
    if found.stacked || rest.height >= if app.look.by_hand { 8 } else { 6 } {
        let used = text::put_wrapped(buf, layout::top(rest, 3).0, &scene.here(), ground.strong());
        rest = layout::top(rest, used + u16::from(found.stacked)).1;
    }
    if app.look.by_hand {
        worked::draw(&scene, found.stacked, rest, ground, buf);
    } else {
        curves::draw(&scene, found.stacked, rest, ground, buf, slots);
    }
}

/// One number of a step worked out by hand, in sentences.
pub(super) fn worked_by_hand(app: &App, step: &Step) -> Vec<String> {
    worked::sentences(app, step)
}

/// The picture that stands at a place, by its number in the order of `tab`.
pub(crate) fn picture_at(app: &App, frame: &Step, area: Rect, place: (u16, u16)) -> Option<usize> {
    if app.look.enlarged {
        return None;
    }
    let size = (frame.latent.width(), frame.latent.height());
    let found = arrange::arrange(area, size, Subject::chosen(app), app.look.by_hand);
    let (subject, _) = found.panels.iter().find(|(_, panel)| panel.contains(place.into()))?;
    Some(subject.place(app))
}

impl Scene<'_> {
    /// The latent cell under the lens: column, row.
    fn lens(&self) -> (usize, usize) {
        let (x, y) = self.app.look.lens;
        let latent = &self.step.latent;
        (x.min(latent.width().saturating_sub(1)), y.min(latent.height().saturating_sub(1)))
    }

    /// The channel that is looked at, from 0.
    fn channel(&self) -> usize {
        match self.app.look.latent {
            LatentLook::Channel(channel) => {
                channel.min(self.step.latent.planes().saturating_sub(1))
            }
            LatentLook::Preview => 0,
        }
    }

    /// One line: which step, at which noise level, how long it took.
    fn here(&self) -> String {
        let (w, step) = (self.words, self.step);
        let mut line = w.fill(
            "step.here",
            &[
                ("step", &(step.step + 1).to_string()),
                ("steps", &step.steps.to_string()),
                ("t", &numbers::timestep(step.timestep)),
                ("sigma", &numbers::short(step.sigma)),
                ("next", &numbers::short(step.sigma_next)),
            ],
        );
        if step.calls != step.steps {
            let facts =
                [("call", &*(step.call + 1).to_string()), ("calls", &step.calls.to_string())];
            line.push_str("   ");
            line.push_str(&w.fill("step.call", &facts));
        }
        if step.seconds > 0.0 {
            line.push_str("   ");
            line.push_str(&w.fill("step.seconds", &[("seconds", &numbers::short(step.seconds))]));
        }
        if let Some(mb) = step.peak_mb {
            line.push_str("   ");
            line.push_str(&w.fill("step.memory", &[("mb", &numbers::short(mb))]));
        }
        line
    }
}
