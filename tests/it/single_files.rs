//! A checkpoint in one file: the same numbers as in the folder that it was made from, and the
//! configs that its shapes tell.

#![expect(clippy::unwrap_used, reason = "the files are the project's own")]

use std::path::PathBuf;

use safelight::engine::model_folder::{Config, ModelFolder, Part};
use safelight::engine::scheduler_config::SchedulerConfig;
use safelight::engine::weights::Weights;
use safelight::engine::{Engine, Look, Place};
use safelight::walk::{Asked, Prediction, Unwatched};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::json;

use crate::reference_files::root;

const MODELS: [&str; 3] = ["sd1", "sd2v", "sdxl"];

fn folder(model: &str) -> PathBuf {
    root().join("models").join(model)
}

fn file(model: &str) -> PathBuf {
    root().join("single").join(format!("{model}.safetensors"))
}

#[test]
fn one_file_holds_every_tensor_of_the_folder_bit_for_bit() {
    let place = Place::cpu();
    for model in MODELS {
        let whole = ModelFolder::open(folder(model).to_str()).unwrap();
        let single = ModelFolder::single(&file(model), Some(&folder(model))).unwrap();
        for part in whole.parts().unwrap() {
            let (wanted, found) =
                (whole.weights(part, &place).unwrap(), single.weights(part, &place).unwrap());
            for name in wanted.names().filter(|name| !name.ends_with("position_ids")) {
                let shape = wanted.shape(&name).unwrap().to_vec();
                let numbers = |weights: &Weights| {
                    let tensor = weights.get(&name, &shape).unwrap();
                    tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap()
                };
                assert_eq!(numbers(&wanted), numbers(&found), "{model} {name}");
            }
        }
    }
}

#[test]
fn shapes_tell_what_the_configs_say() {
    for model in MODELS {
        let whole = ModelFolder::open(folder(model).to_str()).unwrap();
        let single = ModelFolder::single(&file(model), None).unwrap();
        let (unet, vae) = (Part::Unet, Part::Vae);
        let same_sizes = [
            (unet, ["in_channels", "out_channels", "layers_per_block", "cross_attention_dim"]),
            (vae, ["in_channels", "out_channels", "latent_channels", "layers_per_block"]),
            (
                Part::Text,
                ["vocab_size", "hidden_size", "intermediate_size", "max_position_embeddings"],
            ),
        ];
        for (part, keys) in same_sizes {
            let (wanted, found) = (whole.config(part).unwrap(), single.config(part).unwrap());
            for key in keys {
                let size = |config: &Config| config.size(key, 1);
                assert_eq!(size(&wanted).unwrap(), size(&found).unwrap(), "{model} {key}");
            }
        }
        for part in [unet, vae] {
            let (wanted, found) = (whole.config(part).unwrap(), single.config(part).unwrap());
            let levels = "block_out_channels";
            assert_eq!(wanted.list(levels).unwrap(), found.list(levels).unwrap(), "{model}");
            for key in ["down_block_types", "up_block_types"] {
                assert_eq!(wanted.names(key).unwrap(), found.names(key).unwrap(), "{model}");
            }
        }
    }
}

#[test]
fn xls_shapes_tell_its_second_encoder_and_its_depths() {
    let whole = ModelFolder::open(folder("sdxl").to_str()).unwrap();
    let single = ModelFolder::single(&file("sdxl"), None).unwrap();
    let same_sizes = [
        (Part::SecondText, ["vocab_size", "hidden_size", "num_hidden_layers", "projection_dim"]),
        (
            Part::Unet,
            [
                "cross_attention_dim",
                "addition_time_embed_dim",
                "projection_class_embeddings_input_dim",
                "layers_per_block",
            ],
        ),
    ];
    for (part, keys) in same_sizes {
        for key in keys {
            let of = |folder: &ModelFolder| folder.config(part).unwrap().size(key, 1).unwrap();
            assert_eq!(of(&whole), of(&single), "{key}");
        }
    }
    let unet = single.config(Part::Unet).unwrap();
    let depths = |key: &str| unet.value(key).cloned().unwrap();
    assert_eq!(depths("transformer_layers_per_block"), json!([2, [1, 1], [2, 2]]));
    let up = "reverse_transformer_layers_per_block";
    assert_eq!(depths(up), json!([[2, 2, 2], [1, 1, 1], 2]));
    assert_eq!(unet.text("mid_block_type", "").unwrap(), "UNetMidBlock2DCrossAttn");
}

