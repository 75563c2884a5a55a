//! JSON Lines, version 1: one object a stage, and one for each call of the network.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::walk::statistics::cosine;
use crate::walk::{
    Beside, Decode, Embeddings, Encode, Encoding, Frame, Grid, Image, LayerChange, ModelCard, Near,
    Nearness, NeverTrained, Noise, Schedule, Statistics, Step, Taught, TextLayers, Tokens,
};
use crate::words::reading;

use super::Past;
use super::colour_name::ColourName;
use super::describe::Description;

/// What every field means; shown in `--help`.
pub const SCHEMA: &str = include_str!("json/schema.txt");

/// The version that every object begins with.
pub const VERSION: u32 = 1;

/// Writes one frame as one line.
pub(crate) fn frame(frame: &Frame, past: &Past, out: &mut dyn Write) -> io::Result<()> {
    let line = Line::of(frame.stage().stem());
    let line = match frame {
        Frame::Tokens(tokens) => self::tokens(line, tokens, past),
        Frame::Embeddings(embeddings) => self::embeddings(line, embeddings, past),
        Frame::Schedule(schedule) => self::schedule(line, schedule),
        Frame::Encode(encode) => self::encode(line, encode),
        Frame::Noise(noise) => self::noise(line, noise),
        Frame::Step(step) => self::step(line, step, past),
        Frame::Decode(decode) => self::decode(line, decode),
        Frame::Image(image) => self::image(line, image),
    };
    writeln!(out, "{}", line.whole())
}

/// The answer of `safelight tokens --json`: `{"ids": …, "ids77": …, "pieces": …, "cut": …}`, and
/// where the model keeps a list of the words that it was taught `"never_trained"`, `"in_english"` (the
/// English form of a prompt in another language, else null) and `"taught"`.
pub fn encoding(encoding: &Encoding, taught: Option<&Taught>) -> String {
    let line = Line { text: "{".to_owned() };
    let pieces: Vec<&str> =
        encoding.pieces.iter().take(encoding.kept).map(|p| p.text.as_str()).collect();
    let line = line
        .field("ids", kept_ids(encoding))
        .field("ids77", &encoding.ids)
        .field("pieces", pieces)
        .field("cut", &encoding.cut);
    let Some(taught) = taught else { return line.whole() };
    let english = reading::offer(&encoding.text, taught).map(|offer| offer.english);
    line.field("never_trained", strangers(&taught.strangers(encoding)))
        .field("in_english", english)
        .field("taught", taught)
        .whole()
}

/// Words that a model was never trained on, with the nearest that it was.
fn strangers(found: &[NeverTrained]) -> Vec<Value> {
    let near = |near: &Near| match near.by {
        Nearness::Meaning => json!({ "word": near.word, "by": "meaning" }),
        Nearness::Spelling(edits) => {
            json!({ "word": near.word, "by": "spelling", "edits": edits })
        }
    };
    let word = |stranger: &NeverTrained| {
        let near: Vec<Value> = stranger.near.iter().map(near).collect();
        json!({ "word": stranger.word, "pieces": stranger.pieces, "near": near })
    };
    found.iter().map(word).collect()
}

/// An object being written, its fields in the order in which they are told.
pub(super) struct Line {
    text: String,
}

impl Line {
    fn of(stage: &str) -> Self {
        Self::versioned().field("stage", stage)
    }

    /// An object that says its version and nothing else yet.
    pub(super) fn versioned() -> Self {
        Self { text: "{".to_owned() }.field("safelight", VERSION)
    }

    /// The whole object.
    pub(super) fn whole(self) -> String {
        format!("{}}}", self.text)
    }

    pub(super) fn field(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_string(&value).unwrap_or_else(|_| "null".to_owned());
        if self.text.len() > 1 {
            self.text.push(',');
        }
        self.text.extend(["\"", name, "\":"]);
        self.text.push_str(&without_controls(&value));
        self
    }

    fn statistics(self, name: &str, grid: &Grid) -> Self {
        self.field(name, Numbers::of(&Statistics::of(grid)))
    }

    /// The calls that strength left out; nothing where there are none.
    fn left_out(self, schedule: &Schedule) -> Self {
        if schedule.left_out.is_empty() {
            return self;
        }
        let timesteps: Vec<f32> = schedule.left_out.iter().map(|call| call.timestep).collect();
        let levels: Vec<f32> = schedule.left_out.iter().map(|call| call.level).collect();
        self.field("left_out", json!({ "timesteps": timesteps, "levels": levels }))
    }

    fn maybe(self, name: &str, grid: Option<&Grid>) -> Self {
        self.field(name, grid.map(|g| Numbers::of(&Statistics::of(g))))
    }
}

