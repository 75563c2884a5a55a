//! Ids are those of transformers' CLIP tokenizer, for plain and for hostile texts.

#![expect(clippy::unwrap_used, reason = "the files are the project's own")]
#![expect(clippy::print_stdout, reason = "the table of another folder is for its reader")]

use std::path::{Path, PathBuf};

use safelight::engine::tokenizer::Tokenizer;
use safelight::engine::{ModelFolder, tokenize};
use safelight::walk::Encoding;
use serde_json::{Value, json};

use crate::reference_files::{Copied, own_root, root};

/// The real vocabulary: the pocket model's own.
fn vocabulary() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pocket/tokenizer")
}

/// A folder with the real vocabulary and this padding, from `tokenizer.json` or from the two
/// older files.
fn folder(pad: &str, whole: bool) -> (Copied, ModelFolder) {
    let copied = Copied::of(&own_root().join("models/sd1"));
    for file in ["vocab.json", "merges.txt"] {
        copied.write(&format!("tokenizer/{file}"), std::fs::read(vocabulary().join(file)).unwrap());
    }
    copied.remove("tokenizer/special_tokens_map.json");
    copied.write("tokenizer/tokenizer_config.json", json!({ "pad_token": pad }).to_string());
    let json = vocabulary().join("tokenizer.json");
    if whole && json.exists() {
        copied.write("tokenizer/tokenizer.json", std::fs::read(json).unwrap());
    } else {
        copied.remove("tokenizer/tokenizer.json");
    }
    let folder = ModelFolder::open(Some(&copied.path())).unwrap();
    (copied, folder)
}

fn ids(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect()
}

fn check(encoding: &Encoding, full: &[u32], ids77: &[u32]) {
    let text = &encoding.text;
    let pieces: Vec<u32> = encoding.pieces.iter().map(|piece| piece.id).collect();
    assert_eq!(pieces, full[1..full.len() - 1], "{text:?}");
    assert_eq!(encoding.ids, ids77, "{text:?}");
    // The replayed merges end in the pieces that the ids stand for.
    for word in &encoding.words {
        assert_eq!(word.after(usize::MAX).len(), word.pieces.len(), "{text:?}: {word:?}");
    }
    assert!(encoding.pieces.iter().all(|piece| !piece.text.chars().any(char::is_control)));
}

#[test]
fn ids_are_those_of_transformers_with_both_paddings() {
    let text = std::fs::read_to_string(own_root().join("tokens.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    for whole in [true, false] {
        for pad in ["<|endoftext|>", "!"] {
            let (_copied, folder) = folder(pad, whole);
            let tokenizer = Tokenizer::open(&folder, None).unwrap();
            for case in cases.iter().filter(|case| case["pad"] == pad) {
                let encoding = tokenizer.encode(case["text"].as_str().unwrap()).unwrap();
                check(&encoding, &ids(&case["full"]), &ids(&case["ids"]));
            }
        }
    }
}

/// The layout of the larger folder that `SAFELIGHT_REFERENCE` may name.
#[test]
fn every_text_of_the_reference_folder_has_its_ids() {
    if root() == own_root() {
        return;
    }
    let text = std::fs::read_to_string(root().join("tokens.json")).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    let cases = cases["texts"].as_array().unwrap();
    for (pad, padded) in [("<|endoftext|>", "pad_eot"), ("!", "pad_0")] {
        let (_copied, folder) = folder(pad, true);
        let tokenizer = Tokenizer::open(&folder, None).unwrap();
        for case in cases {
            let encoding = tokenizer.encode(case["text"].as_str().unwrap()).unwrap();
            let full = case.get("full_pad_0").filter(|_| pad == "!").unwrap_or(&case["full"]);
            check(&encoding, &ids(full), &ids(&case[padded]));
        }
    }
    println!("{} texts, both paddings", cases.len());
}

#[test]
fn what_is_cut_off_stands_in_the_text() {
    let (_copied, folder) = folder("<|endoftext|>", false);
    let tokenizer = Tokenizer::open(&folder, None).unwrap();
    let text = format!("{}Tail  Ünd", "cat ".repeat(75));
    let encoding = tokenizer.encode(&text).unwrap();
    assert_eq!((encoding.kept, encoding.cut.as_str()), (75, "Tail  Ünd"));
    assert_eq!(encoding.ids.len(), 77);
    assert_eq!(tokenizer.encode("short").unwrap().cut, "");
}

#[test]
fn hostile_texts_end_in_pieces_or_in_one_sentence() {
    let (_copied, folder) = folder("!", false);
    let tokenizer = Tokenizer::open(&folder, None).unwrap();
    for text in ["\0\u{1b}[2J\u{7}", "\u{202e}\u{feff}", "\u{10ffff}", "\r\n\t"] {
        assert_eq!(tokenizer.encode(text).unwrap().ids.len(), 77);
    }
    let near = "a".repeat(99_999);
    assert_eq!(tokenizer.encode(&near).unwrap().kept, 75);
    let problem = tokenize(&folder, &"a ".repeat(50_000)).unwrap_err();
    assert!(problem.is_usage() && problem.key() == "prompt-too-long");
}

#[test]
fn a_damaged_tokenizer_is_named() {
    let (copied, folder) = folder("!", false);
    for (file, bytes) in [
        ("tokenizer.json", r#"{"version": "1.0", "model": 7}"#),
        ("tokenizer.json", "not json"),
        ("tokenizer_config.json", "[]"),
    ] {
        copied.write(&format!("tokenizer/{file}"), bytes);
        assert_eq!(tokenize(&folder, "a cat").unwrap_err().key(), "tokenizer-unfit");
    }
    copied.remove("tokenizer/tokenizer.json");
    copied.remove("tokenizer/merges.txt");
    assert_eq!(tokenize(&folder, "a cat").unwrap_err().key(), "tokenizer-missing");
}
