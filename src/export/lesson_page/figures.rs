//! Which figures a beat has: what the program shows at its stage, as pictures of a page.

use super::figure::{Caption, Figure};
use crate::compare::{Alignment, Run};
use crate::walk::colour_map::{diverging, sequential};
use crate::walk::statistics::absolute_percentile;
use crate::walk::{
    Age, Decode, Embeddings, Encode, Frame, Grid, ModelCard, NearPictures, Noising, Picture,
    Recipe, Stage, Step, Tokens, TrainingPicture,
};

/// Share of the numbers that lie inside the limits of the colours.
const INSIDE: f32 = 0.98;
/// The most cells across, and down, of a heat map.
const CELLS: usize = 256;
/// The most training pictures.
const MOST: usize = 12;

/// How a walk is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked<'a> {
    /// The stage.
    pub stage: Stage,
    /// The call of the noise predictor, from 0.
    pub call: usize,
    /// The chosen piece of the prompt, by its text.
    pub piece: Option<&'a str>,
}

/// The figures of a walk.
pub fn of_walk(frames: &[Frame], card: Option<&ModelCard>, looked: Looked) -> Vec<Figure> {
    let at_stage = |frame: &&Frame| match frame {
        Frame::Step(step) => looked.stage == Stage::Step && step.call == looked.call,
        frame => frame.stage() == looked.stage,
    };
    let Some(frame) = frames.iter().find(at_stage) else { return Vec::new() };
    match frame {
        Frame::Tokens(tokens) => pieces(tokens, looked.piece).into_iter().collect(),
        Frame::Embeddings(embeddings) => vectors(embeddings, kept(frames)),
        Frame::Schedule(schedule) => vec![Figure::Curve {
            values: schedule.levels.clone(),
            caption: named("lesson-page.levels"),
        }],
        Frame::Encode(encode) => beginning(encode),
        Frame::Noise(noise) => channels(&noise.noise, "lesson-page.noise"),
        Frame::Step(step) => moment(step, card, place(frames, looked.piece)),
        Frame::Decode(decode) => levels(decode),
        Frame::Image(image) => {
            let seen = image.picture().map(|p| picture(p, named("lesson-page.picture"), true));
            seen.into_iter().collect()
        }
    }
}

/// The figures of runs side by side, at the moment of the reference's call.
pub fn of_runs(runs: &[Run], alignment: Alignment, looked: Looked) -> Vec<Figure> {
    let Some(reference) = runs.first() else { return Vec::new() };
    let one = |run: &Run| {
        let caption = Caption::Said(run.name.clone());
        match looked.stage {
            Stage::Tokens => pieces(run.tokens()?, looked.piece).map(|figure| match figure {
                Figure::Pieces { pieces, chosen, .. } => Figure::Pieces { pieces, chosen, caption },
                other => other,
            }),
            Stage::Schedule => {
                Some(Figure::Curve { values: run.schedule()?.levels.clone(), caption })
            }
            Stage::Noise => {
                let noise = &run.noise()?.noise;
                Some(picture(signed(noise.plane(0), noise.width())?, caption, false))
            }
            Stage::Step => {
                let moment = alignment.align(reference, looked.call, run)?;
                let step = run.step_at(moment.call)?;
                Some(picture(guess(step, run.card.as_ref())?, caption, true))
            }
            _ => Some(picture(run.image()?.picture()?, caption, true)),
        }
    };
    runs.iter().filter_map(one).collect()
}

/// The figures of a moment of the training: the picture, what the networks saw, and what was left
/// of it at each age; of the whole training the curve of its loss.
pub fn of_training(moment: Option<&Noising>, recipe: Option<&Recipe>, whole: bool) -> Vec<Figure> {
    let mut figures = Vec::new();
    if let Some(recipe) = recipe.filter(|_| whole) {
        let values = recipe.curve.iter().map(|point| point.loss).collect();
        figures.push(Figure::Curve { values, caption: named("lesson-page.losses") });
    }
    let Some(moment) = moment else { return figures };
    let caption = Caption::Said(moment.caption.clone());
    figures.push(picture(moment.picture.clone(), caption, true));
    let preview = recipe.and_then(|recipe| recipe.preview.as_ref());
    if let Some(noisy) = preview.and_then(|preview| preview.apply(&moment.noisy)) {
        let step = moment.asked.timestep.to_string();
        let caption = Caption::Key("lesson-page.noisy-picture", vec![("step", step)]);
        figures.push(picture(noisy, caption, false));
    }
    for answer in &moment.answers {
        let key = match answer.age {
            Age::Untrained => "lesson-page.guess-untrained",
            Age::Early => "lesson-page.guess-early",
            Age::Half => "lesson-page.guess-half",
            Age::Final => "lesson-page.guess-final",
        };
        let caption = Caption::Key(key, vec![("error", format!("{:.3}", answer.error))]);
        figures.push(picture(answer.picture.clone(), caption, true));
    }
    figures
}

