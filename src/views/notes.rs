//! The third band: what one sees, in three sentences of plain words or with formulas; in its
//! place, what went wrong.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{layout, text};
use super::{said, teaching};
use crate::app::{App, NotesDepth, Scene};
use crate::walk::Stage;
use crate::words::Language;

/// Draws what is said of what is on screen, or the problem of the moment.
pub(crate) fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    if app.problem.is_some() {
        draw_problem(app, ground, area, buf);
        return;
    }
    said::draw(&said::said(app), ground.fact(), layout::inset(area, 1, 0), buf);
}

/// The note of what is on screen in a language; nothing where notes are folded away.
pub(crate) fn said(app: &App, language: Language) -> Option<String> {
    let depth = match app.notes {
        NotesDepth::Plain => "plain",
        NotesDepth::Formulas => "formulas",
        NotesDepth::Off => return None,
    };
    Some(app.words_of(language).text(&format!("notes.{}.{depth}", stem(app))).to_owned())
}

/// The stem of the note of what is on screen.
fn stem(app: &App) -> String {
    match (app.scene, &app.comparison) {
        (Scene::Compare, Some(comparison)) if comparison.plane => "compare-plane".to_owned(),
        (Scene::Compare, Some(comparison)) => format!("compare-{}", comparison.stage().stem()),
        (Scene::Training, _) => "training".to_owned(),
        (Scene::Drawings, _) if app.drawings.never_shown => "drawings-never".to_owned(),
        (Scene::Drawings, _) => "drawings".to_owned(),
        (Scene::Teaching, _) => teaching::note(&app.teaching).to_owned(),
        _ => format!("{}{}", app.walk.stage().stem(), variant(app)),
    }
}

/// What a stage's note depends on beside the stage.
fn variant(app: &App) -> &'static str {
    let unguided = app.walk.settings.as_ref().is_some_and(|settings| !settings.guided());
    let told = app.walk.settings.as_ref().is_some_and(|settings| settings.guidance_embedded);
    match app.walk.stage() {
        Stage::Step if told => "-told",
        Stage::Step if unguided => "-unguided",
        Stage::Tokens if !app.strangers().is_empty() => "-never",
        _ => "",
    }
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
    use crate::words::Words;

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
