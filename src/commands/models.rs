//! `safelight models`: what is here, what one of them is, and fetching one by its id.

use std::path::{Path, PathBuf};

use super::{DONE, FAILED, fetching, print, remark};
use crate::cli::{GetFlags, InfoFlags, ListFlags, Models, ModelsCommand};
use crate::engine::{ModelFolder, about};
use crate::library::{self, Found, HubCache, ModelId};
use crate::print::models::{details, object, table};
use crate::walk::{ModelAbout, Problem, Untold};
use crate::words::{Language, Words, visible};

/// Carries out one of the three.
pub(super) fn models(asked: &Models, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    match &asked.command {
        None => list(&asked.list, words),
        Some(ModelsCommand::Info(flags)) => info(flags, words),
        Some(ModelsCommand::Get(flags)) => get(flags, words),
    }
}

/// One line a model; what looks like one and cannot be opened is told on stderr.
fn list(flags: &ListFlags, words: Words) -> Result<u8, Problem> {
    let mut code = DONE;
    let mut found = vec![about(&ModelFolder::pocket(), flags.shown.size())?];
    for place in places(flags) {
        match opened(&place).and_then(|folder| about(&folder, flags.shown.size())) {
            Ok(model) => found.push(model),
            // A LoRA or a recording that nobody named is no model.
            Err(problem) if place.guessed && problem.key() == "single-file-unknown" => {}
            Err(problem) => {
                remark(&words.problem(&problem));
                code = if place.guessed { code } else { FAILED };
            }
        }
    }
    print(&shown(&found, flags.shown.json, words))?;
    if !flags.shown.json
        && let Some(cache) = HubCache::of_user()
    {
        let path = visible(&cache.path().display().to_string());
        print(&(words.fill("models.cache", &[("path", &path)]) + "\n"))?;
    }
    Ok(code)
}

/// Something that may be a model.
struct Place {
    path: PathBuf,
    /// Whether nobody named this very file.
    guessed: bool,
}

/// What the flags name, else what lies in this folder; then the cache.
fn places(flags: &ListFlags) -> Vec<Place> {
    let mut places = Vec::new();
    let here = [PathBuf::from(".")];
    let named = if flags.places.is_empty() { &here[..] } else { &flags.places };
    for path in named {
        if path.is_dir() {
            places.extend(library::found_in(path).into_iter().map(|found| {
                let guessed = matches!(found, Found::File(_));
                Place { path: found.path().to_path_buf(), guessed }
            }));
        } else {
            places.push(Place { path: path.clone(), guessed: false });
        }
    }
    if flags.places.is_empty() {
        let cached = HubCache::of_user().map(|cache| cache.models()).unwrap_or_default();
        let snapshots = cached.into_iter().map(|(_, path)| Place { path, guessed: false });
        // Models of other kinds are no business of this program.
        places.extend(snapshots.filter(|place| place.path.join("unet").is_dir()));
    }
    places
}

fn opened(place: &Place) -> Result<ModelFolder, Problem> {
    open(&place.path)
}

fn open(path: &Path) -> Result<ModelFolder, Problem> {
    // A folder named `pocket` is meant where the disk was looked at.
    let path = path.display().to_string();
    let path = if path.contains(std::path::MAIN_SEPARATOR) { path } else { format!("./{path}") };
    ModelFolder::open(Some(&path))
}

/// All that is known of one.
fn info(flags: &InfoFlags, words: Words) -> Result<u8, Problem> {
    let mut model = about(&ModelFolder::of(&flags.asked())?, flags.shown.size())?;
    if let Some(prediction) = flags.prediction {
        model.prediction = prediction;
        model.untold.retain(|untold| *untold != Untold::Prediction);
    }
    if flags.shown.json {
        return print(&shown(&[model], true, words));
    }
    print(&details(&model, words))
}

fn shown(models: &[ModelAbout], json: bool, words: Words) -> String {
    if json {
        let lines: Vec<String> = models.iter().map(|model| object(model).to_string()).collect();
        return lines.join("\n") + "\n";
    }
    table(models, words)
}

/// Fetches one, and prints where it is.
fn get(flags: &GetFlags, words: Words) -> Result<u8, Problem> {
    let id = ModelId::parse(&flags.id)
        .ok_or_else(|| Problem::usage("hub-no-id").with("id", &flags.id))?;
    let fetched = fetching::fetch(&id, flags.quiet, words)?;
    if fetched.files == 0 && !flags.quiet {
        remark(&words.fill("models.here-already", &[("id", id.as_str())]));
    }
    print(&format!("{}\n", visible(&fetched.folder.display().to_string())))
}
