//! One step of training: the pocket's noise predictor and text encoder on 32 latents with their
//! prompts, forward, and forward with backward.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{Tensor, Var};
use divan::Bencher;
use divan::counter::ItemsCount;
use safelight::engine::model_folder::Part;
use safelight::engine::text::{TextConfig, TextEncoder};
use safelight::engine::unet::UNet;
use safelight::engine::unet::config::UnetConfig;
use safelight::engine::weights::Weights;
use safelight::engine::{ModelFolder, Place};

use super::frames;

const BATCH: usize = 32;

/// The words in use, and start, end and unknown: all the rows that a training's table has.
const ROWS: usize = 100;

fn tensor(shape: &[usize], seed: u64) -> Tensor {
    let numbers = frames::normal(shape, seed);
    Tensor::from_slice(numbers.data(), shape, &Place::cpu().device).unwrap()
}

/// The two networks, every weight a variable, and a table of few rows.
fn networks() -> (UNet, TextEncoder) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pocket");
    let folder = ModelFolder::open(path.to_str()).unwrap();
    let place = Place::cpu();
    let variables = |part| -> Weights {
        let tensors = folder.weights(part, &place).unwrap().tensors().unwrap();
        let named: BTreeMap<String, Tensor> = tensors
            .into_iter()
            .map(|(name, tensor)| {
                let table = name.ends_with("token_embedding.weight");
                let tensor = if table { tensor.narrow(0, 0, ROWS).unwrap() } else { tensor };
                let copy = tensor.contiguous().unwrap();
                (name, Var::from_tensor(&copy).unwrap().as_tensor().clone())
            })
            .collect();
        Weights::of_tensors("bench", named, &place)
    };
    let unet = UnetConfig::read(&folder.config(Part::Unet).unwrap()).unwrap();
    let text = TextConfig::read(&folder.config(Part::Text).unwrap()).unwrap();
    let text = TextConfig { vocabulary: ROWS, ..text };
    (
        UNet::from_weights(unet, &variables(Part::Unet)).unwrap(),
        TextEncoder::from_weights(text, &variables(Part::Text)).unwrap(),
    )
}

fn loss(unet: &UNet, text: &TextEncoder) -> Tensor {
    let row: Vec<u32> = (0..77).map(|i| if i < 12 { i * 7 } else { 1 }).collect();
    let rows: Vec<&[u32]> = vec![&row; BATCH];
    let context = text.encode(&rows).unwrap().last;
    let latent = tensor(&[BATCH, 4, 16, 16], 1);
    let timesteps: Vec<f64> = (0..BATCH).map(|i| i as f64 * 31.0).collect();
    let answer = unet.predict_each(&latent, &timesteps, &context).unwrap();
    answer.sqr().unwrap().mean_all().unwrap()
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn forward(bencher: Bencher) {
    let (unet, text) = networks();
    bencher.counter(ItemsCount::new(BATCH)).bench_local(|| loss(&unet, &text));
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn forward_and_backward(bencher: Bencher) {
    let (unet, text) = networks();
    bencher.counter(ItemsCount::new(BATCH)).bench_local(|| loss(&unet, &text).backward().unwrap());
}
