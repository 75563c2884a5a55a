//! The built program without a screen: what it prints, how it ends, and what bad input meets:
//! one clear sentence, the right exit code, no trace of the stack and nothing left behind.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod compare;
mod dialogue;
mod endings;
mod export;
mod hub;
mod img2img;
mod layers;
mod lessons;
mod models;
mod receipts;
mod small_world;
mod train;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use safelight::recording::read;
use safelight::walk::Stage;
use serde_json::Value;
use tempfile::TempDir;

/// A folder to work in, with nothing in it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Names of the files that are there.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).stdin(Stdio::null()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("LC_ALL", "C").env("TERM", "xterm").env("RUST_BACKTRACE", "1");
        command
    }

    fn safelight(&self, args: &[&str]) -> Output {
        self.command(PROGRAM).args(args).output().unwrap()
    }

    /// A walk of three steps of the tiny model, printed.
    fn run(&self, args: &[&str]) -> Output {
        let model = tiny_model();
        let always =
            ["run", "a cat", "--model", model.to_str().unwrap(), "--steps", "3", "--threads", "1"];
        self.safelight(&[&always[..], SMALL, args].concat())
    }
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_safelight");
/// The smallest picture that the tiny model is asked for.
const SMALL: &[&str] = &["--width", "32", "--height", "16"];

fn tiny_model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference/models/sd1")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn went_well(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn json_lines(output: &Output) -> Vec<Value> {
    went_well(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn run_json_prints_one_object_a_stage_in_the_order_of_the_walk() {
    let lines = json_lines(&Desk::new().run(&["--json"]));
    let stages: Vec<&str> = lines.iter().map(|line| line["stage"].as_str().unwrap()).collect();
    assert_eq!(stages[..4], ["tokens", "embeddings", "schedule", "noise"]);
    assert_eq!(stages[stages.len() - 2..], ["decode", "image"]);
    let calls = lines[0]["calls"].as_u64().unwrap() as usize;
    assert_eq!(lines.len(), calls + 6);
    assert!(stages[4..4 + calls].iter().all(|stage| *stage == "step"));
    for line in &lines {
        assert_eq!(line["safelight"], 1);
    }
    assert_eq!(lines[0]["settings"]["steps"], 3);
    assert_eq!(lines[0]["prompt"]["ids77"].as_array().unwrap().len(), 77);
}

#[test]
fn run_stops_after_the_stage_of_until() {
    let desk = Desk::new();
    for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Encode) {
        let lines = json_lines(&desk.run(&["--json", "--until", stage.stem()]));
        assert_eq!(lines.last().unwrap()["stage"], stage.stem());
        let after = Stage::ALL.into_iter().filter(|other| *other > stage);
        for other in after {
            assert!(lines.iter().all(|line| line["stage"] != other.stem()), "{stage:?} {other:?}");
        }
    }
}

#[test]
fn tokens_json_has_the_four_fields_of_its_shape() {
    let model = tiny_model();
    let long = "cat ".repeat(90);
    let desk = Desk::new();
    let args = ["tokens", &long, "--json", "--model", model.to_str().unwrap()];
    let lines = json_lines(&desk.safelight(&args));
    let [answer] = &lines[..] else { panic!("one line") };
    let mut keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["cut", "ids", "ids77", "pieces"]);
    let count = |key: &str| answer[key].as_array().unwrap().len();
    assert_eq!(count("ids77"), 77);
    assert_eq!(count("ids"), count("pieces"));
    assert!(answer["cut"].as_str().unwrap().contains("cat"));
    assert!(desk.files().is_empty());
}

#[test]
fn tokens_prints_a_line_for_each_piece() {
    let model = tiny_model();
    let args = ["tokens", "a cat", "--model", model.to_str().unwrap()];
    let printed = went_well(&Desk::new().safelight(&args));
    let ids = printed
        .lines()
        .filter(|line| line.split_whitespace().next().is_some_and(|w| w.parse::<u32>().is_ok()));
    assert!(ids.count() >= 2, "{printed}");
}

#[test]
fn a_full_recording_replays_to_the_same_lines() {
    let desk = Desk::new();
    let record = ["--json", "--record", "walk.safetensors", "--record-precision", "full"];
    let live = desk.run(&[&record[..], &["--probe-step", "1"]].concat());
    let live = went_well(&live);
    assert_eq!(desk.files(), ["walk.safetensors"]);
    assert_eq!(went_well(&desk.safelight(&["replay", "walk.safetensors", "--json"])), live);
    // An argument that ends in .safetensors is a recording, in every command.
    assert_eq!(went_well(&desk.safelight(&["run", "walk.safetensors", "--json"])), live);
    let recording = read(&desk.path("walk.safetensors")).unwrap();
    let probes = |n: usize| recording.frames[4 + n].as_step().unwrap().probes.len();
    assert!(probes(1) > 10 && probes(0) == 0 && probes(2) == 0);
}

