//! Leafing through the pictures that the model inside was shown, and those that it never was.

use super::action::{Action, Effect};
use super::state::{App, Scene};
use crate::walk::{PicturesAsked, PicturesFound, TrainingPicture};

/// How many pictures before the one on screen, and after it, are at hand.
pub const BESIDE: u64 = 3;
/// How many pictures a page key goes on by.
const PAGE: u64 = 25;

/// The screen of training pictures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawings {
    /// The place on screen among the pictures that fit, from 0.
    pub at: u64,
    /// Whether what training never shows is on screen.
    pub never_shown: bool,
    /// Only this thing.
    pub thing: Option<String>,
    /// What was found last.
    pub found: Option<PicturesFound>,
    /// Whether an order is under way.
    pub pending: bool,
    /// Whether the screen was entered from the doors.
    pub from_doors: bool,
}

impl Drawings {
    /// The picture on screen, once it is there.
    pub fn shown(&self) -> Option<&TrainingPicture> {
        self.near(0)
    }

    /// The picture so many places further on, where it is at hand.
    pub fn near(&self, by: i64) -> Option<&TrainingPicture> {
        let found = self.found.as_ref().filter(|found| self.fits(&found.asked))?;
        let place = self.at.checked_add_signed(by)?.checked_sub(found.asked.first)?;
        found.pictures.get(usize::try_from(place).ok()?)
    }

    /// How many pictures fit, once that is known.
    pub fn total(&self) -> Option<u64> {
        let found = self.found.as_ref().filter(|found| self.fits(&found.asked));
        found.map(|found| found.total)
    }

    fn fits(&self, asked: &PicturesAsked) -> bool {
        asked.never_shown == self.never_shown && asked.thing == self.thing
    }

    fn wanted(&self) -> PicturesAsked {
        PicturesAsked {
            never_shown: self.never_shown,
            thing: self.thing.clone(),
            first: self.at.saturating_sub(BESIDE),
            count: 2 * BESIDE + 1,
        }
    }

    /// What is to be ordered now: one stretch at a time.
    fn order(&mut self) -> Vec<Effect> {
        let wanted = self.wanted();
        if self.pending || self.found.as_ref().is_some_and(|found| found.asked == wanted) {
            return Vec::new();
        }
        self.pending = true;
        vec![Effect::TrainingPictures(wanted)]
    }

    /// The thing after the chosen one, all things among them, in a circle.
    fn turn_thing(&mut self, on: bool) {
        let Some(found) = &self.found else { return };
        let count = found.things.len() + 1;
        let is_chosen = |thing: &String| Some(thing) == self.thing.as_ref();
        let now = found.things.iter().position(is_chosen).map_or(0, |at| at + 1);
        let next = (now + if on { 1 } else { count - 1 }) % count;
        self.thing = next.checked_sub(1).and_then(|at| found.things.get(at).cloned());
        self.at = 0;
    }

    fn turn(&mut self, action: Action) {
        let last = self.total().map_or(self.at, |total| total.saturating_sub(1));
        match action {
            Action::Next => self.at = (self.at + 1).min(last),
            Action::Back => self.at = self.at.saturating_sub(1),
            Action::NextPage => self.at = (self.at + PAGE).min(last),
            Action::PreviousPage => self.at = self.at.saturating_sub(PAGE),
            Action::First => self.at = 0,
            Action::Last => self.at = last,
            Action::TurnDown | Action::TurnUp => self.turn_thing(action == Action::TurnDown),
            Action::NeverShown => {
                self.never_shown = !self.never_shown;
                self.at = 0;
            }
            _ => {}
        }
    }
}

/// Turns to the pictures.
pub(super) fn open(app: &mut App) -> Vec<Effect> {
    app.drawings.from_doors = app.scene == Scene::Doors;
    app.scene = Scene::Drawings;
    app.overlay = None;
    app.walk.running = false;
    app.drawings.order()
}

/// Back to where one came from.
pub(super) fn close(app: &mut App) {
    app.scene = if app.drawings.from_doors { Scene::Doors } else { Scene::Walk };
}

/// What a key does among the pictures; `None` where it does what it does everywhere.
pub(super) fn act(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    match action {
        Action::TrainingPictures | Action::Leave => {
            close(app);
            Some(Vec::new())
        }
        Action::Next
        | Action::Back
        | Action::NextPage
        | Action::PreviousPage
        | Action::First
        | Action::Last
        | Action::TurnDown
        | Action::TurnUp
        | Action::NeverShown => {
            app.drawings.turn(action);
            Some(app.drawings.order())
        }
        _ => None,
    }
}

/// Takes what was found; where the screen went on meanwhile, that is ordered next.
pub(super) fn take(app: &mut App, found: PicturesFound) -> Vec<Effect> {
    let drawings = &mut app.drawings;
    drawings.pending = false;
    if drawings.fits(&found.asked) {
        drawings.at = drawings.at.min(found.total.saturating_sub(1));
    }
    drawings.found = Some(found);
    if app.scene == Scene::Drawings { drawings.order() } else { Vec::new() }
}
