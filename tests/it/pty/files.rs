//! What the screen program keeps: `--record`, the key `w`, and a recording opened again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use safelight::recording::{Recording, read};

use super::terminal::{Kind, Terminal};
use super::{ENTER, arrives, started};

pub(super) fn model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference/models/sd1")
}

/// A walk of the tiny model at its second stage.
fn at_the_second_stage(more: &[&str]) -> Terminal {
    let model = model();
    let size = ["--steps", "3", "--width", "32", "--height", "16", "--threads", "1"];
    let walk = ["a cat", "--model", model.to_str().unwrap()];
    let mut terminal = started(&[&walk[..], &size, more].concat(), &Kind::default());
    // The model is opened first; a key that asks for more meets nothing to go on from.
    terminal.sees("77 places");
    terminal.send("\x1b[C");
    arrives(&mut terminal, 2);
    terminal
}

fn holds_the_walk(recording: &Recording) {
    assert_eq!(recording.settings.prompt, "a cat");
    assert_eq!(recording.calls, 4, "PNDM calls once more than it has steps");
    assert!((2..=10).contains(&recording.frames.len()));
}

#[test]
fn record_keeps_what_was_walked_when_the_screen_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("walk.safetensors");
    let mut terminal = at_the_second_stage(&["--record", path.to_str().unwrap()]);
    assert!(!path.exists(), "it has its name only when it is whole");
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_restored();
    holds_the_walk(&read(&path).unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_key_w_writes_a_recording_that_opens_on_the_screen_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("walk.safetensors");
    let mut terminal = at_the_second_stage(&[]);
    terminal.send("w");
    terminal.sees("walk-7.safetensors");
    terminal.send(&"\x7f".repeat(30));
    terminal.send(path.to_str().unwrap());
    terminal.send(ENTER);
    terminal.until("the file", |_| path.exists());
    holds_the_walk(&read(&path).unwrap());
    terminal.send("q");
    terminal.ends();

    let mut again = started(&[path.to_str().unwrap()], &Kind::default());
    again.sees("77 places");
    again.send("\x1b[C");
    arrives(&mut again, 2);
    again.send("q");
    assert_eq!(again.ends(), 0);
}

#[test]
fn the_key_e_writes_the_walk_as_a_page_where_the_name_ends_in_html() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("walk.html");
    let mut terminal = at_the_second_stage(&[]);
    terminal.send("e");
    terminal.sees("seed-7.png");
    terminal.send(&"\x7f".repeat(40));
    terminal.send(path.to_str().unwrap());
    terminal.send(ENTER);
    terminal.until("the page", |_| path.exists());
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<h1><bdi id=\"prompt\">a cat<"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    terminal.send("q");
    terminal.ends();
}
