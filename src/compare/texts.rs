//! Which pieces of two prompts differ, and how far their vectors lie apart.

use crate::walk::statistics::cosine;
use crate::walk::{Embeddings, Encoding, Grid};

use super::Reason;

/// The most pieces that any text encoder here takes: places between start and end mark.
const PLACES: usize = 75;

/// What happened to a piece from one prompt to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PieceMark {
    /// It stands in both.
    Same,
    /// Another piece stands in its place.
    Changed,
    /// Only the other prompt has it.
    Added,
    /// Only the reference has it.
    Removed,
}

impl PieceMark {
    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }

    /// The sign that says it without colour.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Same => " ",
            Self::Changed => "~",
            Self::Added => "+",
            Self::Removed => "-",
        }
    }
}

/// A piece of the reference and the one that stands for it in the other prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PiecePair {
    /// What happened.
    pub mark: PieceMark,
    /// Place among the reference's pieces, from 0 (its vector is at this place + 1).
    pub reference: Option<usize>,
    /// Place among the other's pieces, from 0.
    pub other: Option<usize>,
}

/// Lays two lists of kept pieces beside each other, so that as many as possible stand beside an
/// equal one (their longest common subsequence, Wagner & Fischer 1974). What stands between two
/// common pieces is paired in order as changed; the rest of the longer side is added or removed.
pub fn between_pieces(reference: &Encoding, other: &Encoding) -> Result<Vec<PiecePair>, Reason> {
    if reference.vocabulary != other.vocabulary {
        return Err(Reason::Vocabulary(reference.vocabulary, other.vocabulary));
    }
    Ok(pair(&kept(reference), &kept(other)))
}

fn kept(encoding: &Encoding) -> Vec<u32> {
    encoding.pieces.iter().take(encoding.kept.min(PLACES)).map(|p| p.id).collect()
}

fn pair(a: &[u32], b: &[u32]) -> Vec<PiecePair> {
    let longest = common_lengths(a, b);
    let (mut pairs, mut i, mut j) = (Vec::new(), 0, 0);
    let (mut only_a, mut only_b) = (Vec::new(), Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            between(&mut pairs, &mut only_a, &mut only_b);
            let mark = PieceMark::Same;
            pairs.push(PiecePair { mark, reference: Some(i), other: Some(j) });
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && longest[i + 1][j] >= longest[i][j + 1]) {
            only_a.push(i);
            i += 1;
        } else {
            only_b.push(j);
            j += 1;
        }
    }
    between(&mut pairs, &mut only_a, &mut only_b);
    pairs
}

/// For each pair of places, how many pieces the rests from there have in common.
fn common_lengths(a: &[u32], b: &[u32]) -> Vec<Vec<usize>> {
    let mut longest = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i][j] = if a[i] == b[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    longest
}

/// Pairs what stands between two common pieces.
fn between(pairs: &mut Vec<PiecePair>, only_a: &mut Vec<usize>, only_b: &mut Vec<usize>) {
    for n in 0..only_a.len().max(only_b.len()) {
        let (reference, other) = (only_a.get(n).copied(), only_b.get(n).copied());
        let mark = match (reference, other) {
            (Some(_), Some(_)) => PieceMark::Changed,
            (Some(_), None) => PieceMark::Removed,
            (None, _) => PieceMark::Added,
        };
        pairs.push(PiecePair { mark, reference, other });
    }
    only_a.clear();
    only_b.clear();
}

/// Cosine of the prompt vectors of two runs at each of the 77 places (the prompt is the last row
/// of the batch). Place by place, whatever word stands there: [`cosines_of_pieces`] follows the
/// pieces.
pub fn between_vectors(reference: &Embeddings, other: &Embeddings) -> Result<Vec<f32>, Reason> {
    let (a, b) = prompts(reference, other)?;
    Ok((0..a.height().min(b.height())).map(|i| cosine(a.row(i), b.row(i))).collect())
}

/// Cosine of the prompt vectors of paired pieces; `None` for a piece that stands in one prompt
/// only.
pub fn cosines_of_pieces(
    reference: &Embeddings,
    other: &Embeddings,
    pairs: &[PiecePair],
) -> Result<Vec<Option<f32>>, Reason> {
    let (a, b) = prompts(reference, other)?;
    let of = |p: &PiecePair| Some(cosine(a.row(p.reference? + 1), b.row(p.other? + 1)));
    Ok(pairs.iter().map(of).collect())
}

/// `[77,C]` of both prompts.
fn prompts(reference: &Embeddings, other: &Embeddings) -> Result<(Grid, Grid), Reason> {
    let last = |e: &Embeddings| {
        let rows = e.context.shape().first().copied().unwrap_or(0);
        e.context.at(rows.saturating_sub(1)).ok_or(Reason::NotFinite)
    };
    let (a, b) = (last(reference)?, last(other)?);
    if a.width() == b.width() { Ok((a, b)) } else { Err(Reason::VectorWidth(a.width(), b.width())) }
}
