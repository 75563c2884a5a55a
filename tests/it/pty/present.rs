//! A lesson before a room, in a real terminal: two keys of a remote lead through it, and the
//! teacher's notes follow in a second terminal.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::Command;

use safelight::lesson::{Lesson, Told, shipped};
use safelight::words::{Language, Words};

use super::terminal::{Kind, Terminal};
use super::{PROGRAM, started};

const NEXT: &str = "\x1b[6~";
const BACK: &str = "\x1b[5~";

fn lesson(language: Language) -> Lesson {
    let first = shipped(language).next().unwrap();
    Lesson::read(first.name, first.text).unwrap()
}

/// What fits into a line of the narrowest column.
fn beginning(text: &str) -> &str {
    let plain = text.split(['{', '\n']).next().unwrap_or_default();
    let end = plain.char_indices().nth(10).map_or(plain.len(), |(at, _)| at);
    plain[..end].trim_end()
}

fn room() -> Kind {
    Kind { columns: 64, rows: 18, ..Kind::default() }
}

#[test]
fn page_down_alone_leads_the_first_lesson_to_its_end() {
    for language in Language::ALL {
        let lesson = lesson(language);
        let code = language.code();
        let asked = ["lesson", &*lesson.name, "--present", "--lang", code, "--threads", "1"];
        let mut terminal = started(&asked, &room());
        for beat in &lesson.beats {
            if let Some(question) = &beat.question {
                terminal.sees(beginning(&question.question));
                terminal.send(NEXT);
                terminal.sees("✓ ");
                terminal.sees(beginning(&beat.explained));
            } else {
                terminal.sees(beginning(&beat.said));
            }
            terminal.send(NEXT);
        }
        let ended = Words::of(language).text("lesson.ended");
        terminal.sees(beginning(ended));
        terminal.send("q");
        assert_eq!(terminal.ends(), 0);
        terminal.is_restored();
    }
}

fn told(file: &Path) -> Option<Told> {
    Told::read(&fs::read(file).ok()?).ok()
}

#[test]
fn the_notes_follow_the_lesson_through_a_file_and_nothing_else_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lesson.json");
    let name = file.to_str().unwrap();
    let lesson = lesson(Language::En);
    let words = Words::of(Language::En);
    let mut teacher =
        started(&["lesson", "notes", &*lesson.name, "--follow", name], &Kind::default());
    // The file is not there yet: a sentence, and it goes on waiting.
    teacher.sees("is not there yet");
    let asked = ["lesson", &*lesson.name, "--present", "--threads", "1", "--tell", name];
    let mut first = started(&asked, &room());
    teacher.sees(words.text("presenter.asking"));
    teacher.sees("✓ a few whole numbers");
    teacher.sees(beginning(&lesson.beats[0].notes));
    first.sees("its letters");
    first.send("a12b9");
    teacher.sees("its letters   12");
    first.send(NEXT);
    teacher.sees(words.text("presenter.shown"));
    first.send(NEXT);
    teacher.sees(&lesson.beats[2].title);
    first.send(BACK);
    teacher.sees("its letters   12");
    assert_eq!(told(&file).unwrap().hands, [12, 9, 0]);
    let there: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(there.len(), 1, "no temporary file is left: {there:?}");
    // Whatever stands there instead is one sentence, and what was told stays on screen.
    fs::write(&file, "\u{1b}[2J{\"format\":").unwrap();
    teacher.sees("does not say where a lesson is");
    teacher.sees(&lesson.beats[1].title);
    first.send(NEXT);
    teacher.until("the file again", |terminal| {
        !terminal.text().contains("does not say") && terminal.text().contains("beat ")
    });
    let mut terminals: [Terminal; 2] = [first, teacher];
    for terminal in &mut terminals {
        terminal.send("q");
        assert_eq!(terminal.ends(), 0);
        terminal.is_restored();
    }
}

#[test]
fn a_file_of_another_kind_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("essay.md");
    fs::write(&file, "not yours").unwrap();
    let lesson = lesson(Language::En);
    let arguments = ["lesson", &*lesson.name, "--tell", file.to_str().unwrap()];
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("stays as it is"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "not yours");
}

#[test]
fn the_teachers_screen_leaves_the_terminal_as_it_was_on_a_signal() {
    let lesson = lesson(Language::En);
    let arguments = ["lesson", "notes", &*lesson.name, "--follow", "not-there.json"];
    let mut terminal = started(&arguments, &Kind::default());
    terminal.sees("is not there yet");
    terminal.signal("TERM");
    assert_eq!(terminal.ends(), 143);
    terminal.is_restored();
}
