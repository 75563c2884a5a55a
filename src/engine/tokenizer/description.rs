//! What a tokenizer's folder says beside its vocabulary: the marks; and a tokenizer made of
//! `vocab.json` and `merges.txt` where there is no `tokenizer.json`.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use tokenizers::Tokenizer;
use tokenizers::models::bpe::{BPE, Vocab};

use super::Files;
use super::merges::MergeTable;

/// The three marks as they are written.
pub(super) struct Marks {
    pub(super) start: String,
    pub(super) end: String,
    pub(super) pad: String,
}

/// Reads the marks. `special_tokens_map.json` goes before `tokenizer_config.json` unless that one
/// already lists its added tokens, as in transformers; without either, CLIP's own.
pub(super) fn marks(files: &Files) -> Result<Marks, Box<dyn std::error::Error + Send + Sync>> {
    let object =
        |name: &str| -> Result<Map<String, Value>, Box<dyn std::error::Error + Send + Sync>> {
            Ok(match files(name)? {
                Some(bytes) => serde_json::from_slice(&bytes)?,
                None => Map::new(),
            })
        };
    let config = object("tokenizer_config.json")?;
    let map = object("special_tokens_map.json")?;
    let order =
        if config.contains_key("added_tokens_decoder") { [&config, &map] } else { [&map, &config] };
    let mark = |key: &str, usual: &str| {
        let written = order.iter().find_map(|file| content(file.get(key)?));
        written.unwrap_or(usual).to_owned()
    };
    Ok(Marks {
        start: mark("bos_token", "<|startoftext|>"),
        end: mark("eos_token", "<|endoftext|>"),
        pad: mark("pad_token", "<|endoftext|>"),
    })
}

/// A token is written as a string, or as an object that holds it.
fn content(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("content")?.as_str()).filter(|text| !text.is_empty())
}

/// A CLIP tokenizer of this vocabulary, as its `tokenizer.json` would describe it.
pub(super) fn build(
    vocabulary: &[u8],
    merges: &MergeTable,
    marks: &Marks,
) -> tokenizers::Result<Tokenizer> {
    let vocabulary: HashMap<String, u32> = serde_json::from_slice(vocabulary)?;
    let vocabulary: Vocab = vocabulary.into_iter().collect();
    let pairs = merges
        .pairs()
        .into_iter()
        .filter_map(|pair| pair.split_once(' '))
        .map(|(left, right)| (left.to_owned(), right.to_owned()))
        .collect();
    let model = BPE::builder()
        .vocab_and_merges(vocabulary, pairs)
        .unk_token(marks.end.clone())
        .end_of_word_suffix("</w>".to_owned())
        .build()?;
    let words = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";
    let around = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFC"},
            {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
            {"type": "Lowercase"},
        ]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": words}, "behavior": "Removed", "invert": true},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        ]},
        "post_processor": null,
        "decoder": null,
        "model": {"type": "BPE", "vocab": {}, "merges": []},
    });
    let mut tokenizer: Tokenizer = serde_json::from_value(around)?;
    tokenizer.with_model(model);
    Ok(tokenizer)
}
