//! `safelight lesson page` and `safelight lesson plan`: a lesson as one HTML page, and the lesson
//! plan to be printed.

use std::path::Path;

use super::acted::act;
use super::opened::{Opened, parsed};
use super::recordings;
use crate::cli::{PageFlags, PlanFlags};
use crate::commands::keeping::{can_be_written, shown_name};
use crate::commands::{DONE, print, remark};
use crate::export::lesson_page::{self, Leaf, LessonPage, Told};
use crate::export::whole_file;
use crate::lesson::{Lesson, shipped};
use crate::print::describe::Description;
use crate::walk::{Picture, Problem};
use crate::words::{Language, Words};

/// The lesson that plans the others.
const PLAN: &str = "forty-five-minutes";

/// Writes a lesson as a page.
pub(super) fn page(flags: &PageFlags, language: Language) -> Result<u8, Problem> {
    can_be_written(&flags.out)?;
    let words = Words::of(language);
    let mut lessons = vec![(language, Opened::read(&flags.lesson, language)?)];
    let inside = lessons.iter().all(|(_, opened)| opened.folder.is_none());
    match &flags.with {
        Some(file) => lessons.push((language.next(), Opened::read(file, language)?)),
        None if inside => {
            for other in others(language) {
                lessons.push((other, Opened::read(&flags.lesson, other)?));
            }
        }
        None => {}
    }
    for file in [Some(&flags.lesson).filter(|_| !inside), flags.with.as_ref()].into_iter().flatten()
    {
        if same_file(Path::new(file), &flags.out) {
            let problem = Problem::usage("page-over-itself");
            return Err(problem.with("file", flags.out.display()));
        }
    }
    for (_, opened) in &mut lessons {
        recordings::find(opened, flags.recordings.as_deref(), words);
    }
    let lessons = lessons.into_iter().map(|(language, opened)| (language, opened.lesson));
    let text = lesson_page::page(&told(lessons.collect())?);
    whole_file::write(&flags.out, |out| out.write_all(text.as_bytes()))?;
    written(&flags.out, flags.quiet, words);
    Ok(DONE)
}

/// Writes the lesson plan as a page, or prints it.
pub(super) fn plan(flags: &PlanFlags, language: Language) -> Result<u8, Problem> {
    flags.out.as_deref().map(can_be_written).transpose()?;
    let lessons = [language].into_iter().chain(others(language)).map(|language| {
        let known = shipped(language).any(|lesson| lesson.name == PLAN);
        let first = shipped(language).next().map_or(PLAN, |lesson| lesson.name);
        let name = if known { PLAN } else { first };
        let opened = parsed(name, language)?.map_err(|_| Problem::new("lesson-unknown"))?;
        Ok((language, opened.lesson))
    });
    let text = lesson_page::plan(&told(lessons.collect::<Result<_, Problem>>()?)?);
    let Some(out) = &flags.out else { return print(&text) };
    whole_file::write(out, |file| file.write_all(text.as_bytes()))?;
    written(out, flags.quiet, Words::of(language));
    Ok(DONE)
}

/// Every language but this one.
fn others(language: Language) -> impl Iterator<Item = Language> {
    Language::ALL.into_iter().filter(move |other| *other != language)
}

/// The lesson in its languages, acted out in each.
fn told(lessons: Vec<(Language, Lesson)>) -> Result<LessonPage, Problem> {
    if let [(_, first), others @ ..] = lessons.as_slice()
        && let Some((_, other)) = others.iter().find(|(_, other)| !pair(first, other))
    {
        return Err(Problem::new("lesson-pair").with("name", &other.name));
    }
    let told = lessons.into_iter().map(|(language, lesson)| {
        let leaves: Vec<Leaf> = act(lesson.clone(), language)?;
        Ok(Told { language, lesson, leaves })
    });
    let describe = Box::new(|picture: &Picture, words| Description::of(picture).sentence(words));
    Ok(LessonPage { told: told.collect::<Result<_, Problem>>()?, describe })
}

/// Whether two lessons show and ask the same, each in its language.
fn pair(one: &Lesson, other: &Lesson) -> bool {
    let kind = |lesson: &Lesson, at: usize| {
        let beat = lesson.beats.get(at)?;
        let asks = beat.question.as_ref().map(|q| (q.kind, q.answer.clone(), q.choices.len()));
        Some((beat.show.clone(), asks))
    };
    one.head.walk == other.head.walk
        && one.beats.len() == other.beats.len()
        && (0..one.beats.len()).all(|at| kind(one, at) == kind(other, at))
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn written(path: &Path, quiet: bool, words: Words) {
    if !quiet {
        remark(&words.fill("cli.written", &[("file", &shown_name(path))]));
    }
}
