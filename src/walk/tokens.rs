//! How a text was cut: words, byte-pair merges, pieces and ids.

use std::ops::Range;

use super::taught::is_punctuation;

/// What the tokens stage produced: for each text encoder, the prompt and (with guidance on) the
/// negative prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Tokens {
    /// One for each text encoder; never empty.
    pub encoders: Vec<EncoderTokens>,
}

/// One tokenizer's work on the texts of a walk.
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderTokens {
    /// The prompt.
    pub prompt: Encoding,
    /// The negative prompt (`""` where none was given); only with guidance on.
    pub negative: Option<Encoding>,
}

/// One text cut by one tokenizer.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoding {
    /// The text as given.
    pub text: String,
    /// The words that the byte-pair merges worked on, in order, those past the limit included.
    pub words: Vec<Word>,
    /// All pieces, also those past the limit (`kept` tells how many fit).
    pub pieces: Vec<Piece>,
    /// How many pieces fit between start and end mark (at most 75).
    pub kept: usize,
    /// The 77 ids: start mark, kept pieces, end mark, padding.
    pub ids: Vec<u32>,
    /// What of the text was cut off, as it stands in the text; empty where all fits.
    pub cut: String,
    /// How many ids the vocabulary has.
    pub vocabulary: usize,
}

/// A word: what the text is split into before merging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word, lower-cased as the model sees it, byte symbols turned back to text where they
    /// are whole characters.
    pub text: String,
    /// The symbols that merging began with, the last ending in `</w>`.
    pub symbols: Vec<String>,
    /// The merges in the order in which they were made.
    pub merges: Vec<Merge>,
    /// Its pieces, as places in [`Encoding::pieces`].
    pub pieces: Range<usize>,
}

impl Word {
    /// The symbols after the first `n` merges.
    pub fn after(&self, n: usize) -> Vec<String> {
        let mut symbols = self.symbols.clone();
        for merge in self.merges.iter().take(n) {
            if merge.at + 1 < symbols.len() {
                let right = symbols.remove(merge.at + 1);
                symbols[merge.at].push_str(&right);
            }
        }
        symbols
    }
}

/// One byte-pair merge: the symbol at `at` and the next one become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Place of the left symbol at that moment.
    pub at: usize,
    /// Rank in the table of merges, from 0: lower ranks are merged first.
    pub rank: u32,
}

/// One entry of the vocabulary as it occurs in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its id: the row of the embedding table.
    pub id: u32,
    /// The text it stands for; bytes that are no whole character as `\xE4`. Never holds control
    /// characters.
    pub text: String,
    /// Whether it ends a word.
    pub ends_word: bool,
    /// Whether this piece was in the model's training by the model's own list of words (true where
    /// it has none). A piece that was not has a row of zeros in the table of token vectors.
    pub taught: bool,
}

impl Piece {
    /// Whether it was never trained and a person would expect something of it: it is no
    /// punctuation.
    pub fn never_trained(&self) -> bool {
        !self.taught && !is_punctuation(&self.text)
    }
}

impl Encoding {
    /// The start mark, the kept pieces and the end mark as labels for rows 0.. of the text
    /// tensors; what follows is padding.
    pub fn row_labels(&self) -> Vec<String> {
        let mut labels = vec!["S".to_owned()];
        labels.extend(self.pieces.iter().take(self.kept).map(|p| p.text.clone()));
        labels.push("E".to_owned());
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_are_made_in_order() {
        let word = Word {
            text: "cat".into(),
            symbols: ["c", "a", "t</w>"].map(str::to_owned).to_vec(),
            merges: vec![Merge { at: 1, rank: 5 }, Merge { at: 0, rank: 9 }],
            pieces: 0..1,
        };
        assert_eq!(word.after(1), ["c", "at</w>"]);
        assert_eq!(word.after(9), ["cat</w>"]);
    }
}
