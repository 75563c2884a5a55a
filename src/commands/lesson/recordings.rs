//! Where the recordings are that a lesson names: in a folder of the flag or the environment, beside
//! the program, beside the lesson's file.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::{Component, Path, PathBuf};

use super::opened::Opened;
use crate::commands::keeping::shown_name;
use crate::commands::remark;
use crate::lesson::{Lesson, shipped_lessons};
use crate::recording::read;
use crate::words::{Words, visible};

/// The folder beside the program, and beside a lesson's file.
const FOLDER: &str = "recordings";
/// Names a folder where the flag does not.
const VARIABLE: &str = "SAFELIGHT_RECORDINGS";

/// Notes in the lesson where its recordings are. One that is there and cannot be read is named, and
/// left out as if it were missing: the walk stands in for it.
pub(super) fn find(opened: &mut Opened, asked: Option<&Path>, words: Words) {
    let places = places(asked, opened.folder.as_deref());
    opened.lesson.recordings = of(&[&opened.lesson], &places, words);
}

/// Where the recordings are that the lessons inside the program name, for one that is opened from
/// their list.
pub(in crate::commands) fn inside(words: Words) -> BTreeMap<String, String> {
    let lessons: Vec<&Lesson> = shipped_lessons(words.language()).iter().collect();
    of(&lessons, &places(None, None), words)
}

fn of(lessons: &[&Lesson], places: &[PathBuf], words: Words) -> BTreeMap<String, String> {
    let shows = lessons.iter().flat_map(|lesson| &lesson.beats).filter_map(|b| b.show.as_ref());
    let names: BTreeSet<&String> = shows.filter_map(|show| show.recording.as_ref()).collect();
    let mut recordings = BTreeMap::new();
    for name in names {
        let Some(path) = found(name, places) else { continue };
        match read(&path) {
            Ok(_) => {
                let path = path.to_string_lossy().into_owned();
                recordings.insert(name.clone(), path);
            }
            Err(problem) => {
                let facts = [("file", shown_name(&path)), ("reason", words.problem(&problem))];
                let facts = facts.each_ref().map(|(name, fact)| (*name, fact.as_str()));
                remark(&words.fill("lesson.recording-unread", &facts));
            }
        }
    }
    recordings
}

/// Whether a recording is in one of the places where it is looked for.
pub(super) fn is_there(name: &str, folder: Option<&Path>) -> bool {
    found(name, &places(None, folder)).is_some()
}

/// The folders in which recordings are looked for, the nearest first.
fn places(asked: Option<&Path>, lesson: Option<&Path>) -> Vec<PathBuf> {
    let named = asked.map(Path::to_owned).or_else(|| {
        let folder = env::var_os(VARIABLE).filter(|folder| !folder.is_empty())?;
        Some(PathBuf::from(folder))
    });
    let program = env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent).map(|folder| folder.join(FOLDER));
    let mut places: Vec<PathBuf> = named.or(beside).into_iter().collect();
    if let Some(folder) = lesson {
        places.extend([folder.join(FOLDER), folder.to_owned()]);
    }
    places
}

/// Whether a name leads down from a place, never up or elsewhere.
pub(super) fn leads_down(name: &str) -> bool {
    let down = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    down && !name.is_empty() && visible(name) == name
}

fn found(name: &str, places: &[PathBuf]) -> Option<PathBuf> {
    if !leads_down(name) {
        return None;
    }
    places.iter().map(|place| place.join(name)).find(|path| path.is_file())
}