#[test]
fn a_walk_from_one_file_is_the_folders() {
    for model in MODELS {
        let asked = Asked {
            prompt: Some("a cat".to_owned()),
            seed: Some(7),
            steps: Some(2),
            ..Asked::default()
        };
        let last = |home: &ModelFolder| {
            let engine = Engine::open_in(home, &asked, &Unwatched).unwrap();
            let mut walk = engine.walk(&engine.settle(&asked).unwrap(), Look::default()).unwrap();
            std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).last()
        };
        let whole = ModelFolder::open(folder(model).to_str()).unwrap();
        let single = ModelFolder::single(&file(model), Some(&folder(model))).unwrap();
        assert!(last(&whole).is_some());
        assert_eq!(last(&whole), last(&single), "{model}");
    }
}

#[test]
fn what_is_no_checkpoint_is_named() {
    let lone = folder("sd1").join("vae/diffusion_pytorch_model.safetensors");
    let problem = ModelFolder::open(lone.to_str()).unwrap_err();
    assert_eq!(problem.key(), "single-file-unknown");
    let text = folder("sd1").join("unet/config.json");
    assert_eq!(ModelFolder::open(text.to_str()).unwrap_err().key(), "weights-broken");
    let folder = tempfile::tempdir().unwrap();
    let xl = folder.path().join("xl.safetensors");
    let view = TensorView::new(Dtype::F32, vec![1], &[0; 4]).unwrap();
    // What SDXL's refiner has in the place of its first text encoder.
    let name = "conditioner.embedders.0.model.ln_final.weight";
    std::fs::write(&xl, safetensors::serialize([(name, view)], None).unwrap()).unwrap();
    assert_eq!(ModelFolder::open(xl.to_str()).unwrap_err().key(), "single-file-family");
}

/// A walk of the file in one piece, with what the folder says or the flags do.
fn walked(asked: &Asked) -> (Vec<String>, Option<safelight::walk::Frame>) {
    let engine = Engine::open(asked, &Unwatched).unwrap();
    let settings = engine.settle(asked).unwrap();
    let mut walk = engine.walk(&settings, Look::default()).unwrap();
    let last = std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).last();
    (settings.guessed, last)
}

fn one_file(model: &str) -> Asked {
    Asked {
        model: Some(file(model).to_str().unwrap().to_owned()),
        prompt: Some("a cat".to_owned()),
        seed: Some(7),
        steps: Some(2),
        guidance: Some(3.0),
        ..Asked::default()
    }
}

#[test]
fn a_folder_of_configs_makes_the_walk_that_of_the_folder() {
    for model in MODELS {
        let config = folder(model).to_str().unwrap().to_owned();
        let single = Asked { model_config: Some(config.clone()), ..one_file(model) };
        let whole = Asked { model: Some(config), ..one_file(model) };
        let (guessed, last) = walked(&single);
        assert!(guessed.is_empty(), "{guessed:?}");
        assert_eq!(last, walked(&whole).1, "{model}");
    }
}

#[test]
fn the_prediction_of_one_file_is_asked_for_or_said_to_be_guessed() {
    // The tiny models cannot be walked without their configs: their heads are not those of a family.
    let config = |model: &str| Some(folder(model).to_str().unwrap().to_owned());
    let sd2 = Asked { model_config: config("sd2v"), ..one_file("sd2v") };
    let v = Asked { prediction: Some(Prediction::V), ..sd2.clone() };
    let epsilon = Asked { prediction: Some(Prediction::Epsilon), ..sd2.clone() };
    assert_eq!(walked(&sd2).1, walked(&v).1);
    assert_ne!(walked(&sd2).1, walked(&epsilon).1);
    let read = |model: &str| {
        let single = ModelFolder::single(&file(model), None).unwrap();
        let scheduler = SchedulerConfig::of(&single).unwrap();
        (scheduler.prediction, scheduler.prediction_guessed)
    };
    assert_eq!(read("sd1"), (Prediction::Epsilon, false));
    assert_eq!(read("sd2v"), (Prediction::V, true));
}

#[test]
fn a_folder_of_configs_belongs_to_one_file_and_is_such_a_folder() {
    let of = |model: Option<String>, config: &str| {
        let asked = Asked { model, model_config: Some(config.to_owned()), ..Asked::default() };
        ModelFolder::of(&asked).unwrap_err()
    };
    let sd1 = folder("sd1").to_str().unwrap().to_owned();
    for model in [None, Some(sd1.clone())] {
        let problem = of(model, &sd1);
        assert_eq!(problem.key(), "model-config-needs-file");
        assert!(problem.is_usage());
    }
    let one = Some(file("sd1").to_str().unwrap().to_owned());
    assert_eq!(of(one.clone(), "/nowhere").key(), "model-layout");
    // The configs of another family: the shapes do not fit, and that is said.
    let other = Asked {
        model_config: Some(folder("sd2v").to_str().unwrap().to_owned()),
        ..one_file("sd1")
    };
    assert!(Engine::open(&other, &Unwatched).is_err());
}
