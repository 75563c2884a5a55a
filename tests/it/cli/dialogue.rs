//! The program as a dialogue of lines: from the menu to the picture, a lesson to its end, failures
//! that leave it usable, hostile input made visible, and no byte that only a terminal understands.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Output, Stdio};

use safelight::lesson::{QuestionKind, shipped_lessons};
use safelight::words::{Language, Words};

use super::{Desk, PROGRAM, text};

impl Desk {
    /// Types these lines and gives what was answered.
    fn talk(&self, args: &[&str], plain: bool, lines: &str) -> Output {
        let mut command = self.command(PROGRAM);
        if plain {
            command.arg("--plain");
        } else {
            command.env("SAFELIGHT_PLAIN", "1");
        }
        command.args(args).args(["--threads", "1"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn().unwrap();
        running.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        running.wait_with_output().unwrap()
    }

    /// What was answered in English by a program that ended well.
    fn told(&self, args: &[&str], lines: &str) -> String {
        let ended = self.talk(&[args, &["--lang", "en"]].concat(), true, lines);
        let said = text(&ended.stdout);
        assert_eq!(ended.status.code(), Some(0), "{said}");
        only_words(&said);
        said
    }
}

/// What no line may hold: escape codes, drawn lines and blocks, symbols without a word.
fn only_words(said: &str) {
    let drawn = |c: char| {
        (c.is_control() && c != '\n')
            || ('\u{2500}'..='\u{28ff}').contains(&c)
            || "εσ‖→×√≈±∅ᾱ↑↓▸●○◐·²−½°Δ".contains(c)
    };
    let line = said.lines().find(|line| line.contains(drawn));
    assert_eq!(line, None);
}

#[test]
fn lines_lead_from_the_menu_to_the_picture() {
    let desk = Desk::new();
    for plain in [true, false] {
        let ended = desk.talk(&["--lang", "en"], plain, "1\n\n\n\n5\nd\nt 2\n7\n.\nb\nq\n");
        let said = text(&ended.stdout);
        assert_eq!(ended.status.code(), Some(0), "{said}");
        for expected in [
            "Enter goes on",
            "Prompt: a red cat on a blue background",
            "The prompt becomes 7 pieces",
            "Stage 2 of 7: embeddings.",
            "Stage 4 of 7: noise.",
            "Step 1 of 20.",
            "The predicted noise has norm",
            "cat: 10 percent",
            "red: ",
            "The guess of the picture, decoded",
            "(wrong about 2 things in 100",
            "sees: a red cat on a blue background.",
            "Stage 6 of 7: decode.",
        ] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
        // A point says the picture again; a piece chosen anew is told without the whole step.
        assert_eq!(said.matches("Stage 7 of 7: image.").count(), 2, "{said}");
        assert_eq!(said.matches("Step 1 of 20.").count(), 1, "{said}");
        only_words(&said);
    }
}

#[test]
fn a_lesson_is_gone_through_in_lines_in_each_language() {
    let desk = Desk::new();
    for language in Language::ALL {
        let lesson = &shipped_lessons(language)[0];
        let mut lines = String::new();
        for (at, beat) in lesson.beats.iter().enumerate() {
            if let Some(question) = &beat.question {
                assert_eq!(question.kind, QuestionKind::Choice);
                if at == 0 {
                    // A wrong answer first, and one that is none.
                    lines.push_str("z\n1\nagain\n");
                }
                let number = question.letters().unwrap()[0] + 1;
                writeln!(lines, "{number}").unwrap();
            }
            lines.push('\n');
        }
        lines.push_str("q\n");
        let code = language.code();
        let ended = desk.talk(&["lesson", &lesson.name, "--lang", code], false, &lines);
        let said = text(&ended.stdout);
        assert_eq!(ended.status.code(), Some(0), "{said}");
        let words = Words::of(language);
        for beat in &lesson.beats {
            let heading = words.spoken(&beat.title);
            assert!(said.contains(&heading), "{heading}: {said}");
        }
        let count = |key: &str| said.matches(words.text(key)).count();
        assert_eq!(count("dialogue.no-choice"), 1);
        assert_eq!(count("dialogue.wrong"), 1);
        assert_eq!(count("lesson.right"), lesson.questions());
        let all = lesson.questions().to_string();
        let facts = [("right", all.as_str()), ("answered", &all)];
        assert!(said.contains(&words.fill("lesson.ended", &facts)), "{said}");
        only_words(&said);
    }
}

#[test]
fn what_is_typed_comes_out_visible_and_the_end_of_the_input_is_the_end() {
    let desk = Desk::new();
    let long = "x".repeat(20_000);
    let lines = format!("2 a cat \u{1b}[2J\u{7}\n\nnonsense words\n99\n？\n{long}\n\n");
    let said = desk.told(&[], &lines);
    assert!(said.contains("a cat"), "{said}");
    assert_eq!(said.matches("That means nothing here").count(), 3, "{said}");
    assert!(said.contains("r: "), "the keys that work here: {said}");
    assert!(!desk.told(&[], "").is_empty());
}

#[test]
fn what_fails_is_said_and_the_dialogue_goes_on() {
    let desk = Desk::new();
    let said = desk.told(&["a cat", "--model", "nowhere"], "\nm\n3 nothing.safetensors\ng\n1\nq\n");
    assert_eq!(said.matches("There is no folder nowhere").count(), 2, "{said}");
    assert!(said.contains("Enter tries it again"), "{said}");
    assert!(said.contains("nothing.safetensors"), "{said}");
    assert!(said.contains("Type a number; b closes the list."), "{said}");
}

#[test]
fn forms_lists_and_files_are_reached_by_lines() {
    let desk = Desk::new();
    let lines = "p a blue fish on a white background\ns\n4 4\n\ng\n3\nb\n7\nw walk.safetensors\n\
                 c\n\n5\ne sheet.png\nm\n4\nb\nq\n";
    let said = desk.told(&["a red cat"], lines);
    assert!(said.contains("Prompt: a blue fish on a white background"), "{said}");
    assert!(said.contains(" 4 steps, sampler"), "{said}");
    assert!(said.contains("Side by side: step "), "{said}");
    // The file is whole before the next line is taken.
    assert_eq!(desk.files(), ["sheet.png", "walk.safetensors"], "{said}");
    let said = desk.told(&[], "3 walk.safetensors\n\nw copy.safetensors\nq\n");
    assert!(said.contains("Stage 2 of 7: embeddings."), "{said}");
    assert!(desk.files().contains(&"copy.safetensors".to_owned()), "{said}");
}

#[test]
fn printed_sentences_tell_what_the_judge_sees_or_the_colours_of_nine_parts() {
    let desk = Desk::new();
    let ended =
        desk.safelight(&["run", "a green fish", "--plain", "--steps", "10", "--lang", "en"]);
    let said = text(&ended.stdout);
    assert!(said.contains("it always names something) sees: a"), "{said}");
    let said = text(&desk.run(&["--plain", "--lang", "en"]).stdout);
    assert!(said.contains("Its colours in three rows of three"), "{said}");
    assert!(!said.contains("The judge"), "{said}");
}

#[test]
fn every_sentence_of_every_lesson_is_words_when_it_is_said() {
    for language in Language::ALL {
        let words = Words::of(language);
        for lesson in shipped_lessons(language) {
            for beat in &lesson.beats {
                let question = beat.question.iter().map(|question| &question.question);
                let choices = beat.question.iter().flat_map(|question| &question.choices);
                let texts = [&beat.said, &beat.explained, &beat.title];
                for part in texts.into_iter().chain(question).chain(choices) {
                    only_words(&words.spoken(part));
                }
            }
        }
    }
}
