//! Any bytes as a checkpoint in one file: its tensors are named for our networks and its configs are
//! told from its shapes, or there is one problem.

#![no_main]
#![allow(missing_docs, dead_code, reason = "a target has one entry, and not all of the desk is used")]

mod desk;

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use safelight::engine::{Engine, ModelFolder, about};
use safelight::walk::{Asked, Unwatched};

fuzz_target!(|data: &[u8]| {
    let file = desk::write("one.safetensors", &desk::framed(data));
    for config in [None, Some(Path::new(desk::TINY))] {
        let Ok(folder) = ModelFolder::single(&file, config) else { continue };
        drop(about(&folder, None));
        drop(Engine::open_in(&folder, &Asked::default(), &Unwatched));
    }
});