#[test]
fn a_compact_recording_replays_in_plain_words_and_gives_its_picture() {
    let desk = Desk::new();
    went_well(&desk.run(&["--quiet", "--record", "walk.safetensors", "--out", "live.png"]));
    let args = ["replay", "walk.safetensors", "--plain", "--out", "again.png", "--plots", "plots"];
    let printed = went_well(&desk.safelight(&args));
    assert!(printed.lines().count() > 10);
    assert!(!printed.chars().any(|c| c.is_control() && c != '\n'), "no escape codes");
    assert_eq!(desk.files(), ["again.png", "live.png", "plots", "walk.safetensors"]);
    let picture = |name: &str| image::open(desk.path(name)).unwrap().to_rgb8();
    assert_eq!(picture("live.png").dimensions(), (32, 16));
    assert_eq!(picture("live.png"), picture("again.png"));
    assert!(desk.path("plots/schedule.png").is_file());
}

#[test]
fn quiet_says_nothing_on_stderr() {
    let output = Desk::new().run(&["--quiet", "--until", "noise"]);
    assert!(!went_well(&output).is_empty());
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn the_log_has_a_line_for_each_frame() {
    let desk = Desk::new();
    let lines = json_lines(&desk.run(&["--json", "--log", "log.txt"])).len();
    let log = fs::read_to_string(desk.path("log.txt")).unwrap();
    // The model's opening before, and the end after.
    assert_eq!(log.lines().count(), lines + 2, "{log}");
    assert!(log.contains("step 4 of 4 calls") && log.trim_end().ends_with("done"), "{log}");
}

#[test]
fn help_names_every_flag_that_has_an_effect() {
    let walking = "prompt negative seed steps sampler karras eta spacing guidance width height \
        device dtype threads model";
    let showing = "color protocol marks ascii out plots until record record-precision force log";
    let everywhere = "lang plain json quiet";
    let desk = Desk::new();
    for (command, lists) in [
        ("walk", &[walking, "engine probe-step", showing, everywhere][..]),
        ("run", &[walking, "engine probe-step", showing, everywhere]),
        ("verify", &[walking, everywhere]),
        ("replay", &[showing, everywhere]),
        ("tokens", &["prompt model", everywhere]),
    ] {
        let help = went_well(&desk.safelight(&[command, "--help"]));
        for flag in lists.iter().flat_map(|list| list.split_whitespace()) {
            assert!(help.contains(&format!("--{flag}")), "{command} --help lacks --{flag}");
        }
    }
    let help = went_well(&desk.safelight(&["run", "--help"]));
    let first = went_well(&desk.safelight(&["--help"]));
    assert!(first.contains("SAFELIGHT_CACHE"), "{first}");
    assert!(help.contains("JSON LINES, VERSION 1"), "the schema stands in the help");
    assert!(went_well(&desk.safelight(&["--version"])).starts_with("safelight "));
}

#[test]
fn completions_and_the_manual_page_know_the_commands() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = went_well(&desk.safelight(&["completions", shell]));
        assert!(script.contains("replay") && script.contains("record-precision"), "{shell}");
    }
    let page = went_well(&desk.safelight(&["man"]));
    assert!(page.starts_with(".ie") || page.contains(".TH"), "{page}");
    assert!(page.contains("replay"));
}

#[test]
fn one_moment_of_the_training_is_told_in_numbers() {
    let desk = Desk::new();
    let run =
        |args: &[&str]| desk.command(env!("CARGO_BIN_EXE_safelight")).args(args).output().unwrap();
    let told = run(&["train", "look", "--picture", "1", "--timestep", "700", "--json"]);
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let names: Vec<&str> =
        told["ages"].as_array().unwrap().iter().map(|a| a["age"].as_str().unwrap()).collect();
    assert_eq!(names, ["untrained", "early", "half", "final"]);
    assert_eq!((told["picture"].as_u64(), told["timestep"].as_u64()), (Some(1), Some(700)));
    assert!(told["caption"].as_str().unwrap().contains("background"), "{told}");

    let lines = run(&["train", "look", "--age", "early", "--lang", "en"]);
    let lines = String::from_utf8(lines.stdout).unwrap();
    assert!(lines.contains("early") && !lines.contains("final"), "{lines}");
    for wrong in [["--timestep", "1000"], ["--picture", "0"], ["--age", "old"]] {
        let refused = run(&[&["train", "look"][..], &wrong].concat());
        assert_eq!(refused.status.code(), Some(2), "{wrong:?} {refused:?}");
    }
}
