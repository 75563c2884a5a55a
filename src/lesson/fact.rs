//! The figures of a walk by name, so that a lesson's text says what was computed and not what its
//! writer once saw.

use std::collections::BTreeMap;

use crate::compare::{Alignment, Measured, Parting, Run, between_images, noise_correlation};
use crate::walk::statistics::cosine;
use crate::walk::{Age, Encoding, Frame, ModelCard, Noising, Recipe, Stage, Step};

/// Figures by name, as they are read.
pub type Facts = BTreeMap<String, String>;

/// From when on a figure is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// From this stage of the walk on screen on.
    At(Stage),
    /// Once a run lies beside the walk.
    Beside,
    /// Once the training is shown.
    Training,
}

/// Every name that a text may give in braces, from when on it is known, and what it is.
pub const FACTS: &[(&str, Known, &str)] = &[
    ("pieces", Known::At(Stage::Tokens), "pieces of the prompt"),
    ("kept", Known::At(Stage::Tokens), "pieces of it that fit"),
    ("ids", Known::At(Stage::Tokens), "the ids of the prompt's pieces, in their order"),
    ("vocabulary", Known::At(Stage::Tokens), "ids that there are"),
    ("width", Known::At(Stage::Embeddings), "numbers of a prompt vector"),
    ("layers", Known::At(Stage::Embeddings), "layers of the text encoder"),
    ("steps", Known::At(Stage::Schedule), "steps asked for"),
    ("calls", Known::At(Stage::Schedule), "calls of the noise predictor"),
    ("first-sigma", Known::At(Stage::Schedule), "noise level before the first step"),
    ("last-sigma", Known::At(Stage::Schedule), "noise level after the last step"),
    ("seed", Known::At(Stage::Noise), "the seed"),
    ("first-number", Known::At(Stage::Noise), "the first number of the noise"),
    ("latent-numbers", Known::At(Stage::Noise), "numbers of a latent"),
    ("latent-shape", Known::At(Stage::Noise), "channels, height and width of a latent"),
    (
        "first-angle",
        Known::At(Stage::Step),
        "degrees between the noises of the two answers at the first step",
    ),
    ("last-angle", Known::At(Stage::Decode), "degrees between them at the last step"),
    (
        "first-cosine",
        Known::At(Stage::Step),
        "cosine of the first step's predicted noise and the seed's noise",
    ),
    ("last-cosine", Known::At(Stage::Decode), "the same at the last step"),
    (
        "early-steps",
        Known::At(Stage::Decode),
        "steps after which the estimated picture has moved half of its way",
    ),
    ("picture-numbers", Known::At(Stage::Image), "numbers of the picture"),
    ("picture-size", Known::At(Stage::Image), "width and height of the picture"),
    ("fewer", Known::At(Stage::Image), "how many times fewer numbers a latent has"),
    (
        "clipped",
        Known::At(Stage::Image),
        "share of the picture's numbers that are cut off, in per cent",
    ),
    ("parameters", Known::At(Stage::Tokens), "weights of all networks"),
    ("text-parameters", Known::At(Stage::Tokens), "weights of the text encoder"),
    ("unet-parameters", Known::At(Stage::Tokens), "weights of the noise predictor"),
    ("vae-parameters", Known::At(Stage::Tokens), "weights of the autoencoder"),
    (
        "apart",
        Known::Beside,
        "mean difference of the two finished pictures, in levels of 0 to 255: the walk against the \
         first run beside it",
    ),
    ("parted-call", Known::Beside, "the first call before which the two latents are visibly apart"),
    ("noise-likeness", Known::Beside, "correlation of the two initial noises, -1 to 1"),
    (
        "clipped-beside",
        Known::Beside,
        "share of the other picture's numbers that are cut off, in %",
    ),
    ("training-error", Known::Training, "mean squared error of the answer of the age on screen"),
    ("training-pictures", Known::Training, "pictures that the model was shown, over and over"),
    ("training-samples", Known::Training, "samples that it had seen in the end"),
];

