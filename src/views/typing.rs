//! One line over the view: a prompt or a path being typed, or the command line of this walk.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{field, layout, panel, text};
use super::{notes, teaching};
use crate::app::state::PathPurpose;
use crate::app::{App, Overlay};

/// Draws the line; gives the place that it covers.
pub(crate) fn draw(
    app: &App,
    overlay: &Overlay,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let words = app.words();
    let (title, note) = match overlay {
        Overlay::Prompt { .. } => ("typing.prompt", "typing.prompt-note"),
        Overlay::Path { purpose: PathPurpose::OpenRecording, .. } => {
            ("typing.open", "typing.open-note")
        }
        Overlay::Path { purpose: PathPurpose::WriteRecording, .. } => {
            ("typing.write", "typing.write-note")
        }
        Overlay::Path { purpose: PathPurpose::ExportSheet, .. } => {
            ("typing.export", "typing.export-sheet-note")
        }
        Overlay::Path { purpose, .. } => {
            teaching::naming(*purpose).unwrap_or(("typing.export", "typing.export-note"))
        }
        _ => ("typing.command-line", "typing.command-line-note"),
    };
    let (place, inside) = panel::draw(words.text(title), (84, 7), area, ground, buf);
    let (line, under) = layout::top(inside, 2);
    match overlay {
        Overlay::Prompt { text: typed, cursor } | Overlay::Path { text: typed, cursor, .. } => {
            field::draw(typed, Some(*cursor), "", layout::row(line, 0), ground, buf);
        }
        Overlay::CommandLine { line: command } => {
            text::put_wrapped(buf, line, command, ground.prompt());
        }
        _ => {}
    }
    if app.problem.is_some() {
        notes::draw_problem(app, ground, layout::top(under, 2).0, buf);
    } else {
        text::put_wrapped(buf, under, words.text(note), ground.dim());
    }
    place
}