/// Training pictures with the sentences that training reads beside them.
pub fn of_drawings(pictures: &[TrainingPicture]) -> Vec<Figure> {
    let one = |drawing: &TrainingPicture| {
        picture(drawing.picture.clone(), Caption::Said(drawing.caption.clone()), true)
    };
    pictures.iter().take(MOST).map(one).collect()
}

/// The training pictures nearest to a finished one.
pub fn of_near(near: &NearPictures) -> Vec<Figure> {
    let one = |neighbour: &crate::walk::TrainingNeighbour| {
        let facts = vec![("caption", neighbour.shown.caption.clone())];
        picture(neighbour.shown.picture.clone(), Caption::Key("lesson-page.near", facts), true)
    };
    near.pictures.iter().map(one).collect()
}

const fn named(key: &'static str) -> Caption {
    Caption::Key(key, Vec::new())
}

const fn picture(picture: Picture, caption: Caption, seen: bool) -> Figure {
    Figure::Picture { picture, caption, seen }
}

fn pieces(tokens: &Tokens, chosen: Option<&str>) -> Option<Figure> {
    let prompt = &tokens.encoders.first()?.prompt;
    let kept = prompt.pieces.iter().take(prompt.kept);
    let pieces: Vec<(String, u32)> = kept.map(|piece| (piece.text.clone(), piece.id)).collect();
    let chosen = chosen.and_then(|chosen| pieces.iter().position(|(text, _)| text == chosen));
    Some(Figure::Pieces { pieces, chosen, caption: named("lesson-page.pieces") })
}

/// How many rows of the text encoder are pieces and marks.
fn kept(frames: &[Frame]) -> usize {
    let kept = frames.iter().find_map(|frame| match frame {
        Frame::Tokens(tokens) => tokens.encoders.first().map(|encoder| encoder.prompt.kept),
        _ => None,
    });
    kept.map_or(usize::MAX, |kept| kept + 2)
}

/// The row of a piece among those of an attention: 0 is the start mark.
fn place(frames: &[Frame], piece: Option<&str>) -> Option<(usize, String)> {
    let tokens = frames.iter().find_map(|frame| match frame {
        Frame::Tokens(tokens) => tokens.encoders.first(),
        _ => None,
    })?;
    let mut kept = tokens.prompt.pieces.iter().take(tokens.prompt.kept);
    let at = kept.position(|found| Some(found.text.as_str()) == piece)?;
    Some((at + 1, piece.unwrap_or_default().to_owned()))
}

/// Rows of numbers on the signed map.
fn signed(data: &[f32], width: usize) -> Option<Picture> {
    let height = data.len() / width.max(1);
    let grid = Grid::new(&[height, width], data.to_vec())?;
    let (grid, _) = grid.block_means(CELLS, CELLS);
    let limit = absolute_percentile(grid.data(), INSIDE);
    Some(coloured(&grid, |value| diverging(value, limit, true)))
}

/// A plane in the colours that its numbers have.
fn coloured(grid: &Grid, colour: impl Fn(f32) -> [u8; 3]) -> Picture {
    let (width, height) = (grid.width(), grid.height());
    let data = grid.data();
    Picture::from_fn(width, height, |x, y| colour(data.get(y * width + x).copied().unwrap_or(0.0)))
}

