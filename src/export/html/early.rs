//! What the page holds of the stages before the steps: tokens, embeddings, schedule, noise.

use serde_json::{Map, Value, json};

use super::{Page, pack};
use crate::walk::statistics::absolute_percentile;
use crate::walk::{Encoding, Frame, Grid, Picture, TextLayers};
use crate::words::{Language, Words, visible};

/// Share of the numbers of the text encoder that lie inside the limits of the colours.
const INSIDE: f32 = 0.98;
/// Bytes of text layers above which only the first and the last are kept.
const MOST_LAYERS: usize = 500_000;
/// Edge of the training picture on the page.
const SAMPLE_EDGE: usize = 128;
/// Edge of the pictures of the encoder on the page.
const START_EDGE: usize = 512;

/// The prompt of the first encoder; null where the frame is not there.
pub(super) fn prompt<'a>(page: &Page<'a>) -> Option<&'a Encoding> {
    page.frames.iter().find_map(|frame| match frame {
        Frame::Tokens(tokens) => tokens.encoders.first().map(|e| &e.prompt),
        _ => None,
    })
}

/// Pieces, words and ids.
pub(super) fn tokens(page: &Page) -> Value {
    let Some(prompt) = prompt(page) else { return Value::Null };
    let negative = page.frames.iter().find_map(|frame| match frame {
        Frame::Tokens(tokens) => tokens.encoders.first()?.negative.as_ref(),
        _ => None,
    });
    let pieces: Vec<Value> = prompt
        .pieces
        .iter()
        .take(prompt.kept)
        .map(|p| json!({ "id": p.id, "text": visible(&p.text) }))
        .collect();
    let words: Vec<Value> = prompt
        .words
        .iter()
        .filter(|word| word.pieces.start < prompt.kept)
        .map(|word| {
            let states: Vec<Vec<String>> = (0..=word.merges.len())
                .map(|n| word.after(n).iter().map(|symbol| shown(symbol)).collect())
                .collect();
            let ranks: Vec<u32> = word.merges.iter().map(|merge| merge.rank).collect();
            json!({
                "text": visible(&word.text),
                "from": word.pieces.start,
                "to": word.pieces.end.min(prompt.kept),
                "states": states,
                "ranks": ranks,
            })
        })
        .collect();
    let taught = page.card.taught.as_ref();
    let never: Map<String, Value> = Language::ALL
        .into_iter()
        .map(|language| {
            let words = Words::of(language);
            let said = taught.map(|taught| words.never_trained_in(prompt, taught));
            let said = said.unwrap_or_default().into();
            (language.code().to_owned(), said)
        })
        .collect();
    json!({
        "never": never,
        "ids": prompt.ids,
        "kept": prompt.kept,
        "cut": visible(&prompt.cut),
        "cutPieces": prompt.pieces.len().saturating_sub(prompt.kept),
        "vocabulary": prompt.vocabulary,
        "pieces": pieces,
        "words": words,
        "negative": negative.map(|n| json!({ "text": visible(&n.text), "count": n.kept })),
    })
}

/// A symbol of a merge, with the sign for the end of a word that every view has.
fn shown(symbol: &str) -> String {
    symbol.strip_suffix("</w>").map_or_else(|| visible(symbol), |rest| visible(rest) + "⏎")
}

/// The rows of the marks and pieces at every layer, or at the first and last where all would be
/// too large for a page.
pub(super) fn embeddings(page: &Page) -> Value {
    let found = page.frames.iter().find_map(|frame| match frame {
        Frame::Embeddings(embeddings) => Some(embeddings),
        _ => None,
    });
    let (Some(embeddings), Some(kept)) = (found, prompt(page).map(|p| p.kept)) else {
        return Value::Null;
    };
    let Some(encoder) = embeddings.encoders.first() else { return Value::Null };
    let rows = kept + 2;
    let states = states(encoder, rows);
    let nearest: Vec<Vec<Value>> = embeddings
        .nearest
        .iter()
        .map(|near| {
            near.iter().map(|n| json!({ "text": visible(&n.text), "cosine": n.cosine })).collect()
        })
        .collect();
    json!({
        "width": encoder.last.width(),
        "rows": rows,
        "layers": encoder.layers.len().saturating_sub(1),
        "inside": INSIDE,
        "states": states,
        "nearest": nearest,
    })
}

