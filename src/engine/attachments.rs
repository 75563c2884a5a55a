//! Attachments: learned embeddings and files of LoRA, read, checked, and laid over a
//! model's weights when its networks are loaded.

pub mod embedding;
pub(super) mod laid;
pub mod lora;
mod lora_names;
mod made_for;
mod pickled;
pub mod write;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use self::embedding::LearnedWord;
use self::laid::{Change, Laid, Product};
use self::lora::Lora;
use self::lora_names::Places;
use super::device::Place;
use super::model_folder::{ModelFolder, Part, hexadecimal};
use super::text::table_name;
use super::tokenizer::Tokenizer;
use super::weights::Weights;
use crate::walk::{Attachment, AttachmentAsked, AttachmentKind, LayerChange, Network, Problem};

/// The largest file that is read.
const LARGEST: u64 = 4 << 30;
/// The most that may be laid over one model.
const MOST: usize = 16;
/// The scales that a LoRA may be multiplied by.
const SCALES: std::ops::RangeInclusive<f64> = -100.0..=100.0;

/// What is laid over a model, ready for its networks.
#[derive(Debug)]
pub struct Attached {
    words: Vec<LearnedWord>,
    /// What is laid over each network that is changed.
    laid: BTreeMap<Part, Arc<Laid>>,
    told: Vec<Attachment>,
    changes: Vec<LayerChange>,
}

/// An attachment's content, from a file or from a teaching that is still going on.
#[derive(Clone, Debug)]
pub enum Content {
    /// A token's vectors.
    Word(LearnedWord),
    /// Thin matrices, and by how much they are multiplied.
    Lora(Arc<Lora>, f64),
}

impl Attached {
    /// Reads what was asked for; `None` where nothing was.
    ///
    /// # Errors
    /// A file that is missing, too large, damaged, of another kind or for another model; numbers
    /// that are not finite; a scale outside −100 to 100.
    pub(super) fn read(
        folder: &ModelFolder,
        asked: &[AttachmentAsked],
    ) -> Result<Option<Self>, Problem> {
        if asked.is_empty() {
            return Ok(None);
        }
        if asked.len() > MOST {
            return Err(Problem::usage("attachments-many").with("most", MOST));
        }
        let places = Places::of(folder)?;
        let texts = folder.parts()?.into_iter();
        let texts = texts.filter(|part| matches!(part, Part::Text | Part::SecondText));
        let widths = texts.map(|part| folder.config(part)?.size("hidden_size", 512));
        let widths: Vec<usize> = widths.collect::<Result<_, _>>()?;
        let mut contents = Vec::new();
        for asked in asked {
            let (file, hash) = open(&asked.file, asked.kind)?;
            if asked.hash.as_ref().is_some_and(|wanted| *wanted != hash) {
                return Err(Problem::new("attachment-another").with("file", &asked.file));
            }
            let content = match asked.kind {
                AttachmentKind::Embedding => {
                    let token = asked.token.as_deref();
                    Content::Word(LearnedWord::read(&file, &asked.file, token, &widths)?)
                }
                AttachmentKind::Lora => {
                    let scale = asked.scale.unwrap_or(1.0);
                    Content::Lora(Arc::new(Lora::read(&file, &asked.file, &places)?), scale)
                }
            };
            contents.push((content, name(&asked.file), hash));
        }
        Self::of(folder, contents).map(Some)
    }

    /// Lays contents over a model; each with the name and the hash that recordings tell.
    ///
    /// # Errors
    /// Two words of one spelling, or weights of the model that cannot be read.
    pub fn of(
        folder: &ModelFolder,
        contents: Vec<(Content, String, String)>,
    ) -> Result<Self, Problem> {
        let mut told = Vec::new();
        let mut words = Words::default();
        let mut products: BTreeMap<Part, BTreeMap<String, Vec<Product>>> = BTreeMap::new();
        for (content, name, hash) in contents {
            told.push(described(&content, name, hash));
            match content {
                Content::Word(word) => words.learn(folder, word)?,
                Content::Lora(lora, scale) => {
                    if !SCALES.contains(&scale) {
                        return Err(Problem::usage("lora-scale").with("scale", scale));
                    }
                    for ((part, weight), factors) in lora.layers() {
                        // A product times nothing is left out: not one bit changes.
                        let product = Product::new(factors, scale);
                        let of = products.entry(*part).or_default();
                        of.entry(weight.clone()).or_default().extend(product);
                    }
                }
            }
        }
        let (mut all, mut changes) = (BTreeMap::new(), Vec::new());
        for (part, network) in NETWORKS {
            if part == Part::SecondText && !folder.has_second_text()? {
                continue;
            }
            let products = products.remove(&part).unwrap_or_default();
            let laid = Self::laid(folder, part, products, words.rows(part))?;
            changes.extend(laid.measured(&folder.weights(part, &Place::cpu())?, network)?);
            all.insert(part, Arc::new(laid));
        }
        Ok(Self { words: words.learned, laid: all, told, changes })
    }

    fn laid(
        folder: &ModelFolder,
        part: Part,
        products: BTreeMap<String, Vec<Product>>,
        rows: Vec<(usize, Vec<f32>)>,
    ) -> Result<Laid, Problem> {
        let weights = folder.weights(part, &Place::cpu())?;
        let mut laid = Laid::default();
        for (name, products) in products {
            laid.put(&weights, name, Change::Products(products));
        }
        if !rows.is_empty() {
            let table = table_name(&weights);
            laid.put(&weights, table, Change::Rows(rows));
        }
        Ok(laid)
    }

