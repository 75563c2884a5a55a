//! The figures of a walk by name, so that a lesson's text says what was computed and not what its
//! writer once saw.

use std::collections::BTreeMap;

use crate::walk::statistics::cosine;
use crate::walk::{Encoding, Frame, Stage, Step};

/// Figures by name, as they are read.
pub type Facts = BTreeMap<String, String>;

/// Every name that a text may give in braces, from which stage on it is known, and what it is.
pub const FACTS: &[(&str, Stage, &str)] = &[
    ("pieces", Stage::Tokens, "pieces of the prompt"),
    ("kept", Stage::Tokens, "pieces of it that fit"),
    ("ids", Stage::Tokens, "the ids of the prompt's pieces, in their order"),
    ("vocabulary", Stage::Tokens, "ids that there are"),
    ("width", Stage::Embeddings, "numbers of a prompt vector"),
    ("layers", Stage::Embeddings, "layers of the text encoder"),
    ("steps", Stage::Schedule, "steps asked for"),
    ("calls", Stage::Schedule, "calls of the noise predictor"),
    ("first-sigma", Stage::Schedule, "noise level before the first step"),
    ("last-sigma", Stage::Schedule, "noise level after the last step"),
    ("seed", Stage::Noise, "the seed"),
    ("first-number", Stage::Noise, "the first number of the noise"),
    ("latent-numbers", Stage::Noise, "numbers of a latent"),
    ("latent-shape", Stage::Noise, "channels, height and width of a latent"),
    ("first-angle", Stage::Step, "degrees between the noises of the two answers at the first step"),
    ("last-angle", Stage::Decode, "degrees between them at the last step"),
    (
        "first-cosine",
        Stage::Step,
        "cosine of the first step's predicted noise and the seed's noise",
    ),
    ("last-cosine", Stage::Decode, "the same at the last step"),
    (
        "early-steps",
        Stage::Decode,
        "steps after which the estimated picture has moved half of its way",
    ),
    ("picture-numbers", Stage::Image, "numbers of the picture"),
    ("picture-size", Stage::Image, "width and height of the picture"),
    ("fewer", Stage::Image, "how many times fewer numbers a latent has"),
    ("clipped", Stage::Image, "share of the picture's numbers that are cut off, in per cent"),
];

/// Puts facts into a text: `{name}`. A name that is not there yet stays as it stands.
pub fn fill(text: &str, facts: &Facts) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let found = after.split_once('}').and_then(|(name, end)| Some((facts.get(name)?, end)));
        if let Some((value, end)) = found {
            filled.push_str(value);
            rest = end;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled + rest
}

/// The names that a text gives in braces.
pub(super) fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|after| after.split_once('}').map(|(name, _)| name))
}

/// What the frames so far say.
pub fn facts(frames: &[Frame]) -> Facts {
    let mut facts = Facts::new();
    for frame in frames {
        match frame {
            Frame::Tokens(tokens) => {
                if let Some(encoder) = tokens.encoders.first() {
                    of_tokens(&mut facts, &encoder.prompt);
                }
            }
            Frame::Embeddings(embeddings) => {
                put(&mut facts, "width", embeddings.context.width());
                if let Some(encoder) = embeddings.encoders.first() {
                    put(&mut facts, "layers", encoder.layers.len().saturating_sub(1));
                }
            }
            Frame::Schedule(schedule) => {
                put(&mut facts, "calls", schedule.timesteps.len());
                put(&mut facts, "steps", schedule.steps.iter().max().map_or(0, |last| last + 1));
                if let (Some(first), Some(last)) = (schedule.levels.first(), schedule.levels.last())
                {
                    put(&mut facts, "first-sigma", format!("{first:.2}"));
                    put(&mut facts, "last-sigma", format!("{last:.2}"));
                }
            }
            Frame::Noise(noise) => {
                put(&mut facts, "seed", noise.seed);
                put(&mut facts, "latent-numbers", grouped(noise.noise.len()));
                let shape: Vec<String> =
                    noise.noise.shape().iter().skip(1).map(ToString::to_string).collect();
                put(&mut facts, "latent-shape", shape.join(" × "));
                if let Some(number) = noise.noise.data().first() {
                    put(&mut facts, "first-number", format!("{number:+.4}"));
                }
            }
            Frame::Image(image) => {
                put(&mut facts, "picture-numbers", grouped(image.image.len()));
                let (width, height) = (image.image.width(), image.image.height());
                put(&mut facts, "picture-size", format!("{width} × {height}"));
                put(&mut facts, "clipped", format!("{:.1}", image.clipped() * 100.0));
            }
            Frame::Encode(_) | Frame::Step(_) | Frame::Decode(_) => {}
        }
    }
    of_steps(&mut facts, frames);
    of_both_ends(&mut facts, frames);
    facts
}

