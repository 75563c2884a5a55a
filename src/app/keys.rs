//! The one table of keys: what it does, which keys, where it works, and the words for it.
//!
//! Hints, help and the lookup are all read from [`TABLE`]; a test holds that no key has two
//! meanings in one place and that every action has its words in every language.

pub mod remote;
mod table;

pub use self::table::TABLE;
use super::action::Action;
use super::comparison::Comparison;
use super::key::{Code, Key};
use super::layers::Layers;
pub use super::place::Place;
use super::state::{App, Overlay, Scene};
use super::teaching::Phase;
use crate::walk::Stage;
use crate::words::Words;

/// How a row stands in the bar of hints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// With its first key.
    Own,
    /// With these signs: the row speaks for its neighbours as well.
    As(&'static str),
    /// Not at all: the help has it.
    HelpOnly,
    /// Not at all; the help sums it up with its neighbours by these signs.
    HelpAs(&'static str),
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it does.
    pub action: Action,
    /// The keys that do it; the first is shown in hints.
    pub keys: &'static [Key],
    /// Where it works.
    pub places: &'static [Place],
    /// At which stages it works, in a walk; empty: at all.
    pub stages: &'static [Stage],
    /// `keys.STEM.hint` and `keys.STEM.help` are its words.
    pub stem: &'static str,
    /// How it stands in the bar.
    pub bar: Bar,
}

/// What a key means now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// This action.
    Do(Action),
    /// An action that works at other stages: the stem of its words.
    Elsewhere(&'static str, &'static [Stage]),
    /// A key for the text box.
    Text,
    /// Nothing.
    Nothing,
}

/// Where keys go now.
pub fn place(app: &App) -> Place {
    let behind = place_behind(app);
    let Some(lesson) = app.lesson_now().filter(|_| app.overlay.is_none()) else { return behind };
    match behind {
        _ if lesson.types() => Place::QuestionBox,
        _ if lesson.question().is_some() => Place::Question,
        Place::Walk => Place::Lesson,
        Place::Doors | Place::DoorsBox => behind,
        _ => Place::LessonBeside,
    }
}

/// Where keys go that no lesson takes.
pub fn place_behind(app: &App) -> Place {
    match &app.overlay {
        Some(Overlay::Help { .. }) => Place::Help,
        Some(Overlay::Glossary { .. }) => Place::Glossary,
        Some(Overlay::Lessons { .. }) => Place::Lessons,
        Some(Overlay::Taught(_)) => Place::Taught,
        Some(Overlay::Layers) => Place::Layers,
        Some(Overlay::Settings { editing: None, .. }) => Place::Settings,
        Some(Overlay::Settings { .. }) => Place::SettingsBox,
        Some(Overlay::Adding(form)) if form.editing.is_none() => Place::Form,
        Some(Overlay::Forking(form)) if form.editing.is_none() => Place::Form,
        Some(Overlay::Adding(_) | Overlay::Forking(_)) => Place::FormBox,
        Some(Overlay::Prompt { .. }) => Place::PromptBox,
        Some(Overlay::Path { .. }) => Place::Box,
        Some(Overlay::CommandLine { .. }) => Place::CommandLine,
        None => match app.scene {
            Scene::Walk => Place::Walk,
            Scene::Compare => Place::Compare,
            Scene::Training => Place::Training,
            Scene::Drawings => Place::Drawings,
            Scene::Teaching => match app.teaching.phase {
                Phase::Form if app.teaching.form.types() => Place::TeachBox,
                Phase::Form => Place::TeachForm,
                Phase::Learning => Place::Learning,
                Phase::Learned => Place::Learned,
            },
            Scene::Doors if !app.doors.types() => Place::Doors,
            Scene::Doors => Place::DoorsBox,
        },
    }
}

/// What a key means at this moment.
pub fn meaning(app: &App, key: Key) -> Meaning {
    let (place, behind) = (place(app), place_behind(app));
    let Some(key) = remote::counts_as(app, place, key) else { return Meaning::Nothing };
    let row = rows(place, behind).find(|row| row.keys.contains(&key));
    let Some(row) = row else {
        let form = matches!(place, Place::Settings | Place::Form);
        let answers = place == Place::Question;
        let types = answers || place.types() || (place == Place::LessonBeside && behind.types());
        return if types || (form && starts_typing(key)) {
            Meaning::Text
        } else {
            Meaning::Nothing
        };
    };
    if stage_at(app, place).is_some_and(|stage| !works_at(row, stage)) {
        return Meaning::Elsewhere(row.stem, row.stages);
    }
    Meaning::Do(row.action)
}

/// Whether any key does this now: a hint may be clicked.
pub fn works(app: &App, action: Action) -> bool {
    rows(place(app), place_behind(app)).any(|row| row.action == action)
}

/// The stage on which it depends what works in a place, if it does.
fn stage_at(app: &App, place: Place) -> Option<Stage> {
    match place {
        Place::Walk | Place::Lesson => Some(app.walk.stage()),
        Place::Compare => app.comparison.as_ref().map(Comparison::stage),
        Place::LessonBeside if app.scene == Scene::Compare => {
            app.comparison.as_ref().map(Comparison::stage)
        }
        _ => None,
    }
}

fn starts_typing(key: Key) -> bool {
    key.typed().is_some() || matches!(key.code, Code::Backspace | Code::Delete)
}

