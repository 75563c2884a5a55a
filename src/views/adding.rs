//! The form for another run beside those on screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{layout, panel, text};
use super::{form, hints, notes};
use crate::app::{Adding, AddingRow, App};

/// Draws the form; gives the place that it covers.
pub(crate) fn draw(
    app: &App,
    adding: &Adding,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let words = app.words();
    let (place, inside) =
        panel::draw(words.text("beside.add"), (84, area.height.min(15)), area, ground, buf);
    let (rest, foot) = layout::bottom(inside, 1);
    let (rows, note) = layout::bottom(rest, if rest.height >= 11 { 4 } else { 1 });
    for (i, row) in (0..rows.height).zip(AddingRow::ALL) {
        let value = adding.value(row);
        let same = words.text(if value.unset { "beside.as-it-is" } else { "beside.other" });
        let drawn = form::Row {
            label: words.text(&format!("setting.{}", row.stem())).to_owned(),
            origin: if row == AddingRow::Recording { "" } else { same },
            value: &value,
            chosen: row == adding.row(),
            types: row.types(),
            editing: adding.editing.as_deref(),
        };
        form::draw(&drawn, ground, layout::row(rows, i), buf);
    }
    let under = layout::bottom(note, 3).1;
    if app.problem.is_some() {
        notes::draw_problem(app, ground, under, buf);
    } else {
        let what = words.text(&format!("setting.{}-note", adding.row().stem())).to_owned();
        let used = text::put_wrapped(buf, under, &what, ground.fact());
        let rest = layout::top(under, used).1;
        text::put_wrapped(buf, rest, words.text("beside.add-note"), ground.dim());
    }
    hints::draw(app, ground, foot, buf);
    place
}