/// What stands for a figure that is still being computed.
const SOON: &str = "…";

/// Puts facts into a text: `{name}`. A figure that is not there yet is an ellipsis, a name that is
/// none stays as it stands.
pub fn fill(text: &str, facts: &Facts) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let found = after.split_once('}').and_then(|(name, end)| {
            let known = FACTS.iter().any(|(known, ..)| *known == name);
            let value = facts.get(name).map(String::as_str).or(known.then_some(SOON));
            Some((value?, end))
        });
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
                put(&mut facts, "latent-numbers", grouped(noise.noise.len() as u64));
                let shape: Vec<String> =
                    noise.noise.shape().iter().skip(1).map(ToString::to_string).collect();
                put(&mut facts, "latent-shape", shape.join(" × "));
                if let Some(number) = noise.noise.data().first() {
                    put(&mut facts, "first-number", format!("{number:+.4}"));
                }
            }
            Frame::Image(image) => {
                put(&mut facts, "picture-numbers", grouped(image.image.len() as u64));
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

/// What the model's card says.
pub fn facts_of_model(facts: &mut Facts, card: &ModelCard) {
    let [text, unet, vae] = card.parameters;
    put(facts, "parameters", grouped(text + unet + vae));
    put(facts, "text-parameters", grouped(text));
    put(facts, "unet-parameters", grouped(unet));
    put(facts, "vae-parameters", grouped(vae));
}

/// What a run beside the walk says, as far as both have come.
pub fn facts_beside(facts: &mut Facts, walk: &Run, beside: &Run) {
    let images = walk.image().zip(beside.image());
    if let Some(Ok(apart)) = images.map(|(a, b)| between_images(a, b)) {
        put(facts, "apart", format!("{:.1}", apart.mean_absolute));
    }
    if let Some(image) = beside.image() {
        put(facts, "clipped-beside", format!("{:.1}", image.clipped() * 100.0));
    }
    if let Some(Ok(likeness)) =
        walk.noise().zip(beside.noise()).map(|(a, b)| noise_correlation(a, b))
    {
        put(facts, "noise-likeness", format!("{likeness:.2}"));
    }
    let parting = Parting::of(walk, beside, Alignment::Step, Measured::Latent);
    if let Some(point) = parting.as_ref().ok().and_then(Parting::exceeds) {
        put(facts, "parted-call", point.reference.call + 1);
    }
}

/// What the training says: of the whole, and of the moment on screen for one age.
pub fn facts_of_training(
    facts: &mut Facts,
    recipe: Option<&Recipe>,
    moment: Option<&Noising>,
    age: Age,
) {
    if let Some(recipe) = recipe {
        put(facts, "training-pictures", grouped(recipe.pictures));
        let samples = recipe.ages.iter().rev().find_map(|(_, samples)| *samples);
        if let Some(samples) = samples {
            put(facts, "training-samples", grouped(samples));
        }
    }
    let answer = moment.and_then(|moment| moment.answers.iter().find(|a| a.age == age));
    if let Some(answer) = answer {
        put(facts, "training-error", format!("{:.3}", answer.error));
    }
}

#[expect(clippy::needless_pass_by_value, reason = "figures of many kinds, most of them copied")]
fn put<T: ToString>(facts: &mut Facts, name: &str, value: T) {
    facts.insert(name.to_owned(), value.to_string());
}

fn of_tokens(facts: &mut Facts, prompt: &Encoding) {
    put(facts, "pieces", prompt.pieces.len());
    put(facts, "kept", prompt.kept);
    put(facts, "vocabulary", grouped(prompt.vocabulary as u64));
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
fn grouped(number: u64) -> String {
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
        assert_eq!(fill("{apart}", &facts), SOON);
        assert_eq!(named("{a} and {b} {").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!([grouped(7), grouped(1024), grouped(12_288)], ["7", "1,024", "12,288"]);
    }
}
