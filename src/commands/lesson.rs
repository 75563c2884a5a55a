//! `safelight lesson` and `safelight lessons`: open a lesson on the screen, check one, print its
//! notes, list those inside the program; what a teacher takes home has files of its own.

mod acted;
mod answers;
mod keep;
mod opened;
mod page;
mod record;
mod recordings;
mod tongues;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) use keep::Kept;
use opened::{Opened, hash_of};
pub(super) use recordings::inside as recordings_inside;

use self::tongues::{in_all, translations};
use super::telling::Teller;
use super::walk::Taught;
use super::{DONE, FAILED, caught, following, print, remark, walk};
use crate::cli::{LessonCommand, LessonFlags, LessonsFlags};
use crate::commands::keeping::shown_name;
use crate::engine::{ModelFolder, tokenize};
use crate::lesson::{About, Beat, Lesson, Mistake, World, answer_key, check, shipped};
use crate::walk::Problem;
use crate::words::{Language, Words, visible};

/// Opens, checks or prints.
pub(super) fn lesson(flags: &LessonFlags, language: Language) -> Result<u8, Problem> {
    match &flags.command {
        Some(LessonCommand::Check { lesson, .. }) => checked(lesson, language),
        Some(LessonCommand::Notes { lesson, follow: Some(file), lang }) => {
            following::follow(in_all(lesson, language, *lang)?, file)
        }
        Some(LessonCommand::Notes { lesson, follow: None, lang }) => {
            let mut lessons = in_all(lesson, language, *lang)?.into_iter();
            lessons.try_fold(DONE, |_, (language, lesson)| notes(&lesson, language))
        }
        Some(LessonCommand::Answers { files, json, .. }) => {
            caught(|| answers::answers(files, *json, language))
        }
        Some(LessonCommand::Page(flags)) => caught(|| page::page(flags, language)),
        Some(LessonCommand::Plan(flags)) => caught(|| page::plan(flags, language)),
        Some(LessonCommand::Record(flags)) => caught(|| record::record(flags, language)),
        None => on_screen(flags, language),
    }
}

/// Opens a lesson on the screen, with the recordings that are at hand and a place for the answers.
fn on_screen(flags: &LessonFlags, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    let name = flags.lesson.as_deref().unwrap_or_default();
    let mut opened = Opened::read(name, language)?;
    recordings::find(&mut opened, flags.desk.recordings.as_deref(), words);
    let about = || About {
        text_sha256: hash_of(&opened.text),
        language: language.code().to_owned(),
        date: keep::today(),
        learner: flags.desk.learner.clone(),
    };
    let desk = flags.desk.export_answers.as_deref();
    let kept = desk.map(|path| Kept::open(path, flags.flags.force, &opened.lesson, about()));
    let kept = kept.transpose()?.map(Arc::new);
    let taught = Taught {
        lesson: opened.lesson,
        translations: translations(name, language),
        teller: flags.tell.as_deref().map(Teller::open).transpose()?,
        answers: kept.clone(),
    };
    let code = walk::lesson(taught, &flags.flags, language);
    if let Some(kept) = kept
        && kept.finish()?
    {
        remark(&words.fill("lesson.answers-written", &[("file", &shown_name(kept.path()))]));
    }
    code
}

/// Lists the lessons inside the program.
pub(super) fn lessons(flags: &LessonsFlags, language: Language) -> Result<u8, Problem> {
    let lessons: Vec<Lesson> = shipped(language)
        .filter_map(|shipped| Lesson::read(shipped.name, shipped.text).ok())
        .collect();
    if flags.json {
        let list: Vec<serde_json::Value> = lessons.iter().map(json).collect();
        return print(&format!("{}\n", serde_json::Value::Array(list)));
    }
    let words = Words::of(language);
    let mut lines = String::new();
    for lesson in &lessons {
        let (minutes, questions) =
            (lesson.head.minutes.to_string(), lesson.questions().to_string());
        let facts = [("minutes", minutes.as_str()), ("questions", &questions)];
        let about = words.fill("lesson.about", &facts);
        let _ = writeln!(lines, "{}  {about}\n    {}", lesson.name, lesson.head.title);
        for taught in &lesson.head.teaches {
            let _ = writeln!(lines, "    · {taught}");
        }
    }
    print(&lines)
}

fn json(lesson: &Lesson) -> serde_json::Value {
    serde_json::json!({
        "name": lesson.name,
        "title": lesson.head.title,
        "minutes": lesson.head.minutes,
        "teaches": lesson.head.teaches,
        "beats": lesson.beats.len(),
        "questions": lesson.questions(),
    })
}

/// What the model inside and the disk say.
struct Here {
    /// Where the lesson's file is; none inside the program, whose lessons do without recordings.
    folder: Option<PathBuf>,
}

impl World for Here {
    fn pieces(&self, prompt: &str) -> Vec<String> {
        let tokens = tokenize(&ModelFolder::pocket(), prompt).ok();
        let first = tokens.and_then(|tokens| tokens.encoders.into_iter().next());
        first.map_or_else(Vec::new, |encoder| {
            let kept = encoder.prompt.pieces.into_iter().take(encoder.prompt.kept);
            kept.map(|piece| piece.text).collect()
        })
    }

    fn has_recording(&self, name: &str) -> bool {
        self.folder.as_deref().is_none_or(|folder| recordings::is_there(name, Some(folder)))
    }
}

fn checked(name: &str, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    let mistakes = match opened::parsed(name, language)? {
        Ok(opened) => check(&opened.lesson, &Here { folder: opened.folder }),
        Err(mistakes) => mistakes,
    };
    if mistakes.is_empty() {
        return print(&format!("{}\n", words.text("lesson.no-mistakes")));
    }
    let mut lines = String::new();
    for Mistake { line, problem } in &mistakes {
        let _ = writeln!(lines, "{}:{line}: {}", visible(name), words.problem(problem));
    }
    print(&lines)?;
    Ok(FAILED)
}

fn notes(lesson: &Lesson, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    let mut text = format!("{}\n", lesson.head.title);
    for (at, beat) in lesson.beats.iter().enumerate() {
        let _ = writeln!(text, "\n{}. {}", at + 1, beat.title);
        key(&mut text, beat, words);
        if !beat.notes.is_empty() {
            let _ = writeln!(text, "   {}", beat.notes.replace('\n', "\n   "));
        }
    }
    print(&text)?;
    Ok(DONE)
}

/// The question of a beat with what is right.
fn key(text: &mut String, beat: &Beat, words: Words) {
    let Some(question) = &beat.question else { return };
    let _ = writeln!(text, "   ? {}", question.question);
    for (letter, choice) in ('a'..).zip(&question.choices) {
        let _ = writeln!(text, "     {letter}  {choice}");
    }
    let answer = answer_key(question, words);
    let _ = writeln!(text, "   {}", words.fill("lesson.key", &[("answer", &answer)]));
}
