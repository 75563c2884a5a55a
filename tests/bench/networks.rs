//! One step of the noise predictor with guidance, and one decoding: the pocket model on the CPU.

use std::path::Path;

use candle_core::Tensor;
use divan::Bencher;
use safelight::engine::pace::Pace;
use safelight::engine::probe::{Mean, Probe, Wanted};
use safelight::engine::told::Told;
use safelight::engine::unet::UNet;
use safelight::engine::vae::Vae;
use safelight::engine::{ModelFolder, Place};
use safelight::walk::{Stage, Unwatched};

use super::frames;

fn folder() -> ModelFolder {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pocket");
    ModelFolder::open(path.to_str()).unwrap()
}

fn tensor(shape: &[usize], seed: u64) -> Tensor {
    let numbers = frames::normal(shape, seed);
    Tensor::from_slice(numbers.data(), shape, &Place::cpu().device).unwrap()
}

/// Two answers at once, as guidance asks for; nothing looked at.
#[divan::bench]
fn unet_step(bencher: Bencher) {
    step(bencher, Probe::nothing);
}

/// The same with attention averaged over layers and heads, as the screen asks for.
#[divan::bench]
fn unet_step_with_attention(bencher: Bencher) {
    let mean = Mean { kept: 7, size: (16, 16), masked: None };
    step(bencher, || Probe::new(Wanted { mean: Some(mean), ..Wanted::default() }));
}

fn step(bencher: Bencher, probe: impl Fn() -> Probe + Sync) {
    let unet = UNet::load(&folder(), &Place::cpu()).unwrap();
    let width = folder().card().unwrap().vector_width;
    let (latent, context) = (tensor(&[2, 4, 16, 16], 1), tensor(&[2, 77, width], 2));
    let told = Told::text(context);
    let pace = Pace::new(&Unwatched, Stage::Step, 0);
    bencher.bench_local(|| {
        let mut probe = probe();
        unet.predict(&latent, 499.0, &told, &mut probe, &pace).unwrap()
    });
}

#[divan::bench]
fn vae_decode(bencher: Bencher) {
    let vae = Vae::load(&folder(), &Place::cpu()).unwrap();
    let latent = tensor(&[1, 4, 16, 16], 3);
    let pace = Pace::new(&Unwatched, Stage::Decode, 0);
    bencher.bench_local(|| vae.decode(&latent, &mut Probe::nothing(), &pace).unwrap());
}
