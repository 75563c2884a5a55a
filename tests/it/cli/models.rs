//! `safelight models` and `safelight doctor`: what is here, and what each is.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::bad_input::said;
use super::{Desk, json_lines, text, tiny_model, went_well};

fn fixture(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference").join(path);
    path.to_str().unwrap().to_owned()
}

fn about(model: &str) -> Value {
    let mut lines = json_lines(&Desk::new().safelight(&["models", "info", model, "--json"]));
    assert_eq!(lines.len(), 1, "one object");
    lines.remove(0)
}

#[test]
fn info_tells_each_form_from_its_files() {
    for (model, form, family, width, prediction, scheduler) in [
        ("pocket".to_owned(), "inside", "pocket", 64, "v", "DDIMScheduler"),
        (fixture("models/sd1"), "folder", "sd1", 24, "epsilon", "PNDMScheduler"),
        (fixture("models/sd2v"), "folder", "sd2", 24, "v", "DDIMScheduler"),
    ] {
        let told = about(&model);
        assert_eq!(told["form"], form, "{told}");
        assert_eq!(told["family"], family, "{told}");
        assert_eq!(told["vector_width"], width, "{told}");
        assert_eq!(told["prediction"], prediction, "{told}");
        assert_eq!(told["scheduler"], scheduler, "{told}");
        for network in ["text_encoder", "unet", "vae"] {
            assert!(told["parameters"][network].as_u64().unwrap() > 1000, "{told}");
        }
        assert!(told["bytes"].as_u64().unwrap() > 10_000, "{told}");
        let memory = told["memory"].as_array().unwrap();
        let of = |device: &str, dtype: &str| {
            let need = memory.iter().find(|m| m["device"] == device && m["dtype"] == dtype);
            need.unwrap()["bytes"].as_u64().unwrap()
        };
        assert!(of("gpu", "f32") > of("gpu", "f16"), "{told}");
        assert!(of("cpu", "f32") > told["parameters"]["unet"].as_u64().unwrap() * 4);
    }
}

#[test]
fn what_one_file_does_not_say_is_said_and_can_be_given() {
    let desk = Desk::new();
    let file = |model: &str| fixture(&format!("single/{model}.safetensors"));
    let told = |args: &[&str]| {
        let args = [&["models", "info", "--json"], args].concat();
        json_lines(&desk.safelight(&args)).remove(0)
    };
    // The small files have widths that no published model has: their configs cannot be guessed.
    said(&desk.safelight(&["models", "info", &file("sd2v")]), 1, &["norm_num_groups"]);
    for model in ["sd1", "sd2v", "sdxl"] {
        let folder = fixture(&format!("models/{model}"));
        assert_eq!(about(&folder)["untold"], serde_json::json!([]), "{model}");
        let config = told(&[&file(model), "--model-config", &folder]);
        let (untold, form) = (&config["untold"], &config["form"]);
        assert_eq!((untold, form), (&serde_json::json!([]), &"file".into()), "{model}");
    }
    let (folder, file) = (fixture("models/sd2v"), file("sd2v"));
    let other = told(&[&file, "--model-config", &folder, "--prediction", "epsilon"]);
    assert_eq!(other["prediction"], "epsilon");
    let args = ["models", "info", &folder, "--model-config", &folder];
    said(&desk.safelight(&args), 2, &["sd2v"]);
}

#[test]
fn memory_is_estimated_for_the_picture_that_is_asked_for() {
    let model = fixture("models/sd1");
    let desk = Desk::new();
    let of = |size: &str| {
        let args = ["models", "info", &model, "--json", "--width", size, "--height", size];
        let line = json_lines(&desk.safelight(&args)).remove(0);
        (line["memory"][0]["width"].as_u64(), line["memory"][0]["bytes"].as_u64().unwrap())
    };
    assert_eq!(of("64").0, Some(64));
    assert!(of("1024").1 > of("64").1);
    let args = ["models", "info", &model, "--width", "0", "--height", "64"];
    said(&desk.safelight(&args), 2, &["--width"]);
}

#[test]
fn the_list_has_the_pocket_and_what_lies_here_and_leaves_out_what_is_no_model() {
    let desk = Desk::new();
    let copy = |from: &Path, to: &Path| {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    };
    let mut folders = vec![tiny_model()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                copy(&path, &desk.path("mine").join(path.strip_prefix(tiny_model()).unwrap()));
            }
        }
    }
    copy(Path::new(&fixture("lora/sd1-kohya.safetensors")), &desk.path("lora.safetensors"));
    fs::create_dir(desk.path("pictures")).unwrap();
    let lines = json_lines(&desk.safelight(&["models", "--json"]));
    let names: Vec<&str> = lines.iter().map(|line| line["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["pocket", "mine"]);
    let printed = went_well(&desk.safelight(&["models"]));
    assert_eq!(printed.lines().filter(|line| line.contains("SD ")).count(), 1, "{printed}");
    // What was named is told of.
    let named = desk.safelight(&["models", "lora.safetensors"]);
    said(&named, 1, &["lora.safetensors"]);
    assert!(text(&named.stdout).starts_with("name"));
    // What is broken is told of as well: it looks like a model.
    fs::remove_file(desk.path("mine/vae/config.json")).unwrap();
    said(&desk.safelight(&["models"]), 1, &["vae/config.json"]);
    said(&desk.safelight(&["models", "mine"]), 1, &["vae/config.json"]);
    fs::remove_dir_all(desk.path("mine")).unwrap();
    fs::write(desk.path("half.safetensors"), "cut short").unwrap();
    said(&desk.safelight(&["models"]), 0, &["half.safetensors"]);
}

#[test]
fn info_prints_every_line_in_both_languages() {
    let desk = Desk::new();
    for (language, words) in
        [("en", ["noise predictor", "estimate"]), ("zh", ["噪声预测器", "估计"])]
    {
        let printed = went_well(&desk.safelight(&["models", "info", "pocket", "--lang", language]));
        assert!(printed.starts_with("pocket\n"), "{printed}");
        for word in words {
            assert!(printed.contains(word), "{printed}");
        }
    }
}

#[test]
fn doctor_tells_what_was_found_and_what_would_be_used() {
    let desk = Desk::new();
    let found = json_lines(&desk.safelight(&["doctor", "--json"])).remove(0);
    assert_eq!(found["used"]["model"], "pocket");
    assert!(["cpu", "cuda:0", "metal:0"].contains(&found["used"]["device"].as_str().unwrap()));
    assert!(found["processor"]["cores"].as_u64().unwrap() >= 1);
    for device in ["cuda", "metal"] {
        let told = &found["devices"][device];
        assert_ne!(told["works"].as_bool().unwrap(), told["problem"].is_string(), "{told}");
    }
    // Tests have no terminal, so it was not asked.
    assert_eq!(found["terminal"]["asked"], false);
    assert!(found["hub"].is_null() || found["hub"].as_str().unwrap().ends_with("hub"));
    let printed = went_well(&desk.safelight(&["doctor"]));
    for word in ["processor", "terminal", "models", "would be used"] {
        assert!(printed.lines().any(|line| line.starts_with(word)), "{word}: {printed}");
    }
    assert!(printed.chars().all(|c| !c.is_control() || c == '\n'));
    assert!(desk.files().is_empty());
}
