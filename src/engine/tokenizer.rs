//! The CLIP tokenizer: text to words, byte-pair merges, pieces and 77 ids.
//!
//! The `tokenizers` crate decides the ids; the merges that it makes on the way are replayed here
//! so that they can be shown one by one.

mod byte_symbols;
mod description;
mod merges;

use std::borrow::Cow;
use std::collections::HashSet;

use tokenizers::{
    AddedToken, Model, OffsetReferential, OffsetType, PreTokenizer, Token, Tokenizer as Inner,
};

use self::merges::MergeTable;
use super::model_folder::ModelFolder;
use crate::walk::{Encoding, Piece, Problem, Taught, Word};

/// Places of a prompt, start and end mark included.
pub const PLACES: usize = 77;

/// A prompt has to stay below this, in bytes.
pub const PROMPT_LIMIT: usize = 100_000;

/// Words of more symbols are shown without their merges.
const LONG_WORD: usize = 256;

/// A model's tokenizer.
#[derive(Debug)]
pub struct Tokenizer {
    inner: Inner,
    merges: MergeTable,
    start: u32,
    end: u32,
    pad: u32,
    /// The words of the model's training, where it keeps a list.
    taught: Option<HashSet<String>>,
}

/// What reads a file of the tokenizer's folder by its name; `None` where it is not there.
type Files<'a> = dyn Fn(&str) -> Result<Option<Cow<'static, [u8]>>, Problem> + 'a;

impl Tokenizer {
    /// The tokenizer of a model's folder; `taught` are the words of its training, where known.
    ///
    /// # Errors
    /// Files that are missing or damaged.
    pub fn open(folder: &ModelFolder, taught: Option<&Taught>) -> Result<Self, Problem> {
        let files = |name: &str| folder.read(&format!("tokenizer/{name}"));
        Self::read(&files, &folder.path_of("tokenizer"), taught)
    }

    /// Reads `tokenizer.json`, or `vocab.json` and `merges.txt`, and what the files beside them
    /// say of the padding. `place` names the folder in sentences.
    fn read(files: &Files, place: &str, taught: Option<&Taught>) -> Result<Self, Problem> {
        let unfit = |reason: String| {
            let reason: String = reason.chars().take(160).collect();
            Problem::new("tokenizer-unfit").with("file", place).with("reason", reason)
        };
        let whole = files("tokenizer.json")?;
        let list = files("merges.txt")?;
        let merges = match (&list, &whole) {
            (Some(list), _) => MergeTable::from_lines(&String::from_utf8_lossy(list)),
            (None, Some(whole)) => {
                MergeTable::from_json(whole).map_err(|e| unfit(e.to_string()))?
            }
            (None, None) => return Err(Problem::new("tokenizer-missing").with("file", place)),
        };
        let marks = description::marks(files).map_err(|e| unfit(e.to_string()))?;
        let mut inner = if let Some(whole) = whole {
            Inner::from_bytes(&whole).map_err(|e| unfit(e.to_string()))?
        } else {
            let vocabulary = files("vocab.json")?
                .ok_or_else(|| Problem::new("tokenizer-missing").with("file", place))?;
            description::build(&vocabulary, &merges, &marks).map_err(|e| unfit(e.to_string()))?
        };
        // Padding is a special token wherever it stands: "!" inside a prompt of the second
        // version is the padding's id.
        let special = [&marks.start, &marks.end, &marks.pad]
            .map(|mark| AddedToken::from(mark.clone(), true).normalized(false));
        inner.add_special_tokens(special).map_err(|e| unfit(e.to_string()))?;
        let id = |mark: &str| {
            inner.token_to_id(mark).ok_or_else(|| unfit(format!("{mark} is not in the vocabulary")))
        };
        let (start, end, pad) = (id(&marks.start)?, id(&marks.end)?, id(&marks.pad)?);
        let taught = taught.map(|list| list.all().map(str::to_lowercase).collect());
        Ok(Self { inner, merges, start, end, pad, taught })
    }

    /// How many ids the vocabulary has.
    pub fn vocabulary(&self) -> usize {
        self.inner.get_vocab_size(true)
    }

    /// The text of an id as it would stand in a prompt; empty for an id that is not there.
    pub fn text_of(&self, id: u32) -> String {
        self.inner.id_to_token(id).map_or_else(String::new, |value| piece_text(&value).0)
    }

    /// The ids of single-piece words that the model was taught, with their texts; `None` where it
    /// keeps no list.
    pub fn taught_ids(&self) -> Option<Vec<u32>> {
        let taught = self.taught.as_ref()?;
        let mut ids: Vec<u32> = taught
            .iter()
            .filter_map(|word| self.inner.token_to_id(&format!("{word}</w>")))
            .collect();
        ids.sort_unstable();
        Some(ids)
    }

