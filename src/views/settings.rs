//! The settings as a form: what each row holds, whether it was asked for, what it decides.

mod attached;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{layout, panel, text};
use super::{form, hints, notes};
use crate::app::App;
use crate::app::setting::Setting;
use crate::walk::Asked;

/// The state of the form.
pub(crate) struct Form<'a> {
    /// The chosen row.
    pub(crate) chosen: usize,
    /// The settings being changed.
    pub(crate) draft: &'a Asked,
    /// The text being typed for the chosen row.
    pub(crate) editing: Option<&'a str>,
}

/// Draws the form; gives the place that it covers.
pub(crate) fn draw(app: &App, form: &Form, ground: &Ground, area: Rect, buf: &mut Buffer) -> Rect {
    let words = app.words();
    let (place, inside) =
        panel::draw(words.text("screen.settings"), (84, area.height.min(26)), area, ground, buf);
    let (rest, foot) = layout::bottom(inside, 1);
    let settings = app.setting_rows();
    let laid = settings.get(form.chosen).is_some_and(|chosen| attached::concerns(app, *chosen));
    let note_height = match rest.height {
        ..12 => 1,
        18.. if laid => 9,
        // Every row is worth more than an empty line.
        height if usize::from(height) < settings.len() + 3 => 2,
        _ => 3,
    };
    let (rows, note) = layout::bottom(rest, note_height);
    let room = usize::from(rows.height);
    let first = form.chosen.saturating_sub(room / 2).min(settings.len().saturating_sub(room));
    for (i, (n, setting)) in (0..rows.height).zip(settings.iter().enumerate().skip(first)) {
        draw_row(app, form, (*setting, n == form.chosen), ground, layout::row(rows, i), buf);
    }
    if app.problem.is_some() {
        notes::draw_problem(app, ground, layout::bottom(note, 2).1, buf);
    } else if laid && note_height > 3 {
        attached::draw(app, ground, note, buf);
    } else if let Some(setting) = settings.get(form.chosen) {
        let what = words.text(&format!("setting.{}-note", setting.stem())).to_owned();
        text::put_wrapped(
            buf,
            layout::bottom(note, (note_height - 1).max(1)).1,
            &what,
            ground.fact(),
        );
    }
    hints::draw(app, ground, foot, buf);
    place
}

fn draw_row(
    app: &App,
    form: &Form,
    (setting, chosen): (Setting, bool),
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let words = app.words();
    let value = setting.value(form.draft, app.walk.settings.as_ref());
    let row = form::Row {
        label: words.text(&format!("setting.{}", setting.stem())).to_owned(),
        origin: words.text(if value.unset { "settings.unset" } else { "settings.asked" }),
        value: &value,
        chosen,
        types: setting.types(),
        editing: form.editing,
    };
    form::draw(&row, ground, area, buf);
}
