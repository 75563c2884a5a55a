//! Bad input: each gets one clear sentence and leaves nothing behind.

use std::fs;
use std::path::Path;

use super::{Desk, PROGRAM, SMALL, text, tiny_model, went_well};

/// The program refuses with this exit code, in one sentence that holds these words; the files on
/// the desk stay as they are.
fn refused(desk: &Desk, args: &[&str], code: i32, words: &[&str]) {
    let before = desk.files();
    let output = desk.safelight(args);
    said(&output, code, words);
    assert_eq!(desk.files(), before, "nothing is left behind: {args:?}");
}

pub(super) fn said(output: &std::process::Output, code: i32, words: &[&str]) {
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert_eq!(error.lines().count(), 1, "one sentence: {error}");
    assert!(error.starts_with("safelight: ") && error.trim_end().len() > 25, "{error}");
    for word in words {
        assert!(error.contains(word), "“{word}” is missing in: {error}");
    }
    for trace in ["panicked", "backtrace", "RUST_", "src/", "{", "}"] {
        assert!(!error.contains(trace), "{error}");
    }
    assert!(!error.trim_end().chars().any(char::is_control), "{error:?}");
}

/// A copy of the tiny model that may be spoiled.
fn copied_model(desk: &Desk) -> String {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let goal = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &goal);
            } else {
                fs::copy(entry.path(), goal).unwrap();
            }
        }
    }
    copy(&tiny_model(), &desk.path("model"));
    "model".to_owned()
}

fn walk_of(model: &str) -> Vec<&str> {
    let always = ["run", "a cat", "--model", model, "--steps", "2", "--record", "w.safetensors"];
    [&always[..], SMALL, &["--out", "cat.png"]].concat()
}

const UNET: &str = "model/unet/diffusion_pytorch_model.safetensors";

#[test]
fn a_model_that_is_not_there() {
    refused(&Desk::new(), &walk_of("no-such-model"), 1, &["no-such-model", "--model"]);
}

#[test]
fn weights_that_are_missing_or_cut_short() {
    let desk = Desk::new();
    let model = copied_model(&desk);
    let file = desk.path(UNET);
    let whole = fs::read(&file).unwrap();
    for length in [0, 4, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&file, &whole[..length]).unwrap();
        refused(&desk, &walk_of(&model), 1, &["diffusion_pytorch_model.safetensors"]);
    }
    fs::remove_file(&file).unwrap();
    refused(&desk, &walk_of(&model), 1, &["unet"]);
}

#[test]
fn a_config_that_does_not_fit_the_weights() {
    let desk = Desk::new();
    let model = copied_model(&desk);
    let config = desk.path("model/unet/config.json");
    let told = fs::read_to_string(&config).unwrap();
    let mut changed: serde_json::Value = serde_json::from_str(&told).unwrap();
    let widths = changed["block_out_channels"].as_array().unwrap().clone();
    let wider: Vec<u64> = widths.iter().map(|w| w.as_u64().unwrap() * 2).collect();
    changed["block_out_channels"] = serde_json::json!(wider);
    fs::write(&config, changed.to_string()).unwrap();
    refused(&desk, &walk_of(&model), 1, &["diffusion_pytorch_model.safetensors", "config"]);
    fs::write(&config, "{ not json").unwrap();
    refused(&desk, &walk_of(&model), 1, &["config.json"]);
}

#[test]
fn numbers_that_cannot_be() {
    let desk = Desk::new();
    let model = tiny_model();
    let model = model.to_str().unwrap();
    for (flag, value, words) in [
        ("--steps", "0", &["teps", "1000"][..]),
        ("--steps", "10000", &["teps", "1000"]),
        ("--steps", "-3", &["--steps", "-3"]),
        ("--steps", "many", &["--steps", "many"]),
        ("--width", "13", &["--width", "13"]),
        ("--width", "0", &["--width"]),
        ("--height", "99999999999", &["--height"]),
        ("--height", "99999999999999999999999", &["--height"]),
        ("--guidance", "NaN", &["--guidance"]),
        ("--eta", "2", &["--eta"]),
        ("--seed", "x", &["--seed"]),
        ("--sampler", "best", &["--sampler", "euler-a"]),
        ("--device", "toaster", &["--device", "cuda"]),
        ("--threads", "0", &["--threads"]),
        ("--until", "lunch", &["--until", "noise"]),
        ("--lang", "xx", &["--lang", "zh"]),
    ] {
        let args = ["run", "a cat", "--model", model, flag, value, "--record", "w.safetensors"];
        refused(&desk, &args, 2, words);
    }
}

