//! The texts of a walk: how they are cut, what is turned off or blended in, and their vectors.

use candle_core::Tensor;

use super::networks::Networks;
use super::text::TextStates;
use super::tokenizer::Tokenizer;
use super::weights::compute_failed;
use crate::walk::{Blend, Change, Encoding, Off, OffWay, Problem, Settings};

/// What the text encoder is asked, cut into pieces.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    /// The prompt.
    pub(super) prompt: Encoding,
    /// The negative prompt, with guidance on.
    pub(super) negative: Option<Encoding>,
    /// The text to be blended in, and its weight.
    blended: Option<(Encoding, f32)>,
}

/// A place among the 77 that no cell of the picture may draw on.
pub(super) fn masked(change: Option<&Change>) -> Option<usize> {
    let off = change?.off?;
    (off.way == OffWay::Masked).then_some(off.place)
}

impl Texts {
    /// Cuts the texts that `settings` names, with what a fork changes.
    pub(super) fn cut(
        tokenizer: &Tokenizer,
        settings: &Settings,
        change: Option<&Change>,
    ) -> Result<Self, Problem> {
        let prompt = tokenizer.encode(&settings.prompt)?;
        let prompt = match change.and_then(|change| change.off) {
            Some(off) => turned_off(tokenizer, prompt, off)?,
            None => prompt,
        };
        let negative = settings
            .guided()
            .then(|| tokenizer.encode(settings.negative.as_deref().unwrap_or("")))
            .transpose()?;
        let blended = change.and_then(|change| change.blend.as_ref());
        let blended = blended.map(|blend| blended_in(tokenizer, blend)).transpose()?;
        Ok(Self { prompt, negative, blended })
    }

    /// Their vectors and what cross-attention gets: row 0 the negative prompt where there is one,
    /// the last row the prompt, which leaves out the last `skip` layers.
    pub(super) fn vectors(
        &self,
        networks: &Networks,
        skip: usize,
    ) -> Result<(TextStates, Tensor), Problem> {
        let texts = self.negative.iter().chain([&self.prompt]);
        let other = self.blended.iter().map(|(text, _)| text);
        let rows: Vec<&[u32]> = texts.chain(other).map(|text| text.ids.as_slice()).collect();
        let whole = usize::from(self.negative.is_some());
        let (states, context) = networks.encode_skipping(&rows, whole, skip)?;
        match &self.blended {
            None => Ok((states, context)),
            Some((_, weight)) => blend(&states, &context, *weight).map_err(|e| compute_failed(&e)),
        }
    }
}

fn turned_off(tokenizer: &Tokenizer, text: Encoding, off: Off) -> Result<Encoding, Problem> {
    if !(1..=text.kept).contains(&off.place) {
        return Err(Problem::usage("off-place").with("place", off.place).with("most", text.kept));
    }
    Ok(match off.way {
        OffWay::Deleted => tokenizer.without(text, off.place),
        OffWay::Padded => tokenizer.padded(text, off.place),
        OffWay::Masked => text,
    })
}

fn blended_in(tokenizer: &Tokenizer, blend: &Blend) -> Result<(Encoding, f32), Problem> {
    if !(0.0..=1.0).contains(&blend.weight) {
        return Err(Problem::usage("blend-range").with("weight", blend.weight));
    }
    Ok((tokenizer.encode(&blend.prompt)?, blend.weight))
}

/// The last row mixed into the one before, at the end and in each layer.
fn blend(
    states: &TextStates,
    context: &Tensor,
    weight: f32,
) -> candle_core::Result<(TextStates, Tensor)> {
    let mix = |all: &Tensor| {
        let rows = all.dim(0)?;
        let of = |row| all.narrow(0, row, 1);
        let share = f64::from(weight);
        let mixed = ((of(rows - 2)? * (1.0 - share))? + (of(rows - 1)? * share)?)?;
        if rows == 2 { Ok(mixed) } else { Tensor::cat(&[&all.narrow(0, 0, rows - 2)?, &mixed], 0) }
    };
    let layers = states.layers.iter().map(mix).collect::<candle_core::Result<_>>()?;
    Ok((TextStates { layers, last: mix(&states.last)? }, mix(context)?))
}
