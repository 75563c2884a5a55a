//! `safelight train`: killed and gone on with, a full disk, recipes that cannot be.

use std::fs;
use std::process::{Output, Stdio};

use super::{Desk, PROGRAM, text};

/// A world of four things for networks of a few hundred weights.
const SMALL: &str = r#"
seed = 3
[networks]
vae = { levels = [4, 8, 8], groups = 2 }
unet = { levels = [8, 16], groups = 4, heads = 2 }
text = { width = 16, layers = 1, heads = 4 }
[vae]
samples = 40
pull = 1e-5
average = 0.996
decay = 1e-3
noise = 0.04
cut = { part = 0.75, edge = 32, batch = 2 }
batch = 2
rate = { peak = 2e-3, warm_up = 100, fall = "cosine", part = 1.0 }
shows = { pictures = 8, things = 4, drawings = 1, sizes = ["big"] }
[polish]
samples = 8
pull = 0.0
average = 0.996
decay = 1e-3
noise = 0.1
cut = { part = 0.7, edge = 40, batch = 2 }
batch = 2
rate = { peak = 1e-3, warm_up = 50, fall = "cosine", part = 1.0 }
shows = { pictures = 8, things = 4, drawings = 1, sizes = ["big"] }
[pocket]
batch = 4
average = 0.998
decay = 1e-3
empty = 0.1
bent_from = 10
rate = { peak = 1e-3, warm_up = 10, fall = "straight", part = 0.25, least = 0.01 }
[[pocket.stages]]
samples = 240
shows = { pictures = 12, things = 4, drawings = 1, sizes = ["big"] }
"#;

fn desk() -> Desk {
    let desk = Desk::new();
    fs::write(desk.path("small.toml"), SMALL).unwrap();
    desk
}

const POCKET: &[&str] =
    &["train", "pocket", "--out", "m", "--recipe", "small.toml", "--threads", "1", "--no-sheets"];

const CHECKPOINT: &str = "m/training/pocket.safetensors";

fn said(output: &Output, code: i32, words: &[&str]) {
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "{word} in {stderr}");
    }
}

/// The weights of the finished model.
fn weights(desk: &Desk, folder: &str) -> [Vec<u8>; 2] {
    ["unet/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors"]
        .map(|file| fs::read(desk.path(folder).join(file)).unwrap())
}

/// Begins a training and kills it at its first checkpoint.
#[cfg(unix)]
fn killed_early(desk: &Desk) {
    let every = ["--checkpoint-every", "1"];
    let mut order = desk.command(PROGRAM);
    let mut child = order.args(POCKET).args(every).stderr(Stdio::null()).spawn().unwrap();
    while !desk.path(CHECKPOINT).exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before its first checkpoint");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!desk.path("m/unet").exists(), "killed too late to show anything");
}

#[cfg(unix)]
#[test]
fn a_training_that_is_killed_goes_on_to_the_same_weights() {
    let desk = desk();
    killed_early(&desk);
    let output = desk.safelight(POCKET);
    said(&output, 0, &["reads m/training/pocket.safetensors", "learn on"]);
    assert!(text(&output.stdout).contains("60 steps"), "{}", text(&output.stdout));
    let straight = [&POCKET[..3], &["straight"], &POCKET[4..]].concat();
    said(&desk.safelight(&straight), 0, &["writes straight/training/pocket.safetensors"]);
    assert!(weights(&desk, "m") == weights(&desk, "straight"), "other weights");
    assert!(desk.path("m/loss.png").exists());
}

/// The limit on a file's size gives the failure of a full disk anywhere.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_leaves_the_last_whole_checkpoint() {
    let desk = desk();
    killed_early(&desk);
    let before = fs::read(desk.path(CHECKPOINT)).unwrap();
    let blocks = before.len() / 512 / 4;
    let every = "--checkpoint-every 20";
    let order =
        format!("trap '' XFSZ; ulimit -f {blocks}; exec {PROGRAM} {} {every}", POCKET.join(" "));
    let output = desk.command("sh").args(["-c", &order]).output().unwrap();
    said(&output, 1, &[CHECKPOINT, "could not be written", "stays as it was"]);
    assert!(fs::read(desk.path(CHECKPOINT)).unwrap() == before);
    let left = fs::read_dir(desk.path("m/training")).unwrap().count();
    assert_eq!(left, 1, "something half-written");
    said(&desk.safelight(POCKET), 0, &["learn on"]);
}

#[test]
fn recipes_and_numbers_that_cannot_be() {
    let desk = desk();
    fs::write(desk.path("typo.toml"), SMALL.replace("empty =", "emtpy =")).unwrap();
    fs::write(desk.path("odd.toml"), SMALL.replace("batch = 4", "batch = 0")).unwrap();
    fs::write(desk.path("long.toml"), "#".repeat(70_000)).unwrap();
    fs::write(desk.path("file"), "").unwrap();
    let train = |args: &[&str]| desk.safelight(&[&["train", "pocket"], args].concat());
    said(&train(&["--out", "m", "--recipe", "typo.toml"]), 1, &["typo.toml", "emtpy"]);
    said(&train(&["--out", "m", "--recipe", "odd.toml"]), 1, &["odd.toml", "pocket.batch"]);
    said(&train(&["--out", "m", "--recipe", "long.toml"]), 1, &["long.toml", "64 kB"]);
    said(&train(&["--out", "m", "--recipe", "none.toml"]), 1, &["none.toml"]);
    said(&train(&["--out", "m", "--recipe", "."]), 1, &["not a regular file"]);
    said(&train(&["--out", "file", "--recipe", "small.toml"]), 2, &["file", "--out"]);
    said(&train(&["--out", "m", "--samples", "0"]), 2, &["--samples"]);
    said(&train(&["--out", "m", "--checkpoint-every", "0"]), 2, &["--checkpoint-every"]);
    said(&train(&[]), 2, &["--out"]);
    assert!(!desk.path("m").exists());
}

#[test]
fn a_checkpoint_of_another_recipe_or_of_nothing_is_refused() {
    let desk = desk();
    said(&desk.safelight(&[POCKET, &["--samples", "4"]].concat()), 0, &[]);
    let checkpoint = desk.path(CHECKPOINT);
    let before = fs::read(&checkpoint).unwrap();
    let other = [POCKET, &["--samples", "4", "--seed", "5"]].concat();
    said(&desk.safelight(&other), 1, &["pocket.safetensors", "another recipe", "--out"]);
    assert_eq!(fs::read(&checkpoint).unwrap(), before);
    fs::write(&checkpoint, &before[..before.len() / 2]).unwrap();
    let cut = desk.safelight(&[POCKET, &["--samples", "4"]].concat());
    said(&cut, 1, &["pocket.safetensors", "no checkpoint"]);
}

#[test]
fn a_rate_that_is_absurd_ends_with_the_step_and_its_captions() {
    let desk = desk();
    fs::write(
        desk.path("small.toml"),
        SMALL.replace("peak = 1e-3, warm_up = 10", "peak = 1e30, warm_up = 1"),
    )
    .unwrap();
    let output = desk.safelight(&[POCKET, &["--checkpoint-every", "1"]].concat());
    said(&output, 1, &["no number", "step", "keeps step", "pocket.safetensors"]);
    assert!(desk.path("m/loss.png").exists() && !desk.path("m/unet").exists());
}
