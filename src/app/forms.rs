//! What is filled in or read over the view: doors, settings, prompt, paths, lists.

use super::action::{Action, Effect};
use super::adding::{self, AddingRow};
use super::drawings;
use super::forking::{self, ForkRow};
use super::key::Key;
use super::keys;
use super::layers;
use super::lessons;
use super::setting::Setting;
use super::state::{App, Origin, Overlay, PathPurpose, Scene};
use super::teaching;
use super::text_box::TextBox;
use super::training;
use super::update::again;
use super::walking;
use crate::lesson::shipped_lessons;
use crate::walk::{Asked, Problem};

/// How many doors the first screen has.
pub const DOORS: usize = 7;

/// Opens the settings with what was asked for the walk on screen.
pub(super) fn open_settings(app: &mut App) {
    let draft = Box::new(app.walk.asked_again());
    app.overlay = Some(Overlay::Settings { chosen: 0, draft, editing: None });
}

/// Opens the prompt's box with the prompt of the walk on screen.
pub(super) fn open_prompt(app: &mut App) {
    let settled = app.walk.settings.as_ref().map(|s| s.prompt.clone());
    let text = settled.or_else(|| app.walk.asked.prompt.clone()).unwrap_or_default();
    let cursor = text.chars().count();
    app.overlay = Some(Overlay::Prompt { text, cursor });
}

/// Opens a box for a path, with a suggestion.
pub(super) fn open_path(app: &mut App, purpose: PathPurpose) {
    let (stage, at) = (app.walk.stage().stem(), app.walk.at);
    let seed = app.walk.settings.as_ref().map_or(0, |s| s.seed);
    let needs_walk = matches!(purpose, PathPurpose::WriteRecording | PathPurpose::ExportPicture);
    let nothing = app.walk.frames.is_empty() && needs_walk;
    if nothing {
        app.problem = Some(Problem::new("nothing-to-write"));
        return;
    }
    let text = match purpose {
        PathPurpose::OpenRecording | PathPurpose::WriteTaught | PathPurpose::WalkTaught => {
            String::new()
        }
        PathPurpose::WriteRecording => format!("walk-{seed}.safetensors"),
        PathPurpose::ExportPicture => format!("{stage}-{at:03}-seed-{seed}.png"),
        PathPurpose::ExportSheet => "comparison.png".to_owned(),
    };
    let cursor = text.chars().count();
    app.overlay = Some(Overlay::Path { purpose, text, cursor });
}

/// Closes what lies on top; a setting that is being typed is dropped first.
pub(super) fn close(app: &mut App) {
    if let Some(Overlay::Settings { editing: editing @ Some(_), .. }) = &mut app.overlay {
        *editing = None;
        return;
    }
    match &mut app.overlay {
        Some(Overlay::Adding(form)) if form.editing.is_some() => form.editing = None,
        Some(Overlay::Forking(form)) if form.editing.is_some() => form.editing = None,
        _ => app.overlay = None,
    }
}

/// Enter.
pub(super) fn accept(app: &mut App) -> Vec<Effect> {
    match app.overlay.clone() {
        None if app.scene == Scene::Doors => through_door(app),
        Some(Overlay::Settings { editing: Some(_), .. }) => {
            keep_typed(app);
            Vec::new()
        }
        Some(Overlay::Settings { draft, .. }) => {
            let settled = app.walk.settings.as_ref().map(|settings| settings.sampler);
            let draft = match draft.sampler.or(settled) {
                Some(sampler) => draft.for_sampler(sampler),
                None => *draft,
            };
            again(app, draft)
        }
        Some(Overlay::Adding(form)) if form.editing.is_some() => {
            keep_typed(app);
            Vec::new()
        }
        Some(Overlay::Forking(form)) if form.editing.is_some() => {
            keep_typed(app);
            Vec::new()
        }
        Some(Overlay::Adding(form)) => adding::accept(app, *form),
        Some(Overlay::Forking(form)) => forking::accept(app, *form),
        Some(Overlay::Layers) => layers::without(app),
        Some(Overlay::Lessons { chosen }) => lessons::open(app, chosen),
        Some(Overlay::Prompt { text, .. }) => {
            let asked = Asked { prompt: Some(text), ..app.walk.asked_again() };
            again(app, asked)
        }
        Some(Overlay::Path { purpose, text, .. }) => with_path(app, purpose, &text),
        Some(
            Overlay::Help { .. }
            | Overlay::Glossary { .. }
            | Overlay::Taught(_)
            | Overlay::CommandLine { .. },
        ) => {
            app.overlay = None;
            Vec::new()
        }
        None => Vec::new(),
    }
}

