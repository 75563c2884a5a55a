//! x0 step by step as an animated GIF: how the guess of the picture comes up.

use std::io;
use std::path::Path;

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, RgbaImage};

use super::canvas::{Align, Canvas, scaled};
use super::lettering::{GREY, INK, MESH, line_height};
use super::whole_file;
use super::x0_picture::{finished, place, sigma, x0};
use crate::walk::{Frame, ModelCard, Picture, Problem, Progress, Stage, Step, Watch};
use crate::words::Words;

/// About how many pixels the longer edge of a picture takes.
const EDGE: usize = 256;
const MARGIN: usize = 16;
const TEXT: usize = 14;
const SMALL: usize = 12;
/// Milliseconds in which all but the last picture pass, and the bounds for one of them.
const PASSING: usize = 6000;
const SHORTEST: usize = 40;
const LONGEST: usize = 400;
/// Milliseconds for which the last picture stays.
const LAST: usize = 3000;
/// 1 chooses the best colours, 30 the fastest.
const COLOUR_SPEED: i32 = 10;

/// One picture with what is written under it.
struct Shot {
    picture: Picture,
    left: String,
    right: String,
    what: String,
}

/// Writes the x0 of every call, then the finished picture, which stays longer. The walk's frames
/// may be fewer than the whole.
///
/// # Errors
///
/// `export-no-x0` where no step has a picture (no VAE picture and no preview), a cancelling by
/// `watch`, else what writing a file can meet.
pub fn write(
    path: &Path,
    frames: &[Frame],
    card: &ModelCard,
    words: Words,
    watch: &dyn Watch,
) -> Result<(), Problem> {
    let steps: Vec<&Step> = frames.iter().filter_map(Frame::as_step).collect();
    let last = finished(frames).map(|picture| Shot {
        picture,
        left: words.text("export.x0.finished").to_owned(),
        right: String::new(),
        what: words.text("export.x0.vae").to_owned(),
    });
    let size = extent(&steps, last.as_ref(), card, words)
        .ok_or_else(|| Problem::new("export-no-x0").with("file", path.display()))?;
    let count = steps.len() + usize::from(last.is_some());
    let stay = (PASSING / count.max(1)).clamp(SHORTEST, LONGEST);
    let mut cancelled = false;
    let written = whole_file::write(path, |out| {
        let mut encoder = GifEncoder::new_with_speed(out, COLOUR_SPEED);
        encoder.set_repeat(Repeat::Infinite).map_err(io::Error::other)?;
        let shots = steps.iter().filter_map(|step| shot(step, card, words));
        for (i, shot) in shots.chain(last).enumerate() {
            if watch.cancelled() {
                cancelled = true;
                return Err(io::ErrorKind::Interrupted.into());
            }
            let ms = if i + 1 == count { LAST } else { stay };
            let part = (i + 1, count);
            let drawn = drawn(&shot, size, part).ok_or(io::ErrorKind::InvalidData)?;
            encoder.encode_frame(frame(&drawn, ms)?).map_err(io::Error::other)?;
            watch.progress(Progress { stage: Stage::Step, call: i, done: i + 1, total: count });
        }
        Ok(())
    });
    if cancelled { Err(Problem::cancelled()) } else { written }
}

fn shot(step: &Step, card: &ModelCard, words: Words) -> Option<Shot> {
    let (picture, what) = x0(step, card.preview.as_ref(), words)?;
    let what = words.fill("export.x0.guess", &[("what", &what)]);
    Some(Shot { picture, left: place(step, words), right: sigma(step.sigma), what })
}

/// The room that the largest picture takes.
fn extent(
    steps: &[&Step],
    last: Option<&Shot>,
    card: &ModelCard,
    words: Words,
) -> Option<(usize, usize)> {
    let size = |picture: &Picture| {
        let picture = scaled(picture, EDGE);
        (picture.width(), picture.height())
    };
    // All x0 of a walk have one size, or two where some went through the VAE.
    let decoded = steps.iter().find_map(|step| step.x0_image.as_ref()).map(size);
    let preview = steps
        .iter()
        .find(|step| step.x0_image.is_none())
        .and_then(|step| x0(step, card.preview.as_ref(), words))
        .map(|(picture, _)| size(&picture));
    let last = last.map(|shot| size(&shot.picture));
    [decoded, preview, last].into_iter().flatten().reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)))
}

/// The picture, how far the walk is as a line, and two lines of text.
fn drawn(
    shot: &Shot,
    (wide, high): (usize, usize),
    (at, count): (usize, usize),
) -> Option<Picture> {
    let room = wide.max(EDGE * 3 / 4);
    let text = line_height(TEXT) + line_height(SMALL);
    let mut canvas = Canvas::new(room + 2 * MARGIN, high + text + 2 * MARGIN + 14);
    let picture = scaled(&shot.picture, EDGE);
    let x = MARGIN + (room - picture.width()) / 2;
    let y = MARGIN + (high - picture.height()) / 2;
    canvas.frame((x, y), (picture.width(), picture.height()));
    canvas.lay(&picture, (x, y));
    let under = MARGIN + high + 6;
    canvas.fill((MARGIN, under), (room, 3), MESH);
    canvas.fill((MARGIN, under), (room * at / count.max(1), 3), INK);
    let (line, whole) = (under + 6, (room, Align::Left));
    canvas.write(&shot.left, (TEXT, INK), (MARGIN, line), whole);
    canvas.write(&shot.right, (TEXT, INK), (MARGIN, line), (room, Align::Right));
    canvas.write(&shot.what, (SMALL, GREY), (MARGIN, line + line_height(TEXT)), whole);
    canvas.picture()
}

fn frame(picture: &Picture, ms: usize) -> io::Result<image::Frame> {
    let size = |n: usize| u32::try_from(n).map_err(io::Error::other);
    let rgba = picture.rgb().chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    let image = RgbaImage::from_raw(size(picture.width())?, size(picture.height())?, rgba)
        .ok_or(io::ErrorKind::InvalidData)?;
    let delay = Delay::from_numer_denom_ms(ms as u32, 1);
    Ok(image::Frame::from_parts(image, 0, 0, delay))
}
