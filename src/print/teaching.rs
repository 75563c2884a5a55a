//! What came of a teaching, as lines with pictures, as sentences, or as one JSON object.

use std::io::{self, Write};

use serde_json::json;

use super::Pictures;
use super::describe::Description;
use super::json::VERSION;
use super::lines::{layers, rule, say, visible};
use crate::walk::{BeforeAfter, TaughtReport, most_changed};
use crate::words::changed::networks;
use crate::words::{Words, taught_report};

/// Layers that are told in sentences.
const LAYERS: usize = 3;
/// Pixels across of a picture among the lines.
const EDGE: usize = 32;

/// Lines, with the pictures before and after side by side.
pub fn lines(
    report: &TaughtReport,
    words: Words,
    pictures: &mut dyn Pictures,
    out: &mut dyn Write,
) -> io::Result<()> {
    rule(out, &words.fill("teach.title", &[("word", &visible(&report.word))]))?;
    for sentence in learned(report, words) {
        say(out, &sentence)?;
    }
    layers(&report.changes, words, out)?;
    for of in report.word_prompts.iter().chain([&report.other]) {
        rule(out, &visible(&of.prompt))?;
        let shown = [&of.before, &of.after].map(|picture| picture.block_means(EDGE, EDGE).0);
        pictures.show(&shown, out)?;
        for sentence in compared(of, words) {
            say(out, &sentence)?;
        }
    }
    say(out, &taught_report::swallowed(report, words))?;
    rule(out, words.text("teach.nearest"))?;
    let shown: Vec<_> =
        report.nearest.iter().map(|near| near.picture.block_means(EDGE, EDGE).0).collect();
    pictures.show(&shown, out)?;
    say(out, &taught_report::nearest(report, words))
}

/// Sentences alone.
pub fn plain(report: &TaughtReport, words: Words, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", words.fill("teach.title", &[("word", &visible(&report.word))]))?;
    for sentence in learned(report, words) {
        writeln!(out, "{sentence}")?;
    }
    for layer in most_changed(&report.changes, LAYERS) {
        let change = crate::walk::LayerChange::percent(layer.change);
        let facts = [("layer", &*layer.short()), ("change", &*change)];
        writeln!(out, "{}", words.fill("print.attached.layer", &facts))?;
    }
    for of in report.word_prompts.iter().chain([&report.other]) {
        let [before, after] =
            [&of.before, &of.after].map(|picture| Description::of(picture).sentence(words));
        let prompt = visible(&of.prompt);
        let facts = [("prompt", &*prompt), ("before", &*before), ("after", &*after)];
        writeln!(out, "{}", words.fill("teach.described", &facts))?;
        for sentence in compared(of, words) {
            writeln!(out, "{sentence}")?;
        }
    }
    writeln!(out, "{}", taught_report::swallowed(report, words))?;
    writeln!(out, "{}", taught_report::nearest(report, words))
}

/// One object.
pub fn json(report: &TaughtReport) -> String {
    let pair = |of: &BeforeAfter| {
        json!({
            "prompt": of.prompt,
            "distance": of.distance,
            "wanted": of.wanted,
            "seen": of.seen,
        })
    };
    let nearest: Vec<_> = report
        .nearest
        .iter()
        .map(|near| json!({ "name": near.name, "distance": near.distance }))
        .collect();
    let object = json!({
        "safelight": VERSION,
        "word": report.word,
        "weights": report.weights,
        "loss": { "before": report.loss.0, "after": report.loss.1 },
        "changes": report.changes,
        "prompts": report.word_prompts.iter().map(pair).collect::<Vec<_>>(),
        "other": pair(&report.other),
        "nearest": nearest,
    });
    format!("{object}\n")
}

fn learned(report: &TaughtReport, words: Words) -> [String; 2] {
    [taught_report::learned(report, words), networks(&report.changes, words)]
}

/// How far the two pictures are apart, and whether colour and background are as the prompt says.
fn compared(of: &BeforeAfter, words: Words) -> Vec<String> {
    let distance = taught_report::distance(of, words);
    std::iter::once(distance).chain(taught_report::colours(of, words)).collect()
}
