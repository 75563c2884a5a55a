//! What a model was found to be worth: how often it draws what it was asked for, told by a judge that
//! is not the model, with the judge's own score beside it.

/// Shares of pictures, 0 to 1, in which something is as the words said.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// The thing.
    pub thing: f32,
    /// The thing's colour.
    pub colour: f32,
    /// The background's colour.
    pub background: f32,
    /// All three at once.
    pub all: f32,
}

/// One thing among those that were drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThingScore {
    /// Its word.
    pub thing: String,
    /// How many pictures of it were drawn.
    pub pictures: usize,
    /// How many were recognised.
    pub right: usize,
    /// What the others were taken for, and how often, the most frequent first.
    pub mistaken: Vec<(String, usize)>,
}

/// The measurement of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evaluation {
    /// The model's name.
    pub model: String,
    /// Pictures that were drawn and judged.
    pub pictures: usize,
    /// Combinations that they were asked for with, none of which training shows.
    pub combinations: usize,
    /// Seeds of each combination.
    pub seeds: usize,
    /// Steps of each picture, and the guidance scale.
    pub settings: (usize, f64),
    /// How often the model draws what was asked for.
    pub drawn: Scores,
    /// How often the judge is right on real drawings that training does not show.
    pub judge: Scores,
    /// How many real drawings that was measured on.
    pub judged: usize,
    /// Thing by thing, in the order of the world.
    pub things: Vec<ThingScore>,
    /// The mean pixel distance of two seeds of one prompt over that of two prompts; `None` with
    /// fewer than two of either.
    pub seed_ratio: Option<f32>,
    /// The mean ratio of signal to noise of drawings that went through the autoencoder, in dB.
    pub psnr: f32,
}

impl Scores {
    /// The shares among `verdicts`: whether thing, colour and background were right.
    pub fn of(verdicts: &[[bool; 3]]) -> Self {
        let share = |right: &dyn Fn(&[bool; 3]) -> bool| {
            let count = verdicts.iter().filter(|verdict| right(verdict)).count();
            count as f32 / verdicts.len().max(1) as f32
        };
        Self {
            thing: share(&|verdict| verdict[0]),
            colour: share(&|verdict| verdict[1]),
            background: share(&|verdict| verdict[2]),
            all: share(&|verdict| verdict.iter().all(|right| *right)),
        }
    }
}
