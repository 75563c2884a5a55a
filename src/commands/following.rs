//! `safelight lesson notes NAME --follow FILE`: the notes of the beat that is on elsewhere.

use std::path::Path;

use super::telling;
use crate::lesson::Lesson;
use crate::terminal;
use crate::views::Presenter;
use crate::walk::Problem;
use crate::words::Language;

/// Follows until a key ends it. A file that is not there or broken is one sentence, and the last
/// place that was told stays.
pub(super) fn follow(lessons: Vec<(Language, Lesson)>, file: &Path) -> Result<u8, Problem> {
    let presenter = Presenter { lessons, told: None, problem: None, seconds: 0, scroll: 0 };
    let file = file.to_owned();
    let ending = terminal::follow(presenter, move |presenter| look(presenter, &file))?;
    Ok(ending.code())
}

/// Brings the teacher's screen up to date.
fn look(presenter: &mut Presenter, file: &Path) {
    let name = presenter.lessons.first().map_or("", |(_, lesson)| lesson.name.as_str());
    presenter.problem = match telling::read(file) {
        Ok(told) if told.lesson != name => {
            Some(Problem::new("told-another-lesson").with("told", &told.lesson).with("name", name))
        }
        Ok(told) => {
            let before = presenter.told.as_ref().map(|told| told.beat);
            if before != Some(told.beat) {
                presenter.scroll = 0;
            }
            presenter.told = Some(told);
            None
        }
        Err(problem) => Some(problem),
    };
    if let Some(told) = &presenter.told {
        presenter.seconds = telling::now().saturating_sub(told.started);
    }
}
