//! `--image` and `--strength` on the command line, from the walk to the receipt.

use super::{Desk, json_lines, text, tiny_model, went_well};
use safelight::export::png;
use safelight::walk::Picture;

fn desk() -> Desk {
    let desk = Desk::new();
    let picture = Picture::from_fn(40, 20, |x, y| [(x * 6) as u8, (y * 12) as u8, 90]);
    png::write(&picture, 1, None, &desk.path("start.png")).unwrap();
    desk
}

const FROM: [&str; 4] = ["--image", "start.png", "--strength", "0.7"];

#[test]
fn a_walk_from_a_picture_is_printed_recorded_replayed_and_verified() {
    let desk = desk();
    let lines = json_lines(&desk.run(&[&FROM[..], &["--json"]].concat()));
    let stages: Vec<&str> = lines.iter().map(|line| line["stage"].as_str().unwrap()).collect();
    assert_eq!(stages[..5], ["tokens", "embeddings", "schedule", "encode", "noise"]);
    let settings = &lines[0]["settings"];
    assert_eq!(
        (&settings["image"]["name"], &settings["strength"]),
        (&"start.png".into(), &0.7.into())
    );
    assert!(settings["image"].get("picture").is_none(), "{settings}");
    assert_eq!(lines[2]["left_out"]["timesteps"].as_array().unwrap().len(), 1);
    assert_eq!(lines[3]["latent"]["shape"], serde_json::json!([1, 4, 4, 8]));

    let until = json_lines(&desk.run(&[&FROM[..], &["--json", "--until", "encode"]].concat()));
    assert_eq!(until.len(), 4);
    for form in [&["--plain"][..], &[]] {
        let told = went_well(&desk.run(&[&FROM[..], form].concat()));
        assert!(told.contains("0.7"), "{told}");
    }

    went_well(&desk.run(&[&FROM[..], &["--record", "w.safetensors"]].concat()));
    let replayed = json_lines(&desk.safelight(&["replay", "w.safetensors", "--json"]));
    assert_eq!(replayed.len(), lines.len());
    // The picture is in the recording: its file is not needed again.
    std::fs::remove_file(desk.path("start.png")).unwrap();
    let model = tiny_model();
    let verified = desk.safelight(&[
        "verify",
        "./w.safetensors",
        "--threads",
        "1",
        "--model",
        model.to_str().unwrap(),
    ]);
    assert!(went_well(&verified).contains("init.image 0  "), "{}", text(&verified.stdout));
}

#[test]
fn flags_that_do_not_go_together_are_a_wrong_use() {
    let desk = desk();
    for (args, said) in [
        (&["--strength", "0.5"][..], "--image"),
        (&["--until", "encode"], "--image"),
        (&["--image", "start.png", "--strength", "1.5"], "between 0 and 1"),
        (&["--image", "start.png", "--strength", "0.2"], "leaves none"),
    ] {
        let output = desk.run(args);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
    let output = desk.run(&["--image", "none.png"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
}

#[test]
fn strengths_stand_side_by_side() {
    let desk = desk();
    let model = tiny_model();
    let args = [
        "compare",
        "a cat",
        "--model",
        model.to_str().unwrap(),
        "--steps",
        "3",
        "--width",
        "32",
        "--height",
        "16",
        "--image",
        "start.png",
        "--strength",
        "0.4,1",
        "--json",
        "--threads",
        "1",
    ];
    let lines = json_lines(&desk.safelight(&args));
    assert!(lines.iter().any(|line| line.to_string().contains("strength")), "{lines:?}");
}
