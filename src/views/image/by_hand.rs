//! One pixel by hand: the latent's cell that it lies under, what the decoder made of it and its
//! neighbours, and how that becomes red, green and blue.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::views::parts::theme::Ground;
use crate::views::parts::working::{self, Line, number};
use crate::views::parts::{layout, text};
use crate::walk::{Frame, Grid, Image, Picture};

/// Digits behind the point.
const DIGITS: usize = 4;

/// The way of the pixel at column `x` and row `y` as sentences.
pub(super) fn sentences(
    app: &App,
    shown: (&Image, &Picture),
    place: (usize, usize),
) -> Vec<String> {
    let mut lines = of_latent(app, place);
    lines.extend(of_decoder(app, shown, place));
    let title = app.words().text("image.hand").to_owned();
    std::iter::once(title).chain(lines.iter().map(Line::sentence)).collect()
}

/// Draws the way of the pixel at column `x` and row `y`; gives the rows used.
pub(super) fn draw(
    app: &App,
    (frame, shown): (&Image, &Picture),
    place: (usize, usize),
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
) -> u16 {
    text::put(buf, layout::row(area, 0), app.words().text("image.hand"), ground.strong());
    let mut lines = of_latent(app, place);
    lines.extend(of_decoder(app, (frame, shown), place));
    1 + working::column(&lines, layout::top(area, 1).1, ground, buf)
}

/// The four numbers of the cell in the last latent, and as the decoder gets them.
fn of_latent(app: &App, (x, y): (usize, usize)) -> Vec<Line> {
    let words = app.words();
    let Some(factor) = app.walk.card.as_ref().map(|card| card.vae_factor.max(1)) else {
        return Vec::new();
    };
    let (column, row) = (x / factor, y / factor);
    let told = [("column", &*(column + 1).to_string()), ("row", &(row + 1).to_string())];
    let line = |name, grid: &Grid, what: String| {
        let numbers: Vec<String> =
            cell(grid, column, row).map(|v| number(v.into(), DIGITS)).collect();
        (!numbers.is_empty()).then(|| Line {
            name,
            letters: String::new(),
            numbers: numbers.join(", "),
            result: String::new(),
            what,
        })
    };
    let last = app.walk.steps().last().map(|step| &step.next);
    let input = app.walk.frames.iter().find_map(|frame| match frame {
        Frame::Decode(decode) => Some(&decode.input),
        _ => None,
    });
    let latent = last.and_then(|grid| line("next", grid, words.fill("image.hand-cell", &told)));
    let scaled = input.and_then(|grid| {
        let scale = last.and_then(|last| scale(last, grid)).map(|s| number(s.into(), 5));
        let what = scale.map(|s| words.fill("image.hand-scaled", &[("scale", &s)]));
        line("z", grid, what.unwrap_or_default())
    });
    latent.into_iter().chain(scaled).collect()
}

/// The numbers of one cell, one a channel.
fn cell(grid: &Grid, column: usize, row: usize) -> impl Iterator<Item = f32> {
    (0..grid.planes().min(4))
        .filter_map(move |c| grid.plane(c).get(row * grid.width() + column).copied())
}

/// By what the last latent is divided: the VAE's scaling factor.
fn scale(latent: &Grid, input: &Grid) -> Option<f32> {
    let dot = |a: &Grid, b: &Grid| -> f64 {
        a.data().iter().zip(b.data()).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum()
    };
    let over = dot(input, input);
    let scale = dot(latent, input) / over;
    (over > 0.0 && scale.is_finite()).then_some(scale as f32)
}

/// What the decoder gave, clamped, on 0 to 255.
fn of_decoder<'a>(
    app: &App,
    (frame, picture): (&'a Image, &'a Picture),
    (x, y): (usize, usize),
) -> impl Iterator<Item = Line> + 'a {
    let what = app.words().text("image.hand-decoded").to_owned();
    let bytes = picture.pixel(x, y);
    let at = y * picture.width() + x;
    ["R", "G", "B"].into_iter().enumerate().filter_map(move |(c, name)| {
        let value = *frame.image.plane(c).get(at)?;
        let cut = value.clamp(-1.0, 1.0);
        let exact = f64::midpoint(f64::from(cut), 1.0) * 255.0;
        let shown = number(value.into(), DIGITS);
        let shown = if cut == value { shown } else { format!("clamp({shown})") };
        Some(Line {
            name,
            letters: String::new(),
            numbers: format!("({shown} + 1)·127.5 = {} → {}", number(exact, 2), bytes[c]),
            result: String::new(),
            what: if c == 0 { what.clone() } else { String::new() },
        })
    })
}