#[test]
fn a_picture_that_is_too_large() {
    let model = tiny_model();
    let size = ["--width", "1048576", "--height", "1048576"];
    let args = [&["run", "a cat", "--model", model.to_str().unwrap()][..], &size].concat();
    refused(&Desk::new(), &args, 2, &["1048576"]);
}

/// More memory than there is: the limit on addresses stands for a small machine.
#[cfg(target_os = "linux")]
#[test]
fn a_walk_for_which_there_is_no_memory() {
    let desk = Desk::new();
    let walk = format!(
        "ulimit -v 1000000; exec {PROGRAM} run cat --width 1024 --height 1024 --out cat.png"
    );
    let output = desk.command("sh").args(["-c", &walk]).output().unwrap();
    said(&output, 1, &["1024 × 1024", "MB", "--width"]);
    assert!(desk.files().is_empty(), "{:?}", desk.files());
}

#[test]
fn flags_that_a_command_would_ignore() {
    let desk = Desk::new();
    for (args, words) in [
        (&["tokens", "a cat", "--steps", "3"][..], &["--steps", "tokens"][..]),
        (&["tokens", "a cat", "--out", "a.png"], &["--out", "tokens"]),
        (&["verify", "--record", "w.safetensors"], &["--record", "verify"]),
        (&["replay", "w.safetensors", "--seed", "3"], &["--seed", "replay"]),
        (&["replay", "w.safetensors", "a cat"], &["prompt", "replay"]),
        (&["run", "w.safetensors", "--seed", "3"], &["--seed", "replay"]),
        (&["w.safetensors", "--guidance", "3"], &["--guidance", "replay"]),
    ] {
        refused(&desk, args, 2, words);
    }
}

#[test]
fn flags_that_do_not_exist_or_do_not_go_together() {
    let desk = Desk::new();
    for (args, words) in [
        (&["run", "a cat", "--stpes", "3"][..], &["--stpes", "--steps"][..]),
        (&["run", "a", "b"], &["“b”", "quotes"]),
        (&["run", "a", "--prompt", "b"], &["--prompt"]),
        (&["run", "a", "--seed"], &["--seed"]),
        (&["run", "a", "--seed", "1", "--seed", "2"], &["--seed"]),
        (&["--seed", "1", "run", "a"], &["safelight run --seed"]),
        (&["a", "b"], &["quotes"]),
        (&["run", "a", "--json", "--plain"], &["--json", "--plain"]),
        (&["run", "a", "--probe-step", "0"], &["--probe-step", "full"]),
        (&["run", "a", "--out", "a.png", "--until", "noise"], &["--out", "--until"]),
        (&["a cat", "--json"], &["--json", "run"]),
        (&["replay"], &["FILE"]),
        (&["tokens"], &["TEXT"]),
        (&["completions", "dos"], &["bash"]),
    ] {
        refused(&desk, args, 2, words);
    }
}

#[test]
fn the_sentence_is_in_the_language_that_was_asked_for() {
    let output = Desk::new().safelight(&["run", "a cat", "--lang", "zh", "--steps", "0"]);
    said(&output, 2, &["步"]);
    let output = Desk::new().safelight(&["run", "a cat", "--lang=zh", "--steps", "x"]);
    said(&output, 2, &["数字"]);
}

#[test]
fn a_prompt_of_100_kb() {
    let model = tiny_model();
    let prompt = "a cat ".repeat(18_000);
    let args = ["run", "--model", model.to_str().unwrap(), "--prompt", &prompt];
    refused(&Desk::new(), &args, 2, &["100 kB"]);
    let args = ["tokens", "--model", model.to_str().unwrap(), "--prompt", &prompt];
    refused(&Desk::new(), &args, 2, &["100 kB"]);
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let desk = Desk::new();
    let model = tiny_model();
    let evil = "a \u{1b}[31mred\u{7} cat\u{1b}]0;title\u{7}\r\n\u{9b}2J";
    let always = ["--prompt", evil, "--model", model.to_str().unwrap()];
    for how in
        [&["run", "--plain"][..], &["run"], &["run", "--json"], &["tokens"], &["tokens", "--json"]]
    {
        let small = if how[0] == "run" { SMALL } else { &[] };
        let printed = went_well(&desk.safelight(&[how, &always, small].concat()));
        let through = printed.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(through, None, "{how:?}");
    }
    refused(&desk, &["replay", "no\u{1b}[31m.safetensors"], 1, &["no"]);
    refused(&desk, &["run", "--model", "no\u{1b}[31m"], 1, &["no"]);
    refused(&desk, &["run", "a", "--steps", "\u{1b}[31m"], 2, &["--steps"]);
    refused(&desk, &["run", "a", "--\u{1b}[31m"], 2, &["--help"]);
}

