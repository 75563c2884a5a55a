//! `compare --layers` and `--with-and-without`.

use super::{Desk, json_lines, text, tiny_model, went_well};

#[test]
fn two_models_are_told_apart_without_a_walk() {
    let desk = Desk::new();
    let args = ["compare", "--layers", "--model", "pocket@half,pocket"];
    let told = went_well(&desk.safelight(&args));
    assert!(told.contains("autoencoder not at all") && told.contains("noise predictor"), "{told}");
    let lines = json_lines(&desk.safelight(&[&args[..], &["--json"]].concat()));
    assert_eq!(lines[0]["models"], serde_json::json!(["pocket@half", "pocket"]));
    assert_eq!((lines.len(), lines[0]["same"].as_bool()), (1, Some(false)));
    assert!(lines[0]["layers"].as_array().unwrap().len() > 100);
    let alone = desk.safelight(&["compare", "--layers", "--model", "pocket"]);
    assert_eq!(alone.status.code(), Some(2), "{}", text(&alone.stderr));
}

#[test]
fn a_walk_with_and_without_its_attachments() {
    let desk = Desk::new();
    let (model, lora) = (tiny_model(), tiny_model().join("../../lora/sd1-kohya.safetensors"));
    let always = ["compare", "a cat", "--model", model.to_str().unwrap(), "--steps", "2"];
    let size = ["--width", "32", "--height", "16", "--json", "--threads", "1"];
    let with = ["--lora", lora.to_str().unwrap(), "--with-and-without"];
    let lines = json_lines(&desk.safelight(&[&always[..], &size, &with].concat()));
    let runs: Vec<_> = lines.iter().filter(|line| line["compare"] == "run").collect();
    assert_eq!(runs.len(), 2, "{lines:?}");
    let laid =
        |run: &serde_json::Value| run["settings"]["attachments"].as_array().map_or(0, Vec::len);
    assert_eq!((laid(runs[0]), laid(runs[1])), (0, 1));
    let nothing = desk.safelight(&[&always[..], &size, &["--with-and-without"]].concat());
    assert_eq!(nothing.status.code(), Some(2), "{}", text(&nothing.stderr));
}
