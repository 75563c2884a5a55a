//! Learned words that torch has saved: the same word as from safetensors, and nothing that such a file
//! can do.

#![expect(clippy::unwrap_used, reason = "the files are the project's own")]

use std::fs;
use std::path::PathBuf;

use safelight::engine::{Engine, Look};
use safelight::walk::{Asked, AttachmentAsked, DeviceChoice, Frame, Problem, Unwatched};
use safelight::words::{Language, Words};

use crate::reference_files::own_root;

fn file(name: &str) -> PathBuf {
    own_root().join("embedding").join(name)
}

/// The prompt's vectors with a word laid over the tiny model.
fn vectors(name: &str) -> Result<Vec<f32>, Problem> {
    let word = AttachmentAsked::embedding(&format!("{}:<w>", file(name).to_str().unwrap()));
    let asked = Asked {
        model: Some(own_root().join("models/sd1").to_str().unwrap().to_owned()),
        prompt: Some("a <w> on a table".to_owned()),
        steps: Some(1),
        device: DeviceChoice::Cpu,
        attachments: vec![word],
        ..Asked::default()
    };
    let engine = Engine::open(&asked, &Unwatched)?;
    let mut walk = engine.walk(&engine.settle(&asked)?, Look::default())?;
    walk.next(&Unwatched).unwrap()?;
    let Frame::Embeddings(embeddings) = walk.next(&Unwatched).unwrap()? else { unreachable!() };
    Ok(embeddings.context.data().to_vec())
}

#[test]
fn a_word_that_torch_has_saved_is_the_same_word() {
    let wanted = vectors("sd1-emb_params.safetensors").unwrap();
    let forms =
        ["sd1-a1111.pt", "sd1-parameter.pt", "sd1-diffusers.bin", "sd1-half.bin", "sd1-view.bin"];
    for name in forms {
        assert_eq!(vectors(name).unwrap(), wanted, "{name}");
    }
}

#[test]
fn a_pickle_with_code_in_it_is_refused_and_runs_nothing() {
    let problem = vectors("evil.pt").unwrap_err();
    assert_eq!(problem.key(), "pickle-code");
    let said = Words::of(Language::En).problem(&problem);
    assert!(said.contains("posix.system") && said.contains("Nothing of it was run"), "{said}");
    assert!(!PathBuf::from("pickle-ran").exists());
}

#[test]
fn what_is_cut_old_or_would_eat_all_memory_is_one_sentence() {
    for (name, key) in [
        ("cut.pt", "pickle-broken"),
        ("sd1-old.bin", "pickle-old"),
        ("laughs.pt", "pickle-other"),
        ("deep.pt", "pickle-other"),
    ] {
        assert_eq!(vectors(name).unwrap_err().key(), key, "{name}");
    }
    let lora = AttachmentAsked::lora(file("sd1-a1111.pt").to_str().unwrap());
    let asked = Asked { attachments: vec![lora], ..Asked::default() };
    assert_eq!(Engine::open(&asked, &Unwatched).unwrap_err().key(), "lora-pickled");
}

/// Every file that is one byte off or shorter is read or refused, and nothing else.
#[test]
fn no_damage_brings_it_down() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.pt");
    let whole = fs::read(file("sd1-a1111.pt")).unwrap();
    let word = AttachmentAsked::embedding(&format!("{}:<w>", path.to_str().unwrap()));
    let model = own_root().join("models/sd1").to_str().unwrap().to_owned();
    for at in (0..whole.len()).step_by(37) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        for bytes in [&bytes[..], &whole[..at]] {
            fs::write(&path, bytes).unwrap();
            let folder = safelight::engine::ModelFolder::open(Some(&model)).unwrap();
            drop(folder.with(std::slice::from_ref(&word)));
        }
    }
}
