//! A walk as lines, as sentences and as JSON Lines.

#![expect(clippy::unwrap_used, reason = "what is printed is known here")]

use std::io::{self, Write};

use safelight::print::{Form, Pictures, Printer, Shades};
use safelight::source::Recorded;
use safelight::walk::{Frame, Picture};
use safelight::words::{Language, Words};

use super::frames;

fn printed(form: Form, language: Language, keep: impl Fn(&Frame) -> bool) -> String {
    let walk = frames::walk();
    let mut printer =
        Printer::new(form, Words::of(language), &walk.settings, &walk.card, walk.calls);
    let (mut all, mut kept) = (Vec::new(), Vec::new());
    printer.title(&mut kept).unwrap();
    for frame in &walk.frames {
        let out = if keep(frame) { &mut kept } else { &mut all };
        printer.frame(frame, &mut Shades, out).unwrap();
    }
    String::from_utf8(kept).unwrap()
}

/// All stages, but of the steps only a few, so that a snapshot can be read.
fn a_few(frame: &Frame) -> bool {
    frame.as_step().is_none_or(|step| [0, 1, 2, 19].contains(&step.call))
}

#[test]
fn lines_show_every_stage() {
    let lines = Form::Lines { colour: false };
    insta::assert_snapshot!("lines-en", printed(lines, Language::En, a_few));
    insta::assert_snapshot!("lines-zh", printed(lines, Language::Zh, a_few));
}

#[test]
fn lines_fit_eighty_columns_in_both_languages() {
    for language in Language::ALL {
        for line in printed(Form::Lines { colour: false }, language, |_| true).lines() {
            let width = unicode_width::UnicodeWidthStr::width(line);
            assert!(width <= 80, "{width}: {line}");
        }
    }
}

#[test]
fn a_decoding_in_tiles_is_said_and_called_approximate() {
    let mut walk = frames::walk();
    let of = |walk: &Recorded, form, language| {
        let words = Words::of(language);
        let mut printer = Printer::new(form, words, &walk.settings, &walk.card, walk.calls);
        let mut out = Vec::new();
        for frame in walk.frames.iter().filter(|frame| matches!(frame, Frame::Decode(_))) {
            printer.frame(frame, &mut Shades, &mut out).unwrap();
        }
        let text = String::from_utf8(out).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let lines = Form::Lines { colour: false };
    let said = [
        (Form::Plain, Language::En, "decoded in 9 tiles"),
        (lines, Language::En, "Approximate"),
        (Form::Json, Language::En, "\"tiles\":9"),
        (Form::Plain, Language::Zh, "分成 9 块解码"),
        (lines, Language::Zh, "近似"),
    ];
    for (form, language, words) in said {
        assert!(!of(&walk, form, language).contains(words), "{form:?}");
    }
    for frame in &mut walk.frames {
        if let Frame::Decode(decode) = frame {
            decode.tiles = 9;
        }
    }
    for (form, language, words) in said {
        let text = of(&walk, form, language);
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn colour_is_written_only_where_it_was_asked_for() {
    let escapes =
        |colour| printed(Form::Lines { colour }, Language::En, |_| true).matches('\u{1b}').count();
    assert_eq!(escapes(false), 0);
    assert!(escapes(true) > 0);
}

#[test]
fn sentences_show_every_stage() {
    insta::assert_snapshot!("plain-en", printed(Form::Plain, Language::En, a_few));
    insta::assert_snapshot!("plain-zh", printed(Form::Plain, Language::Zh, a_few));
}

#[test]
fn sentences_have_no_escape_codes_no_boxes_and_no_blocks() {
    for language in Language::ALL {
        let text = printed(Form::Plain, language, |_| true);
        let drawn = |c: char| {
            (c.is_control() && c != '\n')
                || ('\u{2190}'..='\u{2bff}').contains(&c)
                || "εσ‖×√≈±ᾱ²·°".contains(c)
        };
        assert_eq!(text.chars().find(|&c| drawn(c)), None);
        for stage in ["1", "7"] {
            assert!(text.contains(stage));
        }
    }
}

#[test]
fn a_picture_is_described_from_its_pixels_and_not_from_the_prompt() {
    let mut walk = frames::walk();
    walk.settings.prompt = "a green fish on a white background".to_owned();
    let green = frames::walk();
    let say = |walk: &safelight::source::Recorded| {
        let words = Words::of(Language::En);
        let mut printer = Printer::new(Form::Plain, words, &walk.settings, &walk.card, walk.calls);
        let mut out = Vec::new();
        printer.frame(walk.frames.last().unwrap(), &mut Shades, &mut out).unwrap();
        out
    };
    assert_eq!(say(&walk), say(&green));
}

#[test]
fn each_json_line_names_version_and_stage() {
    let text = printed(Form::Json, Language::Zh, |_| true);
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), frames::CALLS + 6);
    assert!(lines.iter().all(|line| line["safelight"] == 1));
    assert_eq!(lines[0]["prompt"]["ids"][2], 2368);
    assert_eq!(lines[0]["prompt"]["ids77"].as_array().unwrap().len(), 77);
    assert_eq!(lines[0]["settings"]["seed"], 7);
    assert_eq!(lines[4]["stage"], "step");
    assert_eq!(lines[5]["call"], 1);
    assert!(lines[5]["moved"].as_f64().unwrap() > 0.0);
    assert_eq!(lines.last().unwrap()["stage"], "image");
}

#[test]
fn json_shows_the_same_shape_as_its_schema_says() {
    let text = printed(Form::Json, Language::En, a_few);
    let first: Vec<String> = text
        .lines()
        .map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let mut keys: Vec<&String> = value.as_object().unwrap().keys().collect();
            keys.sort();
            let keys: Vec<&str> = keys.iter().map(|key| key.as_str()).collect();
            format!("{}: {}", value["stage"], keys.join(" "))
        })
        .collect();
    for line in &first {
        let keys = line.split_once(": ").unwrap().1;
        for key in keys.split(' ') {
            assert!(safelight::print::json::SCHEMA.contains(key), "{key} is not in the schema");
        }
    }
    insta::assert_snapshot!("json-keys", first.join("\n"));
}

