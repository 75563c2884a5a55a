//! `safelight teach WORD`: a word taught from a handful of pictures, and what came of it.

mod watching;

use std::io::stdout;

use self::watching::Watching;
use super::interrupt::Interrupt;
use super::keeping::can_be_written;
use super::printing::Shown;
use super::{DONE, not_printed};
use crate::cli::{Flags, TeachFlags};
use crate::drawings::{World, lesson_pictures};
use crate::engine::attachments::write::Naming;
use crate::export::{teaching_sheet, whole_file};
use crate::print::teaching;
use crate::train::teach::Course;
use crate::walk::{
    Learning, LessonAsked, Onlooker, PicturesFrom, Problem, TaughtReport, Unwatched,
};
use crate::words::{Language, Words};

/// Teaches, writes the file and prints what came of it.
pub(super) fn teach(flags: &TeachFlags, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    can_be_written(&flags.out)?;
    let interrupt = Interrupt::listen();
    let watching = Watching::new(flags, words, interrupt.clone());
    let taught = taught(flags, words, &watching);
    watching.finish();
    let report = taught.map_err(|problem| interrupt.problem(problem))?;
    let mut out = stdout().lock();
    if flags.json {
        return super::print(&teaching::json(&report));
    }
    let printed = if flags.plain {
        teaching::plain(&report, words, &mut out)
    } else {
        let shown = Flags { color: flags.color, protocol: flags.protocol, ..Flags::default() };
        teaching::lines(&report, words, &mut Shown::of(&shown), &mut out)
    };
    printed.map_err(|error| not_printed(&error))?;
    Ok(DONE)
}

fn taught(flags: &TeachFlags, words: Words, watching: &Watching) -> Result<TaughtReport, Problem> {
    let lesson = LessonAsked {
        model: flags.model.clone(),
        device: flags.device.unwrap_or_default(),
        from: from(flags),
        keep: flags.kept(),
        teaching: flags.asked(),
    };
    let found = lesson_pictures(World::get()?, &lesson.from, lesson.teaching.seed)?;
    for problem in found.skipped {
        watching.hear(Learning::Note(problem));
    }
    if lesson.keep > 0 {
        watching.say(&words.fill("teach.beside", &[("count", &lesson.keep.to_string())]));
    }
    let mut course = Course::begin(&lesson, found.pictures, &Unwatched)?;
    for caption in course.captions() {
        watching.say(&words.fill("teach.caption", &[("caption", &caption)]));
    }
    let content = course.learn(&[course.word_prompt()], watching, &Unwatched)?;
    let file = content.file(if flags.kohya { Naming::Kohya } else { Naming::Diffusers })?;
    whole_file::write(&flags.out, |out| out.write_all(&file))?;
    let file = flags.out.display().to_string();
    watching.hear(Learning::Finished { written: vec![file] });
    let report = course.report(&content, &Unwatched)?;
    if let Some(sheet) = &flags.sheet {
        teaching_sheet::write(sheet, &report, words)?;
    }
    Ok(report)
}

fn from(flags: &TeachFlags) -> PicturesFrom {
    match &flags.from {
        Some(folder) => PicturesFrom::Folder(folder.clone()),
        None => PicturesFrom::Drawing(flags.drawing.clone().unwrap_or_default()),
    }
}
