//! The picture as large as fits, and a lens on its red, green and blue numbers.

mod by_hand;
mod near;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Slot;
use super::parts::dots::Fit;
use super::parts::numbers::{fixed, grouped, short};
use super::parts::theme::{Colours, Ground};
use super::parts::{bars, layout, picture, text};
use crate::app::App;
use crate::walk::{Histogram, Image, Picture, Statistics};
use crate::words::Words;

/// Draws the stage into the middle band.
pub(crate) fn draw(
    app: &App,
    frame: &Image,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let words = app.words();
    let Some(shown) = frame.picture() else {
        text::put_wrapped(buf, area, words.text("image.malformed"), ground.wrong());
        return;
    };
    let lens = Lens::of(app, &shown);
    let side_room = side_room(app, area);
    let room = Rect { width: area.width - side_room, ..area };
    let fit = Fit::of(shown.width(), shown.height(), room);
    let block = fit.block;
    let (w, h) = (shown.width().div_ceil(block), shown.height().div_ceil(block));
    let small = if block == 1 { shown.clone() } else { shown.block_means(w, h).0 };
    let span = Lens::span(side_room.max(24), area.height);
    let ring = (lens.x / block, lens.y / block, (span / block).max(1));
    picture::cells(&ringed(&small, ring), room, ground, buf);
    if !fit.area.is_empty() {
        let true_one = ringed(&shown, (lens.x, lens.y, span + 1));
        slots.push(Slot::picture(fit.area, true_one));
    }
    let (_, side) = layout::left(area, fit.area.width, 2);
    if side.width < 12 {
        return;
    }
    if app.look.near {
        near::draw(app, ground, side, buf, slots);
        return;
    }
    let view = View { app, words, frame, shown: &shown, lens, ground };
    let used = view.lens_rows(side, buf);
    let mut rest = layout::top(side, used).1;
    if app.look.by_hand {
        let used = by_hand::draw(app, (frame, &shown), (lens.x, lens.y), rest, ground, buf);
        rest = layout::top(rest, used + 1).1;
    }
    let used = view.facts(fit, rest, buf);
    view.histograms(layout::top(rest, used + 1).1, buf);
}

/// Draws the nearest training pictures alone.
pub(crate) fn draw_near(
    app: &App,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    near::draw(app, ground, area, buf, slots);
}

/// One pixel worked out by hand, in sentences.
pub(super) fn worked_by_hand(app: &App, frame: &Image) -> Vec<String> {
    let whole = |shown: &Picture| shown.width() > 0 && shown.height() > 0;
    let Some(shown) = frame.picture().filter(whole) else { return Vec::new() };
    let (x, y) = app.look.pixel;
    let place = (x.min(shown.width().saturating_sub(1)), y.min(shown.height().saturating_sub(1)));
    by_hand::sentences(app, (frame, &shown), place)
}

/// Columns for the numbers beside the picture.
fn side_room(app: &App, area: Rect) -> u16 {
    if app.look.enlarged { 0 } else { area.width.saturating_sub(4).min(44) }
}

/// The pixel at a place of the screen: a cell holds two dots, the upper one counts.
pub(crate) fn pixel_at(
    app: &App,
    frame: &Image,
    area: Rect,
    (column, row): (u16, u16),
) -> Option<(usize, usize)> {
    let room = Rect { width: area.width - side_room(app, area), ..area };
    let fit = Fit::of(frame.image.width(), frame.image.height(), room);
    let inside = fit.area.contains((column, row).into());
    let dot = |cells: u16, dots: usize| usize::from(cells) * dots * fit.block / fit.scale;
    inside.then(|| (dot(column - fit.area.x, 1), dot(row - fit.area.y, 2)))
}

/// The pixel that is looked at.
#[derive(Clone, Copy)]
struct Lens {
    x: usize,
    y: usize,
}

impl Lens {
    fn of(app: &App, shown: &Picture) -> Self {
        let (x, y) = app.look.pixel;
        Self {
            x: x.min(shown.width().saturating_sub(1)),
            y: y.min(shown.height().saturating_sub(1)),
        }
    }

    /// How many neighbours are shown each way, as room allows.
    const fn span(width: u16, height: u16) -> usize {
        match (width, height) {
            (102.., 20..) => 3,
            (74.., 16..) => 2,
            _ => 1,
        }
    }
}

/// The picture with a ring one pixel wide around a place: white on dark, black on light pixels.
fn ringed(picture: &Picture, (x, y, reach): (usize, usize, usize)) -> Picture {
    Picture::from_fn(picture.width(), picture.height(), |px, py| {
        let pixel = picture.pixel(px, py);
        if px.abs_diff(x).max(py.abs_diff(y)) == reach {
            let bright = pixel.iter().map(|&v| u16::from(v)).sum::<u16>() > 384;
            if bright { [0; 3] } else { [255; 3] }
        } else {
            pixel
        }
    })
}

