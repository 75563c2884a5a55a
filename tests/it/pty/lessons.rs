//! A newcomer's run of the first lesson, from the first key to the last, in each language.

use safelight::lesson::{Lesson, shipped};
use safelight::words::{Language, Words};

use super::started;
use super::terminal::{Kind, Terminal};

const NEXT: &str = "\x1b[6~";
const ENTER: &str = "\r";

/// The words of a text up to its first figure: they stand on the screen as they are.
fn beginning(text: &str) -> &str {
    let plain = text.split(['{', '\n']).next().unwrap_or_default();
    let end = plain.char_indices().nth(16).map_or(plain.len(), |(at, _)| at);
    plain[..end].trim_end()
}

fn sees(terminal: &mut Terminal, text: &str) {
    terminal.sees(beginning(text));
}

#[test]
fn a_newcomer_goes_through_the_first_lesson_in_each_language() {
    for language in Language::ALL {
        let words = Words::of(language);
        let inside = shipped(language).next().unwrap();
        let lesson = Lesson::read(inside.name, inside.text).unwrap();
        let asked = ["lesson", inside.name, "--lang", language.code(), "--threads", "1"];
        let mut terminal = started(&asked, &Kind::default());
        for beat in &lesson.beats {
            if let Some(question) = &beat.question {
                sees(&mut terminal, &question.question);
                terminal.send(&question.answer);
                terminal.sees("▸");
                terminal.send(ENTER);
                terminal.sees(words.text("lesson.right"));
                sees(&mut terminal, &beat.explained);
            } else {
                sees(&mut terminal, &beat.said);
            }
            terminal.send(NEXT);
        }
        let (right, answered) = (lesson.questions().to_string(), lesson.questions().to_string());
        let ended = words.fill("lesson.ended", &[("right", &right), ("answered", &answered)]);
        terminal.sees(beginning(&ended));
        terminal.send("q");
        assert_eq!(terminal.ends(), 0);
        terminal.is_restored();
    }
}

#[test]
fn answers_are_in_the_file_as_soon_as_they_are_judged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ann.json");
    let words = Words::of(Language::En);
    let inside = shipped(Language::En).next().unwrap();
    let first = Lesson::read(inside.name, inside.text).unwrap().beats[0].question.clone().unwrap();
    let file = path.to_str().unwrap();
    let asked = ["lesson", inside.name, "--lang", "en", "--threads", "1", "--export-answers", file];
    let mut terminal = started(&asked, &Kind::default());
    let answer = |terminal: &mut Terminal, letter: &str, verdict: &str, tries: usize| {
        sees(terminal, &first.question);
        terminal.send(letter);
        terminal.sees("▸");
        terminal.send(ENTER);
        terminal.sees(words.text(&format!("lesson.{verdict}")));
        terminal.until("the answers", |_| {
            let Ok(text) = std::fs::read(&path) else { return false };
            // Renamed, never half-written.
            let file: serde_json::Value = serde_json::from_slice(&text).unwrap();
            let said = &file["answers"][0];
            said["verdict"] == verdict && said["given"] == letter && said["tries"] == tries
        });
    };
    answer(&mut terminal, "a", "wrong", 1);
    terminal.send("\x1b[5~");
    answer(&mut terminal, "b", "right", 2);
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(
        file["answers"][0]["first"],
        serde_json::json!({ "given": "a", "verdict": "wrong" })
    );
    assert!(file.get("learner").is_none());
    assert_eq!(file["date"].as_str().unwrap().len(), "2026-11-27".len());
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
