//! What came of a teaching as sentences, the same on every surface.

use super::{Words, visible};
use crate::walk::{BeforeAfter, TaughtReport};

/// From this distance on the picture is called another one.
const FAR: f32 = 40.0;

/// How many numbers learned, and what that did to the loss.
pub fn learned(report: &TaughtReport, words: Words) -> String {
    let weights = report.weights.to_string();
    let (before, after) = (format!("{:.4}", report.loss.0), format!("{:.4}", report.loss.1));
    let facts = [("weights", &*weights), ("before", &*before), ("after", &*after)];
    words.fill("teach.learned", &facts)
}

/// How far the two pictures of a prompt are apart.
pub fn distance(of: &BeforeAfter, words: Words) -> String {
    words.fill("teach.distance", &[("distance", &format!("{:.1}", of.distance))])
}

/// Whether colour and background are as the prompt says, where it says so.
pub fn colours(of: &BeforeAfter, words: Words) -> Vec<String> {
    let mut sentences = Vec::new();
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
pub fn swallowed(report: &TaughtReport, words: Words) -> String {
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

/// The nearest of its own pictures.
pub fn nearest(report: &TaughtReport, words: Words) -> String {
    let list: Vec<String> = report
        .nearest
        .iter()
        .map(|near| format!("{} {:.1}", visible(&near.name), near.distance))
        .collect();
    words.fill("teach.nearest-list", &[("list", &words.list(&list))])
}