struct View<'a> {
    app: &'a App,
    words: Words,
    frame: &'a Image,
    shown: &'a Picture,
    lens: Lens,
    ground: &'a Ground,
}

impl View<'_> {
    /// Red, green and blue of the pixel and its neighbours; gives the rows used.
    fn lens_rows(&self, area: Rect, buf: &mut Buffer) -> u16 {
        let (words, ground) = (self.words, self.ground);
        let span = Lens::span(area.width, area.height);
        let across = 2 * span as u16 + 1;
        let place =
            [("column", &*(self.lens.x + 1).to_string()), ("row", &(self.lens.y + 1).to_string())];
        text::put(buf, layout::row(area, 0), &words.fill("image.lens", &place), ground.strong());
        let wide = across * 4;
        let beside = area.width >= 3 * wide + 2 + 2 * across;
        let mut used = 1;
        for (channel, key) in ["image.red", "image.green", "image.blue"].iter().enumerate() {
            let (column, row) =
                if beside { (wide * channel as u16 + channel as u16, 1) } else { (0, used) };
            let block = layout::left(layout::top(area, row).1, column, 0).1;
            let block = Rect { width: block.width.min(wide), ..block };
            text::put(buf, layout::row(block, 0), words.text(key), self.letter(channel));
            self.numbers(channel, span, layout::top(block, 1).1, buf);
            if !beside {
                used += across + 1;
            }
        }
        let column = if beside { 3 * wide + 3 } else { wide + 2 };
        let swatches = layout::left(layout::top(area, 2).1, column, 0).1;
        self.swatches(span, swatches, buf);
        let used = if beside { across + 2 } else { used };
        let [r, g, b] = self.shown.pixel(self.lens.x, self.lens.y).map(|v| v.to_string());
        let pixel = words.fill("image.pixel", &[("r", &r), ("g", &g), ("b", &b)]);
        let line = layout::top(area, used).1;
        used + text::put_wrapped(buf, line, &pixel, ground.strong())
    }

    /// The letter's own colour, where there are colours; the letter says it anyway.
    fn letter(&self, channel: usize) -> Style {
        let colours = [[240, 110, 100], [90, 190, 110], [110, 160, 255]];
        let light = [[176, 30, 20], [20, 110, 40], [30, 70, 190]];
        if self.ground.colours == Colours::None {
            return self.ground.strong();
        }
        let rgb = if self.ground.light { light[channel % 3] } else { colours[channel % 3] };
        self.ground.strong().fg(self.ground.rgb(rgb))
    }

    /// The pixels around the lens with their places in the table; at an edge the table stays
    /// inside the picture.
    fn around(&self, span: usize) -> impl Iterator<Item = (usize, usize, (usize, usize))> {
        let across = 2 * span + 1;
        let (width, height) = (self.shown.width(), self.shown.height());
        let left = self.lens.x.saturating_sub(span).min(width.saturating_sub(across));
        let top = self.lens.y.saturating_sub(span).min(height.saturating_sub(across));
        (0..across * across)
            .map(move |i| (i % across, i / across, (left + i % across, top + i / across)))
            .filter(move |(_, _, (x, y))| *x < width && *y < height)
    }

    fn numbers(&self, channel: usize, span: usize, area: Rect, buf: &mut Buffer) {
        for (dx, dy, (x, y)) in self.around(span) {
            let cell = layout::left(layout::row(area, dy as u16), 4 * dx as u16, 0).1;
            let cell = Rect { width: cell.width.min(3), ..cell };
            let value = self.shown.pixel(x, y)[channel % 3].to_string();
            let middle = (x, y) == (self.lens.x, self.lens.y);
            let style = if middle { self.ground.chosen() } else { self.ground.fact() };
            text::put_right(buf, cell, &value, style);
        }
    }

    fn swatches(&self, span: usize, area: Rect, buf: &mut Buffer) {
        if self.ground.colours == Colours::None {
            return;
        }
        for (dx, dy, (x, y)) in self.around(span) {
            let cell = layout::left(layout::row(area, dy as u16), 2 * dx as u16, 0).1;
            let cell = Rect { width: cell.width.min(2), ..cell }.intersection(*buf.area());
            buf.set_style(cell, Style::new().bg(self.ground.rgb(self.shown.pixel(x, y))));
        }
    }

    /// What the picture is made of; gives the rows used.
    fn facts(&self, fit: Fit, area: Rect, buf: &mut Buffer) -> u16 {
        let (words, ground) = (self.words, self.ground);
        let count = self.frame.image.len();
        let size = [
            ("width", &*self.shown.width().to_string()),
            ("height", &self.shown.height().to_string()),
            ("count", &grouped(count as u64)),
        ];
        let mut lines = vec![(words.fill("image.size", &size), ground.fact())];
        let share = self.frame.clipped();
        let outside = grouped((share * count as f32).round() as u64);
        let facts = [("count", &*outside), ("share", &format!("{}%", fixed(share * 100.0, 1)))];
        lines.push((words.fill("image.clipped", &facts), ground.fact()));
        let latent = self.app.walk.steps().last().map_or(0, |step| step.next.len());
        if latent > 0 {
            let times = if count.is_multiple_of(latent) {
                (count / latent).to_string()
            } else {
                short(count as f32 / latent as f32)
            };
            let facts = [("count", &*grouped(latent as u64)), ("times", &times)];
            lines.push((words.fill("image.latent", &facts), ground.fact()));
        }
        lines.extend(self.statistics().into_iter().map(|line| (line, ground.fact())));
        lines.push((self.inside(), ground.dim()));
        lines.extend(self.cell().map(|line| (line, ground.dim())));
        let n = if fit.block > 1 { fit.block } else { fit.scale };
        let key = if fit.block > 1 { "image.block" } else { "image.whole" };
        lines.push((words.fill(key, &[("n", &n.to_string())]), ground.dim()));
        let mut row = 0;
        for (line, style) in &lines {
            row += text::put_wrapped(buf, layout::top(area, row).1, line, *style);
        }
        row
    }

    fn statistics(&self) -> Vec<String> {
        let of = |channel: usize| {
            let bytes: Vec<f32> =
                self.shown.rgb().iter().skip(channel).step_by(3).map(|&v| f32::from(v)).collect();
            Statistics::of_slice(&bytes)
        };
        let all = [of(0), of(1), of(2)];
        let line = |key: &str, value: &dyn Fn(&Statistics) -> String| {
            let [r, g, b] = [0, 1, 2].map(|c: usize| value(&all[c]));
            self.words.fill(key, &[("r", &r), ("g", &g), ("b", &b)])
        };
        vec![
            line("image.mean", &|s| fixed(s.mean, 1)),
            line("image.std", &|s| fixed(s.std, 1)),
            line("image.range", &|s| format!("{}–{}", fixed(s.min, 0), fixed(s.max, 0))),
        ]
    }

    /// The same pixel as the decoder gave it, before clamping.
    fn inside(&self) -> String {
        let place = self.lens.y * self.shown.width() + self.lens.x;
        let [r, g, b] = [0, 1, 2].map(|c| {
            let value = self.frame.image.plane(c).get(place).copied().unwrap_or(0.0);
            fixed(value, 3)
        });
        self.words.fill("image.inside", &[("r", &r), ("g", &g), ("b", &b)])
    }

    /// The latent cell that the pixel lies under.
    fn cell(&self) -> Option<String> {
        let factor = self.app.walk.card.as_ref()?.vae_factor.max(1);
        let column = (self.lens.x / factor + 1).to_string();
        let row = (self.lens.y / factor + 1).to_string();
        Some(self.words.fill("image.cell", &[("column", &column), ("row", &row)]))
    }

    /// How often each value occurs, one histogram a colour, where there is room.
    fn histograms(&self, area: Rect, buf: &mut Buffer) {
        let each = area.height.saturating_sub(1) / 3;
        if each < 2 || area.width < 32 {
            return;
        }
        let (head, rest) = layout::top(area, 1);
        text::put(buf, head, self.words.text("image.histogram"), self.ground.strong());
        let bins = usize::from(rest.width.min(66) - 2);
        for (channel, letter) in ["R", "G", "B"].iter().enumerate() {
            let values: Vec<f32> =
                self.shown.rgb().iter().skip(channel).step_by(3).map(|&v| f32::from(v)).collect();
            let counted = Histogram::of(&values, 0.0, 255.0, bins);
            let most = counted.counts.iter().copied().max().unwrap_or(1).max(1) as f32;
            let place = layout::top(layout::top(rest, each * channel as u16).1, each).0;
            let bottom = layout::row(place, each - 1);
            text::put(buf, bottom, letter, self.letter(channel));
            let (_, field) = layout::left(place, 2, 0);
            for (i, &count) in counted.counts.iter().enumerate() {
                // The square root keeps rare values visible beside a flat background.
                let share = (count as f32 / most).sqrt();
                let bar = Rect { x: field.x + i as u16, width: 1, ..field };
                bars::column(share, self.letter(channel), bar, self.ground, buf);
            }
        }
    }
}
