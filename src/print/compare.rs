//! Runs side by side without a screen: lines, sentences, JSON.

pub mod json;
mod lines;
mod plain;
mod said;

use std::io::{self, Write};

use crate::compare::{Alignment, Label, Run, Summary};
use crate::walk::Eyes;
use crate::words::Words;

use super::{Form, Pictures, spoken};

/// What is laid side by side.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The runs, numbered from 1 in this order where people read them.
    pub runs: &'a [Run],
    /// The one that the others are held against, as a place in the list.
    pub reference: usize,
    /// How their calls are laid beside each other.
    pub alignment: Alignment,
    /// Who tells in sentences what the finished pictures show, if anyone.
    pub eyes: Option<Eyes>,
}

/// Prints a comparison, as far as its runs have come.
pub fn compare(
    comparison: &Comparison<'_>,
    form: Form,
    words: Words,
    pictures: &mut dyn Pictures,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Comparison { runs, reference, alignment, eyes } = *comparison;
    let Some(summary) = Summary::of(runs, reference, alignment) else { return Ok(()) };
    match form {
        Form::Lines { colour } => lines::comparison(runs, &summary, (words, colour), pictures, out),
        Form::Plain => {
            spoken(words, out, |out| plain::comparison(runs, &summary, (words, eyes), out))
        }
        Form::Json => json::comparison(runs, &summary, words, out),
    }?;
    out.flush()
}

/// A label of a grid as a person says it: `seed 2`.
pub fn label(label: &Label, words: Words) -> String {
    words.fill(label.key, &[("value", &label.value)])
}
