//! A lesson in the languages that it is there in.

use std::path::Path;

use super::opened::{Opened, parsed};
use crate::lesson::{Lesson, shipped};
use crate::walk::Problem;
use crate::words::{Language, Tongues};

/// The same lesson in every language that it is there in: of those inside the program all, of a
/// file in `en/` the one of the same name in `zh/` beside it.
pub(super) fn translations(name: &str, language: Language) -> Vec<(Language, Lesson)> {
    let inside = shipped(language).any(|shipped| shipped.name == name);
    let path = Path::new(name);
    let folder = path.parent();
    let code = folder.and_then(Path::file_name);
    let stands_in_its_own = code.is_some_and(|code| code == language.code());
    if !inside && !stands_in_its_own {
        return Vec::new();
    }
    let in_language = |language: Language| {
        let opened = if inside {
            parsed(name, language)
        } else {
            let file = folder?.with_file_name(language.code()).join(path.file_name()?);
            parsed(file.to_str()?, language)
        };
        Some((language, opened.ok()?.ok()?.lesson))
    };
    Language::ALL.into_iter().filter_map(in_language).collect()
}

/// A lesson in the languages that were asked for, the first first.
///
/// # Errors
/// As [`Opened::read`], of the first language.
pub(super) fn in_all(
    name: &str,
    language: Language,
    tongues: Option<Tongues>,
) -> Result<Vec<(Language, Lesson)>, Problem> {
    let second = tongues.and_then(|tongues| tongues.second);
    let mut lessons = vec![(language, Opened::read(name, language)?.lesson)];
    lessons.extend(translations(name, language).into_iter().filter(|(of, _)| Some(*of) == second));
    Ok(lessons)
}