/// JSON lets U+007F to U+009F stand as they are, and terminals obey some of them: they are escaped
/// as the lower control characters are. They can occur inside strings only.
fn without_controls(json: &str) -> Cow<'_, str> {
    if !json.contains(char::is_control) {
        return Cow::Borrowed(json);
    }
    let mut clean = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if c.is_control() {
            clean.extend(["\\u", &format!("{:04x}", u32::from(c))]);
        } else {
            clean.push(c);
        }
    }
    Cow::Owned(clean)
}

/// Statistics in the order of the schema.
#[derive(Serialize)]
struct Numbers {
    shape: Vec<usize>,
    mean: f32,
    std: f32,
    min: f32,
    max: f32,
    norm: f32,
    non_finite: usize,
}

impl Numbers {
    fn of(statistics: &Statistics) -> Self {
        // The sum of squares of finite numbers can pass the largest f32.
        let bounded = |x: f32| x.clamp(f32::MIN, f32::MAX);
        Self {
            shape: statistics.shape.clone(),
            mean: bounded(statistics.mean),
            std: bounded(statistics.std),
            min: statistics.min,
            max: statistics.max,
            norm: bounded(statistics.norm),
            non_finite: statistics.non_finite,
        }
    }
}

fn kept_ids(encoding: &Encoding) -> Vec<u32> {
    encoding.pieces.iter().take(encoding.kept).map(|p| p.id).collect()
}

fn text(encoding: &Encoding, past: &Past) -> Value {
    let pieces: Vec<&str> =
        encoding.pieces.iter().take(encoding.kept).map(|p| p.text.as_str()).collect();
    let mut text = json!({
        "text": encoding.text,
        "ids": kept_ids(encoding),
        "ids77": encoding.ids,
        "pieces": pieces,
        "cut": encoding.cut,
    });
    if past.card.taught.is_some() {
        text["never_trained"] = strangers(&past.strangers(encoding)).into();
        text["in_english"] = past.offer(encoding).map(|offer| offer.english).into();
    }
    text
}

/// What is said of a model.
pub(super) fn model(card: &ModelCard) -> Value {
    let mut told = json!({
        "name": card.name,
        "family": card.family,
        "parameters": card.parameters,
        "hash": card.hash,
    });
    if let Some(distilled) = card.distilled {
        told["distilled"] = json!(distilled);
    }
    told
}

fn tokens(line: Line, tokens: &Tokens, past: &Past) -> Line {
    let first = tokens.encoders.first();
    let line = line.field("settings", &past.settings).field("model", model(&past.card));
    let line = match tokens.encoders.get(1) {
        Some(second) => line.field(
            "second",
            json!({
                "prompt": text(&second.prompt, past),
                "negative": second.negative.as_ref().map(|e| text(e, past)),
            }),
        ),
        None => line,
    };
    changes(line, &past.card.changes)
        .field("calls", past.calls)
        .field("prompt", first.map(|e| text(&e.prompt, past)))
        .field("negative", first.and_then(|e| e.negative.as_ref()).map(|e| text(e, past)))
}

/// What attachments changed, layer by layer; nothing where there are none.
fn changes(line: Line, changes: &[LayerChange]) -> Line {
    if changes.is_empty() { line } else { line.field("changes", changes) }
}

fn embeddings(line: Line, embeddings: &Embeddings, past: &Past) -> Line {
    let numbers = |grid: &Grid| Numbers::of(&Statistics::of(grid));
    let layers = |e: &TextLayers| e.layers.iter().map(numbers).collect::<Vec<Numbers>>();
    let line = match embeddings.encoders.get(1) {
        Some(second) => {
            line.field("second", json!({ "layers": layers(second), "last": numbers(&second.last) }))
        }
        None => line,
    };
    let line = beside(line, &embeddings.beside);
    let last = embeddings.encoders.first().map(|e| numbers(&e.last));
    let layers = embeddings.encoders.first().map(layers).unwrap_or_default();
    let nearest: Vec<Vec<Value>> = embeddings
        .nearest
        .iter()
        .map(|words| {
            words
                .iter()
                .map(|n| json!({ "id": n.id, "text": n.text, "cosine": n.cosine }))
                .collect()
        })
        .collect();
    line.field("layers", layers)
        .field("last", last)
        .statistics("context", &embeddings.context)
        .field("cosine", cosines(&embeddings.context, past.labels.len()))
        .field("nearest", nearest)
}

