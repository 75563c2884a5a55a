//! The form for another run beside those on screen: what shall be different, or a recording.

use super::action::Effect;
use super::comparing;
use super::setting::{Setting, Value};
use super::state::{App, Origin, Overlay, Scene};
use crate::compare::Run;
use crate::walk::{Asked, ModelCard, Problem, RunAsked, Settings};
use crate::words::Words;

/// The form being filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Adding {
    /// The chosen row.
    pub chosen: usize,
    /// The settings of the new run; at first those of the run it is made from, with the next seed.
    pub draft: Asked,
    /// The settings of the run that it is made from.
    pub from: Box<Settings>,
    /// The path of a recording; where it is not empty, nothing is computed.
    pub path: String,
    /// The text being typed for the chosen row, if it is being edited.
    pub editing: Option<String>,
}

/// A row of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddingRow {
    /// A setting of the new run.
    Setting(Setting),
    /// The path of a recording instead.
    Recording,
}

impl AddingRow {
    /// All rows, in the order of the screen.
    pub const ALL: [Self; 10] = [
        Self::Setting(Setting::Seed),
        Self::Setting(Setting::Steps),
        Self::Setting(Setting::Guidance),
        Self::Setting(Setting::Sampler),
        Self::Setting(Setting::Prompt),
        Self::Setting(Setting::Negative),
        Self::Setting(Setting::Strength),
        Self::Setting(Setting::Lora),
        Self::Setting(Setting::Embedding),
        Self::Recording,
    ];

    /// `setting.STEM` of the catalogue is its label, `setting.STEM-note` what it decides.
    pub const fn stem(self) -> &'static str {
        match self {
            Self::Setting(setting) => setting.stem(),
            Self::Recording => "recording",
        }
    }

    /// Whether text can be typed into it.
    pub const fn types(self) -> bool {
        match self {
            Self::Setting(setting) => setting.types(),
            Self::Recording => true,
        }
    }
}

impl Adding {
    /// The chosen row.
    pub fn row(&self) -> AddingRow {
        AddingRow::ALL[self.chosen.min(AddingRow::ALL.len() - 1)]
    }

    /// What a row shows; `unset` where it is as in the run that the new one is made from.
    pub fn value(&self, row: AddingRow) -> Value {
        match row {
            AddingRow::Recording => Value { text: self.path.clone(), unset: self.path.is_empty() },
            AddingRow::Setting(setting) => {
                let text = setting.value(&self.draft, Some(&self.from)).text;
                let before = setting.value(&Asked::default(), Some(&self.from)).text;
                Value { unset: text == before, text }
            }
        }
    }

    /// Its next value, or the one before.
    pub(super) fn turn(&mut self, card: Option<&ModelCard>, up: bool) {
        if let AddingRow::Setting(setting) = self.row() {
            setting.turn(&mut self.draft, Some(&self.from), card, up);
        }
    }

    /// The text being typed for the chosen row, begun if it was not; `None` where nothing is typed.
    pub(super) fn text(&mut self) -> Option<&mut String> {
        let row = self.row();
        if !row.types() {
            return None;
        }
        let before = match row {
            AddingRow::Setting(Setting::Prompt | Setting::Negative) | AddingRow::Recording => {
                self.value(row).text
            }
            AddingRow::Setting(_) => String::new(),
        };
        Some(self.editing.get_or_insert(before))
    }

    /// Takes what was typed.
    pub(super) fn keep(&mut self) -> Result<(), Problem> {
        let Some(typed) = self.editing.take() else { return Ok(()) };
        match self.row() {
            AddingRow::Setting(setting) => setting.take(&mut self.draft, &typed),
            AddingRow::Recording => {
                typed.trim().clone_into(&mut self.path);
                Ok(())
            }
        }
    }

    /// The settings that are different.
    fn changed(&self) -> Vec<Setting> {
        let rows = AddingRow::ALL.into_iter().filter(|row| !self.value(*row).unset);
        rows.filter_map(|row| match row {
            AddingRow::Setting(setting) => Some(setting),
            AddingRow::Recording => None,
        })
        .collect()
    }
}

/// The values of some settings, as a person would say them: `seed 8, steps 10`.
pub(super) fn name_by(
    words: Words,
    settings: &[Setting],
    value: impl Fn(Setting) -> String,
) -> String {
    let parts: Vec<String> = settings
        .iter()
        .map(|setting| {
            let value: String = value(*setting).chars().take(40).collect();
            match setting {
                Setting::Prompt => format!("“{value}”"),
                Setting::Sampler => value,
                _ => format!("{} {value}", words.text(&format!("setting.{}", setting.stem()))),
            }
        })
        .collect();
    if parts.is_empty() {
        words.text("beside.same-again").to_owned()
    } else {
        parts.join(words.text("beside.and"))
    }
}

/// Opens the form: another run like the walk on screen, or like the chosen one, with the next seed.
pub(super) fn open(app: &mut App) {
    let chosen = app.comparison.as_ref().filter(|_| app.scene == Scene::Compare);
    let settings = match chosen {
        Some(comparison) => comparison.chosen_run().and_then(|run| run.settings.clone()),
        None => app.walk.settings.clone(),
    };
    let Some(from) = settings else {
        app.say("toast.run-not-there", &[]);
        return;
    };
    let seed = Some(from.seed.wrapping_add(1));
    let draft = Asked { seed, ..app.walk.asked_as_here(&from) };
    let form =
        Adding { chosen: 0, draft, from: Box::new(from), path: String::new(), editing: None };
    app.overlay = Some(Overlay::Adding(Box::new(form)));
}

/// A file's name without what every recording's name ends in.
pub(super) fn name_of_file(name: &str) -> String {
    name.strip_suffix(".safetensors").unwrap_or(name).to_owned()
}

/// What the walk on screen is called beside others: by its file, else by the settings in which
/// runs were asked to differ from it.
pub(super) fn name_of_walk(app: &App, settings: &[Setting]) -> String {
    if let Origin::Recording(name) | Origin::Run(name) = &app.walk.origin {
        return name_of_file(name);
    }
    let settled = app.walk.settings.as_ref();
    name_by(app.words(), settings, |row| row.value(&Asked::default(), settled).text)
}

/// Enter: the run is ordered, or the recording opened.
pub(super) fn accept(app: &mut App, mut form: Adding) -> Vec<Effect> {
    if let Err(problem) = form.keep() {
        app.problem = Some(problem);
        app.overlay = Some(Overlay::Adding(Box::new(form)));
        return Vec::new();
    }
    let changed = form.changed();
    let text = |setting| form.value(AddingRow::Setting(setting)).text;
    let name = name_by(app.words(), &changed, text);
    app.overlay = None;
    if !form.path.is_empty() {
        let mut effects =
            if app.scene == Scene::Compare { Vec::new() } else { comparing::enter(app) };
        effects.push(Effect::OpenRun(form.path));
        return effects;
    }
    let sampler = form.draft.sampler.unwrap_or(form.from.sampler);
    let asked = form.draft.for_sampler(sampler);
    let effects = comparing::add(app, |id| {
        let run = Run::waiting(id, name);
        (run, RunAsked { id, asked, fork: None, keep: None, turn: None })
    });
    comparing::tell_apart(app, &changed);
    effects
}
