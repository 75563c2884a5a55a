//! Numbers of 16 bits, on the processor: the ways through candle's operations that a GPU takes as
//! well. Near the walk in 32 bits, with the same noise.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use candle_core::DType;
use safelight::engine::vae::Vae;
use safelight::engine::{Engine, Look, ModelFolder, Place};
use safelight::walk::statistics::relative_error;
use safelight::walk::{Asked, DeviceChoice, DtypeChoice, Frame, Grid, Unwatched};

use crate::reference_files::{Copied, own_root};

fn walked(model: &str, dtype: DtypeChoice) -> Vec<Frame> {
    let asked = Asked {
        model: Some(own_root().join("models").join(model).to_str().unwrap().to_owned()),
        prompt: Some("a red cat".to_owned()),
        seed: Some(3),
        steps: Some(4),
        guidance: Some(5.0),
        device: DeviceChoice::Cpu,
        dtype,
        ..Asked::default()
    };
    let engine = Engine::open(&asked, &Unwatched).unwrap();
    let mut walk = engine.walk(&engine.settle(&asked).unwrap(), Look::SCREEN).unwrap();
    std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).collect()
}

fn error(found: &Grid, wanted: &Grid) -> f64 {
    relative_error(found.data(), wanted.data())
}

#[test]
fn a_walk_in_16_bits_has_the_same_noise_and_stays_near() {
    for model in ["sd1", "sd2v"] {
        let (wide, half) = (walked(model, DtypeChoice::F32), walked(model, DtypeChoice::F16));
        assert_eq!(wide.len(), half.len());
        for (wide, half) in wide.iter().zip(&half) {
            match (wide, half) {
                (Frame::Noise(a), Frame::Noise(b)) => assert_eq!(a.noise, b.noise),
                // Text encoders compute in 32 bits everywhere.
                (Frame::Embeddings(a), Frame::Embeddings(b)) => assert_eq!(a.context, b.context),
                (Frame::Step(a), Frame::Step(b)) => {
                    let near = if a.call == 0 { 0.02 } else { 0.1 };
                    assert!(error(&b.pred, &a.pred) < near, "{model} {}", a.call);
                    assert!(error(&b.pred, &a.pred) > 0.0, "16 bits were not used");
                    assert!(a.attention.is_some() && b.attention.is_some());
                }
                (Frame::Image(a), Frame::Image(b)) => {
                    assert!(error(&b.image, &a.image) < 0.1, "{model}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn an_autoencoder_whose_numbers_16_bits_cannot_hold_computes_in_32() {
    let copy = Copied::of(&own_root().join("models/sd1"));
    let place = Place { dtype: DType::F16, ..Place::cpu() };
    let dtype = |copy: &Copied| {
        let folder = ModelFolder::open(Some(&copy.path())).unwrap();
        Vae::load(&folder, &place).unwrap().weights().place().dtype
    };
    assert_eq!(dtype(&copy), DType::F16);
    let config = std::path::Path::new(&copy.path()).join("vae/config.json");
    let text = std::fs::read_to_string(&config).unwrap();
    let changed = text.replace("\"force_upcast\": false", "\"force_upcast\": true");
    assert_ne!(changed, text);
    copy.write("vae/config.json", changed);
    assert_eq!(dtype(&copy), DType::F32);
}