fn through_door(app: &mut App) -> Vec<Effect> {
    let asked = match app.walk.origin {
        Origin::Live => app.walk.asked.clone(),
        Origin::Recording(_) | Origin::Run(_) => Asked::default(),
    };
    match app.doors.chosen {
        0 => walking::begin(app, Asked { prompt: None, ..asked }, None),
        1 => {
            let prompt = Some(app.doors.prompt.clone());
            walking::begin(app, Asked { prompt, ..asked }, None)
        }
        3 => {
            lessons::list(app);
            Vec::new()
        }
        4 => training::open(app),
        5 => drawings::open(app),
        6 => teaching::open(app),
        _ => {
            let path = app.doors.path.clone();
            with_path(app, PathPurpose::OpenRecording, &path)
        }
    }
}

fn with_path(app: &mut App, purpose: PathPurpose, path: &str) -> Vec<Effect> {
    let path = path.trim().to_owned();
    if path.is_empty() {
        app.problem = Some(Problem::usage("path-empty"));
        return Vec::new();
    }
    app.overlay = None;
    vec![match purpose {
        PathPurpose::OpenRecording => Effect::OpenRecording(path),
        PathPurpose::WriteRecording => Effect::WriteRecording(path),
        PathPurpose::ExportPicture => Effect::Export { path, picture: app.picture() },
        PathPurpose::ExportSheet => Effect::ExportSheet(path),
        PathPurpose::WriteTaught => return teaching::write(app, path, false),
        PathPurpose::WalkTaught => return teaching::write(app, path, true),
    }]
}

/// Up, down, top and bottom in lists and forms; in a walk they turn the view.
pub(super) fn turn(app: &mut App, action: Action) {
    keep_typed(app);
    let on = action == Action::TurnDown;
    let words = app.words();
    let settings = app.setting_rows().len();
    let language = app.language;
    let (place, count) = match &mut app.overlay {
        Some(Overlay::Help { scroll }) => (scroll, keys::help_lines(words).len()),
        Some(Overlay::Glossary { chosen }) => (chosen, words.keys("glossary.").count()),
        Some(Overlay::Lessons { chosen }) => (chosen, shipped_lessons(language).len()),
        Some(Overlay::Settings { chosen, .. }) => (chosen, settings),
        Some(Overlay::Adding(form)) => (&mut form.chosen, AddingRow::ALL.len()),
        Some(Overlay::Forking(form)) => (&mut form.chosen, ForkRow::ALL.len()),
        Some(_) => return,
        None => return app.turn(on),
    };
    let last = count.saturating_sub(1);
    *place = match action {
        Action::First => 0,
        Action::Last => last,
        _ if on => (*place + 1).min(last),
        _ => (*place).min(last).saturating_sub(1),
    };
}

/// Tab: the next picture of a walk, the next door.
pub(super) fn part(app: &mut App, on: bool) {
    if app.scene == Scene::Doors {
        let by = if on { 1 } else { DOORS - 1 };
        app.doors.chosen = (app.doors.chosen + by) % DOORS;
    } else {
        app.turn_picture(on);
    }
}

