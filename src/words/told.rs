//! What a network is told beside the prompt's vectors, as sentences, the same on every surface.

use super::Words;
use super::visible;
use crate::walk::{Beside, EncoderTokens, Encoding, Statistics, Tokens};

/// What the second text encoder gets, where there are two: the same pieces with padding of its
/// own, other pieces, or another text.
pub fn second_encoder(tokens: &Tokens, words: Words) -> Option<String> {
    let [first, second] = tokens.encoders.as_slice() else { return None };
    let (a, b) = (&first.prompt, &second.prompt);
    let (count, text) = (b.kept.to_string(), visible(&b.text));
    let same = |encoding: &Encoding| -> Vec<u32> {
        encoding.pieces.iter().take(encoding.kept).map(|piece| piece.id).collect()
    };
    let mut sentence = if a.text != b.text {
        words.fill("told.second-text", &[("text", &text), ("count", &count)])
    } else if same(a) == same(b) {
        words.text("told.second-same").to_owned()
    } else {
        let pieces = b.pieces.iter().take(b.kept);
        let pieces: Vec<String> =
            pieces.map(|piece| format!("{} {}", visible(&piece.text), piece.id)).collect();
        let pieces = pieces.join(" · ");
        words.fill("told.second-cut", &[("count", &count), ("pieces", &pieces)])
    };
    if let (Some(first), Some(second)) = (padding(a), padding(b))
        && first != second
    {
        let facts = [("first", &*first.to_string()), ("second", &*second.to_string())];
        sentence.push_str(&words.fill("told.second-padding", &facts));
    }
    Some(sentence)
}

/// The id that fills the places after the end mark.
fn padding(encoding: &Encoding) -> Option<u32> {
    encoding.ids.get(encoding.kept + 2).copied()
}

/// Whether zeros stand for the vectors of a negative prompt that was not given.
pub fn zeros_for_negative(tokens: &Tokens, guided: bool) -> bool {
    let none = |encoder: &EncoderTokens| encoder.negative.is_none();
    guided && !tokens.encoders.is_empty() && tokens.encoders.iter().all(none)
}

/// The pooled text, the sizes, and the guidance scale: a sentence each, where there is one.
pub fn beside(beside: &Beside, words: Words) -> Vec<String> {
    let pooled = beside.pooled.as_ref().and_then(|pooled| {
        let row = pooled.row(pooled.height().checked_sub(1)?);
        let norm = format!("{:.1}", Statistics::of_slice(row).norm);
        Some(words.fill("told.pooled", &[("count", &row.len().to_string()), ("norm", &norm)]))
    });
    pooled.into_iter().chain(sizes(beside, words)).chain(guidance(beside, words)).collect()
}

/// The sizes that XL is told.
pub fn sizes(beside: &Beside, words: Words) -> Option<String> {
    let ids = beside.time_ids.as_ref()?;
    let [h, w, top, left, high, wide] = *ids.row(ids.height().checked_sub(1)?) else {
        return None;
    };
    let facts = [
        ("original", format!("{h}×{w}")),
        ("top", top.to_string()),
        ("left", left.to_string()),
        ("target", format!("{high}×{wide}")),
    ];
    let facts: Vec<(&str, &str)> = facts.iter().map(|(key, text)| (*key, text.as_str())).collect();
    Some(words.fill("told.sizes", &facts))
}

/// The guidance scale as a network is told it.
pub fn guidance(beside: &Beside, words: Words) -> Option<String> {
    let count = beside.guidance.as_ref()?.width().to_string();
    Some(words.fill("told.guidance", &[("count", &count)]))
}