/// The rows that work in a place: a lesson's own come before those of the screen behind it.
fn rows(place: Place, behind: Place) -> impl Iterator<Item = &'static Row> {
    let through = matches!(place, Place::Lesson | Place::LessonBeside);
    let own = TABLE.iter().filter(move |row| row.places.contains(&place));
    let others = TABLE
        .iter()
        .filter(move |row| through && row.places.contains(&behind) && !row.places.contains(&place));
    own.chain(others)
}

/// Whether another row has this one's first key in a place.
fn covered(row: &Row, place: Place, behind: Place) -> bool {
    let first = row.keys.first();
    let other = rows(place, behind).find(|other| first.is_some_and(|key| other.keys.contains(key)));
    place != behind && other.is_some_and(|other| other.stem != row.stem)
}

fn works_at(row: &Row, stage: Stage) -> bool {
    row.stages.is_empty() || row.stages.contains(&stage)
}

/// A hint of the bottom bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What stands on the key or keys.
    pub label: String,
    /// What it does, in a word or two.
    pub text: String,
    /// The action, for a click.
    pub action: Action,
}

/// The hints that hold now, the most useful first; the last one (the help) is the last to go when
/// room is short.
pub fn hints(app: &App) -> Vec<Hint> {
    let (words, place, behind) = (app.words(), place(app), place_behind(app));
    let stage = stage_at(app, place);
    let mut hints: Vec<Hint> = rows(place, behind)
        .filter(|row| matches!(row.bar, Bar::Own | Bar::As(_)))
        .filter(|row| stage.is_none_or(|stage| works_at(row, stage)))
        .filter(|row| row.action != Action::TaughtWords || app.taught().is_some())
        .filter(|row| row.action != Action::InEnglish || app.offer().is_some())
        .filter(|row| !covered(row, place, behind))
        // Between two models nothing was laid over anything.
        .filter(|row| {
            let apart =
                place == Place::Layers && !matches!(app.layers(), Some(Layers::Attached { .. }));
            row.action != Action::Accept || !apart
        })
        .filter_map(|row| {
            let label = match row.bar {
                Bar::As(signs) => signs.to_owned(),
                _ => row.keys.first()?.label(words),
            };
            let text = words.text(&format!("keys.{}.hint", row.stem)).to_owned();
            Some(Hint { label, text, action: row.action })
        })
        .collect();
    // Beside the two answers their mixing is what one looks for.
    let mixing = stage == Some(Stage::Step) && app.look.turn[Stage::Step.index()] == 1;
    let at = hints.iter().position(|hint| hint.action == Action::GuidanceUp);
    if let Some(at) = at.filter(|at| mixing && place == Place::Walk && *at > 2) {
        hints[2..=at].rotate_right(1);
    }
    hints
}

/// A line of the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpLine {
    /// Where it works, where this line opens a new part of the list.
    pub heading: Option<String>,
    /// The keys, with spaces between.
    pub keys: String,
    /// What they do, one sentence.
    pub text: String,
}

/// The whole help: every row of the table once, under the first place that it works in.
pub fn help_lines(words: Words) -> Vec<HelpLine> {
    let mut lines = Vec::new();
    for place in Place::ALL {
        let mut heading = Some(words.text(&format!("place.{}", place.stem())).to_owned());
        let mut stems: Vec<&str> = Vec::new();
        for row in TABLE.iter().filter(|row| first_place(row) == Some(place)) {
            if stems.contains(&row.stem) {
                continue;
            }
            stems.push(row.stem);
            let keys = keys_of(row.stem, words);
            let text = words.text(&format!("keys.{}.help", row.stem)).to_owned();
            lines.push(HelpLine { heading: heading.take(), keys, text });
        }
    }
    lines
}

/// What works at this moment, each action once: all its keys, and what they do as one sentence.
pub fn works_here(app: &App) -> Vec<(Vec<Key>, String)> {
    let (words, place, behind) = (app.words(), place(app), place_behind(app));
    let stage = stage_at(app, place);
    let mut stems: Vec<&str> = Vec::new();
    let mut here = Vec::new();
    for row in rows(place, behind) {
        let known = match row.action {
            Action::TaughtWords => app.taught().is_some(),
            Action::InEnglish => app.offer().is_some(),
            Action::Layers => app.layers().is_some(),
            Action::Lesson => app.lesson.is_some(),
            _ => true,
        };
        let works = stage.is_none_or(|stage| works_at(row, stage)) && !covered(row, place, behind);
        if known && works && !stems.contains(&row.stem) {
            stems.push(row.stem);
            here.push((
                row.keys.to_vec(),
                words.text(&format!("keys.{}.help", row.stem)).to_owned(),
            ));
        }
    }
    here
}

/// The keys of all rows with a stem: several rows are summed up by the signs of the bar, before
/// the further keys of each.
fn keys_of(stem: &str, words: Words) -> String {
    let rows: Vec<&Row> = TABLE.iter().filter(|row| row.stem == stem).collect();
    let signs = rows.iter().find_map(|row| match row.bar {
        Bar::As(signs) | Bar::HelpAs(signs) if rows.len() > 1 => Some(signs.to_owned()),
        _ => None,
    });
    let skipped = usize::from(signs.is_some());
    let keys = rows.iter().flat_map(|row| row.keys.iter().skip(skipped)).map(|k| k.label(words));
    signs.into_iter().chain(keys).collect::<Vec<_>>().join(" ")
}

fn first_place(row: &Row) -> Option<Place> {
    Place::ALL.into_iter().find(|place| row.places.contains(place))
}
