//! Any bytes, read as a recording: they give a walk or one problem, never a panic, and never more
//! memory than a small multiple of the file.
//!
//! With a plain stable compiler, from this folder:
//!
//! ```sh
//! RUSTC_BOOTSTRAP=1 RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module \
//!   -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
//!   -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
//!   -Zsanitizer=address -Ccodegen-units=1" \
//!   cargo build --release --target x86_64-unknown-linux-gnu
//! mkdir -p found
//! target/x86_64-unknown-linux-gnu/release/read_recording found corpus/read_recording -dict=recording.dict \
//!   -max_total_time=600 -rss_limit_mb=512 -max_len=65536
//! ```
//!
//! or, where cargo-fuzz is installed, `cargo +nightly fuzz run --fuzz-dir tests/fuzz
//! read_recording`. The floors that the reader stands on are compiled in by their paths, so that
//! no network library has to be built.
//!
//! The first byte says how the rest is taken: `r`, as a file; else as a header that ends with the
//! first NUL and data behind it, with the header's length in front as it should be, so that a
//! change of the header's length does not end at the door.

#![no_main]
#![allow(missing_docs, dead_code, unused_imports, reason = "two floors of another crate")]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

#[path = "../../../src"]
mod floors {
    pub(crate) mod recording;
    pub(crate) mod walk;
}

use floors::{recording, walk};

static PLACE: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("safelight-fuzz-{}.safetensors", std::process::id()))
});

fuzz_target!(|data: &[u8]| {
    let Some((how, rest)) = data.split_first() else { return };
    let file = if *how == b'r' { rest.to_vec() } else { framed(rest) };
    if fs::write(&*PLACE, &file).is_err() {
        return;
    }
    let Ok(found) = recording::read(&PLACE) else { return };
    for frame in &found.frames {
        if let walk::Frame::Image(image) = frame {
            drop(image.picture());
        }
    }
    assert!(!found.frames.is_empty(), "a walk without frames is a problem");
});

fn framed(rest: &[u8]) -> Vec<u8> {
    let end = rest.iter().position(|&b| b == 0).unwrap_or(rest.len());
    let (header, data) = rest.split_at(end);
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.extend(data.get(1..).unwrap_or_default());
    file
}
