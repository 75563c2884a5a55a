//! A comparison as sentences: no table, no box drawing, every difference said and described.

use std::io::{self, Write};

use crate::compare::{Run, Summary};
use crate::walk::{Eyes, Image};
use crate::words::Words;

use super::super::describe::Description;
use super::super::lines::{filled, settings, visible};
use super::super::plain::curve;
use super::super::seen::seen;
use super::said;

/// All of it.
pub(super) fn comparison(
    runs: &[Run],
    summary: &Summary,
    (words, eyes): (Words, Option<Eyes>),
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}", said::head(runs, summary, words))?;
    for (place, run) in runs.iter().enumerate() {
        let facts = [("number", (place + 1).to_string()), ("name", visible(&run.name))];
        writeln!(out, "\n{}", filled(words, "print.compare.run", &facts))?;
        if let Some(known) = &run.settings {
            let prompt = visible(&known.prompt);
            let key =
                if prompt.is_empty() { "print.plain.no-prompt" } else { "print.plain.prompt" };
            writeln!(out, "{}", words.fill(key, &[("prompt", &prompt)]))?;
            writeln!(out, "{}", settings(known, "print.plain.settings", words))?;
        }
        for sentence in said::standing(runs, run, words) {
            writeln!(out, "{sentence}")?;
        }
        if let Some(picture) = run.image().and_then(Image::picture) {
            let described = Description::of(&picture).sentence(words);
            let facts = [("description", &*described)];
            writeln!(out, "{}", words.fill("print.plain.image", &facts))?;
            if let Some(eyes) = eyes {
                let ours = run.card.as_ref().is_some_and(|card| card.taught.is_some());
                writeln!(out, "{}", seen(&picture, ours, eyes, words))?;
            }
        }
    }
    for beside in &summary.others {
        let (reference, run) = (&runs[summary.reference], &runs[beside.run]);
        let facts = [
            ("number", (beside.run + 1).to_string()),
            ("name", visible(&run.name)),
            ("reference", (summary.reference + 1).to_string()),
            ("reference-name", visible(&reference.name)),
        ];
        writeln!(out, "\n{}", filled(words, "print.compare.against", &facts))?;
        writeln!(out, "{}", said::pieces(reference, run, beside, words))?;
        writeln!(out, "{}", said::vectors(run, beside, words))?;
        writeln!(out, "{}", said::noise(reference, run, beside, words))?;
        match &beside.parting {
            Err(reason) => writeln!(out, "{}", said::cannot(reason, words))?,
            Ok(parting) => {
                writeln!(out, "{}", said::parting(parting, words))?;
                let values: Vec<f32> = parting.points.iter().map(|p| p.rms).collect();
                let curve = curve::said(words, &values);
                writeln!(out, "{}", words.fill("print.compare.curve", &[("curve", &curve)]))?;
            }
        }
        match &beside.picture {
            Err(reason) => writeln!(out, "{}", said::cannot(reason, words))?,
            Ok(apart) => writeln!(out, "{}", said::picture(apart, words))?,
        }
    }
    writeln!(out)?;
    for sentence in said::plane(runs, &summary.plane, words) {
        writeln!(out, "{sentence}")?;
    }
    Ok(())
}
