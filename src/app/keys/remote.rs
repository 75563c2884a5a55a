//! The keys of a presenter's remote: a page on and a page back are enough for everything.

use super::{Meaning, TABLE, meaning, place};
use crate::app::key::{Code, Key};
use crate::app::place::Place;
use crate::app::{App, Hint};

/// A key as it counts before a room; `None`: it does nothing.
///
/// Where a page key would turn pages it goes on instead, as an arrow does. Some remotes send `b` or
/// a full stop to make the screen black: what these do elsewhere must not happen by accident.
pub(super) fn counts_as(app: &App, place: Place, key: Key) -> Option<Key> {
    if !app.present {
        return Some(key);
    }
    let goes_on = matches!(place, Place::Compare | Place::Training | Place::Drawings);
    let shown = matches!(place, Place::Walk | Place::Lesson) || goes_on;
    match key.code {
        Code::PageDown if goes_on => Some(Key::plain(Code::Right)),
        Code::PageUp if goes_on => Some(Key::plain(Code::Left)),
        Code::Char('b' | '.') if shown && key.typed().is_some() => None,
        _ => Some(key),
    }
}

/// What a remote's two keys and the help do now.
pub fn hints(app: &App) -> Vec<Hint> {
    let (words, place) = (app.words(), place(app));
    let keys = [Key::plain(Code::PageDown), Key::plain(Code::PageUp), Key::char('?')];
    let hint = |key: Key| {
        let Meaning::Do(action) = meaning(app, key) else { return None };
        let does = |row: &&super::Row| row.action == action;
        let there = TABLE.iter().filter(does).find(|row| row.places.contains(&place));
        let row = there.or_else(|| TABLE.iter().find(does))?;
        let text = words.text(&format!("keys.{}.hint", row.stem)).to_owned();
        Some(Hint { label: key.label(words), text, action })
    };
    keys.into_iter().filter_map(hint).collect()
}
