//! `safelight train data` and `train eval`: what the small world shows, and what a model makes of it.

use serde_json::Value;

use super::{Desk, json_lines, text, tiny_model, went_well};

#[test]
fn data_prints_pictures_with_captions_and_the_same_ones_by_their_number() {
    let desk = Desk::new();
    let lines = json_lines(&desk.safelight(&["train", "data", "--json", "--from", "1"]));
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["caption"], "a big red apple on a white background");
    assert_eq!(lines[2]["thing"], "whale");
    let shown = went_well(&desk.safelight(&["train", "--show-data", "--count", "1"]));
    assert!(shown.contains("a little yellow balloon on a black background"), "{shown}");
    assert!(shown.lines().count() > 30, "{shown}");
    let other = json_lines(&desk.safelight(&["train", "data", "--json", "--seed", "9"]));
    assert_ne!(other[0]["caption"], lines[0]["caption"]);
}

#[test]
fn data_lists_what_is_held_out() {
    let desk = Desk::new();
    let output = desk.safelight(&["train", "data", "--held-out", "--list"]);
    let list = went_well(&output);
    assert_eq!(list.lines().count(), 298);
    assert_eq!(list.lines().next(), Some("a yellow cat on a black background"));
    assert!(text(&output.stderr).contains("298 of 2912"), "{}", text(&output.stderr));
    let held = json_lines(&desk.safelight(&["train", "data", "--held-out", "--json"]));
    assert!(held.iter().all(|one| {
        let word = |name: &str| one[name].as_str().unwrap().to_owned();
        let (colour, thing, ground) = (word("colour"), word("thing"), word("background"));
        list.lines().any(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            (words[1], words[2], words[5]) == (&*colour, &*thing, &*ground)
        })
    }));
}

#[test]
fn data_writes_a_sheet() {
    let desk = Desk::new();
    went_well(&desk.safelight(&["train", "data", "--out", "sheet.png", "--count", "3"]));
    assert_eq!(desk.files(), ["sheet.png"]);
    let sheet = image::open(desk.path("sheet.png")).unwrap();
    assert!(sheet.width() > 3 * 128 && sheet.height() > 128);
    let output = desk.safelight(&["train", "data", "--out", "no/sheet.png"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
}

#[test]
fn eval_ends_with_its_figures() {
    let desk = Desk::new();
    let asked = ["train", "eval", "--every", "60", "--threads", "1"];
    let output = desk.safelight(&[&asked[..], &["--json"]].concat());
    let lines = json_lines(&output);
    let figures = lines.last().unwrap();
    for share in ["thing", "color", "background"] {
        assert!((0.0..=1.0).contains(&figures[share].as_f64().unwrap()), "{figures}");
    }
    assert!(figures["background"].as_f64().unwrap() > 0.5, "{figures}");
    assert!(figures["psnr"].as_f64().unwrap() > 15.0, "{figures}");
    assert!(figures["seed_ratio"].as_f64().unwrap() > 0.0, "{figures}");
    let pictures = figures["pictures"].as_u64().unwrap();
    assert!(pictures >= 4 && pictures.is_multiple_of(2), "{figures}");
}

#[test]
fn eval_of_a_model_that_was_not_taught_says_so_in_one_sentence() {
    let desk = Desk::new();
    let model = tiny_model();
    let output = desk.safelight(&["train", "eval", "--model", model.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("keeps no list of the words") && said.lines().count() == 1, "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn numbers_that_cannot_be_are_wrong_usage() {
    let desk = Desk::new();
    for args in [["eval", "--seeds", "0"], ["eval", "--every", "-1"], ["data", "--count", "0"]] {
        let output = desk.safelight(&[&["train"], &args[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", text(&output.stderr));
    }
    assert_eq!(desk.safelight(&["train", "--held-out"]).status.code(), Some(2));
    let help = went_well(&desk.safelight(&["train"]));
    assert!(help.contains("eval") && help.contains("--show-data"), "{help}");
    assert!(json_lines(&desk.safelight(&["train", "data", "--json"])).iter().all(Value::is_object));
}
