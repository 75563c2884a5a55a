//! The tokens stage as JSON, short enough for a prompt of 100 kB.

use serde::{Deserialize, Serialize};

use crate::walk::{EncoderTokens, Encoding, Merge, Piece, Tokens, Word};

/// All encoders' texts.
#[derive(Serialize, Deserialize)]
pub(super) struct TokensJson {
    encoders: Vec<(EncodingJson, Option<EncodingJson>)>,
}

type WordJson = (String, Vec<String>, Vec<(usize, u32)>, usize, usize);

#[derive(Serialize, Deserialize)]
struct EncodingJson {
    text: String,
    /// Text, symbols, merges as place and rank, first piece and the one after the last.
    words: Vec<WordJson>,
    /// Id, text, 1 where it ends a word, 1 where it was taught.
    pieces: Vec<(u32, String, u8, u8)>,
    kept: usize,
    ids: Vec<u32>,
    cut: String,
    vocabulary: usize,
}

impl TokensJson {
    pub(super) fn of(tokens: &Tokens) -> Self {
        let encoders = tokens
            .encoders
            .iter()
            .map(|e| (EncodingJson::of(&e.prompt), e.negative.as_ref().map(EncodingJson::of)))
            .collect();
        Self { encoders }
    }

    /// The tokens; `None` for counts and places that do not fit together.
    pub(super) fn tokens(self) -> Option<Tokens> {
        if self.encoders.is_empty() || self.encoders.len() > 2 {
            return None;
        }
        let encoders = self
            .encoders
            .into_iter()
            .map(|(prompt, negative)| {
                let negative = match negative {
                    Some(text) => Some(text.encoding()?),
                    None => None,
                };
                Some(EncoderTokens { prompt: prompt.encoding()?, negative })
            })
            .collect::<Option<_>>()?;
        Some(Tokens { encoders })
    }
}

impl EncodingJson {
    fn of(encoding: &Encoding) -> Self {
        let words = encoding.words.iter().map(|w| {
            let merges = w.merges.iter().map(|m| (m.at, m.rank)).collect();
            (w.text.clone(), w.symbols.clone(), merges, w.pieces.start, w.pieces.end)
        });
        let pieces = encoding
            .pieces
            .iter()
            .map(|p| (p.id, p.text.clone(), u8::from(p.ends_word), u8::from(p.taught)));
        Self {
            text: encoding.text.clone(),
            words: words.collect(),
            pieces: pieces.collect(),
            kept: encoding.kept,
            ids: encoding.ids.clone(),
            cut: encoding.cut.clone(),
            vocabulary: encoding.vocabulary,
        }
    }

    fn encoding(self) -> Option<Encoding> {
        let count = self.pieces.len();
        let words_fit = self.words.iter().all(|&(.., start, end)| start <= end && end <= count);
        if self.ids.len() != 77 || self.kept > count.min(75) || !words_fit {
            return None;
        }
        let words = self.words.into_iter().map(|(text, symbols, merges, start, end)| Word {
            text: clean(&text),
            symbols: symbols.iter().map(|s| clean(s)).collect(),
            merges: merges.into_iter().map(|(at, rank)| Merge { at, rank }).collect(),
            pieces: start..end,
        });
        let pieces = self.pieces.into_iter().map(|(id, text, ends, taught)| Piece {
            id,
            text: clean(&text),
            ends_word: ends != 0,
            taught: taught != 0,
        });
        Some(Encoding {
            words: words.collect(),
            pieces: pieces.collect(),
            text: self.text,
            kept: self.kept,
            ids: self.ids,
            cut: self.cut,
            vocabulary: self.vocabulary,
        })
    }
}

/// A label without control characters: what a file says goes to a terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
