//! Any bytes as a learned embedding, as safetensors and as a pickle of torch, laid over a tiny model:
//! it is laid or there is one problem, and no code in it runs.

#![no_main]
#![allow(missing_docs, dead_code, reason = "a target has one entry, and not all of the desk is used")]

mod desk;

use libfuzzer_sys::fuzz_target;
use safelight::engine::ModelFolder;
use safelight::walk::AttachmentAsked;

fuzz_target!(|data: &[u8]| {
    let Some((how, rest)) = data.split_first() else { return };
    let path = match how {
        b'p' => desk::write("word.pt", rest),
        b'b' => desk::write("word.bin", rest),
        _ => desk::write("word.safetensors", &desk::framed(data)),
    };
    let folder = ModelFolder::open(Some(desk::TINY)).expect("the tiny model");
    drop(folder.with(&[AttachmentAsked::embedding(&path.display().to_string())]));
});