/// A click on a row of a list or form.
pub(super) fn choose_row(app: &mut App, row: usize) {
    keep_typed(app);
    let last = app.setting_rows().len().saturating_sub(1);
    match &mut app.overlay {
        Some(Overlay::Glossary { chosen } | Overlay::Lessons { chosen }) => *chosen = row,
        Some(Overlay::Taught(picker)) => picker.list = row,
        Some(Overlay::Settings { chosen, .. }) => *chosen = row.min(last),
        Some(Overlay::Adding(form)) => form.chosen = row.min(AddingRow::ALL.len() - 1),
        Some(Overlay::Forking(form)) => form.chosen = row.min(ForkRow::ALL.len() - 1),
        _ => {}
    }
}

/// Left and right on a setting.
pub(super) fn change(app: &mut App, up: bool) {
    let (settled, card) = (app.walk.settings.clone(), app.walk.card.clone());
    let rows = app.setting_rows();
    match &mut app.overlay {
        Some(Overlay::Settings { chosen, draft, .. }) => {
            if let Some(setting) = rows.get(*chosen) {
                setting.turn(draft, settled.as_ref(), card.as_ref(), up);
            }
        }
        Some(Overlay::Adding(form)) => form.turn(card.as_ref(), up),
        Some(Overlay::Forking(form)) => form.turn(up),
        _ => {}
    }
}

/// Takes what is being typed into a setting; a wrong number is said and dropped.
fn keep_typed(app: &mut App) {
    let rows = app.setting_rows();
    let kept = match &mut app.overlay {
        Some(Overlay::Settings { chosen, draft, editing }) => {
            match (editing.take(), rows.get(*chosen)) {
                (Some(typed), Some(setting)) => setting.take(draft, &typed),
                _ => Ok(()),
            }
        }
        Some(Overlay::Adding(form)) => form.keep(),
        Some(Overlay::Forking(form)) => form.keep(),
        _ => Ok(()),
    };
    if let Err(problem) = kept {
        app.problem = Some(problem);
    }
}

/// A key for the text that is being typed.
pub(super) fn typed(app: &mut App, key: Key) {
    with_box(app, |mut line| {
        line.key(key);
    });
}

/// Pasted text; it goes where typed text would go, and nowhere else.
pub(super) fn paste(app: &mut App, text: &str) {
    with_box(app, |mut line| line.paste(text));
}

/// Types at the end of a form's text, if it has one.
fn type_into(text: Option<&mut String>, edit: impl FnOnce(TextBox<'_>)) {
    if let Some(text) = text {
        let mut end = usize::MAX;
        edit(TextBox::new(text, &mut end));
    }
}

fn with_box(app: &mut App, edit: impl FnOnce(TextBox<'_>)) {
    let rows = app.setting_rows();
    match &mut app.overlay {
        Some(Overlay::Prompt { text, cursor } | Overlay::Path { text, cursor, .. }) => {
            edit(TextBox::new(text, cursor));
        }
        Some(Overlay::Settings { chosen, draft, editing }) => {
            let Some(setting) = rows.get(*chosen).filter(|s| s.types()) else { return };
            let text = editing.get_or_insert_with(|| match setting {
                Setting::Prompt
                | Setting::Prompt2
                | Setting::Negative
                | Setting::Image
                | Setting::Model => setting.value(draft, None).text,
                _ => String::new(),
            });
            let mut end = usize::MAX;
            edit(TextBox::new(text, &mut end));
        }
        Some(Overlay::Adding(form)) => type_into(form.text(), edit),
        Some(Overlay::Forking(form)) => type_into(form.text(), edit),
        None if app.scene == Scene::Teaching => {
            if let Some(line) = app.teaching.form.line() {
                edit(line);
            }
        }
        None if app.scene == Scene::Doors => {
            let doors = &mut app.doors;
            match doors.chosen {
                1 => edit(TextBox::new(&mut doors.prompt, &mut doors.cursor)),
                2 => edit(TextBox::new(&mut doors.path, &mut doors.path_cursor)),
                _ => {}
            }
        }
        _ => {}
    }
}
