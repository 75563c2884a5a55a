//! `safelight teach WORD`: a word taught from a handful of pictures, and what came of it.

mod watching;

use std::io::stdout;
use std::path::Path;

use self::watching::Watching;
use super::interrupt::Interrupt;
use super::keeping::can_be_written;
use super::printing::Shown;
use super::{DONE, not_printed};
use crate::cli::{Flags, TeachFlags};
use crate::drawings::{World, read_folder, scenes_of};
use crate::engine::attachments::write::Naming;
use crate::engine::attachments::{Attached, Content};
use crate::engine::{Engine, ModelFolder, Place};
use crate::export::{teaching_sheet, whole_file};
use crate::print::teaching;
use crate::train::teach::{Lesson, Teacher, drawn, known, naming, report, teach as learn};
use crate::walk::{
    Asked, DtypeChoice, Learning, Onlooker, Picture, Problem, TaughtReport, Unwatched,
};
use crate::words::{Language, Words};

/// Drawings that a word is taught from where they are drawn here.
const DRAWN: usize = 12;

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
    let world = World::get()?;
    let device = flags.device.unwrap_or_default();
    let asked = Asked { model: flags.model.clone(), device, ..Asked::default() };
    let folder = ModelFolder::open(flags.model.as_deref())?;
    let before = Engine::open(&asked, &Unwatched)?;
    let pictures = pictures(flags, world, watching)?;
    let lesson = Lesson::new(&flags.word, pictures, world, &naming(&before))?;
    let keep = flags.kept();
    let lesson = if keep > 0 {
        watching.say(&words.fill("teach.beside", &[("count", &keep.to_string())]));
        let seed = flags.seed.unwrap_or(1);
        lesson.beside(known(&before, &asked, (seed, keep), &Unwatched)?)
    } else {
        lesson
    };
    for caption in lesson.captions() {
        watching.say(&words.fill("teach.caption", &[("caption", &caption)]));
    }
    let place = Place::find(device, DtypeChoice::F32)?;
    let mut teacher = Teacher::begin(&folder, flags.asked(), lesson, &place)?;
    let first = teacher.probe()?;
    let prompt = format!("a {}", flags.word);
    let with = |content: &Content| {
        let named = (content.clone(), name(&flags.out), String::new());
        let attached = Attached::of(&folder, vec![named])?;
        Engine::open_in(&folder.clone().under(attached), &asked, &Unwatched)
    };
    learn(&mut teacher, watching, &|done, content| {
        let picture = drawn(&with(content)?, &asked, &prompt, &Unwatched)?;
        Ok(Learning::Sample { step: done, caption: prompt.clone(), picture })
    })?;
    let content = teacher.taught()?;
    let naming = if flags.kohya { Naming::Kohya } else { Naming::Diffusers };
    let file = match &content {
        Content::Word(word) => word.file()?,
        Content::Lora(lora, _) => lora.file(naming)?,
    };
    whole_file::write(&flags.out, |out| out.write_all(&file))?;
    let file = flags.out.display().to_string();
    watching.hear(Learning::Finished { written: vec![file] });
    let loss = (first, teacher.probe()?);
    let report = report(&teacher, (&before, &with(&content)?), loss, (world, &asked), &Unwatched)?;
    if let Some(sheet) = &flags.sheet {
        teaching_sheet::write(sheet, &report, words)?;
    }
    Ok(report)
}

/// The pictures of the word, 64×64, with their names.
fn pictures(
    flags: &TeachFlags,
    world: &'static World,
    watching: &Watching,
) -> Result<Vec<(String, Picture)>, Problem> {
    if let Some(folder) = &flags.from {
        let found = read_folder(folder)?;
        for problem in found.skipped {
            watching.hear(Learning::Note(problem));
        }
        return Ok(found.pictures);
    }
    let name = flags.drawing.as_deref().unwrap_or_default();
    scenes_of(world, name, flags.seed.unwrap_or(1), DRAWN)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
