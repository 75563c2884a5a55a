//! Telling a second terminal where the lesson is, each time that this has changed. The file itself
//! is written outside.

use super::action::Effect;
use super::state::App;
use crate::lesson::Told;

/// What was told last, and how often anything was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    last: Option<Told>,
    number: u64,
}

/// Tells where the lesson is, where somebody wants to know and it has changed.
pub fn tell(app: &mut App) -> Option<Effect> {
    let lang = app.spoken().code();
    let (telling, open) = (app.telling.as_mut()?, app.lesson.as_ref()?);
    let told = Told {
        beat: open.at,
        asking: open.asking,
        away: open.away,
        hands: open.hands.of(open.at).unwrap_or_default().to_vec(),
        ..Told::of(&open.lesson.name, lang, open.lesson.beats.len())
    };
    if telling.last.as_ref() == Some(&told) {
        return None;
    }
    telling.last = Some(told.clone());
    telling.number += 1;
    Some(Effect::Tell { number: telling.number, told: Box::new(told) })
}