#[expect(clippy::needless_pass_by_value, reason = "figures of many kinds, most of them copied")]
fn put<T: ToString>(facts: &mut Facts, name: &str, value: T) {
    facts.insert(name.to_owned(), value.to_string());
}

fn of_tokens(facts: &mut Facts, prompt: &Encoding) {
    put(facts, "pieces", prompt.pieces.len());
    put(facts, "kept", prompt.kept);
    put(facts, "vocabulary", grouped(prompt.vocabulary));
    let ids: Vec<String> =
        prompt.pieces.iter().take(prompt.kept).map(|piece| piece.id.to_string()).collect();
    put(facts, "ids", ids.join(" "));
}

fn of_steps(facts: &mut Facts, frames: &[Frame]) {
    let steps: Vec<&Step> = frames.iter().filter_map(Frame::as_step).collect();
    let Some(first) = steps.first() else { return };
    let noise = frames.iter().find_map(|frame| match frame {
        Frame::Noise(noise) => Some(&noise.noise),
        _ => None,
    });
    let angle = |step: &Step| {
        let (text, bare) =
            (step.epsilon_of(&step.pred_text), step.epsilon_of(step.pred_uncond.as_ref()?));
        let cosine = cosine(text.data(), bare.data());
        Some(format!("{:.1}", cosine.clamp(-1.0, 1.0).acos().to_degrees()))
    };
    let likeness = |step: &Step| {
        let claimed = step.epsilon_of(&step.pred);
        noise.map(|noise| format!("{:.2}", cosine(claimed.data(), noise.data())))
    };
    let mut of = |stem: &str, step: &Step| {
        if let Some(angle) = angle(step) {
            put(facts, &format!("{stem}-angle"), angle);
        }
        if let Some(likeness) = likeness(step) {
            put(facts, &format!("{stem}-cosine"), likeness);
        }
    };
    of("first", first);
    if let Some(last) = steps.last().filter(|last| last.call + 1 == last.calls) {
        of("last", last);
        put(facts, "early-steps", half_way(&steps));
    }
}

/// The steps after which x0 has moved half of its way to the last x0.
fn half_way(steps: &[&Step]) -> usize {
    let Some((first, last)) = steps.first().zip(steps.last()) else { return 0 };
    let away = |step: &Step| {
        let parts = step.x0.data().iter().zip(last.x0.data());
        parts.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
    };
    let whole = away(first);
    steps.iter().position(|step| away(step) <= whole / 2.0).map_or(0, |place| place + 1)
}

fn of_both_ends(facts: &mut Facts, frames: &[Frame]) {
    let count = |wanted: fn(&Frame) -> Option<usize>| frames.iter().find_map(wanted);
    let latent = count(|frame| match frame {
        Frame::Noise(noise) => Some(noise.noise.len()),
        _ => None,
    });
    let picture = count(|frame| match frame {
        Frame::Image(image) => Some(image.image.len()),
        _ => None,
    });
    if let (Some(latent), Some(picture)) = (latent.filter(|n| *n > 0), picture) {
        put(facts, "fewer", picture / latent);
    }
}

/// A whole number in groups of three digits.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_stand_where_their_names_were_and_strangers_stay() {
        let facts = Facts::from([("steps".to_owned(), "20".to_owned())]);
        assert_eq!(fill("{steps} steps, {soon} {", &facts), "20 steps, {soon} {");
        assert_eq!(named("{a} and {b} {").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!([grouped(7), grouped(1024), grouped(12_288)], ["7", "1,024", "12,288"]);
    }
}
