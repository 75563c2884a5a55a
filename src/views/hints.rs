//! The last row: the keys that work here, from the key table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{layout, text};
use crate::app::keys::{self, Hint};
use crate::app::{Action, App};

/// Draws as many hints as fit; the last one of the table, help, always stays.
pub(crate) fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    for (hint, place) in places(app, area) {
        put(&hint, ground, place, buf);
    }
}

/// The action whose hint is drawn at a column.
pub(crate) fn action_at(app: &App, area: Rect, column: u16) -> Option<Action> {
    let found = places(app, area)
        .into_iter()
        .find(|(_, place)| column >= place.x && column < place.right());
    found.map(|(hint, _)| hint.action)
}

fn wide(hint: &Hint) -> u16 {
    text::width(&hint.label) + text::width(&hint.text) + 1
}

/// The hints that fit, with their places.
fn places(app: &App, area: Rect) -> Vec<(Hint, Rect)> {
    let area = layout::inset(area, 1, 0);
    let mut hints = keys::hints(app);
    let Some(help) = hints.pop() else { return Vec::new() };
    let kept = wide(&help).min(area.width);
    let (mut rest, last) = layout::left(area, area.width - kept, 0);
    let mut places = vec![(help, last)];
    for hint in hints {
        let room = wide(&hint);
        if room + 2 > rest.width {
            break;
        }
        places.push((hint, layout::left(rest, room, 0).0));
        rest = layout::left(rest, room + 2, 0).1;
    }
    places
}

fn put(hint: &Hint, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = format!(" {}", hint.text);
    text::put_spans(buf, area, &[(&hint.label, ground.strong()), (&words, ground.dim())]);
}
