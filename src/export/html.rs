//! A walk as one HTML page that needs nothing else: no network, no server, no other file.
//!
//! The page holds what a screen would show (the numbers of the recording, packed; pictures as
//! data), and both catalogues, so that its language can be switched. Its policy allows exactly
//! its own script and style, by their hashes: nothing that a recording says can run.

mod early;
mod late;
mod pack;
mod steps;

use std::path::Path;

use serde_json::{Map, Value, json};

use super::markup::{escaped, fill, hash};
use super::whole_file;
use crate::walk::colour_map::{diverging, sequential};
use crate::walk::{Frame, ModelCard, Picture, Problem, Settings};
use crate::words::{Language, Words, visible};

const TEMPLATE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");

/// The script, one subject a file, in the order in which each names only what stands before it.
const SCRIPT: &[&str] = &[
    include_str!("html/script/words.js"),
    include_str!("html/script/numbers.js"),
    include_str!("html/script/colours.js"),
    include_str!("html/script/elements.js"),
    include_str!("html/script/picture.js"),
    include_str!("html/script/curve.js"),
    include_str!("html/script/lens.js"),
    include_str!("html/script/pieces.js"),
    include_str!("html/script/tokens.js"),
    include_str!("html/script/embeddings.js"),
    include_str!("html/script/schedule.js"),
    include_str!("html/script/encode.js"),
    include_str!("html/script/noise.js"),
    include_str!("html/script/step.js"),
    include_str!("html/script/film.js"),
    include_str!("html/script/step_stage.js"),
    include_str!("html/script/decode.js"),
    include_str!("html/script/image.js"),
    include_str!("html/script/walk.js"),
];

/// Keys of the catalogue that the page takes along begin with one of these.
const SECTIONS: &[&str] = &[
    "page.",
    "rail.",
    "notes.",
    "title.",
    "tokens.",
    "embeddings.",
    "schedule.",
    "encode.",
    "noise.",
    "step.",
    "decode.",
    "image.",
];

/// What becomes a page.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// All that decided the walk.
    pub settings: &'a Settings,
    /// The model that walked.
    pub card: &'a ModelCard,
    /// The frames so far, in order.
    pub frames: &'a [Frame],
    /// The language in which the page opens; the other one is a button away.
    pub language: Language,
    /// A picture in words, from its pixels alone: what a screen reader says of it.
    pub describe: &'a dyn Fn(&Picture, Words) -> String,
}

/// Writes the page to `path`.
///
/// # Errors
///
/// `nothing-to-write` for a walk without frames, else what writing a file can meet.
pub fn write(page: &Page, path: &Path) -> Result<(), Problem> {
    if page.frames.is_empty() {
        return Err(Problem::new("nothing-to-write"));
    }
    let text = text(page);
    whole_file::write(path, |out| out.write_all(text.as_bytes()))
}

/// The page itself.
pub fn text(page: &Page) -> String {
    let words = Words::of(page.language);
    let script = format!("\"use strict\";\n{}", SCRIPT.concat());
    let policy = format!(
        "default-src 'none'; img-src data:; style-src '{}'; script-src '{}'; base-uri 'none'; \
         form-action 'none'",
        hash(STYLE),
        hash(&script)
    );
    let prompt = match page.settings.prompt.as_str() {
        "" => words.text("title.empty-prompt").to_owned(),
        prompt => visible(prompt),
    };
    fill(
        TEMPLATE,
        &[
            ("language", page.language.code()),
            ("policy", &policy),
            ("style", STYLE),
            ("prompt", &escaped(&prompt)),
            ("no-script", &escaped(words.text("page.no-script"))),
            ("walk", &harmless(&contents(page).to_string())),
            ("script", &script),
        ],
    )
}

/// Everything that the script reads.
fn contents(page: &Page) -> Value {
    let catalogues: Map<String, Value> = Language::ALL
        .into_iter()
        .map(|language| (language.code().to_owned(), catalogue(Words::of(language))))
        .collect();
    let s = page.settings;
    json!({
        "program": concat!("safelight ", env!("CARGO_PKG_VERSION")),
        "words": catalogues,
        "settings": {
            "model": visible(&s.model),
            "prompt": visible(&s.prompt),
            "negative": s.negative.as_deref().map(visible),
            "seed": s.seed.to_string(),
            "steps": s.steps,
            "sampler": s.sampler.name(),
            "karras": s.karras,
            "spacing": s.spacing.name(),
            "prediction": s.prediction,
            "guidance": s.guidance,
            "guided": s.guided(),
            "width": s.width,
            "height": s.height,
        },
        "card": {
            "family": page.card.family,
            "preview": page.card.preview,
        },
        "maps": maps(),
        "tokens": early::tokens(page),
        "embeddings": early::embeddings(page),
        "schedule": early::schedule(page),
        "encode": early::encode(page),
        "noise": early::noise(page),
        "steps": steps::steps(page),
        "decode": late::decode(page),
        "image": late::image(page),
    })
}

fn catalogue(words: Words) -> Value {
    let texts: Map<String, Value> = SECTIONS
        .iter()
        .flat_map(|section| words.keys(section))
        .map(|key| (key.to_owned(), Value::from(words.text(key))))
        .collect();
    Value::Object(texts)
}

/// The program's own colour maps, 256 colours each, from the lowest value to the highest.
fn maps() -> Value {
    let table = |colour: &dyn Fn(f32) -> [u8; 3]| {
        let bytes: Vec<u8> = (0..256).flat_map(|i| colour(i as f32 / 255.0)).collect();
        pack::bytes(&bytes)
    };
    json!({
        "signedDark": table(&|v| diverging(2.0 * v - 1.0, 1.0, false)),
        "signedLight": table(&|v| diverging(2.0 * v - 1.0, 1.0, true)),
        "unsigned": table(&|v| sequential(v, 0.0, 1.0)),
    })
}

/// The sentences of a picture, one a language.
fn described(page: &Page, picture: &Picture) -> Value {
    let sentences: Map<String, Value> = Language::ALL
        .into_iter()
        .map(|language| {
            let sentence = (page.describe)(picture, Words::of(language));
            (language.code().to_owned(), Value::from(sentence))
        })
        .collect();
    Value::Object(sentences)
}

/// JSON for the inside of a script element: nothing in it can end the element or open a comment.
/// These signs stand in strings only, where the escape means the same.
fn harmless(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
