//! Whole walks against recorded runs of diffusers, tensor by tensor.
//!
//! `SAFELIGHT_REFERENCE=FOLDER cargo test --release --test it reference -- --nocapture` runs
//! every case of another folder and prints the table.

#![expect(clippy::unwrap_used, reason = "the files are the project's own")]
#![expect(clippy::print_stdout, reason = "the table of another folder is for its reader")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use safelight::engine::{Engine, Look};
use safelight::export::png;
use safelight::walk::statistics::relative_error;
use safelight::walk::{
    Asked, AttachmentAsked, DeviceChoice, Frame, Grid, ImageAsked, Picture, Sampler, Spacing, Step,
    Unwatched,
};
use serde_json::{Map, Value};

use crate::reference_files::{Copied, object, root, tensors};

/// The largest relative error of any tensor.
const BAR: f64 = 1e-4;
/// The largest difference of any number of the noise.
const NOISE_BAR: f32 = 2e-6;

/// The recorded cases that this edition walks.
fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(root().join("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    cases.sort();
    cases
}

/// What is laid over the model of a case: the same thing once in each naming.
fn attachments(case: &Map<String, Value>) -> Vec<Vec<AttachmentAsked>> {
    let files = |kind: &str| -> Vec<String> {
        let files = case.get(kind).and_then(|of| of.get("files")).and_then(Value::as_array);
        let files = files.into_iter().flatten().filter_map(Value::as_str);
        files.map(|file| root().join(file).to_str().unwrap().to_owned()).collect()
    };
    let loras = files("lora").into_iter().map(|file| AttachmentAsked {
        scale: case["lora"]["scale"].as_f64(),
        ..AttachmentAsked::lora(&file)
    });
    let embeddings = files("embedding").into_iter().map(|file| AttachmentAsked {
        token: case["embedding"]["token"].as_str().map(str::to_owned),
        ..AttachmentAsked::embedding(&file)
    });
    let all: Vec<_> = loras.chain(embeddings).map(|one| vec![one]).collect();
    if all.is_empty() { vec![Vec::new()] } else { all }
}

/// Walks a case whose sampler stands in the model's own file, and gives every tensor by name.
fn walked(
    case: &Map<String, Value>,
    recorded: &[(String, Grid)],
    attachments: Vec<AttachmentAsked>,
) -> BTreeMap<String, Grid> {
    let copied = Copied::of(&root().join("models").join(case["model"].as_str().unwrap()));
    let mut scheduler = case["scheduler_config"].as_object().unwrap().clone();
    scheduler.insert("_class_name".into(), case["scheduler"].clone());
    copied.write("scheduler/scheduler_config.json", Value::Object(scheduler).to_string());
    let start = recorded.iter().find(|(name, _)| name == "init.image").map(|(_, image)| {
        let file = copied.file("start.png");
        png::write(&Picture::from_decoder(image).unwrap(), 1, None, &file).unwrap();
        ImageAsked::file(file.to_str().unwrap())
    });
    let text = |key: &str| case.get(key).and_then(Value::as_str).map(str::to_owned);
    let in_call = |key: &str| case.get("call").and_then(|call| call.get(key));
    let whole = |key: &str| case.get(key).and_then(Value::as_u64);
    let asked = Asked {
        model: Some(copied.path()),
        prompt: text("prompt"),
        prompt_2: in_call("prompt_2").and_then(Value::as_str).map(str::to_owned),
        original_size: in_call("original_size").map(pair),
        crop: in_call("crops_coords_top_left").map(pair),
        target_size: in_call("target_size").map(pair),
        negative: text("negative"),
        seed: whole("seed"),
        steps: whole("steps").map(|n| n as usize),
        eta: case.get("eta").and_then(Value::as_f64),
        guidance: case.get("guidance").and_then(Value::as_f64),
        guidance_rescale: in_call("guidance_rescale").and_then(Value::as_f64),
        original_steps: in_call("original_inference_steps")
            .and_then(Value::as_u64)
            .map(|n| n as usize),
        clip_skip: whole("clip_skip").map(|n| n as usize),
        width: whole("width").map(|n| n as usize),
        height: whole("height").map(|n| n as usize),
        image: start,
        strength: case.get("strength").and_then(Value::as_f64),
        device: DeviceChoice::Cpu,
        attachments,
        ..Asked::default()
    };
    let engine = Engine::open(&asked, &Unwatched).unwrap();
    let look = Look { probe_step: Some(0), whole_levels: true, attention: true, ..Look::default() };
    let mut walk = engine.walk(&engine.settle(&asked).unwrap(), look).unwrap();
    let mut named = BTreeMap::new();
    while let Some(frame) = walk.next(&Unwatched) {
        name(frame.unwrap(), &mut named);
    }
    named
}

/// Two whole numbers of a list.
fn pair(list: &Value) -> [usize; 2] {
    [0, 1].map(|i| list[i].as_u64().unwrap() as usize)
}

/// The tensors of a frame under the names of a recording.
fn name(frame: Frame, named: &mut BTreeMap<String, Grid>) {
    let mut put = |name: String, grid: Grid| assert!(named.insert(name, grid).is_none());
    let row = |numbers: Vec<f32>| Grid::new(&[numbers.len()], numbers).unwrap();
    match frame {
        Frame::Tokens(tokens) => {
            for (e, encoder) in tokens.encoders.iter().enumerate() {
                let rows = encoder.negative.iter().chain([&encoder.prompt]);
                let ids: Vec<f32> = rows.flat_map(|text| &text.ids).map(|&id| id as f32).collect();
                put(format!("text.{e}.ids"), Grid::new(&[ids.len() / 77, 77], ids).unwrap());
            }
        }
        Frame::Embeddings(embeddings) => {
            for (e, encoder) in embeddings.encoders.iter().enumerate() {
                for (i, layer) in encoder.layers.iter().enumerate() {
                    put(format!("text.{e}.layer.{i:02}"), layer.clone());
                }
                put(format!("text.{e}.final"), encoder.last.clone());
            }
            put("text.context".into(), embeddings.context);
            let beside = embeddings.beside;
            let told = [
                ("text.pooled", beside.pooled),
                ("text.time_ids", beside.time_ids),
                ("guidance.embedding", beside.guidance),
            ];
            for (name, grid) in told {
                if let Some(grid) = grid {
                    put(name.to_owned(), grid);
                }
            }
        }
        Frame::Schedule(schedule) => {
            let left_out = schedule.left_out.iter().map(|call| call.timestep);
            put("schedule.timesteps".into(), row(left_out.chain(schedule.timesteps).collect()));
            if let Some(sigmas) = schedule.sigmas {
                put("schedule.sigmas".into(), row(sigmas));
            }
        }
        Frame::Encode(encode) => {
            put("init.image".into(), encode.image.clone());
            put("encode.moments".into(), encode.moments.clone());
            put("encode.noise".into(), encode.noise.clone());
            put("encode.latent".into(), encode.latent());
            encode.whole.into_iter().for_each(|(name, grid)| put(name, grid));
        }
        Frame::Noise(noise) => put("noise".into(), noise.noise),
        Frame::Step(step) => name_step(*step, &mut put),
        Frame::Decode(decode) => {
            put("decode.input".into(), decode.input);
            decode.whole.into_iter().for_each(|(name, grid)| put(name, grid));
        }
        Frame::Image(image) => put("image".into(), image.image),
    }
}

fn name_step(step: Step, put: &mut dyn FnMut(String, Grid)) {
    let k = step.call;
    let named = [
        ("latent", Some(step.latent)),
        ("input", Some(step.input)),
        ("pred_uncond", step.pred_uncond),
        ("pred_text", Some(step.pred_text)),
        ("pred", Some(step.pred)),
        ("x0", Some(step.x0)),
        ("next", Some(step.next)),
        ("extra_noise", step.extra_noise),
    ];
    for (name, grid) in named {
        if let Some(grid) = grid {
            put(format!("step.{k:03}.{name}"), grid);
        }
    }
    step.probes.into_iter().for_each(|(name, grid)| put(name, grid));
}

/// The largest relative error of a case, with its tensor.
fn compare(ours: &BTreeMap<String, Grid>, recorded: &[(String, Grid)]) -> (f64, String) {
    let mut worst = (0.0, String::new());
    for (name, theirs) in recorded {
        let Some(grid) = ours.get(name) else { return (f64::INFINITY, format!("{name} missing")) };
        let error = if grid.shape() != theirs.shape() {
            f64::INFINITY
        } else if ["text.0.ids", "text.1.ids"].contains(&name.as_str()) {
            if grid == theirs { 0.0 } else { f64::INFINITY }
        } else if ["noise", "encode.noise"].contains(&name.as_str()) {
            let pairs = grid.data().iter().zip(theirs.data());
            let difference = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            if difference <= NOISE_BAR { 0.0 } else { f64::INFINITY }
        } else {
            relative_error(grid.data(), theirs.data())
        };
        // A NaN is worse than any number.
        let error = if error.is_nan() { f64::INFINITY } else { error };
        if error > worst.0 {
            worst = (error, name.clone());
        }
    }
    worst
}

#[test]
fn every_walk_equals_the_recorded_run_of_diffusers() {
    let mut missed = Vec::new();
    let cases = cases();
    for path in &cases {
        let case = object(path);
        let recorded = tensors(&path.with_extension("safetensors"));
        for attachments in attachments(&case) {
            let ours = walked(&case, &recorded, attachments);
            let (error, tensor) = compare(&ours, &recorded);
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            println!("{name:36} {error:9.2e}  {tensor}");
            if error > BAR {
                missed.push(format!("{name}: {error:e} ({tensor})"));
            }
        }
    }
    println!("{} cases", cases.len());
    assert!(missed.is_empty() && cases.len() >= 20, "{}", missed.join("\n"));
}

#[test]
fn flags_give_the_same_walk_as_the_models_own_file() {
    let case = object(&root().join("cases/sd1-ddim-leading-5.json"));
    let recorded = tensors(&root().join("cases/sd1-ddim-leading-5.safetensors"));
    // The model's own file says PNDM; its other keys stay.
    let asked = Asked {
        model: Some(root().join("models/sd1").to_str().unwrap().to_owned()),
        prompt: case["prompt"].as_str().map(str::to_owned),
        seed: case["seed"].as_u64(),
        steps: Some(5),
        sampler: Some(Sampler::Ddim),
        spacing: Some(Spacing::Leading),
        guidance: case["guidance"].as_f64(),
        width: Some(32),
        height: Some(32),
        device: DeviceChoice::Cpu,
        ..Asked::default()
    };
    let engine = Engine::open(&asked, &Unwatched).unwrap();
    let mut walk = engine.walk(&engine.settle(&asked).unwrap(), Look::default()).unwrap();
    let mut named = BTreeMap::new();
    while let Some(frame) = walk.next(&Unwatched) {
        name(frame.unwrap(), &mut named);
    }
    let (error, tensor) = compare(&named, &recorded);
    assert!(error <= BAR, "{error:e} {tensor}");
}
