//! Any bytes as a LoRA, laid over a tiny model: it is laid or there is one problem.

#![no_main]
#![allow(missing_docs, dead_code, reason = "a target has one entry, and not all of the desk is used")]

mod desk;

use libfuzzer_sys::fuzz_target;
use safelight::engine::ModelFolder;
use safelight::walk::AttachmentAsked;

fuzz_target!(|data: &[u8]| {
    let path = desk::write("lora.safetensors", &desk::framed(data)).display().to_string();
    let folder = ModelFolder::open(Some(desk::TINY)).expect("the tiny model");
    drop(folder.with(&[AttachmentAsked::lora(&path)]));
});