/// What the network is told beside the vectors; nothing for families that are told nothing.
fn beside(line: Line, beside: &Beside) -> Line {
    let numbers = |grid: &Grid| Numbers::of(&Statistics::of(grid));
    let line = match &beside.pooled {
        Some(pooled) => line.field("pooled", numbers(pooled)),
        None => line,
    };
    let line = match &beside.time_ids {
        Some(ids) => line.field("time_ids", ids.row(ids.height().saturating_sub(1))),
        None => line,
    };
    match &beside.guidance {
        Some(guidance) => line.field("guidance", numbers(guidance)),
        None => line,
    }
}

/// Cosine of every two of the first `n` rows of the last batch entry of `[B,77,C]`.
pub(crate) fn cosines(context: &Grid, n: usize) -> Vec<Vec<f32>> {
    let places = context.height();
    let batch = context.planes().saturating_sub(1);
    let row = |i: usize| context.row(batch * places + i);
    let n = n.min(places);
    (0..n).map(|i| (0..n).map(|j| cosine(row(i), row(j))).collect()).collect()
}

fn schedule(line: Line, schedule: &Schedule) -> Line {
    line.field("timesteps", &schedule.timesteps)
        .field("levels", &schedule.levels)
        .field("sigmas", &schedule.sigmas)
        .field("steps", &schedule.steps)
        .field("init_noise_sigma", schedule.init_noise_sigma)
        .left_out(schedule)
}

fn encode(line: Line, encode: &Encode) -> Line {
    line.statistics("image", &encode.image)
        .statistics("mean", &encode.mean())
        .statistics("deviation", &encode.deviation())
        .statistics("noise", &encode.noise)
        .field("scaling", encode.scaling)
        .statistics("latent", &encode.latent())
        .field("lost", encode.lost())
        .field("seconds", encode.seconds)
}

fn noise(line: Line, noise: &Noise) -> Line {
    let first: Vec<f32> = noise.noise.data().iter().take(8).copied().collect();
    line.field("seed", noise.seed)
        .field("hash", format!("{:016x}", noise.hash()))
        .field("first", first)
        .statistics("noise", &noise.noise)
}

fn step(line: Line, step: &Step, past: &Past) -> Line {
    let attention = step.attention.as_ref().map(|a| shares(&a.rows));
    line.field("call", step.call)
        .field("calls", step.calls)
        .field("step", step.step)
        .field("steps", step.steps)
        .field("timestep", step.timestep)
        .field("sigma", step.sigma)
        .field("sigma_next", step.sigma_next)
        .statistics("latent", &step.latent)
        .statistics("input", &step.input)
        .maybe("pred_uncond", step.pred_uncond.as_ref())
        .statistics("pred_text", &step.pred_text)
        .statistics("pred", &step.pred)
        .statistics("epsilon", &step.epsilon_of(&step.pred))
        .maybe("difference", step.difference().as_ref())
        .statistics("x0", &step.x0)
        .statistics("next", &step.next)
        .maybe("extra_noise", step.extra_noise.as_ref())
        .field("angle", past.angles.last().copied().flatten())
        .field("moved", past.moved.last().copied().flatten())
        .field("attention", attention)
        .field("seconds", step.seconds)
        .field("peak_mb", step.peak_mb)
}

/// The mean of each row of `[rows,h,w]`.
pub(crate) fn shares(rows: &Grid) -> Vec<f32> {
    (0..rows.planes())
        .map(|i| rows.plane(i).iter().sum::<f32>() / rows.plane(i).len().max(1) as f32)
        .collect()
}

fn decode(line: Line, decode: &Decode) -> Line {
    #[derive(Serialize)]
    struct Level<'a> {
        name: &'a str,
        statistics: Numbers,
    }
    let levels: Vec<Level> = decode
        .levels
        .iter()
        .map(|l| Level { name: &l.name, statistics: Numbers::of(&l.statistics) })
        .collect();
    let line = line
        .statistics("input", &decode.input)
        .field("levels", levels)
        .field("seconds", decode.seconds);
    if decode.tiles > 1 { line.field("tiles", decode.tiles) } else { line }
}

fn image(line: Line, image: &Image) -> Line {
    let line = line
        .field("width", image.image.width())
        .field("height", image.image.height())
        .statistics("image", &image.image)
        .field("clipped", image.clipped());
    let Some(picture) = image.picture() else { return line.field("description", Value::Null) };
    let seen = Description::of(&picture);
    let name = |colour: ColourName| colour.key().rsplit('.').next().unwrap_or_default();
    let figure = seen.figure.as_ref().map(|f| {
        json!({
            "colour": name(f.colour),
            "second": f.second.map(name),
            "place": [f.place.0, f.place.1],
            "share": f.share,
            "extent": [f.extent.0, f.extent.1],
        })
    });
    line.field("description", json!({ "background": seen.background.map(name), "figure": figure }))
}
