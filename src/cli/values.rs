//! Values that are chosen from a list.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::compare::Alignment;
use crate::recording::Precision;
use crate::terminal::{Colours, Marks, Protocol};
use crate::walk::{
    AttachmentAsked, DeviceChoice, DtypeChoice, EngineChoice, Prediction, Sampler, Spacing, Stage,
};
use crate::words::{Language, Tongues};

/// A parser for the names in `table`.
fn one_of<T>(table: Vec<(&'static str, T)>) -> impl TypedValueParser<Value = T>
where
    T: Clone + Send + Sync + 'static,
{
    let names: Vec<&'static str> = table.iter().map(|(name, _)| *name).collect();
    PossibleValuesParser::new(names).try_map(move |chosen| {
        table
            .iter()
            .find(|(name, _)| *name == chosen)
            .map(|(_, value)| value.clone())
            .ok_or(std::fmt::Error)
    })
}

pub(super) fn sampler() -> impl TypedValueParser<Value = Sampler> {
    one_of(Sampler::ALL.map(|s| (s.name(), s)).to_vec())
}

pub(super) fn spacing() -> impl TypedValueParser<Value = Spacing> {
    one_of([Spacing::Leading, Spacing::Linspace, Spacing::Trailing].map(|s| (s.name(), s)).to_vec())
}

pub(super) fn prediction() -> impl TypedValueParser<Value = Prediction> {
    one_of(Prediction::ALL.map(|p| (p.name(), p)).to_vec())
}

pub(super) fn stage() -> impl TypedValueParser<Value = Stage> {
    one_of(Stage::ALL.map(|s| (s.stem(), s)).to_vec())
}

pub(super) fn alignment() -> impl TypedValueParser<Value = Alignment> {
    one_of(vec![("step", Alignment::Step), ("sigma", Alignment::Sigma)])
}

/// One language; of two the first.
pub(super) fn language() -> impl TypedValueParser<Value = Language> {
    one_of(Tongues::named().iter().map(|(code, of)| (code.as_str(), of.first)).collect())
}

pub(super) fn tongues() -> impl TypedValueParser<Value = Tongues> {
    one_of(Tongues::named().iter().map(|(code, of)| (code.as_str(), *of)).collect())
}

pub(super) fn precision() -> impl TypedValueParser<Value = Precision> {
    one_of([Precision::Full, Precision::Compact].map(|p| (p.name(), p)).to_vec())
}

pub(super) fn device() -> impl TypedValueParser<Value = DeviceChoice> {
    one_of(vec![
        ("auto", DeviceChoice::Auto),
        ("cpu", DeviceChoice::Cpu),
        ("cuda", DeviceChoice::Cuda),
        ("metal", DeviceChoice::Metal),
    ])
}

pub(super) fn dtype() -> impl TypedValueParser<Value = DtypeChoice> {
    one_of(vec![
        ("auto", DtypeChoice::Auto),
        ("f32", DtypeChoice::F32),
        ("f16", DtypeChoice::F16),
        ("bf16", DtypeChoice::Bf16),
    ])
}

pub(super) fn engine() -> impl TypedValueParser<Value = EngineChoice> {
    one_of(vec![("own", EngineChoice::Own), ("stock", EngineChoice::Stock)])
}

/// What is to be laid over a model: embeddings, then files of LoRA.
pub(super) fn attachments(embeddings: &[String], loras: &[String]) -> Vec<AttachmentAsked> {
    let embeddings = embeddings.iter().map(|text| AttachmentAsked::embedding(text));
    embeddings.chain(loras.iter().map(|text| AttachmentAsked::lora(text))).collect()
}

/// `None`: as the terminal says.
pub(super) fn colour() -> impl TypedValueParser<Value = Colour> {
    one_of(vec![
        ("auto", Colour(None)),
        ("true", Colour(Some(Colours::True))),
        ("256", Colour(Some(Colours::Ansi256))),
        ("16", Colour(Some(Colours::Ansi16))),
        ("none", Colour(Some(Colours::None))),
    ])
}

/// How many colours; none: as the terminal says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colour(pub Option<Colours>);

pub(super) fn protocol() -> impl TypedValueParser<Value = Protocol> {
    one_of(vec![
        ("auto", Protocol::Auto),
        ("kitty", Protocol::Kitty),
        ("sixel", Protocol::Sixel),
        ("iterm2", Protocol::Iterm2),
        ("blocks", Protocol::Blocks),
        ("none", Protocol::None),
    ])
}

pub(super) fn marks() -> impl TypedValueParser<Value = Marks> {
    one_of(vec![("braille", Marks::Braille), ("blocks", Marks::Blocks), ("ascii", Marks::Ascii)])
}
