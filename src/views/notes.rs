//! The third band: what one sees, in three sentences of plain words or with formulas; in its
//! place, what went wrong.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{layout, text};
use super::{lesson, teaching};
use crate::app::{App, NotesDepth, Scene};
use crate::walk::Stage;

/// Draws the notes of the stage on screen, or the problem of the moment.
pub(crate) fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    if app.problem.is_some() {
        draw_problem(app, ground, area, buf);
        return;
    }
    if let Some(open) = app.lesson_now() {
        lesson::draw_text(app, open, ground, area, buf);
        return;
    }
    let depth = match app.notes {
        NotesDepth::Plain => "plain",
        NotesDepth::Formulas => "formulas",
        NotesDepth::Off => return,
    };
    if let (Scene::Compare, Some(comparison)) = (app.scene, &app.comparison) {
        let stem = if comparison.plane { "plane" } else { comparison.stage().stem() };
        let key = format!("notes.compare-{stem}.{depth}");
        let area = layout::inset(area, 1, 0);
        text::put_wrapped(buf, area, app.words().text(&key), ground.fact());
        return;
    }
    if app.scene == Scene::Training {
        let key = format!("notes.training.{depth}");
        let area = layout::inset(area, 1, 0);
        text::put_wrapped(buf, area, app.words().text(&key), ground.fact());
        return;
    }
    if app.scene == Scene::Drawings {
        let never = if app.drawings.never_shown { "-never" } else { "" };
        let key = format!("notes.drawings{never}.{depth}");
        let area = layout::inset(area, 1, 0);
        text::put_wrapped(buf, area, app.words().text(&key), ground.fact());
        return;
    }
    if app.scene == Scene::Teaching {
        let key = format!("notes.{}.{depth}", teaching::note(&app.teaching));
        let area = layout::inset(area, 1, 0);
        text::put_wrapped(buf, area, app.words().text(&key), ground.fact());
        return;
    }
    let stage = app.walk.stage();
    let unguided = app.walk.settings.as_ref().is_some_and(|settings| !settings.guided());
    let told = app.walk.settings.as_ref().is_some_and(|settings| settings.guidance_embedded);
    let variant = match stage {
        Stage::Step if told => "-told",
        Stage::Step if unguided => "-unguided",
        Stage::Tokens if !app.strangers().is_empty() => "-never",
        _ => "",
    };
    let key = format!("notes.{}{variant}.{depth}", stage.stem());
    let area = layout::inset(area, 1, 0);
    text::put_wrapped(buf, area, app.words().text(&key), ground.fact());
}

/// The problem as a bar at the left edge and one sentence, in red; the walk so far stays.
pub(crate) fn draw_problem(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let Some(problem) = &app.problem else { return };
    for y in area.y..area.bottom() {
        if let Some(cell) = buf.cell_mut((area.x, y)) {
            cell.set_symbol("▌").set_style(ground.wrong());
        }
    }
    let (_, rest) = layout::left(area, 2, 0);
    let (rest, _) = layout::left(rest, rest.width.saturating_sub(1), 0);
    text::put_wrapped(buf, rest, &app.words().problem(problem), ground.wrong());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Language, Words};

    #[test]
    fn every_note_fits_three_rows_of_the_smallest_whole_screen() {
        for language in Language::ALL {
            let words = Words::of(language);
            for (key, words) in
                words.keys("notes.").flat_map(|k| [(k, words), (k, words.in_ascii())])
            {
                let rows = text::wrap(words.text(key), 78).len();
                assert!(rows <= 3, "{key} in {} takes {rows} rows", language.code());
            }
        }
    }
}
