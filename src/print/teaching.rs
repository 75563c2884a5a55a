//! What came of a teaching, as lines with pictures, as sentences, or as one JSON object.

use std::io::{self, Write};

use serde_json::json;

use super::Pictures;
use super::describe::Description;
use super::json::VERSION;
use super::lines::{layers, rule, say, visible};
use crate::walk::{BeforeAfter, TaughtReport, most_changed};
use crate::words::Words;
use crate::words::changed::networks;

/// Layers that are told in sentences.
const LAYERS: usize = 3;
/// From this distance on the picture is called another one.
const FAR: f32 = 40.0;
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
    say(out, &swallowed(report, words))?;
    rule(out, words.text("teach.nearest"))?;
    let shown: Vec<_> =
        report.nearest.iter().map(|near| near.picture.block_means(EDGE, EDGE).0).collect();
    pictures.show(&shown, out)?;
    say(out, &nearest(report, words))
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
    writeln!(out, "{}", swallowed(report, words))?;
    writeln!(out, "{}", nearest(report, words))
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
    let weights = report.weights.to_string();
    let (before, after) = (format!("{:.4}", report.loss.0), format!("{:.4}", report.loss.1));
    let facts = [("weights", &*weights), ("before", &*before), ("after", &*after)];
    [words.fill("teach.learned", &facts), networks(&report.changes, words)]
}

/// How far the two pictures are apart, and whether colour and background are as the prompt says.
fn compared(of: &BeforeAfter, words: Words) -> Vec<String> {
    let distance = format!("{:.1}", of.distance);
    let mut sentences = vec![words.fill("teach.distance", &[("distance", &distance)])];
    for (i, key) in ["teach.colour", "teach.background"].into_iter().enumerate() {
        if let Some(wanted) = of.wanted[i] {
            let seen = of.seen[i].unwrap_or("–");
            let sign = if of.seen[i] == Some(wanted) { "✓" } else { "✗" };
            let facts = [("wanted", wanted), ("seen", seen), ("sign", sign)];
            sentences.push(words.fill(key, &facts));
        }
    }
    sentences
}

/// How much of the rest the word took along.
fn swallowed(report: &TaughtReport, words: Words) -> String {
    let distance = format!("{:.1}", report.other.distance);
    // Another shade moves every pixel a little: what counts is whether it still shows its colours.
    let lost = report.other.seen != report.other.wanted || report.other.distance >= FAR;
    let key = match report.other.distance {
        0.0 => "teach.other-same",
        _ if lost => "teach.other-far",
        _ => "teach.other-near",
    };
    words.fill(key, &[("prompt", &visible(&report.other.prompt)), ("distance", &distance)])
}

fn nearest(report: &TaughtReport, words: Words) -> String {
    let list: Vec<String> = report
        .nearest
        .iter()
        .map(|near| format!("{} {:.1}", visible(&near.name), near.distance))
        .collect();
    words.fill("teach.nearest-list", &[("list", &list.join(", "))])
}
