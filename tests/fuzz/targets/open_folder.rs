//! One file of a model's folder is any bytes: weights, an index of weights, a config, a schedule, a
//! tokenizer. Opening the model gives a model or one problem.
//!
//! The first byte says which file. Build and run as in `read_recording.rs`, with `--features
//! engine`.

#![no_main]
#![allow(missing_docs, reason = "a target has one entry")]

mod desk;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use safelight::engine::{Engine, ModelFolder, about};
use safelight::walk::{Asked, Unwatched};

const UNET: &str = "unet/diffusion_pytorch_model.safetensors";
const FILES: [&str; 10] = [
    UNET,
    "unet/config.json",
    "vae/config.json",
    "text_encoder/config.json",
    "scheduler/scheduler_config.json",
    "model_index.json",
    "unet/diffusion_pytorch_model.safetensors.index.json",
    "tokenizer/tokenizer_config.json",
    "safelight.json",
    "tokenizer/special_tokens_map.json",
];

static MODEL: LazyLock<String> = LazyLock::new(|| {
    desk::copied(Path::new(desk::TINY), "model");
    // An index has something to name.
    desk::copied(Path::new(desk::TINY), "whole");
    desk::place("model").display().to_string()
});

fuzz_target!(|data: &[u8]| {
    let Some((which, rest)) = data.split_first() else { return };
    let file = FILES[usize::from(*which) % FILES.len()];
    let model = &*MODEL;
    let path = format!("model/{file}");
    let before = fs::read(desk::place(&path)).ok();
    let index = file.ends_with("index.json") && file.starts_with("unet");
    let unet = desk::place(&format!("model/{UNET}"));
    let aside = desk::place("model/unet/part.safetensors");
    if index {
        fs::rename(&unet, &aside).expect("renamed");
    }
    if file == UNET { desk::write(&path, &desk::framed(rest)) } else { desk::write(&path, rest) };
    if let Ok(folder) = ModelFolder::open(Some(model)) {
        drop(about(&folder, None));
        let asked = Asked { model: Some(model.clone()), ..Asked::default() };
        drop(Engine::open_in(&folder, &asked, &Unwatched));
    }
    match before {
        Some(bytes) => drop(desk::write(&path, &bytes)),
        None => fs::remove_file(desk::place(&path)).expect("removed"),
    }
    if index {
        fs::rename(&aside, &unet).expect("renamed back");
    }
});
