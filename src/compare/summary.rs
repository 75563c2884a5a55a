//! All that is said of runs side by side: every stage of each run against one of them, and the
//! plane of all together.

use super::{
    Alignment, Measured, Parting, PictureDifference, PiecePair, Plane, Reason, Run, between_images,
    between_pieces, cosines_of_pieces, noise_correlation,
};
use crate::walk::Stage;

/// Runs compared with one of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// How they are laid beside each other.
    pub alignment: Alignment,
    /// The run that the others are compared with, as a place in the list.
    pub reference: usize,
    /// All other runs, in order.
    pub others: Vec<Beside>,
    /// The paths of all.
    pub plane: Result<Plane, Reason>,
}

/// One run compared with the reference, stage by stage; a reason where that cannot be.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// Which run, as a place in the list.
    pub run: usize,
    /// The pieces of the prompt (first encoder).
    pub pieces: Result<Vec<PiecePair>, Reason>,
    /// Cosine of the prompt vectors of each pair of `pieces`; `None` where one stands alone.
    pub vectors: Result<Vec<Option<f32>>, Reason>,
    /// Correlation of the initial noises.
    pub noise: Result<f32, Reason>,
    /// The noisy latents at every aligned call.
    pub parting: Result<Parting, Reason>,
    /// The finished pictures.
    pub picture: Result<PictureDifference, Reason>,
}

impl Summary {
    /// Compares all `runs` with the one at place `reference` (the first where there is no such).
    /// `None` for no runs at all.
    pub fn of(runs: &[Run], reference: usize, alignment: Alignment) -> Option<Self> {
        let reference = if reference < runs.len() { reference } else { 0 };
        let first = runs.get(reference)?;
        let others = runs.iter().enumerate().filter(|(place, _)| *place != reference);
        Some(Self {
            alignment,
            reference,
            others: others.map(|(place, run)| beside(first, place, run, alignment)).collect(),
            plane: Plane::of(std::iter::once(first).chain(
                runs.iter().enumerate().filter(|(i, _)| *i != reference).map(|(_, run)| run),
            )),
        })
    }
}

fn beside(reference: &Run, place: usize, run: &Run, alignment: Alignment) -> Beside {
    let prompt = |run: &'_ Run| {
        let encoder = run.tokens().and_then(|tokens| tokens.encoders.first());
        encoder.map(|e| e.prompt.clone()).ok_or(Reason::Missing(Stage::Tokens))
    };
    let pieces = prompt(reference).and_then(|a| between_pieces(&a, &prompt(run)?));
    let vectors = both(reference.embeddings(), run.embeddings(), Stage::Embeddings);
    Beside {
        run: place,
        vectors: pieces
            .clone()
            .and_then(|pairs| vectors.and_then(|(a, b)| cosines_of_pieces(a, b, &pairs))),
        pieces,
        noise: both(reference.noise(), run.noise(), Stage::Noise)
            .and_then(|(a, b)| noise_correlation(a, b)),
        parting: Parting::of(reference, run, alignment, Measured::Latent),
        picture: both(reference.image(), run.image(), Stage::Image)
            .and_then(|(a, b)| between_images(a, b)),
    }
}

fn both<T>(a: Option<T>, b: Option<T>, stage: Stage) -> Result<(T, T), Reason> {
    a.zip(b).ok_or(Reason::Missing(stage))
}
