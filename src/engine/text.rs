//! The CLIP text encoder: ids become vectors (Radford et al. 2021), configured by transformers'
//! `config.json`.

use candle_core::Tensor;

use super::device::Place;
use super::model_folder::ModelFolder;
use crate::walk::Problem;

/// The hidden states of one encoding.
#[derive(Clone, Debug)]
pub struct TextStates {
    /// `[B,77,D]` each: 0 = token + position embedding, then after each layer.
    pub layers: Vec<Tensor>,
    /// `[B,77,D]` after the final layer norm: what cross-attention gets.
    pub last: Tensor,
}

/// A text encoder with its weights.
#[derive(Debug)]
pub struct TextEncoder {}

impl TextEncoder {
    /// Reads `text_encoder/` of a model's folder.
    pub fn load(_folder: &ModelFolder, _place: &Place) -> Result<Self, Problem> {
        Err(Problem::new("compute-failed"))
    }

    /// Encodes rows of 77 ids each.
    pub fn encode(&self, _rows: &[&[u32]]) -> Result<TextStates, Problem> {
        Err(Problem::new("compute-failed"))
    }

    /// For each id, the `count` ids whose table rows lie nearest by cosine, best first, itself
    /// left out; looked for in `among` where given, else in the whole vocabulary.
    pub fn nearest(
        &self,
        _ids: &[u32],
        _among: Option<&[u32]>,
        _count: usize,
    ) -> Result<Vec<Vec<(u32, f32)>>, Problem> {
        Err(Problem::new("compute-failed"))
    }
}
