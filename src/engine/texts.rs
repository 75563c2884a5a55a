//! The texts of a walk: how they are cut, what is turned off or blended in, and what the noise
//! predictor is told of them.

use candle_core::Tensor;

use super::networks::{Encoded, Networks};
use super::text::TextStates;
use super::tokenizer::Tokenizer;
use super::told::{Added, Told, guidance_embedding};
use super::weights::compute_failed;
use crate::walk::{Blend, Change, EncoderTokens, Encoding, Off, OffWay, Problem, Settings};

/// What the text encoders are asked, cut into pieces.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    /// One for each text encoder; never empty.
    cuts: Vec<Cut>,
    /// The weight of the text that is blended in, where there is one.
    weight: Option<f32>,
    /// Whether zeros stand for the vectors of the negative prompt.
    zero_negative: bool,
}

/// What one encoder is asked, cut by its own tokenizer.
#[derive(Clone, Debug)]
struct Cut {
    prompt: Encoding,
    /// With guidance on, unless zeros stand for it.
    negative: Option<Encoding>,
    /// The text to be blended in.
    blended: Option<Encoding>,
}

/// A place among the 77 that no cell of the picture may draw on.
pub(super) fn masked(change: Option<&Change>) -> Option<usize> {
    let off = change?.off?;
    (off.way == OffWay::Masked).then_some(off.place)
}

impl Texts {
    /// Cuts the texts that `settings` names, with what a fork changes. `zeros`: the model was
    /// trained with zeros where no negative prompt is given.
    pub(super) fn cut(
        tokenizers: &[Tokenizer],
        settings: &Settings,
        change: Option<&Change>,
        zeros: bool,
    ) -> Result<Self, Problem> {
        let zero_negative = zeros && settings.guided() && settings.negative.is_none();
        let negative = (settings.guided() && !zero_negative)
            .then(|| settings.negative.as_deref().unwrap_or(""));
        let off = change.and_then(|change| change.off);
        let blend = change.and_then(|change| change.blend.as_ref()).map(checked).transpose()?;
        let cuts = tokenizers.iter().enumerate().map(|(e, tokenizer)| {
            let second = settings.prompt_2.as_deref().filter(|text| e > 0 && !text.is_empty());
            let prompt = tokenizer.encode(second.unwrap_or(&settings.prompt))?;
            // A piece is turned off where it was seen: another text of the second encoder stays.
            let prompt = match off.filter(|_| second.is_none()) {
                Some(off) => turned_off(tokenizer, prompt, off)?,
                None => prompt,
            };
            Ok(Cut {
                prompt,
                negative: negative.map(|text| tokenizer.encode(text)).transpose()?,
                blended: blend.map(|blend| tokenizer.encode(&blend.prompt)).transpose()?,
            })
        });
        let weight = blend.map(|blend| blend.weight);
        Ok(Self { cuts: cuts.collect::<Result<_, Problem>>()?, weight, zero_negative })
    }

    /// The prompt as the first encoder's tokenizer cut it.
    pub(super) fn prompt(&self) -> Option<&Encoding> {
        self.cuts.first().map(|cut| &cut.prompt)
    }

    /// What each tokenizer did.
    pub(super) fn told(&self) -> Vec<EncoderTokens> {
        let texts = |cut: &Cut| EncoderTokens {
            prompt: cut.prompt.clone(),
            negative: cut.negative.clone(),
        };
        self.cuts.iter().map(texts).collect()
    }

    /// Each encoder's states, and what the noise predictor is told: row 0 the negative prompt with
    /// guidance on, the last row the prompt, which leaves out the encoders' last layers as
    /// `settings` says.
    pub(super) fn vectors(
        &self,
        networks: &Networks,
        settings: &Settings,
    ) -> Result<(Vec<TextStates>, Told), Problem> {
        let rows: Vec<Vec<&[u32]>> = self.cuts.iter().map(Cut::rows).collect();
        let whole = self.cuts.iter().filter(|cut| cut.negative.is_some()).count().min(1);
        let encoded = networks.encode_texts(&rows, whole, settings.clip_skip)?;
        self.finished(encoded, networks, settings).map_err(|e| compute_failed(&e))
    }

    fn finished(
        &self,
        encoded: Encoded,
        networks: &Networks,
        settings: &Settings,
    ) -> candle_core::Result<(Vec<TextStates>, Told)> {
        let Encoded { mut states, mut context, mut pooled } = encoded;
        if let Some(weight) = self.weight {
            for states in &mut states {
                let layers = states.layers.iter().map(|layer| blend(layer, weight));
                let layers = layers.collect::<candle_core::Result<_>>()?;
                *states = TextStates { layers, last: blend(&states.last, weight)? };
            }
            context = blend(&context, weight)?;
            pooled = pooled.map(|pooled| blend(&pooled, weight)).transpose()?;
        }
        if self.zero_negative {
            let zeros_before = |rows: &Tensor| Tensor::cat(&[&rows.zeros_like()?, rows], 0);
            context = zeros_before(&context)?;
            pooled = pooled.as_ref().map(zeros_before).transpose()?;
        }
        let rows = context.dim(0)?;
        let place = networks.place();
        let added = pooled.map(|pooled| {
            let sizes = settings.time_ids().repeat(rows);
            let time_ids = Tensor::from_vec(sizes, (rows, 6), &place.device)?;
            Ok::<_, candle_core::Error>(Added { pooled, time_ids })
        });
        let guidance = networks
            .guidance_width()
            .map(|width| guidance_embedding(settings.guidance, width, place)?.repeat((rows, 1)));
        let told = Told { context, added: added.transpose()?, guidance: guidance.transpose()? };
        Ok((states, told))
    }
}

impl Cut {
    fn rows(&self) -> Vec<&[u32]> {
        let texts = self.negative.iter().chain([&self.prompt]).chain(&self.blended);
        texts.map(|text| text.ids.as_slice()).collect()
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

fn checked(blend: &Blend) -> Result<&Blend, Problem> {
    if !(0.0..=1.0).contains(&blend.weight) {
        return Err(Problem::usage("blend-range").with("weight", blend.weight));
    }
    Ok(blend)
}

/// The last row mixed into the one before.
fn blend(all: &Tensor, weight: f32) -> candle_core::Result<Tensor> {
    let rows = all.dim(0)?;
    let of = |row| all.narrow(0, row, 1);
    let share = f64::from(weight);
    let mixed = ((of(rows - 2)? * (1.0 - share))? + (of(rows - 1)? * share)?)?;
    if rows == 2 { Ok(mixed) } else { Tensor::cat(&[&all.narrow(0, 0, rows - 2)?, &mixed], 0) }
}