/// Every number of every object; a non-finite one would be written as null.
fn numbers(value: &serde_json::Value, path: &str, nulls: &mut Vec<String>) {
    match value {
        serde_json::Value::Null => nulls.push(path.to_owned()),
        serde_json::Value::Array(items) => items.iter().for_each(|v| numbers(v, path, nulls)),
        serde_json::Value::Object(fields) => {
            fields.iter().for_each(|(k, v)| numbers(v, &format!("{path}.{k}"), nulls));
        }
        _ => {}
    }
}

#[test]
fn statistics_are_finite_even_where_the_numbers_are_not() {
    let mut walk = frames::walk();
    for frame in &mut walk.frames {
        if let Frame::Step(step) = frame {
            step.next = step.next.map(|x| if x > 1.0 { f32::NAN } else { x * 1e38 });
        }
    }
    let words = Words::of(Language::En);
    let mut printer = Printer::new(Form::Json, words, &walk.settings, &walk.card, walk.calls);
    for frame in &walk.frames {
        let mut out = Vec::new();
        printer.frame(frame, &mut Shades, &mut out).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let mut nulls = Vec::new();
        numbers(&value, "", &mut nulls);
        nulls.retain(|path| path.split('.').count() > 2);
        nulls.retain(|path| {
            let may = [
                ".settings.negative",
                ".description.figure.second",
                ".prompt.in_english",
                ".negative.in_english",
            ];
            !may.contains(&&**path)
        });
        assert_eq!(nulls, [""; 0]);
        if value["stage"] == "step" {
            assert!(value["next"]["non_finite"].as_u64().unwrap() > 0);
        }
    }
}

#[test]
fn what_was_written_stands_before_a_picture() {
    struct Marks(usize);
    impl Pictures for Marks {
        fn show(&mut self, row: &[Picture], out: &mut dyn Write) -> io::Result<()> {
            self.0 += 1;
            assert!(row.iter().map(|p| p.width() + 2).sum::<usize>() <= 80);
            writeln!(out, "<picture>")
        }
    }
    let walk = frames::walk();
    let words = Words::of(Language::En);
    let form = Form::Lines { colour: false };
    let mut printer = Printer::new(form, words, &walk.settings, &walk.card, walk.calls);
    let (mut out, mut marks) = (Vec::new(), Marks(0));
    for frame in &walk.frames {
        printer.frame(frame, &mut marks, &mut out).unwrap();
    }
    let text = String::from_utf8(out).unwrap();
    let noise = text.split("── 4").nth(1).unwrap();
    assert!(noise.find("channel 1") < noise.find("<picture>"));
    assert!(marks.0 >= 8, "{} pictures", marks.0);
}