/// The rows of the table, and what became of them in the context of the others.
fn vectors(embeddings: &Embeddings, rows: usize) -> Vec<Figure> {
    let Some(encoder) = embeddings.encoders.first() else { return Vec::new() };
    let layer = |grid: &Grid, key| {
        // The last batch entry is the prompt.
        let first = grid.planes().saturating_sub(1) * grid.height();
        let rows = first..first + rows.min(grid.height());
        let data: Vec<f32> = rows.flat_map(|row| grid.row(row)).copied().collect();
        Some(picture(signed(&data, grid.width())?, named(key), false))
    };
    let first = encoder.layers.first().and_then(|grid| layer(grid, "lesson-page.token-vectors"));
    let last = layer(&encoder.last, "lesson-page.prompt-vectors");
    first.into_iter().chain(last).collect()
}

fn beginning(encode: &Encode) -> Vec<Figure> {
    let begun = encode.picture().map(|p| picture(p, named("lesson-page.beginning"), true));
    begun.into_iter().collect()
}

/// The four channels of a latent.
fn channels(latent: &Grid, key: &'static str) -> Vec<Figure> {
    let one = |channel: usize| {
        let facts = vec![("channel", (channel + 1).to_string())];
        Some(picture(
            signed(latent.plane(channel), latent.width())?,
            Caption::Key(key, facts),
            false,
        ))
    };
    (0..latent.planes().min(4)).filter_map(one).collect()
}

/// The estimate of the picture: through the VAE where that was kept, else the preview.
fn guess(step: &Step, card: Option<&ModelCard>) -> Option<Picture> {
    let preview = || card?.preview.as_ref()?.apply(&step.x0);
    step.x0_image.clone().or_else(preview)
}

fn moment(step: &Step, card: Option<&ModelCard>, piece: Option<(usize, String)>) -> Vec<Figure> {
    let at = || vec![("step", (step.call + 1).to_string()), ("steps", step.calls.to_string())];
    let mut figures = Vec::new();
    let preview = card.and_then(|card| card.preview.as_ref());
    if let Some(latent) = preview.and_then(|preview| preview.apply(&step.common_latent())) {
        figures.push(picture(latent, Caption::Key("lesson-page.latent", at()), false));
    }
    let noise = step.epsilon_of(&step.pred);
    if let Some(first) = signed(noise.plane(0), noise.width()) {
        figures.push(picture(first, named("lesson-page.predicted"), false));
    }
    if let Some(difference) = step.difference()
        && let Some(first) = signed(difference.plane(0), difference.width())
    {
        let most = |grid: &Grid| absolute_percentile(grid.plane(0), INSIDE);
        let factor = most(&noise) / most(&difference).max(1e-6);
        let facts = vec![("factor", format!("{factor:.0}"))];
        figures.push(picture(first, Caption::Key("lesson-page.difference", facts), false));
    }
    if let Some(guess) = guess(step, card) {
        figures.push(picture(guess, named("lesson-page.guess"), true));
    }
    if let (Some(attention), Some((row, text))) = (&step.attention, piece)
        && row < attention.rows.planes()
    {
        let plane = attention.rows.plane(row);
        let most = plane.iter().copied().fold(0.0, f32::max);
        let shape = [attention.rows.height(), attention.rows.width()];
        if let Some(grid) = Grid::new(&shape, plane.to_vec()) {
            let map = coloured(&grid, |share| sequential(share, 0.0, most.max(1e-6)));
            let facts = vec![("piece", text), ("most", format!("{:.0}", most * 100.0))];
            figures.push(picture(map, Caption::Key("lesson-page.attention", facts), false));
        }
    }
    figures
}

/// One map of each level of the decoder.
fn levels(decode: &Decode) -> Vec<Figure> {
    let one = |level: &crate::walk::Level| {
        let (low, high) = (level.statistics.min, level.statistics.max);
        let (width, plane) = (level.planes.width(), level.planes.plane(0));
        let grid = Grid::new(&[plane.len() / width.max(1), width], plane.to_vec())?;
        let [channels, height, width] = level.shape;
        let facts = vec![
            ("name", level.name.clone()),
            ("shape", format!("{channels} × {height} × {width}")),
        ];
        let map = coloured(&grid, |value| sequential(value, low, high));
        Some(picture(map, Caption::Key("lesson-page.level", facts), false))
    };
    let mut figures = channels(&decode.input, "lesson-page.last-latent");
    figures.extend(decode.levels.iter().filter_map(one));
    figures
}
