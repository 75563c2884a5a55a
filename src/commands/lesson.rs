//! `safelight lesson` and `safelight lessons`: open a lesson on the screen, check one, print its
//! notes, list those inside the program.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{DONE, FAILED, print, walk};
use crate::cli::{LessonCommand, LessonFlags, LessonsFlags};
use crate::engine::{ModelFolder, tokenize};
use crate::lesson::{self, Beat, LIMIT, Lesson, Mistake, QuestionKind, World, check, shipped};
use crate::walk::Problem;
use crate::words::{Language, Words, visible};

/// Opens, checks or prints.
pub(super) fn lesson(flags: &LessonFlags, language: Language) -> Result<u8, Problem> {
    match &flags.command {
        Some(LessonCommand::Check { lesson, .. }) => checked(lesson, language),
        Some(LessonCommand::Notes { lesson, .. }) => notes(lesson, language),
        None => {
            let name = flags.lesson.as_deref().unwrap_or_default();
            let lesson = read(name, language)?.map_err(|mistakes| broken(name, &mistakes))?;
            walk::lesson(lesson, &flags.flags, language)
        }
    }
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

/// A lesson inside the program by its name, else a file.
fn read(name: &str, language: Language) -> Result<Result<Lesson, Vec<Mistake>>, Problem> {
    if let Some(inside) = shipped(language).find(|shipped| shipped.name == name) {
        return Ok(Lesson::read(inside.name, inside.text));
    }
    let written = Path::new(name).extension().is_some_and(|ending| ending == "md");
    if !written && !Path::new(name).is_file() {
        let names: Vec<&str> = shipped(language).map(|shipped| shipped.name).collect();
        let problem = Problem::usage("lesson-unknown").with("name", name);
        return Err(problem.with("names", names.join(", ")));
    }
    let unreadable = |error: std::io::Error| {
        Problem::new("file-unreadable").with("file", name).with("reason", error)
    };
    let mut bytes = Vec::new();
    let file = File::open(name).map_err(unreadable)?;
    file.take(LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let text =
        String::from_utf8(bytes).map_err(|_| Problem::new("lesson-not-text").with("file", name))?;
    let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    Ok(Lesson::read(&stem.unwrap_or_default(), &text))
}

fn broken(name: &str, mistakes: &[Mistake]) -> Problem {
    Problem::new("lesson-broken").with("name", name).with("count", mistakes.len())
}

/// What the model inside and the disk say.
struct Here;

impl World for Here {
    fn pieces(&self, prompt: &str) -> Vec<String> {
        let tokens = tokenize(&ModelFolder::pocket(), prompt).ok();
        let first = tokens.and_then(|tokens| tokens.encoders.into_iter().next());
        first.map_or_else(Vec::new, |encoder| {
            let kept = encoder.prompt.pieces.into_iter().take(encoder.prompt.kept);
            kept.map(|piece| piece.text).collect()
        })
    }

    fn has_recording(&self, path: &str) -> bool {
        Path::new(path).is_file()
    }
}

fn checked(name: &str, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    let mistakes = match read(name, language)? {
        Ok(lesson) => check(&lesson, &Here),
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

fn notes(name: &str, language: Language) -> Result<u8, Problem> {
    let lesson = read(name, language)?.map_err(|mistakes| broken(name, &mistakes))?;
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
    let answer = match question.kind {
        QuestionKind::Thought => words.text("lesson.free").to_owned(),
        QuestionKind::Number if question.answer.contains('{') => {
            let about = lesson::FACTS
                .iter()
                .find(|(name, ..)| question.answer.contains(&format!("{{{name}}}")));
            let about = about.map_or("", |(name, ..)| name);
            words.fill("lesson.from-the-walk", &[("name", about)])
        }
        _ => question.answer.clone(),
    };
    let _ = writeln!(text, "   {}", words.fill("lesson.key", &[("answer", &answer)]));
}
