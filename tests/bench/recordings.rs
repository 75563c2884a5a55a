//! A walk of 26 frames written and read, in both precisions.

use divan::Bencher;
use safelight::recording::{self, Precision};

use super::frames;

#[divan::bench(args = [Precision::Compact, Precision::Full])]
fn written(bencher: Bencher, precision: Precision) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("walk.safetensors");
    let walk = frames::walk();
    let whole = (&walk.settings, &walk.card, walk.calls);
    bencher.bench_local(|| recording::write(&path, true, precision, whole, &walk.frames).unwrap());
}

#[divan::bench(args = [Precision::Compact, Precision::Full])]
fn read(bencher: Bencher, precision: Precision) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("walk.safetensors");
    let walk = frames::walk();
    let whole = (&walk.settings, &walk.card, walk.calls);
    recording::write(&path, true, precision, whole, &walk.frames).unwrap();
    bencher.bench_local(|| recording::read(&path).unwrap());
}
