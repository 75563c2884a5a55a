//! Pictures of a model's training with their captions, as plain data: what was asked for, and what
//! was found.

use super::Picture;

/// A picture that training shows, or one of those that it never shows.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingPicture {
    /// Its number: in the training, or in the list of what training never shows; from 0.
    pub number: u64,
    /// The sentence that training reads beside it.
    pub caption: String,
    /// The thing's colour.
    pub colour: String,
    /// The thing.
    pub thing: String,
    /// The background's colour.
    pub background: String,
    /// What the caption does not say.
    pub unsaid: Unsaid,
    /// The picture.
    pub picture: Picture,
}

/// What varies in a picture without any word for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unsaid {
    /// Which drawing of the thing, from 1.
    pub drawing: usize,
    /// Left and right changed.
    pub mirrored: bool,
    /// Degrees, clockwise.
    pub tilt: f64,
    /// The drawing's share of the picture's edge, 0 to 1.
    pub scale: f64,
    /// How far right of the middle, in hundredths of the edge.
    pub x: f64,
    /// How far below the middle, in hundredths of the edge.
    pub y: f64,
    /// By how much the thing's colours are multiplied.
    pub light: f64,
    /// By how much the background's colour is multiplied.
    pub ground_light: f64,
}

/// A stretch of pictures that is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PicturesAsked {
    /// Of what training never shows, in place of what it shows.
    pub never_shown: bool,
    /// Only of this thing.
    pub thing: Option<String>,
    /// The place of the first among those that fit, from 0.
    pub first: u64,
    /// How many at most.
    pub count: u64,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct PicturesFound {
    /// What was asked for.
    pub asked: PicturesAsked,
    /// How many pictures fit in all.
    pub total: u64,
    /// The things that can be asked for.
    pub things: Vec<String>,
    /// How many drawings each thing has.
    pub drawings: usize,
    /// The captions of everything that fits, in order, where training never shows it; else empty.
    pub captions: Vec<String>,
    /// The stretch.
    pub pictures: Vec<TrainingPicture>,
}

/// The training pictures nearest to a generated one.
#[derive(Clone, Debug, PartialEq)]
pub struct NearPictures {
    /// Among how many pictures they were looked for.
    pub among: u64,
    /// The pictures, nearest first.
    pub pictures: Vec<TrainingNeighbour>,
    /// The distance of the two nearest from each other.
    pub apart: Option<f32>,
}

/// What a judge that knows only the drawings sees in a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The thing's colour.
    pub colour: String,
    /// The thing.
    pub thing: String,
    /// The background's colour.
    pub background: String,
    /// How many things of 100 it calls wrong where the truth is known: of drawings with lines bent
    /// by two pixels, and by three.
    pub wrong: [u32; 2],
}

/// Whoever tells what a picture of the model inside shows, without asking a network; `None` where
/// nobody can look.
pub type Eyes = fn(&Picture) -> Option<Seen>;

/// A training picture near a generated one.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingNeighbour {
    /// The training picture.
    pub shown: TrainingPicture,
    /// The mean difference of a channel of a pixel, 0 (the same) to 255.
    pub distance: f32,
}