#[test]
fn a_recording_that_cannot_be_written() {
    let desk = Desk::new();
    fs::create_dir(desk.path("folder")).unwrap();
    fs::write(desk.path("taken"), "mine").unwrap();
    // Without a model: the place is looked at before anything else.
    for (file, words) in [
        ("no/such/folder/w", &["no/such/folder/w", "folder"][..]),
        ("folder", &["folder"]),
        ("taken", &["taken", "--force"]),
        ("/dev/null", &["/dev/null"]),
    ] {
        refused(&desk, &["run", "a", "--model", "none", "--record", file], 1, words);
    }
    assert_eq!(fs::read(desk.path("taken")).unwrap(), b"mine");
    for (flag, file, words) in [
        ("--out", "no/such/cat.png", &["no/such/cat.png"][..]),
        ("--out", "folder", &["folder"]),
        ("--out", "new/", &["new/"]),
        ("--plots", "taken", &["taken", "--plots"]),
    ] {
        refused(&desk, &["run", "a", "--model", "none", flag, file], 1, words);
    }
}

#[cfg(not(any(feature = "cuda", feature = "metal")))]
#[test]
fn a_gpu_that_is_not_there() {
    let desk = Desk::new();
    let model = tiny_model();
    for device in ["cuda", "metal"] {
        let args = ["run", "a", "--model", model.to_str().unwrap(), "--device", device];
        refused(&desk, &args, 1, &["--device cpu"]);
    }
}

#[test]
fn a_file_that_is_no_recording() {
    let desk = Desk::new();
    fs::write(desk.path("text.safetensors"), "not a recording, only words").unwrap();
    refused(&desk, &["replay", "text.safetensors"], 1, &["text.safetensors"]);
    refused(&desk, &["replay", "gone.safetensors", "--json"], 1, &["gone.safetensors"]);
    refused(&desk, &["gone.safetensors"], 1, &["gone.safetensors"]);
    let weights = tiny_model().join("unet/diffusion_pytorch_model.safetensors");
    refused(&desk, &["replay", weights.to_str().unwrap()], 1, &["not a Safelight recording"]);
}

/// A disk that takes no more: the limit on a file's size gives the same failure anywhere.
#[cfg(unix)]
#[test]
fn a_full_disk() {
    let desk = Desk::new();
    let model = tiny_model();
    let limited = |blocks: u32, flags: &str| {
        let walk = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec {PROGRAM} run cat --model {} --steps 3 \
             --width 32 --height 16 {flags}",
            model.display()
        );
        desk.command("sh").args(["-c", &walk]).output().unwrap()
    };
    for blocks in [1, 30, 60] {
        said(&limited(blocks, "--record w --record-precision full --quiet"), 1, &["room", " w"]);
        assert!(desk.files().is_empty(), "{:?}", desk.files());
    }
    said(&limited(1, "--out cat.png --quiet"), 1, &["cat.png"]);
    assert!(desk.files().is_empty(), "{:?}", desk.files());
    // Neither does the copy of a recording take the place of what is there.
    fs::write(desk.path("w"), "mine").unwrap();
    said(&limited(30, "--record w --force --record-precision full --quiet"), 1, &["room"]);
    assert_eq!(desk.files(), ["w"]);
    assert_eq!(fs::read(desk.path("w")).unwrap(), b"mine");
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_takes_no_more() {
    let desk = Desk::new();
    let model = tiny_model();
    let args = ["run", "cat", "--json", "--model", model.to_str().unwrap()];
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = desk.command(PROGRAM).args(args).args(SMALL).stdout(full).output().unwrap();
    said(&output, 1, &["output"]);
}

#[test]
fn a_screen_without_a_terminal() {
    refused(&Desk::new(), &["a cat"], 2, &["terminal", "safelight run"]);
    refused(&Desk::new(), &[], 2, &["terminal", "safelight run"]);
}
