//! `safelight export` and `run --like`: files out of a recording, settings out of a picture.

use std::fs;

use super::{Desk, json_lines, text, went_well};

/// A desk with a recording `w.safetensors` and its picture `cat.png`.
fn recorded(more: &[&str]) -> Desk {
    let desk = Desk::new();
    let always = ["--record", "w.safetensors", "--out", "cat.png", "--quiet"];
    went_well(&desk.run(&[&always[..], more].concat()));
    desk
}

#[test]
fn every_file_that_is_asked_for_is_written_and_named() {
    let desk = recorded(&["--x0-images"]);
    let all = ["--png", "p.png", "--sheet", "s.png", "--gif", "x.gif", "--csv", "n.csv"];
    let output = desk.safelight(&[&["export", "w.safetensors"][..], &all].concat());
    assert_eq!(went_well(&output), "", "files, and nothing on stdout");
    let said = text(&output.stderr);
    let files = ["cat.png", "n.csv", "p.png", "s.png", "w.safetensors", "x.gif"];
    assert_eq!(desk.files(), files);
    for name in ["p.png", "s.png", "x.gif", "n.csv"] {
        assert!(said.contains(name), "{said}");
    }
    // PNDM calls four times for three steps; the heads stand above.
    assert_eq!(fs::read_to_string(desk.path("n.csv")).unwrap().lines().count(), 5);
    assert!(fs::read(desk.path("x.gif")).unwrap().starts_with(b"GIF89a"));
    // Compact recordings keep the picture as 8 bits: the exported one is the same.
    let picture = |name: &str| image::open(desk.path(name)).unwrap().to_rgb8();
    assert_eq!(picture("p.png"), picture("cat.png"));
    let quiet = ["export", "w.safetensors", "--csv", "n.csv", "--quiet"];
    assert_eq!(text(&desk.safelight(&quiet).stderr), "", "an older file is replaced");
}

#[test]
fn decoded_x0_pictures_are_in_the_recording_only_if_asked_for() {
    for (more, there) in [(&["--x0-images"][..], true), (&[], false)] {
        let recording = safelight::recording::read(&recorded(more).path("w.safetensors")).unwrap();
        let mut steps = recording.frames.iter().filter_map(|frame| frame.as_step());
        assert!(steps.all(|step| step.x0_image.is_some() == there));
    }
}

#[test]
fn an_export_that_cannot_be_done_is_refused_and_writes_nothing() {
    let desk = recorded(&[]);
    fs::copy(desk.path("w.safetensors"), desk.path("other")).unwrap();
    let until = desk.run(&["--until", "noise", "--record", "short.safetensors", "--quiet"]);
    went_well(&until);
    let before = desk.files();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["export", "w.safetensors"], 2, "--png"),
        (&["export"], 2, "RECORDING"),
        (&["export", "none.safetensors", "--csv", "n.csv"], 1, "none.safetensors"),
        (&["export", "w.safetensors", "--csv", "n", "--gif", "n"], 2, "--csv"),
        (&["export", "w.safetensors", "--csv", "w.safetensors"], 2, "itself"),
        (&["export", "w.safetensors", "--gif", "/dev/null"], 1, "/dev/null"),
        (&["export", "w.safetensors", "--gif", "no/x.gif"], 1, "no/x.gif"),
        (&["export", "cat.png", "--gif", "x.gif"], 1, "cat.png"),
        (&["export", "short.safetensors", "--png", "p.png"], 1, "p.png"),
        (&["export", "short.safetensors", "--gif", "x.gif"], 1, "x.gif"),
        (&["export", "w.safetensors", "--csv", "n.csv", "--seed", "3"], 2, "--seed"),
    ];
    for (args, code, word) in cases {
        let output = desk.safelight(args);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(*code), "{args:?} {said}");
        assert!(said.contains(word) && said.lines().count() == 1, "{said}");
        assert_eq!(desk.files(), before, "{args:?}");
    }
}

#[test]
fn a_picture_gives_its_settings_and_explicit_flags_win() {
    let desk = Desk::new();
    let first = ["--seed", "11", "--guidance", "3", "--negative", "dark", "--out", "cat.png"];
    let made = json_lines(&desk.run(&[&first[..], &["--sampler", "euler", "--json"]].concat()));
    let model = super::tiny_model();
    let like = ["run", "--like", "cat.png", "--model", model.to_str().unwrap(), "--json"];
    let output = desk.safelight(&[&like[..], &["--out", "again.png"]].concat());
    assert_eq!(text(&output.stderr).lines().count(), 1, "only the file: {}", text(&output.stderr));
    assert_eq!(json_lines(&output)[0]["settings"], made[0]["settings"]);
    let picture = |name: &str| image::open(desk.path(name)).unwrap().to_rgb8();
    assert_eq!(picture("cat.png"), picture("again.png"));
    let other = ["--seed", "12", "--sampler", "ddim", "a dog", "--until", "tokens"];
    let settings = json_lines(&desk.safelight(&[&like[..], &other].concat()));
    let settings = &settings[0]["settings"];
    assert_eq!((&settings["seed"], &settings["prompt"]), (&12.into(), &"a dog".into()));
    assert_eq!((&settings["sampler"], &settings["negative"]), (&"ddim".into(), &"dark".into()));
}

#[test]
fn what_a_picture_asks_for_in_vain_is_listed_one_line_each() {
    let desk = Desk::new();
    let text_chunk = "a (cat:1.2)\u{1b}[31m\nSteps: 2, Sampler: DPM++ SDE, Seed: 7, Size: 32x16, \
        Clip skip: 2, Model: dream";
    let mut encoder = png::Encoder::new(fs::File::create(desk.path("x.png")).unwrap(), 1, 1);
    encoder.add_text_chunk("parameters".to_owned(), text_chunk.to_owned()).unwrap();
    encoder.write_header().unwrap().write_image_data(&[0]).unwrap();
    let model = super::tiny_model();
    let args = ["run", "--like", "x.png", "--model", model.to_str().unwrap(), "--json"];
    let output = desk.safelight(&[&args[..], &["--until", "tokens"]].concat());
    let settings = &json_lines(&output)[0]["settings"];
    assert_eq!((&settings["steps"], &settings["width"]), (&2.into(), &32.into()));
    let said = text(&output.stderr);
    let words = ["DPM++ SDE", "clip skip 2", "(cat:1.2)", "GPU", "dream"];
    assert_eq!(said.lines().count(), words.len(), "{said}");
    for (line, word) in said.lines().zip(words) {
        assert!(line.contains(word), "{said}");
    }
    assert!(!said.contains('\u{1b}'));
    let refused = desk.safelight(&["--like", "x.png", "a cat"]);
    assert_eq!(refused.status.code(), Some(2), "the screen does not read pictures");
}
