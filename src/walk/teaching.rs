//! Teaching a word: what is asked, and what came of it, as plain data.

use super::{LayerChange, Picture};

/// What is to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaughtKind {
    /// So many vectors of a token; every weight stays as it is (Gal et al. 2022).
    Vectors(usize),
    /// Thin matrices of this rank beside the attention of the noise predictor, and of the text
    /// encoder where `text` (Hu et al. 2021).
    Lora {
        /// Rows of each thin matrix.
        rank: usize,
        /// Whether the text encoder learns as well.
        text: bool,
    },
}

/// How a word is to be taught.
#[derive(Clone, Debug, PartialEq)]
pub struct TeachingAsked {
    /// The word, as it will stand in prompts.
    pub word: String,
    /// What is to learn.
    pub kind: TaughtKind,
    /// A word of the model whose vector is the beginning; none: the mean of the things it knows.
    pub start: Option<String>,
    /// Steps.
    pub steps: u64,
    /// The rate at the beginning; it falls to a tenth of it along half a cosine.
    pub rate: f64,
    /// Pictures in a step.
    pub batch: usize,
    /// Decides everything that is drawn by chance.
    pub seed: u64,
    /// A sample picture after so many steps; 0: none on the way.
    pub sample_every: u64,
}

/// One prompt before and after the teaching, from the same noise.
#[derive(Clone, Debug, PartialEq)]
pub struct BeforeAfter {
    /// The prompt.
    pub prompt: String,
    /// Without what was taught.
    pub before: Picture,
    /// With it.
    pub after: Picture,
    /// The mean difference of a channel of a pixel, 0 to 255.
    pub distance: f32,
    /// Colour and background in the picture after, where they can be told from its pixels.
    pub seen: [Option<&'static str>; 2],
    /// Colour and background that the prompt names.
    pub wanted: [Option<&'static str>; 2],
}

/// A training picture near to what was drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct NearPicture {
    /// Its file, or its caption.
    pub name: String,
    /// The picture.
    pub picture: Picture,
    /// The mean difference of a channel of a pixel, 0 to 255.
    pub distance: f32,
}

/// What came of a teaching.
#[derive(Clone, Debug, PartialEq)]
pub struct TaughtReport {
    /// The word.
    pub word: String,
    /// How many numbers learned.
    pub weights: u64,
    /// The loss on the same noise before and after.
    pub loss: (f32, f32),
    /// By how much each layer changed.
    pub changes: Vec<LayerChange>,
    /// The word in prompts: alone, and in colours that its pictures need not have had.
    pub word_prompts: Vec<BeforeAfter>,
    /// A prompt without the word: how much of the rest it took along.
    pub other: BeforeAfter,
    /// Which of its own pictures the first drawing of the word comes near to.
    pub nearest: Vec<NearPicture>,
}
