//! A receipt: a recording held against the same walk here, with the right exit code, the frame
//! where the two part, and what cannot be compared said in one sentence.

use std::fs;
use std::path::Path;

use safelight::recording::{Precision, Recording, read, write};
use safelight::walk::{Frame, Grid};
use serde_json::Value;

use super::{Desk, json_lines, text, tiny_model, went_well};

/// A desk with `w.safetensors`, a walk of the tiny model.
fn recorded(precision: &str) -> Desk {
    let desk = Desk::new();
    let args =
        ["--record", "w.safetensors", "--record-precision", precision, "--sampler", "euler-a"];
    went_well(&desk.run(&args));
    desk
}

fn verify(desk: &Desk, more: &[&str]) -> std::process::Output {
    let model = tiny_model();
    let always =
        ["verify", "./w.safetensors", "--threads", "1", "--model", model.to_str().unwrap()];
    desk.safelight(&[&always[..], more].concat())
}

/// Writes the recording anew with something changed.
fn changed(path: &Path, precision: Precision, change: impl Fn(&mut Recording)) {
    let mut recording = read(path).unwrap();
    change(&mut recording);
    let facts = (&recording.settings, &recording.card, recording.calls);
    write(path, true, precision, facts, &recording.frames).unwrap();
}

fn shifted(grid: &Grid, by: f32) -> Grid {
    grid.map(|x| x + by)
}

#[test]
fn a_recording_agrees_with_itself_walked_again() {
    for (precision, largest) in [("full", 1e-6), ("compact", 1e-3)] {
        let desk = recorded(precision);
        let lines = json_lines(&verify(&desk, &["--json"]));
        let (last, frames) = lines.split_last().unwrap();
        assert_eq!(frames.len(), 9, "three calls and six more");
        assert!(frames.iter().all(|frame| frame["agrees"] == true && frame["safelight"] == 1));
        assert!(frames[4]["errors"]["extra_noise"].is_number(), "{}", frames[4]);
        assert_eq!((&last["agrees"], &last["frames"]), (&true.into(), &9.into()));
        assert_eq!((&last["parts-at"], &last["same-model"]), (&Value::Null, &true.into()));
        let worst = frames[3..7].iter().flat_map(|frame| frame["errors"].as_object().unwrap());
        for (name, error) in worst.filter(|(name, _)| *name != "attn") {
            assert!(error.as_f64().unwrap() <= largest, "{precision}: {name} {error}");
        }
        let told = went_well(&verify(&desk, &[]));
        assert_eq!(told.lines().count(), 10, "a line a frame and a sentence:\n{told}");
        assert!(told.contains("agree in all 9 frames"), "{told}");
        assert_eq!(told.contains("keeps 16 bits"), precision == "compact", "{told}");
    }
}

#[test]
fn where_two_walks_part_is_named_with_its_tensor() {
    let desk = recorded("full");
    let path = desk.path("w.safetensors");
    changed(&path, Precision::Full, |recording| {
        if let Frame::Step(step) = &mut recording.frames[5] {
            step.pred_text = shifted(&step.pred_text, 0.5);
        }
    });
    let output = verify(&desk, &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let parts = &lines.last().unwrap()["parts-at"];
    assert_eq!((&parts["stage"], &parts["call"]), (&"step".into(), &1.into()));
    assert_eq!(parts["tensor"], "pred_text");
    let agrees: Vec<bool> =
        lines[..9].iter().map(|line| line["agrees"].as_bool().unwrap()).collect();
    assert_eq!(agrees, [true, true, true, true, true, false, true, true, true]);
    let output = verify(&desk, &[]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stdout);
    assert!(told.contains("They part at call 2/3, pred_text"), "{told}");
    assert_eq!(told.matches("they part here").count(), 1, "{told}");
    let chinese = text(&verify(&desk, &["--lang", "zh"]).stdout);
    assert!(chinese.contains("第 2/3 次调用"), "{chinese}");
}

#[test]
fn the_same_seed_in_another_generator_is_explained() {
    let desk = recorded("compact");
    changed(&desk.path("w.safetensors"), Precision::Compact, |recording| {
        if let Frame::Noise(noise) = &mut recording.frames[3] {
            noise.noise = shifted(&noise.noise, 1.0);
        }
    });
    let output = verify(&desk, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("another generator"), "{}", text(&output.stdout));
}

#[test]
fn an_unfinished_recording_is_compared_as_far_as_it_goes() {
    let desk = recorded("full");
    changed(&desk.path("w.safetensors"), Precision::Full, |recording| recording.frames.truncate(5));
    assert!(went_well(&verify(&desk, &[])).contains("agree in all 5 frames"));
}

#[test]
fn another_model_is_said_and_another_family_refused() {
    let desk = recorded("full");
    let path = desk.path("w.safetensors");
    let bare = desk.safelight(&["verify", "w.safetensors"]);
    assert_eq!(bare.status.code(), Some(1));
    assert!(text(&bare.stderr).contains("--model"), "{}", text(&bare.stderr));

    changed(&path, Precision::Full, |recording| recording.card.hash = "00".repeat(32));
    let output = verify(&desk, &[]);
    assert!(went_well(&output).contains("agree in all 9 frames"));
    assert!(text(&output.stderr).contains("another hash"), "{}", text(&output.stderr));

    let other = tiny_model().with_file_name("sd2v");
    let args = ["verify", "w.safetensors", "--model", other.to_str().unwrap()];
    let output = desk.safelight(&args);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("another family"), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
}

#[test]
fn what_a_recording_decides_cannot_be_asked_for() {
    let desk = recorded("full");
    let output = verify(&desk, &["--seed", "9"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--seed"), "{}", text(&output.stderr));
    fs::write(desk.path("x.safetensors"), b"no recording at all").unwrap();
    let output = desk.safelight(&["verify", "x.safetensors"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("x.safetensors"), "{}", text(&output.stderr));
}

/// The picture of the pocket model, recorded when version 1 was new, comes out again.
#[test]
fn the_recording_that_is_kept_here_agrees_with_the_model_inside() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recordings/v1.safetensors");
    let desk = Desk::new();
    let output = desk.safelight(&["verify", path.to_str().unwrap(), "--json"]);
    let last: Value = serde_json::from_str(text(&output.stdout).lines().last().unwrap()).unwrap();
    assert_eq!(last["frames"], 26, "{last}");
    assert!(last["agrees"] == true || last["same-model"] == false, "{last}");
}

#[test]
fn a_branch_is_branched_off_again() {
    let desk = Desk::new();
    went_well(&desk.safelight(&[
        "compare",
        "a red cat",
        "a green fish",
        "--swap-at",
        "2",
        "--steps",
        "3",
        "--keep",
        "grid",
        "--quiet",
        "--threads",
        "1",
        "--plain",
    ]));
    let folder = fs::read_dir(desk.path("grid")).unwrap().map(|entry| entry.unwrap().path());
    let recordings: Vec<_> = folder.filter(|file| file.extension().unwrap() != "json").collect();
    assert_eq!(recordings.len(), 3, "the other prompt all along, from the third step on, never");
    let branches = recordings.iter().filter(|file| read(file).unwrap().settings.fork.is_some());
    assert_eq!(branches.count(), 2);
    for file in recordings {
        let told =
            went_well(&desk.safelight(&["verify", file.to_str().unwrap(), "--threads", "1"]));
        assert!(told.contains("agree in all 9 frames"), "{told}");
    }
}