    /// Cuts a text.
    ///
    /// # Errors
    /// A text of 100 kB and more is a wrong use.
    pub fn encode(&self, text: &str) -> Result<Encoding, Problem> {
        if text.len() >= PROMPT_LIMIT {
            return Err(Problem::usage("prompt-too-long").with("bytes", text.len()));
        }
        self.cut(text).map_err(|error| {
            let reason: String = error.to_string().chars().take(160).collect();
            Problem::new("tokenizer-failed").with("reason", reason)
        })
    }

    /// A text with the id at `place` (from 1) taken out: what follows moves up by one.
    pub(super) fn without(&self, mut text: Encoding, place: usize) -> Encoding {
        let piece = place - 1;
        if piece >= text.kept {
            return text;
        }
        text.pieces.remove(piece);
        text.kept = text.pieces.len().min(PLACES - 2);
        for word in &mut text.words {
            let before = |end: usize| end - usize::from(end > piece);
            word.pieces = before(word.pieces.start)..before(word.pieces.end);
        }
        text.words.retain(|word| !word.pieces.is_empty());
        text.ids = self.ids(&text.pieces[..text.kept]);
        text
    }

    /// A text with padding in the place (from 1) of a piece.
    pub(super) fn padded(&self, mut text: Encoding, place: usize) -> Encoding {
        if let Some(piece) = text.pieces.get_mut(place - 1) {
            piece.id = self.pad;
            piece.text = self.text_of(self.pad);
            text.ids = self.ids(&text.pieces[..text.kept]);
        }
        text
    }

    fn cut(&self, text: &str) -> tokenizers::Result<Encoding> {
        let normalizer = self.inner.get_normalizer();
        let mut parts = self.inner.get_added_vocabulary().extract_and_normalize(normalizer, text);
        if let Some(splitter) = self.inner.get_pre_tokenizer() {
            splitter.pre_tokenize(&mut parts)?;
        }
        let splits: Vec<(String, bool)> = parts
            .get_splits(OffsetReferential::Original, OffsetType::Byte)
            .into_iter()
            .map(|(symbols, _, tokens)| (symbols.to_owned(), tokens.is_some()))
            .collect();
        let model = self.inner.get_model();
        parts.tokenize(|part| model.tokenize(part.get()))?;
        let starts: Vec<usize> = {
            let encoding = parts.clone().into_encoding(None, 0, OffsetType::Byte)?;
            encoding.get_offsets().iter().map(|offsets| offsets.0).collect()
        };
        let found = parts
            .get_splits(OffsetReferential::Original, OffsetType::Byte)
            .into_iter()
            .map(|(_, _, tokens)| tokens.as_deref().unwrap_or(&[]).to_vec());
        let (mut words, mut pieces) = (Vec::new(), Vec::new());
        for ((symbols, special), tokens) in splits.iter().zip(found) {
            words.push(self.word(symbols, *special, &tokens, &mut pieces));
        }
        let kept = pieces.len().min(PLACES - 2);
        let cut = starts.get(kept).map_or_else(String::new, |&at| tail(text, at).to_owned());
        Ok(Encoding {
            text: text.to_owned(),
            ids: self.ids(&pieces[..kept]),
            words,
            pieces,
            kept,
            cut,
            vocabulary: self.vocabulary(),
        })
    }

    fn word(
        &self,
        symbols: &str,
        special: bool,
        tokens: &[Token],
        pieces: &mut Vec<Piece>,
    ) -> Word {
        let first = pieces.len();
        let text =
            if special { byte_symbols::shown(symbols) } else { byte_symbols::decode(symbols) };
        let taught = self.taught.as_ref().is_none_or(|list| list.contains(&text));
        pieces.extend(tokens.iter().map(|token| {
            let (text, ends_word) = if special {
                (byte_symbols::shown(&token.value), true)
            } else {
                piece_text(&token.value)
            };
            Piece { id: token.id, text, ends_word, taught }
        }));
        let (symbols, merges) = if special || symbols.chars().count() > LONG_WORD {
            (tokens.iter().map(|token| token.value.clone()).collect(), Vec::new())
        } else {
            self.merges.replay(symbols)
        };
        Word { text, symbols, merges, pieces: first..pieces.len() }
    }

    fn ids(&self, kept: &[Piece]) -> Vec<u32> {
        let marked = std::iter::once(self.start)
            .chain(kept.iter().map(|piece| piece.id))
            .chain(std::iter::once(self.end));
        marked.chain(std::iter::repeat(self.pad)).take(PLACES).collect()
    }
}

/// The text of a vocabulary entry, and whether it ends a word.
fn piece_text(value: &str) -> (String, bool) {
    let body = value.strip_suffix("</w>");
    (byte_symbols::decode(body.unwrap_or(value)), body.is_some())
}

/// The text from byte `at` on, from the start of the character that it lies in.
fn tail(text: &str, at: usize) -> &str {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    &text[at..]
}
