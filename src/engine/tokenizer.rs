//! The CLIP tokenizer: text to words, byte-pair merges, pieces and 77 ids.
//!
//! The `tokenizers` crate decides the ids; the merges that it makes on the way are replayed here
//! so that they can be shown one by one.

mod byte_symbols;
mod description;
mod merges;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use tokenizers::{
    AddedToken, Model, OffsetReferential, OffsetType, PreTokenizer, Token, Tokenizer as Inner,
};

use self::merges::MergeTable;
use super::attachments::Attached;
use super::attachments::embedding::LearnedWord;
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
    /// What the model was trained on, where it keeps a list.
    taught: Option<Trained>,
    /// Learned words by the id of their first vector.
    learned: HashMap<u32, Learned>,
}

/// The words of a model's training, and the ids whose rows that training has filled: the pieces of
/// these words and the marks.
#[derive(Debug)]
struct Trained {
    words: HashSet<String>,
    ids: HashSet<u32>,
}

/// A word that was learned after the model's training.
#[derive(Debug)]
struct Learned {
    token: String,
    /// The ids of all its vectors, one a place.
    ids: Vec<u32>,
}

/// What reads a file of the tokenizer's folder by its name; `None` where it is not there.
type Files<'a> = dyn Fn(&str) -> Result<Option<Cow<'static, [u8]>>, Problem> + 'a;

impl Tokenizer {
    /// The tokenizer of a model's folder; `taught` are the words of its training, where known.
    ///
    /// # Errors
    /// Files that are missing or damaged.
    pub fn open(folder: &ModelFolder, taught: Option<&Taught>) -> Result<Self, Problem> {
        Self::open_at(folder, "tokenizer", taught, |of| of.rows.len())
    }

    /// The tokenizer of XL's second text encoder.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_second(folder: &ModelFolder) -> Result<Self, Problem> {
        Self::open_at(folder, "tokenizer_2", None, |of| of.second.len())
    }

    fn open_at(
        folder: &ModelFolder,
        place: &str,
        taught: Option<&Taught>,
        vectors: impl Fn(&LearnedWord) -> usize,
    ) -> Result<Self, Problem> {
        let files = |name: &str| folder.read(&format!("{place}/{name}"));
        let mut tokenizer = Self::read(&files, &folder.path_of(place), taught)?;
        for word in folder.attached().into_iter().flat_map(Attached::words) {
            tokenizer.learn(&word.token, vectors(word))?;
        }
        Ok(tokenizer)
    }

    /// Takes a word of so many vectors, and gives an id for each of them: a word that is one piece
    /// of the vocabulary keeps its id, other ids are new.
    ///
    /// # Errors
    /// A mark, or a word that was learned already.
    pub fn learn(&mut self, token: &str, vectors: usize) -> Result<Vec<u32>, Problem> {
        let taken = || Problem::usage("embedding-token-taken").with("token", token);
        let there = self.encode(token)?;
        let own = match there.pieces.as_slice() {
            [piece] if self.inner.get_added_tokens_decoder().contains_key(&piece.id) => {
                return Err(taken());
            }
            [piece] if piece.ends_word && !self.learned.contains_key(&piece.id) => Some(piece.id),
            [_] => return Err(taken()),
            _ => None,
        };
        let word = token.chars().all(char::is_alphanumeric);
        let mut ids: Vec<u32> = own.into_iter().collect();
        for vector in ids.len()..vectors {
            // As diffusers names them: `<w>`, `<w>_1`, `<w>_2`.
            let name = if vector == 0 { token.to_owned() } else { format!("{token}_{vector}") };
            let added = AddedToken::from(name.clone(), false).single_word(word);
            self.inner.add_tokens([added]).map_err(|_| taken())?;
            ids.push(self.inner.token_to_id(&name).ok_or_else(taken)?);
        }
        if let Some(taught) = &mut self.taught {
            taught.words.insert(token.to_lowercase());
        }
        let first = ids.first().copied().ok_or_else(taken)?;
        self.learned.insert(first, Learned { token: token.to_owned(), ids: ids.clone() });
        Ok(ids)
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
        let learned = HashMap::new();
        let mut tokenizer = Self { inner, merges, start, end, pad, taught: None, learned };
        tokenizer.taught = taught.map(|list| tokenizer.trained(list)).transpose()?;
        Ok(tokenizer)
    }

    fn trained(&self, list: &Taught) -> Result<Trained, Problem> {
        let words: HashSet<String> = list.all().map(str::to_lowercase).collect();
        let mut ids = HashSet::from([self.start, self.end, self.pad]);
        for word in &words {
            ids.extend(self.encode(word)?.pieces.iter().map(|piece| piece.id));
        }
        Ok(Trained { words, ids })
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
        let trained = self.taught.as_ref()?;
        let mut ids: Vec<u32> = trained
            .words
            .iter()
            .filter_map(|word| self.inner.token_to_id(&format!("{word}</w>")))
            .chain(self.learned.values().flat_map(|word| word.ids.iter().copied()))
            .collect();
        ids.sort_unstable();
        ids.dedup();
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
            let places = encoding.get_ids().iter().zip(encoding.get_offsets());
            places.flat_map(|(id, at)| std::iter::repeat_n(at.0, self.places_of(*id))).collect()
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
        for token in tokens {
            let (text, ends_word) = if special {
                (byte_symbols::shown(&token.value), true)
            } else {
                piece_text(&token.value)
            };
            let taught = self.taught.as_ref().is_none_or(|trained| trained.ids.contains(&token.id));
            if let Some(learned) = self.learned.get(&token.id) {
                pieces.extend(learned.pieces());
            } else {
                pieces.push(Piece { id: token.id, text, ends_word, taught });
            }
        }
        let (symbols, merges) = if special || symbols.chars().count() > LONG_WORD {
            (tokens.iter().map(|token| token.value.clone()).collect(), Vec::new())
        } else {
            self.merges.replay(symbols)
        };
        Word { text, symbols, merges, pieces: first..pieces.len() }
    }

    /// How many places an id takes: a learned word takes one for each of its vectors.
    fn places_of(&self, id: u32) -> usize {
        self.learned.get(&id).map_or(1, |learned| learned.ids.len())
    }

    fn ids(&self, kept: &[Piece]) -> Vec<u32> {
        let marked = std::iter::once(self.start)
            .chain(kept.iter().map(|piece| piece.id))
            .chain(std::iter::once(self.end));
        marked.chain(std::iter::repeat(self.pad)).take(PLACES).collect()
    }
}

impl Learned {
    /// One piece a vector.
    fn pieces(&self) -> impl Iterator<Item = Piece> {
        let last = self.ids.len() - 1;
        self.ids.iter().enumerate().map(move |(i, &id)| {
            let number = if i == 0 { String::new() } else { format!("_{i}") };
            let text = byte_symbols::shown(&format!("{}{number}", self.token));
            Piece { id, text, ends_word: i == last, taught: true }
        })
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
