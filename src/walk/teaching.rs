//! Teaching a word: what is asked, what is told on the way, and what came of it, as plain data.

use std::path::PathBuf;

use super::{DeviceChoice, LayerChange, Learning, Picture, Problem};

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

impl TeachingAsked {
    /// Steps, rate and pictures a step that teach a word well in a minute or two.
    pub const fn usual(word: String, kind: TaughtKind) -> Self {
        let (steps, rate) = match kind {
            TaughtKind::Vectors(_) => (200, 0.01),
            TaughtKind::Lora { .. } => (250, 0.003),
        };
        let sample_every = u64::div_ceil(steps, 4);
        Self { word, kind, start: None, steps, rate, batch: 8, seed: 1, sample_every }
    }
}

impl TaughtKind {
    /// How many pictures that the model draws already are shown beside, so that it keeps them:
    /// only weights that learn can lose them.
    pub const fn usually_kept(self) -> usize {
        match self {
            Self::Vectors(_) => 0,
            Self::Lora { .. } => 16,
        }
    }
}

/// How hard a word is taught; two of the three go wrong on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intensity {
    /// As [`TeachingAsked::usual`] says.
    #[default]
    Gentle,
    /// Far more steps, and nothing beside that would keep what the model knows.
    ManySteps,
    /// A rate far too high, and nothing beside either.
    HighRate,
}

impl Intensity {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Gentle, Self::ManySteps, Self::HighRate];

    /// What is asked of the teacher, and how many known pictures are shown beside.
    pub fn teaching(self, word: String, kind: TaughtKind) -> (TeachingAsked, usize) {
        let usual = TeachingAsked::usual(word, kind);
        let (steps, rate, keep) = match self {
            Self::Gentle => (usual.steps, usual.rate, kind.usually_kept()),
            Self::ManySteps => (usual.steps * 5 / 2, usual.rate, 0),
            Self::HighRate => (usual.steps / 2, usual.rate * 10.0, 0),
        };
        (TeachingAsked { steps, rate, sample_every: steps.div_ceil(8), ..usual }, keep)
    }
}

/// Where the pictures come from that a word is taught from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PicturesFrom {
    /// The five snails inside the program.
    #[default]
    Inside,
    /// PNG and JPEG files of a folder.
    Folder(PathBuf),
    /// A thing of the small world, or the path of an SVG with its classes.
    Drawing(String),
}

/// A teaching from its pictures to its report.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonAsked {
    /// Path of the model's folder; none: the model inside the program.
    pub model: Option<String>,
    /// Where to compute.
    pub device: DeviceChoice,
    /// Where its pictures come from.
    pub from: PicturesFrom,
    /// How many pictures that the model draws already are shown beside, so that it keeps them.
    pub keep: usize,
    /// What the teacher is asked.
    pub teaching: TeachingAsked,
}

/// A picture that a word is taught from, and what is told of it from its pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonPicture {
    /// Its file, or what it was drawn as.
    pub name: String,
    /// The picture, as large as the model's.
    pub picture: Picture,
    /// Its colour in a word that the model knows, where it can be told.
    pub colour: Option<String>,
    /// Its background likewise.
    pub background: Option<String>,
}

/// The pictures of a lesson, read or drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonPictures {
    /// Where they come from.
    pub from: PicturesFrom,
    /// The pictures.
    pub pictures: Vec<LessonPicture>,
    /// What was wrong with those that were left out.
    pub skipped: Vec<Problem>,
}

/// What was learned, ready to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct TaughtLesson {
    /// What came of it.
    pub report: TaughtReport,
    /// The file that holds it, in the usual format.
    pub file: Vec<u8>,
}

/// News of a word that is taught on the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum TeachingNews {
    /// The pictures that it is to be taught from.
    Pictures(LessonPictures),
    /// What the teacher tells.
    Learning(Learning),
    /// All steps are done, and what came of them was looked at.
    Taught(Box<TaughtLesson>),
    /// It could not be done, or was given up.
    Failed(Problem),
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
