//! How a walk without a screen ends before its end: interrupted, killed, nobody reading.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use safelight::recording::read;

use super::{Desk, PROGRAM, SMALL, text, tiny_model};

/// A walk that takes long, recorded, of which six stages were printed.
fn under_way(desk: &Desk) -> Child {
    let model = tiny_model();
    let mut child = desk
        .command(PROGRAM)
        .args(["run", "cat", "--json", "--model", model.to_str().unwrap(), "--sampler", "ddim"])
        .args(["--steps", "900", "--threads", "1", "--record", "w.safetensors"])
        .args(SMALL)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    for _ in 0..6 {
        lines.next().unwrap().unwrap();
    }
    child
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn interrupted_it_names_the_recording_with_the_frames_so_far() {
    let desk = Desk::new();
    let child = under_way(&desk);
    send("-INT", &child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    assert_eq!(desk.files(), ["w.safetensors"]);
    let recording = read(&desk.path("w.safetensors")).unwrap();
    assert!((6..906).contains(&recording.frames.len()), "{}", recording.frames.len());
    assert_eq!(recording.calls, 900);
}

#[test]
fn killed_it_leaves_a_file_that_opens_up_to_the_last_whole_frame() {
    let desk = Desk::new();
    let child = under_way(&desk);
    send("-KILL", &child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), None);
    assert_eq!(desk.files(), ["w.safetensors.partial"]);
    let recording = read(&desk.path("w.safetensors.partial")).unwrap();
    assert!(recording.frames.len() >= 6);
    let again = desk.safelight(&["replay", "w.safetensors.partial", "--json"]);
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(text(&again.stdout).lines().count(), recording.frames.len());
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let desk = Desk::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let model = tiny_model();
    let output = desk
        .command(PROGRAM)
        .args(["run", "cat", "--json", "--model", model.to_str().unwrap()])
        .args(SMALL)
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_closed_stdout_is_no_failure() {
    let desk = Desk::new();
    let model = tiny_model();
    let line =
        format!("exec {PROGRAM} run cat --json --until noise --model {} >&-", model.display());
    let output = desk.command("sh").args(["-c", &line]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
}
