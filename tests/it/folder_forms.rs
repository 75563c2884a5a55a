//! A model's folder in every form in which people have it: the same picture comes out, and what an
//! index may not name is refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use half::f16;
use safelight::engine::model_folder::{ModelFolder, Part};
use safelight::engine::{Engine, Look, Place, tokenize};
use safelight::walk::{Asked, Frame, Problem, Unwatched};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde_json::json;

use crate::reference_files::{Copied, own_root};

/// A tensor by its name: type, shape, bytes.
type Tensors = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

const UNET: &str = "unet/diffusion_pytorch_model";
const VAE: &str = "vae/diffusion_pytorch_model";
const TEXT: &str = "text_encoder/model";
const STEMS: [&str; 3] = [TEXT, UNET, VAE];

fn copied(model: &str) -> Copied {
    Copied::of(&own_root().join("models").join(model))
}

fn read(copy: &Copied, file: &str) -> Tensors {
    let bytes = fs::read(Path::new(&copy.path()).join(file)).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensors = file.tensors().into_iter();
    tensors.map(|(n, v)| (n, (v.dtype(), v.shape().to_vec(), v.data().to_vec()))).collect()
}

fn serialized(tensors: &Tensors) -> Vec<u8> {
    let views = tensors.iter().map(|(name, (dtype, shape, data))| {
        (name.as_str(), TensorView::new(*dtype, shape.clone(), data).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

/// Writes a network under other names of its tensors.
fn renamed(copy: &Copied, file: &str, change: impl Fn(&str) -> String) {
    let tensors = read(copy, file);
    let tensors = tensors.into_iter().map(|(name, tensor)| (change(&name), tensor)).collect();
    copy.write(file, serialized(&tensors));
}

/// Every number rounded to 16 bits, as 16 or again as 32 bits.
fn rounded(tensors: Tensors, dtype: Dtype) -> Tensors {
    let round = |(from, shape, data): (Dtype, Vec<usize>, Vec<u8>)| {
        if from != Dtype::F32 {
            return (from, shape, data);
        }
        let halves = data.as_chunks().0.iter().map(|b| f16::from_f32(f32::from_le_bytes(*b)));
        let bytes: Vec<u8> = match dtype {
            Dtype::F16 => halves.flat_map(f16::to_le_bytes).collect(),
            _ => halves.flat_map(|x| x.to_f32().to_le_bytes()).collect(),
        };
        (dtype, shape, bytes)
    };
    tensors.into_iter().map(|(name, tensor)| (name, round(tensor))).collect()
}

/// Puts a network into several files with an index.
fn sharded(copy: &Copied, stem: &str, index: &str) {
    let (folder, short) = stem.split_once('/').unwrap();
    let tensors = read(copy, &format!("{stem}.safetensors"));
    let each = tensors.len().div_ceil(3);
    let mut map = serde_json::Map::new();
    let mut tensors = tensors.into_iter();
    for number in 1..=3 {
        let file = format!("{short}-0000{number}-of-00003.safetensors");
        let part: Tensors = tensors.by_ref().take(each).collect();
        map.extend(part.keys().map(|name| (name.clone(), json!(file))));
        copy.write(&format!("{folder}/{file}"), serialized(&part));
    }
    copy.remove(&format!("{stem}.safetensors"));
    let json = json!({"metadata": {"total_size": 1}, "weight_map": map});
    copy.write(&format!("{stem}{index}"), json.to_string());
}

fn picture(copy: &Copied) -> Frame {
    let asked = Asked {
        model: Some(copy.path()),
        prompt: Some("a cat, 2 dogs".to_owned()),
        seed: Some(7),
        steps: Some(2),
        width: Some(32),
        height: Some(16),
        ..Asked::default()
    };
    let engine = Engine::open(&asked, &Unwatched).unwrap();
    let mut walk = engine.walk(&engine.settle(&asked).unwrap(), Look::default()).unwrap();
    std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).last().unwrap()
}

fn opened(copy: &Copied) -> Problem {
    let asked = Asked { model: Some(copy.path()), ..Asked::default() };
    Engine::open(&asked, &Unwatched).unwrap_err()
}

#[test]
fn several_files_with_an_index_are_the_one_file() {
    for model in ["sd1", "sd2v"] {
        let (whole, parts) = (copied(model), copied(model));
        for stem in STEMS {
            sharded(&parts, stem, ".safetensors.index.json");
        }
        assert_eq!(picture(&parts), picture(&whole), "{model}");
        let count = |copy: &Copied| {
            ModelFolder::open(Some(&copy.path())).unwrap().card().unwrap().parameters
        };
        assert_eq!(count(&parts), count(&whole));
    }
}

#[test]
fn a_variant_in_16_bits_is_read_where_the_plain_file_is_missing() {
    let (plain, variant) = (copied("sd1"), copied("sd1"));
    for stem in STEMS {
        let file = format!("{stem}.safetensors");
        let tensors = read(&plain, &file);
        plain.write(&file, serialized(&rounded(tensors.clone(), Dtype::F32)));
        variant.remove(&file);
        let halves = serialized(&rounded(tensors, Dtype::F16));
        variant.write(&format!("{stem}.fp16.safetensors"), halves);
    }
    let wanted = picture(&plain);
    assert_eq!(picture(&variant), wanted);
    // Both variants of one network: the plain file is taken.
    let numbers = |copy: &Copied| {
        let folder = ModelFolder::open(Some(&copy.path())).unwrap();
        let weights = folder.weights(Part::Unet, &Place::cpu()).unwrap();
        let bias = weights.get("conv_out.bias", &[4]).unwrap();
        bias.to_vec1::<f32>().unwrap()
    };
    let both = copied("sd1");
    both.write(&format!("{UNET}.fp16.safetensors"), "not looked at");
    assert_eq!(numbers(&both), numbers(&copied("sd1")));
    // A variant in several files, by transformers' and by diffusers' name of the index.
    for index in [".safetensors.index.fp16.json", ".safetensors.fp16.index.json"] {
        let parts = copied("sd1");
        for stem in STEMS {
            let file = format!("{stem}.safetensors");
            parts.write(&file, serialized(&rounded(read(&parts, &file), Dtype::F16)));
            sharded(&parts, stem, index);
        }
        assert_eq!(picture(&parts), wanted, "{index}");
    }
}

#[test]
fn a_text_encoder_may_leave_out_the_module_around_all_others() {
    let bare = copied("sd1");
    let file = format!("{TEXT}.safetensors");
    assert!(read(&bare, &file).keys().any(|name| name.starts_with("text_model.")));
    renamed(&bare, &file, |name| name.trim_start_matches("text_model.").to_owned());
    assert_eq!(picture(&bare), picture(&copied("sd1")));
}

#[test]
fn an_autoencoder_may_have_the_first_releases_names_of_its_attention() {
    let old = copied("sd1");
    let file = format!("{VAE}.safetensors");
    let names = [("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")];
    let older = |name: &str| {
        names.iter().fold(name.to_owned(), |name, (new, old)| {
            name.replace(&format!("attentions.0.{new}."), &format!("attentions.0.{old}."))
        })
    };
    renamed(&old, &file, older);
    let wanted = picture(&copied("sd1"));
    assert_eq!(picture(&old), wanted);
    // Older still: matrices as convolutions of one pixel.
    let mut tensors = read(&old, &file);
    for (name, (_, shape, _)) in &mut tensors {
        if name.contains("attentions.0.") && shape.len() == 2 {
            shape.extend([1, 1]);
        }
    }
    old.write(&file, serialized(&tensors));
    assert_eq!(picture(&old), wanted);
}

#[test]
fn either_form_of_the_tokenizer_gives_the_same_ids() {
    for model in ["sd1", "sd2v"] {
        let (json, lists) = (copied(model), copied(model));
        json.remove("tokenizer/vocab.json");
        json.remove("tokenizer/merges.txt");
        lists.remove("tokenizer/tokenizer.json");
        let cut = |copy: &Copied, text: &str| {
            tokenize(&ModelFolder::open(Some(&copy.path())).unwrap(), text).unwrap()
        };
        for text in ["", "a cat", "A  photograph, 1990s! of   Zürich's naïve 猫 🐈", "!", "</w> ▲"]
        {
            assert_eq!(cut(&json, text), cut(&lists, text), "{model} {text:?}");
        }
    }
}

#[test]
fn an_index_names_only_files_that_lie_beside_it_and_hold_what_it_says() {
    let copy = copied("sd1");
    let index = format!("{UNET}.safetensors.index.json");
    let whole = read(&copy, &format!("{UNET}.safetensors"));
    copy.remove(&format!("{UNET}.safetensors"));
    copy.write("unet/part.safetensors", serialized(&whole));
    fs::create_dir(Path::new(&copy.path()).join("unet/sub")).unwrap();
    copy.write("unet/sub/part.safetensors", serialized(&whole));
    copy.write("part.safetensors", serialized(&whole));
    let absolute = format!("{}/part.safetensors", copy.path());
    for (shard, key) in [
        ("../part.safetensors", "index-outside"),
        ("sub/part.safetensors", "index-outside"),
        ("./part.safetensors", "index-outside"),
        ("sub\\part.safetensors", "index-outside"),
        ("C:part.safetensors", "index-outside"),
        (&absolute, "index-outside"),
        ("..", "index-outside"),
        (".", "index-outside"),
        ("", "index-outside"),
        ("sub", "file-not-regular"),
        ("gone.safetensors", "weights-missing"),
    ] {
        let map = whole.keys().map(|name| (name.clone(), json!(shard)));
        let map: serde_json::Map<_, _> = map.collect();
        copy.write(&index, json!({"weight_map": map}).to_string());
        assert_eq!(opened(&copy).key(), key, "{shard}");
    }
    for (text, key) in [
        (r#"{"weight_map": {"no.such": "part.safetensors"}}"#, "tensor-missing"),
        (r#"{"weight_map": {}}"#, "tensor-missing"),
        (r#"{"weight_map": {"conv_in.bias": 3}}"#, "not-json"),
        (r#"{"weight_map": []}"#, "not-json"),
        ("{", "not-json"),
    ] {
        copy.write(&index, text);
        assert_eq!(opened(&copy).key(), key, "{text}");
    }
    let many: serde_json::Map<_, _> = (0..300)
        .map(|number| {
            let (name, file) = (format!("t{number:03}"), format!("{number:03}.safetensors"));
            let one = Tensors::from([(name.clone(), (Dtype::F32, vec![1], vec![0; 4]))]);
            copy.write(&format!("unet/{file}"), serialized(&one));
            (name, json!(file))
        })
        .collect();
    copy.write(&index, json!({"weight_map": many}).to_string());
    assert_eq!(opened(&copy).key(), "index-many");
}