fn states(encoder: &TextLayers, rows: usize) -> Vec<Value> {
    let count = encoder.layers.len();
    let small = rows * encoder.last.width() * 2 * count <= MOST_LAYERS;
    let mut states: Vec<Value> = encoder
        .layers
        .iter()
        .enumerate()
        .filter(|(layer, _)| small || *layer == 0)
        .map(|(layer, grid)| state(Some(layer), grid, rows))
        .collect();
    states.push(state(None, &encoder.last, rows));
    states
}

/// The first rows of the last batch entry, which is the prompt; without a layer, after the final
/// norm.
fn state(layer: Option<usize>, grid: &Grid, rows: usize) -> Value {
    let first = grid.planes().saturating_sub(1) * grid.height();
    let data: Vec<f32> =
        (first..first + rows.min(grid.height())).flat_map(|row| grid.row(row)).copied().collect();
    json!({
        "layer": layer,
        "limit": absolute_percentile(&data, INSIDE),
        "data": pack::numbers(&data),
    })
}

/// Timesteps and noise levels.
pub(super) fn schedule(page: &Page) -> Value {
    let found = page.frames.iter().find_map(|frame| match frame {
        Frame::Schedule(schedule) => Some(schedule),
        _ => None,
    });
    let Some(schedule) = found else { return Value::Null };
    let sample = schedule.sample.as_ref().map(|picture| {
        let (small, block) = picture.block_means(SAMPLE_EDGE, SAMPLE_EDGE);
        json!({ "picture": pack::picture(&small), "block": block })
    });
    json!({
        "timesteps": schedule.timesteps,
        "levels": schedule.levels,
        "steps": schedule.steps,
        "leftOut": schedule.left_out.len(),
        "start": schedule.init_noise_sigma,
        "sample": sample,
    })
}

/// The picture that the walk began from, with the latent's mean, deviation and draw; null where it
/// began from noise alone.
pub(super) fn encode(page: &Page) -> Value {
    let found = page.frames.iter().find_map(|frame| match frame {
        Frame::Encode(encode) => Some(encode),
        _ => None,
    });
    let Some(encode) = found else { return Value::Null };
    let picture = |picture: &Picture| {
        let (small, block) = picture.block_means(START_EDGE, START_EDGE);
        json!({ "picture": pack::picture(&small), "block": block })
    };
    json!({
        "picture": encode.picture().as_ref().map(picture),
        "back": encode.back.as_ref().map(picture),
        "latent": pack::grid(&encode.latent()),
        "pixels": encode.image.len(),
        "scaling": encode.scaling,
        "lost": encode.lost(),
        "strength": page.settings.strength,
        "made": page.settings.steps_made(),
        "steps": page.settings.steps,
    })
}

/// The noise as drawn.
pub(super) fn noise(page: &Page) -> Value {
    let found = page.frames.iter().find_map(|frame| match frame {
        Frame::Noise(noise) => Some(noise),
        _ => None,
    });
    let Some(noise) = found else { return Value::Null };
    let data = noise.noise.data();
    let first: Vec<f32> = data.iter().take(4).copied().collect();
    // Numbers that a recording has kept in 16 bits no longer have the hash of what was drawn.
    let exact = data.iter().any(|&x| f32::from(half::f16::from_f32(x)) != x);
    json!({
        "grid": pack::grid(&noise.noise),
        "first": first,
        "hash": exact.then(|| format!("{:016x}", noise.hash())),
    })
}
