//! What came of a teaching: the word in prompts before and after, another prompt that has nothing
//! to do with it, what changed in the networks, and the nearest of its own pictures.

use super::captions::{caption, seen};
use super::{NamedColours, Teacher};
use crate::drawings::{World, pixel_distance};
use crate::engine::{Engine, Look};
use crate::walk::{
    Asked, BeforeAfter, Frame, ModelCard, Picture, Problem, Taught, TaughtReport, Watch,
};

/// Seed of the pictures before and after.
const SEED: u64 = 7;
/// How many of its pictures are told to be near.
const NEAR: usize = 3;

/// The same walk with one model and with another; its last frame as a picture.
///
/// # Errors
/// As a walk's frames.
pub fn drawn(
    engine: &Engine,
    asked: &Asked,
    prompt: &str,
    watch: &dyn Watch,
) -> Result<Picture, Problem> {
    let asked = Asked {
        prompt: Some(prompt.to_owned()),
        seed: Some(asked.seed.unwrap_or(SEED)),
        ..asked.clone()
    };
    let mut walk = engine.walk(&engine.settle(&asked)?, Look::default())?;
    let mut picture = None;
    while let Some(frame) = walk.next(watch) {
        if let Frame::Image(image) = frame? {
            picture = image.picture();
        }
    }
    picture.ok_or_else(|| Problem::new("compute-failed").with("reason", "no picture"))
}

/// Compares the model as it was with the model as it is now.
///
/// # Errors
/// As a walk's frames.
pub fn report(
    teacher: &Teacher,
    (before, after): (&Engine, &Engine),
    loss: (f32, f32),
    (world, asked): (&World, &Asked),
    watch: &dyn Watch,
) -> Result<TaughtReport, Problem> {
    let word = &teacher.asked.word;
    let taught = before.card().taught.clone().unwrap_or_default();
    let both = |prompt: &str, wanted: [Option<&str>; 2]| {
        let first = drawn(before, asked, prompt, watch)?;
        let second = drawn(after, asked, prompt, watch)?;
        Ok::<_, Problem>(BeforeAfter {
            prompt: prompt.to_owned(),
            distance: pixel_distance(&first, &second),
            seen: seen(world, &second),
            wanted: [
                wanted[0].and_then(|name| world.colour(name)).map(|inks| inks.name),
                wanted[1].and_then(|name| world.background(name)).map(|ground| ground.name),
            ],
            before: first,
            after: second,
        })
    };
    let alone = both(&caption(None, word, None), [None, None])?;
    let mut word_prompts = Vec::new();
    if let Some([colour, ground]) = unseen(teacher, &taught) {
        let prompt = caption(Some(&colour), word, Some(&ground));
        word_prompts.push(both(&prompt, [Some(&colour), Some(&ground)])?);
    }
    word_prompts.insert(0, alone);
    let other = other_prompt(before.card());
    let [colour, ground] = named(&other, &taught);
    let other = both(&other, [colour.as_deref(), ground.as_deref()])?;
    let nearest = word_prompts.first().map(|of| teacher.lesson.nearest(&of.after, NEAR));
    Ok(TaughtReport {
        word: word.clone(),
        weights: teacher.weights(),
        loss,
        changes: after.card().changes.clone(),
        word_prompts,
        other,
        nearest: nearest.unwrap_or_default(),
    })
}

/// The prompt without the word.
pub(super) fn other_prompt(card: &ModelCard) -> String {
    card.example.clone().unwrap_or_else(|| "a red cat on a blue background".to_owned())
}

/// A colour and a background that the model knows and the lesson never showed together, the
/// colour not at all where one is left.
fn unseen(teacher: &Teacher, taught: &Taught) -> Option<[String; 2]> {
    let pairs = taught.colours.iter().flat_map(|colour| {
        taught.backgrounds.iter().rev().map(move |ground| [colour.clone(), ground.clone()])
    });
    let free =
        |[colour, ground]: &[String; 2]| colour != ground && !teacher.lesson.has(colour, ground);
    let pairs: Vec<[String; 2]> = pairs.filter(free).collect();
    let new = pairs.iter().find(|[colour, _]| !teacher.lesson.has_colour(colour));
    new.or_else(|| pairs.first()).cloned()
}

/// The first colour and the last background that a prompt names.
fn named(prompt: &str, taught: &Taught) -> [Option<String>; 2] {
    let words: Vec<&str> = prompt.split_whitespace().collect();
    let colour = words.iter().find(|word| taught.colours.iter().any(|c| c == *word));
    let ground = words.iter().rev().find(|word| taught.backgrounds.iter().any(|b| b == *word));
    [colour.map(|word| (*word).to_owned()), ground.map(|word| (*word).to_owned())]
}

/// The words for colours that a model knows.
pub fn naming(engine: &Engine) -> NamedColours {
    NamedColours::new(engine.card().taught.clone().unwrap_or_default())
}
