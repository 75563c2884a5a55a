//! A checkpoint in one file: the same numbers as in the folder that it was made from, and the
//! configs that its shapes tell.

use std::path::PathBuf;

use safelight::engine::model_folder::{Config, ModelFolder, Part};
use safelight::engine::weights::Weights;
use safelight::engine::{Engine, Look, Place};
use safelight::walk::{Asked, Unwatched};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use crate::reference_files::root;

const MODELS: [&str; 2] = ["sd1", "sd2v"];
const PARTS: [Part; 3] = [Part::Text, Part::Unet, Part::Vae];

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
        for part in PARTS {
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
    let name = "model.diffusion_model.label_emb.0.0.weight";
    std::fs::write(&xl, safetensors::serialize([(name, view)], None).unwrap()).unwrap();
    assert_eq!(ModelFolder::open(xl.to_str()).unwrap_err().key(), "single-file-family");
}