    /// What recordings tell of each.
    pub fn told(&self) -> &[Attachment] {
        &self.told
    }

    /// By how much each layer changed.
    pub fn changes(&self) -> &[LayerChange] {
        &self.changes
    }

    /// The learned words.
    pub(super) fn words(&self) -> impl Iterator<Item = &LearnedWord> {
        self.words.iter()
    }

    /// What is laid over the weights of one network.
    pub(super) fn over(&self, part: Part) -> Option<Arc<Laid>> {
        self.laid.get(&part).map(Arc::clone)
    }
}

/// The networks that can be changed, in the order in which changes are told.
const NETWORKS: [(Part, Network); 3] = [
    (Part::Text, Network::TextEncoder),
    (Part::SecondText, Network::TextEncoder2),
    (Part::Unet, Network::Unet),
];

/// Learned words as they get their ids, by the tokenizer of each text encoder.
#[derive(Default)]
struct Words {
    learned: Vec<LearnedWord>,
    tokenizers: Vec<Tokenizer>,
    /// Rows of each table of token vectors, with their places.
    first: Vec<(usize, Vec<f32>)>,
    second: Vec<(usize, Vec<f32>)>,
}

impl Words {
    fn learn(&mut self, folder: &ModelFolder, word: LearnedWord) -> Result<(), Problem> {
        if self.tokenizers.is_empty() {
            self.tokenizers.push(Tokenizer::open(folder, None)?);
            if folder.has_second_text()? {
                self.tokenizers.push(Tokenizer::open_second(folder)?);
            }
        }
        let all = [(&word.rows, &mut self.first), (&word.second, &mut self.second)];
        for (tokenizer, (rows, into)) in self.tokenizers.iter_mut().zip(all) {
            let ids = tokenizer.learn(&word.token, rows.len())?;
            into.extend(ids.into_iter().map(|id| id as usize).zip(rows.iter().cloned()));
        }
        self.learned.push(word);
        Ok(())
    }

    fn rows(&mut self, part: Part) -> Vec<(usize, Vec<f32>)> {
        match part {
            Part::Text => std::mem::take(&mut self.first),
            Part::SecondText => std::mem::take(&mut self.second),
            Part::Unet | Part::Vae => Vec::new(),
        }
    }
}

fn described(content: &Content, name: String, hash: String) -> Attachment {
    match content {
        Content::Word(word) => Attachment {
            kind: AttachmentKind::Embedding,
            name,
            hash,
            scale: None,
            token: Some(word.token.clone()),
            vectors: word.rows.len(),
        },
        Content::Lora(_, scale) => Attachment {
            kind: AttachmentKind::Lora,
            name,
            hash,
            scale: Some(*scale),
            token: None,
            vectors: 0,
        },
    }
}

/// The tensors of a file, and its SHA-256.
fn open(file: &str, kind: AttachmentKind) -> Result<(Weights, String), Problem> {
    let path = Path::new(file);
    let about = |problem: Problem| problem.with("file", file);
    let Ok(there) = path.metadata() else { return Err(about(Problem::new("file-missing"))) };
    if !there.is_file() {
        return Err(about(Problem::new("file-not-regular")));
    }
    if there.len() > LARGEST {
        return Err(about(Problem::new("file-too-large")).with("limit", LARGEST >> 20));
    }
    if let Some(bytes) = pickle(path, there.len())? {
        if kind == AttachmentKind::Lora {
            return Err(about(Problem::new("lora-pickled")));
        }
        let tensors = pickled::tensors(&bytes, path)?;
        let hash = hexadecimal(&Sha256::digest(&bytes));
        return Ok((Weights::of_tensors(file, tensors, &Place::cpu()), hash));
    }
    let weights = Weights::map(path, &Place::cpu())?;
    let hash = weights.hash();
    Ok((weights, hash))
}

/// The bytes of a file that torch has saved; `None` for another.
fn pickle(path: &Path, length: u64) -> Result<Option<Vec<u8>>, Problem> {
    let about = |problem: Problem| problem.with("file", path.display());
    let unread = |error| about(Problem::new("file-unreadable").with("reason", error));
    let mut file = std::fs::File::open(path).map_err(unread)?;
    let mut bytes = Vec::new();
    file.by_ref().take(4).read_to_end(&mut bytes).map_err(unread)?;
    if !pickled::is_pickled(&bytes) {
        return Ok(None);
    }
    if length > pickled::LARGEST {
        return Err(about(Problem::new("file-too-large")).with("limit", pickled::LARGEST >> 20));
    }
    file.take(pickled::LARGEST).read_to_end(&mut bytes).map_err(unread)?;
    Ok(Some(bytes))
}

fn name(file: &str) -> String {
    let name = Path::new(file).file_name().unwrap_or(file.as_ref());
    name.to_string_lossy().chars().filter(|c| !c.is_control()).collect()
}

impl Weights {
    /// SHA-256 of the whole file, hexadecimal.
    fn hash(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.bytes());
        hexadecimal(&hash.finalize())
    }
}
