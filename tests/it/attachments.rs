//! Learned words and files of LoRA: what they change, and every file that is none said in one sentence.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the files are the test's own")]

use std::collections::BTreeMap;
use std::path::Path;

use safelight::engine::{Engine, Look};
use safelight::walk::{
    Asked, AttachmentAsked, AttachmentKind, DeviceChoice, Frame, Network, NetworkChange, Problem,
    Unwatched,
};
use safetensors::tensor::{Dtype, TensorView};

use crate::reference_files::own_root;

type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

fn write(path: &Path, tensors: &Tensors) {
    let bytes: BTreeMap<&String, Vec<u8>> = tensors
        .iter()
        .map(|(name, (_, data))| (name, data.iter().flat_map(|x| x.to_le_bytes()).collect()))
        .collect();
    let views = tensors.iter().map(|(name, (shape, _))| {
        (name, TensorView::new(Dtype::F32, shape.clone(), &bytes[name]).unwrap())
    });
    std::fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

fn asked(attachments: Vec<AttachmentAsked>, prompt: &str) -> Asked {
    Asked {
        prompt: Some(prompt.to_owned()),
        steps: Some(2),
        device: DeviceChoice::Cpu,
        attachments,
        ..Asked::default()
    }
}

fn frames(asked: &Asked) -> Result<Vec<Frame>, Problem> {
    let engine = Engine::open(asked, &Unwatched)?;
    let mut walk = engine.walk(&engine.settle(asked)?, Look::default())?;
    let mut frames = Vec::new();
    while let Some(frame) = walk.next(&Unwatched) {
        frames.push(frame?);
    }
    Ok(frames)
}

fn picture(asked: &Asked) -> Vec<f32> {
    let last = frames(asked).unwrap().pop();
    let Some(Frame::Image(image)) = last else { panic!("no picture") };
    image.image.data().to_vec()
}

fn ids(asked: &Asked) -> Vec<u32> {
    let first = frames(asked).unwrap().remove(0);
    let Frame::Tokens(tokens) = first else { panic!("no tokens") };
    tokens.encoders[0].prompt.ids.clone()
}

fn file(folder: &Path, tensors: &Tensors) -> String {
    let path = folder.join("attached.safetensors");
    write(&path, tensors);
    path.to_str().unwrap().to_owned()
}

fn embedding(folder: &Path, token: &str, vectors: usize) -> AttachmentAsked {
    let numbers = (0..vectors * 64).map(|i| (i as f32).sin()).collect();
    let tensors = BTreeMap::from([(token.to_owned(), (vec![vectors, 64], numbers))]);
    AttachmentAsked::embedding(&file(folder, &tensors))
}

/// A LoRA of rank 2 on one layer of the pocket model.
fn lora(folder: &Path, size: f32) -> String {
    const LAYER: &str = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k";
    let width = width_of_the_middle();
    let numbers = |n: usize| (0..n).map(|i| (i as f32 * 0.7).cos() * size).collect::<Vec<f32>>();
    file(
        folder,
        &BTreeMap::from([
            (format!("{LAYER}.lora_A.weight"), (vec![2, 64], numbers(128))),
            (format!("{LAYER}.lora_B.weight"), (vec![width, 2], numbers(2 * width))),
        ]),
    )
}

fn width_of_the_middle() -> usize {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pocket/unet/config.json");
    let config = crate::reference_files::object(&path);
    config["block_out_channels"].as_array().unwrap().last().unwrap().as_u64().unwrap() as usize
}

#[test]
fn a_lora_of_scale_0_changes_not_one_bit() {
    let folder = tempfile::tempdir().unwrap();
    let file = lora(folder.path(), 0.5);
    let plain = picture(&asked(vec![], "a red cat"));
    let nothing = picture(&asked(vec![AttachmentAsked::lora(&format!("{file}:0"))], "a red cat"));
    let some = picture(&asked(vec![AttachmentAsked::lora(&file)], "a red cat"));
    assert_eq!(plain, nothing);
    assert_ne!(plain, some);
}

#[test]
fn two_halves_of_a_lora_are_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = lora(folder.path(), 0.5);
    let half = AttachmentAsked::lora(&format!("{file}:0.5"));
    let halves = picture(&asked(vec![half.clone(), half], "a red cat"));
    let whole = picture(&asked(vec![AttachmentAsked::lora(&file)], "a red cat"));
    let apart = halves.iter().zip(&whole).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart < 1e-4, "{apart}");
}

#[test]
fn it_is_said_which_network_changed_and_how_much() {
    let folder = tempfile::tempdir().unwrap();
    let word = embedding(folder.path(), "<flumph>", 1);
    let other = tempfile::tempdir().unwrap();
    let lora = AttachmentAsked::lora(&lora(other.path(), 0.1));
    let engine = Engine::open(&asked(vec![word, lora], "a <flumph>"), &Unwatched).unwrap();
    let changes = NetworkChange::of(&engine.card().changes);
    let [text, unet, vae] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((text.layers, unet.layers, vae.layers), (1, 1, 0));
    assert!(unet.range.1 > 0.0 && unet.range.1 < 1.0);
    let told = engine.settle(&asked(vec![], "x")).unwrap().attachments;
    assert_eq!(
        told.iter().map(|a| a.kind).collect::<Vec<_>>(),
        [AttachmentKind::Embedding, AttachmentKind::Lora]
    );
    assert!(told.iter().all(|a| a.hash.len() == 64 && a.name == "attached.safetensors"));
    assert_eq!(engine.card().changes[0].network, Network::TextEncoder);
}

