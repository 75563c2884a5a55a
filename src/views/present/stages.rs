//! Of each stage that is a picture, the one thing that matters.

use super::board::Board;
use super::column::Column;
use crate::app::App;
use crate::views::parts::heatmap::Map;
use crate::views::parts::numbers::{grouped, short};
use crate::views::parts::paint::Paint;
use crate::views::parts::theme::Ground;
use crate::views::step;
use crate::views::step::{SIGNED_LIMIT, plane_of};
use crate::walk::{Decode, Encode, Frame, Image, Noise, Picture, Settings, Step};

/// The board of a stage that has one; nothing where there is nothing to show.
pub(super) fn board(app: &App, frame: &Frame, column: Column, ground: &Ground) -> Option<Board> {
    match frame {
        Frame::Encode(frame) => encode(app, frame, column),
        Frame::Noise(frame) => Some(noise(app, frame, column)),
        Frame::Step(frame) => step(app, frame, column, ground),
        Frame::Decode(frame) => decode(app, frame, column),
        Frame::Image(frame) => image(app, frame, column),
        Frame::Tokens(_) | Frame::Embeddings(_) | Frame::Schedule(_) => None,
    }
}

/// The picture that the walk begins from, and how many numbers its latent has.
fn encode(app: &App, frame: &Encode, column: Column) -> Option<Board> {
    let words = app.words();
    let label = words.text("present.latent-numbers").to_owned();
    let count = grouped(frame.noise.len() as u64);
    let column = column.figure(label, (count, String::new()), Vec::new());
    Some(Board { paint: Paint::True(frame.picture()?), column })
}

/// The seed, and one channel of the noise that it makes.
fn noise(app: &App, frame: &Noise, column: Column) -> Board {
    let words = app.words();
    let channel = app.look.picture % frame.noise.planes().max(1);
    let facts = [("channel", &*(channel + 1).to_string()), ("limit", &short(SIGNED_LIMIT))];
    let look = words.fill("step.channel", &facts);
    let label = words.text("present.seed").to_owned();
    let column = column.figure(label, (frame.seed.to_string(), String::new()), vec![look]);
    let map = Map::Signed { limit: SIGNED_LIMIT };
    Board { paint: Paint::Numbers(plane_of(&frame.noise, channel), map), column }
}

/// The guess of the picture, or the picture that was chosen, and which step it is.
pub(super) fn step(app: &App, frame: &Step, column: Column, ground: &Ground) -> Option<Board> {
    let words = app.words();
    let alone = step::alone(app, frame, ground);
    let steps = app.walk.settings.as_ref().map_or(frame.steps, Settings::steps_made);
    let figure = ((frame.step + 1).to_string(), format!("/{steps}"));
    let sigma = words.fill("step.sigma", &[("sigma", &short(frame.sigma))]);
    let picture = if alone.look.is_empty() {
        alone.title
    } else {
        format!("{}: {}", alone.title, alone.look)
    };
    let label = words.text("present.step").to_owned();
    let column = column.figure(label, figure, vec![sigma, picture]);
    Some(Board { paint: alone.paint.or_else(|| guess(frame))?, column })
}

/// One channel of the guess, where nothing else can be shown.
fn guess(frame: &Step) -> Option<Paint> {
    let map = Map::Signed { limit: SIGNED_LIMIT };
    (frame.x0.planes() > 0).then(|| Paint::Numbers(plane_of(&frame.x0, 0), map))
}

/// The picture as soon as it is there, else how strongly the last level answers; and how many times
/// more numbers come out.
fn decode(app: &App, frame: &Decode, column: Column) -> Option<Board> {
    let words = app.words();
    let picture = picture_of(app);
    let out = match &picture {
        Some(picture) => picture.rgb().len(),
        None => frame.levels.last().map_or(0, |level| level.shape.iter().product()),
    };
    let into = frame.input.len();
    let numbers = format!("{} → {}", grouped(into as u64), grouped(out as u64));
    let times = format!("×{}", out / into.max(1));
    let label = words.text("present.times").to_owned();
    let column = column.figure(label, (times, String::new()), vec![numbers]);
    let paint = if let Some(picture) = picture {
        Paint::True(picture)
    } else {
        let plane = plane_of(&frame.levels.last()?.planes, 0);
        let high = plane.data().iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        Paint::Numbers(plane, Map::Unsigned { low: 0.0, high })
    };
    Some(Board { paint, column })
}

fn picture_of(app: &App) -> Option<Picture> {
    app.walk.frames.iter().find_map(|frame| match frame {
        Frame::Image(image) => image.picture(),
        _ => None,
    })
}

/// The picture, and what it is made of.
pub(super) fn image(app: &App, frame: &Image, column: Column) -> Option<Board> {
    let words = app.words();
    let picture = frame.picture()?;
    let size = format!("{}×{}", picture.width(), picture.height());
    let count = grouped(picture.rgb().len() as u64);
    let numbers = words.fill("present.pixel-numbers", &[("count", &count)]);
    let label = words.text("present.pixels").to_owned();
    let column = column.figure(label, (size, String::new()), vec![numbers]);
    Some(Board { paint: Paint::True(picture), column })
}
