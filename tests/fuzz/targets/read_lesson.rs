//! Any text as a lesson: it is read and checked, or there is a list of mistakes, each with a line
//! of the text and a sentence in both languages. Its answers and figures are asked for as well.
//!
//! Build and run as in `read_recording.rs`, with `--features engine`.

#![no_main]
#![allow(missing_docs, reason = "a target has one entry")]

use libfuzzer_sys::fuzz_target;
use safelight::lesson::{Answer, FACTS, Facts, Lesson, Mistake, World, check, fill};
use safelight::walk::Asked;
use safelight::words::{Language, Words};

/// Pieces are words, and one recording is there.
struct Small;

impl World for Small {
    fn pieces(&self, prompt: &str) -> Vec<String> {
        prompt.split_whitespace().take(75).map(str::to_owned).collect()
    }

    fn has_recording(&self, path: &str) -> bool {
        path == "walk.safetensors"
    }
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Lesson::read("any", text) {
        Ok(lesson) => {
            told(text, &check(&lesson, &Small));
            asked(&lesson);
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty(), "what is not read has a reason");
            told(text, &mistakes);
        }
    }
});

/// Each mistake has a line of the text, or the one behind it, and its sentence has no gap.
fn told(text: &str, mistakes: &[Mistake]) {
    let lines = text.split('\n').count() + 1;
    for mistake in mistakes {
        assert!((1..=lines).contains(&mistake.line), "line {} of {lines}", mistake.line);
        for language in [Language::En, Language::Zh] {
            assert!(!Words::of(language).problem(&mistake.problem).is_empty());
        }
    }
}

/// What the program asks of a lesson while it runs.
fn asked(lesson: &Lesson) {
    let known: Facts =
        FACTS.iter().map(|(name, ..)| ((*name).to_owned(), "12".to_owned())).collect();
    let steers = |c: char| c.is_control() && c != '\n';
    for facts in [Facts::new(), known] {
        for beat in &lesson.beats {
            for said in [&beat.title, &beat.said, &beat.explained, &beat.notes] {
                assert!(!fill(said, &facts).contains(steers), "what steers a terminal gets in");
            }
            let Some(question) = &beat.question else { continue };
            for answer in [Answer::Choice(0), Answer::Number(12.0), Answer::Order(vec![1, 0])] {
                let _ = question.judge(&answer, &facts);
            }
        }
    }
    let mut walk = lesson.head.walk.clone();
    for show in lesson.beats.iter().filter_map(|beat| beat.show.as_ref()) {
        walk = show.walk.over(&walk);
        drop(walk.asked(&Asked::default()));
    }
}
