//! Textual inversion: the vectors of one token learn, and nothing else.

use candle_core::{Tensor, Var};

use crate::engine::attachments::embedding::LearnedWord;
use crate::engine::text::TextEncoder;
use crate::engine::tokenizer::{PLACES, Tokenizer};
use crate::engine::{ModelFolder, capture};
use crate::train::Variables;
use crate::walk::{Dice, Problem, Taught, TeachingAsked};

/// The name of the vectors among what learns.
const NAME: &str = "vectors";
/// By how much several vectors of one token differ at the start, in units of a taught vector's
/// deviation.
const APART: f64 = 0.1;

/// A token whose vectors learn.
#[derive(Debug)]
pub(super) struct Vectors {
    token: String,
    tokenizer: Tokenizer,
    ids: Vec<u32>,
    width: usize,
}

impl Vectors {
    /// Adds the vectors `[count,D]` to what learns: the start word's, or the mean of the things
    /// that the model was taught.
    pub(super) fn begin(
        folder: &ModelFolder,
        asked: &TeachingAsked,
        count: usize,
        (text, taught): (&TextEncoder, Option<&Taught>),
        variables: &mut Variables,
    ) -> Result<Self, Problem> {
        let mut tokenizer = Tokenizer::open(folder, taught)?;
        let start = start(&tokenizer, asked, taught)?;
        let mut row = [0; PLACES];
        for (place, id) in row.iter_mut().zip(&start) {
            *place = *id;
        }
        let rows = text.vectors(&[&row])?.narrow(1, 0, start.len().min(PLACES))?;
        let mean = rows.mean(1)?;
        let deviation = f64::from(rows.sqr()?.mean_all()?.to_scalar::<f32>()?).sqrt();
        let width = mean.dim(1)?;
        let mut dice = Dice::new(&[asked.seed, 0x0ec_7025]);
        let mut numbers: Vec<f32> = mean.flatten_all()?.to_vec1::<f32>()?.repeat(count);
        if count > 1 {
            for number in &mut numbers {
                *number += (dice.normal() * APART * deviation) as f32;
            }
        }
        let vectors = Tensor::from_vec(numbers, (count, width), mean.device())?;
        variables.insert(NAME.to_owned(), Var::from_tensor(&vectors)?);
        let ids = tokenizer.learn(&asked.word, count)?;
        Ok(Self { token: asked.word.clone(), tokenizer, ids, width })
    }

    /// What cross-attention gets for these captions; gradients reach the vectors through the whole
    /// text encoder.
    pub(super) fn context(
        &self,
        text: &TextEncoder,
        variables: &Variables,
        captions: &[&str],
    ) -> Result<Tensor, Problem> {
        let vectors = variables.get(NAME).ok_or_else(|| Problem::new("compute-failed"))?;
        let count = self.ids.len();
        let mut rows = Vec::with_capacity(captions.len());
        let (mut mask, mut kept) = (Vec::new(), Vec::new());
        for caption in captions {
            let mut ids = self.tokenizer.encode(caption)?.ids;
            for id in &mut ids {
                let own = self.ids.iter().position(|of| of == id);
                mask.extend((0..count).map(|k| f32::from(own == Some(k))));
                kept.push(f32::from(own.is_none()));
                if own.is_some() {
                    *id = 0;
                }
            }
            rows.push(ids);
        }
        let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
        let table = text.vectors(&rows)?;
        let (places, device) = (rows.len() * PLACES, table.device().clone());
        let kept = Tensor::from_vec(kept, (rows.len(), PLACES, 1), &device)?;
        let mask = Tensor::from_vec(mask, (places, count), &device)?;
        let own = mask.matmul(vectors.as_tensor())?.reshape((rows.len(), PLACES, self.width))?;
        let whole = (table.broadcast_mul(&kept)? + own)?;
        Ok(text.encode_vectors(&whole)?.last)
    }

    /// The word as it was learned so far.
    pub(super) fn learned(&self, variables: &Variables) -> Result<LearnedWord, Problem> {
        let vectors = variables.get(NAME).ok_or_else(|| Problem::new("compute-failed"))?;
        let grid = capture::grid(vectors.as_tensor())?;
        let rows = grid.data().chunks(self.width).map(<[f32]>::to_vec).collect();
        Ok(LearnedWord { token: self.token.clone(), rows, second: Vec::new() })
    }
}

/// The ids whose mean is the beginning.
fn start(
    tokenizer: &Tokenizer,
    asked: &TeachingAsked,
    taught: Option<&Taught>,
) -> Result<Vec<u32>, Problem> {
    let one = |word: &str| {
        let pieces = tokenizer.encode(word)?.pieces;
        match pieces.as_slice() {
            [piece] => Ok(piece.id),
            _ => Err(Problem::usage("teach-start").with("word", word)),
        }
    };
    match (&asked.start, taught) {
        (Some(word), _) => Ok(vec![one(word)?]),
        (None, Some(taught)) if !taught.things.is_empty() => {
            taught.things.iter().take(PLACES).map(|thing| one(thing)).collect()
        }
        (None, _) => Err(Problem::usage("teach-start").with("word", "")),
    }
}