#[test]
fn a_word_of_three_vectors_takes_three_places() {
    let folder = tempfile::tempdir().unwrap();
    let word = embedding(folder.path(), "<flumph>", 3);
    let ids = ids(&asked(vec![word], "a <flumph> cat"));
    assert_eq!(ids[2..5], [49_408, 49_409, 49_410]);
    assert_eq!(ids[5], self::ids(&asked(vec![], "a cat"))[2]);
}

#[test]
fn a_word_of_the_vocabulary_keeps_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let prompt = "a red snail on a blue background";
    let word = AttachmentAsked {
        token: Some("snail".to_owned()),
        ..embedding(folder.path(), "<anything>", 1)
    };
    let (plain, taught) = (asked(vec![], prompt), asked(vec![word], prompt));
    assert_eq!(ids(&plain), ids(&taught));
    assert_ne!(picture(&plain), picture(&taught));
}

#[test]
fn attachments_that_are_none_are_one_sentence_each() {
    let one = |name: &str, shape: Vec<usize>, numbers: Vec<f32>| {
        BTreeMap::from([(name.to_owned(), (shape, numbers))])
    };
    let layer = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k";
    let (down, up) = (format!("{layer}.lora_A.weight"), format!("{layer}.lora_B.weight"));
    let width = width_of_the_middle();
    let two = |a: Vec<usize>, b: Vec<usize>, x: f32| {
        let of = |shape: &[usize]| vec![x; shape.iter().product()];
        BTreeMap::from([(down.clone(), (a.clone(), of(&a))), (up.clone(), (b.clone(), of(&b)))])
    };
    let fits = || (vec![1, 64], vec![width, 1]);
    let lora_files = [
        ("lora-none", BTreeMap::new()),
        ("lora-half", one(&down, vec![1, 64], vec![0.0; 64])),
        ("lora-other-kind", one("weight", vec![1], vec![0.0])),
        ("lora-no-place", one("unet.nowhere.lora_A.weight", vec![1, 64], vec![0.0; 64])),
        ("lora-shape", two(vec![1, 63], vec![width, 1], 0.1)),
        ("lora-shape", two(vec![64], vec![width, 1], 0.1)),
        ("lora-shape", two(vec![2, 64], vec![width, 1], 0.1)),
        ("lora-shape", two(vec![0, 64], vec![width, 0], 0.1)),
        ("attachment-not-finite", two(fits().0, fits().1, f32::NAN)),
        ("attachment-overflow", two(fits().0, fits().1, 1e30)),
    ];
    for (key, tensors) in lora_files {
        let folder = tempfile::tempdir().unwrap();
        let asked = asked(vec![AttachmentAsked::lora(&file(folder.path(), &tensors))], "a cat");
        assert_eq!(Engine::open(&asked, &Unwatched).unwrap_err().key(), key);
    }
    let embeddings = [
        ("embedding-shape", one("<w>", vec![65], vec![0.0; 65])),
        ("embedding-shape", one("<w>", vec![76, 64], vec![0.0; 76 * 64])),
        ("embedding-shape", one("<w>", vec![0, 64], vec![])),
        ("embedding-token", one("two words", vec![64], vec![0.0; 64])),
        ("embedding-token", one("\u{1b}[31m", vec![64], vec![0.0; 64])),
        ("embedding-token-taken", one("<|endoftext|>", vec![64], vec![0.0; 64])),
        ("attachment-not-finite", one("<w>", vec![64], vec![f32::INFINITY; 64])),
        ("embedding-none", two(fits().0, fits().1, 0.1)),
    ];
    for (key, tensors) in embeddings {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path(), &tensors);
        let asked = asked(vec![AttachmentAsked::embedding(&file)], "a cat");
        assert_eq!(Engine::open(&asked, &Unwatched).unwrap_err().key(), key);
    }
}

#[test]
fn a_scale_that_is_no_scale_and_a_missing_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = lora(folder.path(), 0.1);
    for scale in [f64::NAN, f64::INFINITY, 101.0] {
        let one = AttachmentAsked { scale: Some(scale), ..AttachmentAsked::lora(&file) };
        let problem = Engine::open(&asked(vec![one], "a cat"), &Unwatched).unwrap_err();
        assert_eq!((problem.key(), problem.is_usage()), ("lora-scale", true));
    }
    for (key, path) in [
        ("file-missing", folder.path().join("nothing.safetensors")),
        ("file-not-regular", folder.path().to_owned()),
    ] {
        let one = AttachmentAsked::lora(path.to_str().unwrap());
        assert_eq!(Engine::open(&asked(vec![one], "a cat"), &Unwatched).unwrap_err().key(), key);
    }
    let changed = AttachmentAsked { hash: Some("00".to_owned()), ..AttachmentAsked::lora(&file) };
    let problem = Engine::open(&asked(vec![changed], "a cat"), &Unwatched).unwrap_err();
    assert_eq!(problem.key(), "attachment-another");
}

#[test]
fn cut_files_and_bytes_of_chance_never_open() {
    let path = own_root().join("lora/sd1-kohya.safetensors");
    let whole = std::fs::read(path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cut.safetensors");
    for length in (0..whole.len()).step_by(997) {
        std::fs::write(&file, &whole[..length]).unwrap();
        for read in [AttachmentAsked::lora, AttachmentAsked::embedding] {
            let one = read(file.to_str().unwrap());
            assert!(Engine::open(&asked(vec![one], "a cat"), &Unwatched).is_err(), "{length}");
        }
    }
}
