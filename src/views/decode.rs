//! The decoder, level by level from latent to pixels: thumbnails with shape and statistics, and
//! the channels of the chosen level.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Slot;
use super::parts::dots::Fit;
use super::parts::heatmap::{self, Map};
use super::parts::numbers::{fixed, grouped, short};
use super::parts::theme::Ground;
use super::parts::{layout, picture, text};
use crate::app::App;
use crate::walk::statistics::{absolute_percentile, norm_over_planes};
use crate::walk::{Decode, Frame, Grid, Level, Picture, Stage, Statistics};
use crate::words::Words;

/// Thumbnails are at most so many cells wide and high.
const THUMB: (u16, u16) = (16, 8);

/// Planes of the chosen level are at most so many rows high, unless enlarged.
const PLANE_ROWS: u16 = 18;

/// Draws the stage into the middle band.
pub(crate) fn draw(
    app: &App,
    frame: &Decode,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let stops = stops(app, frame);
    let chosen = app.look.turn[Stage::Decode.index()] % stops.len().max(1);
    let view = View { app, words: app.words(), frame, ground, stops: &stops, chosen };
    if app.look.enlarged {
        view.chosen_level(area, buf, slots);
        return;
    }
    let strip = THUMB.1 + 3;
    if area.height < strip {
        view.facts(area, buf);
        return;
    }
    let (thumbs, below) = layout::top(area, strip);
    view.strip(thumbs, buf, slots);
    let (head, rest) = layout::top(below, 2);
    view.chain(head, buf);
    if rest.height >= 10 {
        view.chosen_level(rest, buf, slots);
    } else {
        view.facts(rest, buf);
    }
}

/// One stop on the way.
enum Stop<'a> {
    /// The latent that goes in.
    Latent(&'a Grid),
    /// A level of the decoder.
    Level(&'a Level),
    /// The picture that comes out, once it is there.
    Picture(Picture),
}

impl Stop<'_> {
    fn shape(&self) -> [usize; 3] {
        match self {
            Self::Latent(grid) => [grid.planes(), grid.height(), grid.width()],
            Self::Level(level) => level.shape,
            Self::Picture(picture) => [3, picture.height(), picture.width()],
        }
    }

    fn name(&self, words: Words) -> String {
        match self {
            Self::Latent(_) => words.text("decode.input").to_owned(),
            Self::Level(level) => level.name.clone(),
            Self::Picture(_) => words.text("decode.picture").to_owned(),
        }
    }

    fn statistics(&self) -> Option<Statistics> {
        match self {
            Self::Latent(grid) => Some(Statistics::of(grid)),
            Self::Level(level) => Some(level.statistics.clone()),
            Self::Picture(_) => None,
        }
    }
}

fn stops<'a>(app: &App, frame: &'a Decode) -> Vec<Stop<'a>> {
    let mut stops = vec![Stop::Latent(&frame.input)];
    stops.extend(frame.levels.iter().map(Stop::Level));
    let picture = app.walk.frames.iter().find_map(|frame| match frame {
        Frame::Image(image) => image.picture(),
        _ => None,
    });
    stops.extend(picture.map(Stop::Picture));
    stops
}

struct View<'a> {
    app: &'a App,
    words: Words,
    frame: &'a Decode,
    ground: &'a Ground,
    stops: &'a [Stop<'a>],
    chosen: usize,
}

impl View<'_> {
    /// Thumbnails side by side, the chosen one among them.
    fn strip(&self, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
        let pitch = THUMB.0 + 3;
        let count = usize::from(((area.width + 3) / pitch).max(1)).min(self.stops.len());
        let first = self.chosen.saturating_sub(count / 2).min(self.stops.len() - count);
        for (i, stop) in self.stops.iter().enumerate().skip(first).take(count) {
            let place = layout::left(area, pitch * (i - first) as u16, 0).1;
            let place = Rect { width: place.width.min(pitch), ..place };
            self.thumbnail(i, stop, place, buf, slots);
        }
    }

    fn thumbnail(
        &self,
        i: usize,
        stop: &Stop,
        area: Rect,
        buf: &mut Buffer,
        slots: &mut Vec<Slot>,
    ) {
        let (words, ground) = (self.words, self.ground);
        let (head, rest) = layout::top(area, 1);
        let (body, under) = layout::top(rest, THUMB.1);
        let name_room = Rect { width: head.width.min(THUMB.0), ..head };
        let (name, style) = if i == self.chosen {
            (format!("▸ {}", stop.name(words)), ground.chosen())
        } else {
            (stop.name(words), ground.strong())
        };
        text::put(buf, name_room, &name, style);
        let room = Rect { width: body.width.min(THUMB.0), ..body };
        let fit = match stop {
            Stop::Picture(shown) => picture::draw(shown, room, ground, buf, slots),
            Stop::Latent(grid) => self.latent(grid, room, buf),
            Stop::Level(level) => {
                heatmap::draw(&level.planes, 0, rms_map(level), room, ground, buf)
            }
        };
        if i + 1 < self.stops.len() && area.width > fit.area.width + 1 {
            let arrow = layout::row(body, fit.area.height / 2);
            let (_, arrow) = layout::left(arrow, fit.area.width + 1, 0);
            text::put(buf, arrow, "→", ground.dim());
        }
        text::put(buf, layout::row(under, 0), &self.shape(stop), ground.fact());
        let numbers = stop.statistics().map_or_else(
            || words.text("decode.clamped").to_owned(),
            |s| format!("{} ± {}", fixed(s.mean, 2), short(s.std)),
        );
        // A preview is never shown without its name and its R².
        let numbers = match (stop, self.preview()) {
            (Stop::Latent(_), Some((look, _))) => look,
            _ => numbers,
        };
        text::put(buf, layout::row(under, 1), &numbers, ground.dim());
    }

    /// The latent as preview, or as the norm over its channels.
    fn latent(&self, grid: &Grid, area: Rect, buf: &mut Buffer) -> Fit {
        if let Some((_, shown)) = self.preview() {
            return picture::cells(&shown, area, self.ground, buf);
        }
        let norm = norm_over_planes(grid);
        let high = absolute_percentile(norm.data(), 1.0).max(f32::MIN_POSITIVE);
        let map = Map::Unsigned { low: 0.0, high };
        heatmap::draw(&norm, 0, map, area, self.ground, buf)
    }

    /// The last latent as preview, and what it is called.
    fn preview(&self) -> Option<(String, Picture)> {
        let preview = self.app.walk.card.as_ref()?.preview.as_ref()?;
        let last = self.app.walk.steps().last()?.common_next();
        let look = self.words.fill("decode.preview", &[("r2", &fixed(preview.r2, 2))]);
        Some((look, preview.apply(&last)?))
    }

    fn shape(&self, stop: &Stop) -> String {
        let [channels, height, width] = stop.shape().map(|n| n.to_string());
        self.words.fill(
            "decode.shape",
            &[("channels", &channels), ("height", &height), ("width", &width)],
        )
    }

    /// The whole way in one line, the chosen stop reversed, and what it adds up to.
    fn chain(&self, area: Rect, buf: &mut Buffer) {
        let (words, ground) = (self.words, self.ground);
        let shapes: Vec<String> = self.stops.iter().map(|stop| self.shape(stop)).collect();
        let mut spans = Vec::new();
        for (i, shape) in shapes.iter().enumerate() {
            if i > 0 {
                spans.push((" → ", ground.dim()));
            }
            let style = if i == self.chosen { ground.chosen() } else { ground.fact() };
            spans.push((shape.as_str(), style));
        }
        let whole: u16 = spans.iter().map(|(shape, _)| text::width(shape)).sum();
        if whole <= area.width {
            text::put_spans(buf, layout::row(area, 0), &spans);
        } else {
            let place =
                [("n", &*(self.chosen + 1).to_string()), ("count", &self.stops.len().to_string())];
            text::put(
                buf,
                layout::row(area, 0),
                &words.fill("decode.place", &place),
                ground.fact(),
            );
        }
        let latent = self.frame.input.len();
        let pixels = self.stops.last().map_or(0, |stop| stop.shape().iter().product::<usize>());
        let times = ratio(pixels, latent);
        let facts = [
            ("latent", &*grouped(latent as u64)),
            ("pixels", &grouped(pixels as u64)),
            ("times", &times),
            ("tiles", &self.frame.tiles.to_string()),
        ];
        let chain = if self.frame.tiles > 1 { "decode.chain-tiles" } else { "decode.chain" };
        let mut line = words.fill(chain, &facts);
        if self.frame.seconds > 0.0 {
            let seconds = short(self.frame.seconds);
            line.push_str("   ");
            line.push_str(&words.fill("decode.seconds", &[("seconds", &seconds)]));
        }
        text::put(buf, layout::row(area, 1), &line, ground.strong());
    }

    /// The chosen level in words.
    fn facts(&self, area: Rect, buf: &mut Buffer) {
        let Some(stop) = self.stops.get(self.chosen) else { return };
        let mut row = 0;
        for (line, style) in self.fact_lines(stop) {
            row += text::put_wrapped(buf, layout::top(area, row).1, &line, style);
        }
    }

    fn fact_lines(&self, stop: &Stop) -> Vec<(String, ratatui::style::Style)> {
        let (words, ground) = (self.words, self.ground);
        let count = grouped(stop.shape().iter().product::<usize>() as u64);
        let mut line = format!(
            "{}   {}   {}",
            stop.name(words),
            self.shape(stop),
            words.fill("decode.numbers", &[("count", &count)])
        );
        if let Some(s) = stop.statistics() {
            let spread = [("mean", &*fixed(s.mean, 3)), ("std", &short(s.std))];
            let range = [("min", &*short(s.min)), ("max", &short(s.max))];
            line.push_str("   ");
            line.push_str(&words.fill("decode.spread", &spread));
            line.push_str("   ");
            line.push_str(&words.fill("decode.range", &range));
        }
        let mut lines = vec![(line, ground.strong())];
        if let Some(what) = words.find(&format!("decode.what-{}", kind(stop))) {
            lines.push((what.to_owned(), ground.dim()));
        }
        lines
    }

    /// The chosen level large: `tab` turns from all channels to those that vary most.
    fn chosen_level(&self, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
        let Some(stop) = self.stops.get(self.chosen) else { return };
        let lines = self.fact_lines(stop);
        let (body, foot) = layout::bottom(area, (lines.len() as u16).min(area.height / 4));
        for ((line, style), i) in lines.iter().zip(0..foot.height) {
            text::put(buf, layout::row(foot, i), line, *style);
        }
        let (head, body) = layout::top(body, 1);
        match stop {
            Stop::Picture(shown) => {
                text::put(buf, head, self.words.text("decode.clamped"), self.ground.dim());
                let fit = picture::draw(shown, body, self.ground, buf, slots);
                self.beside(fit, head, body, buf);
            }
            Stop::Latent(grid) => self.planes(&signed_planes(grid), body, head, buf),
            Stop::Level(level) => self.planes(&level_planes(level), body, head, buf),
        }
    }

    /// The preview of the same latent beside the true picture, at its own whole-number scale.
    fn beside(&self, fit: Fit, head: Rect, body: Rect, buf: &mut Buffer) {
        let Some((look, shown)) = self.preview() else { return };
        let right = |row: Rect| layout::left(row, fit.area.width.max(18), 3).1;
        let room = Rect { height: fit.area.height, ..right(body) };
        if usize::from(room.width) >= shown.width().min(16) {
            text::put(buf, right(head), &look, self.ground.dim());
            picture::cells(&shown, room, self.ground, buf);
        }
    }

    /// Planes side by side, beginning with the one that `tab` chose.
    fn planes(&self, planes: &[Plane], area: Rect, head: Rect, buf: &mut Buffer) {
        let (words, ground) = (self.words, self.ground);
        let Some(first) = planes.first() else { return };
        let turned = self.app.look.picture % planes.len();
        // Several planes at once say more than one that fills the screen, except enlarged.
        let area = if self.app.look.enlarged {
            area
        } else {
            Rect { height: area.height.min(PLANE_ROWS), ..area }
        };
        let size = Fit::of(first.grid.width(), first.grid.height(), area).area;
        let pitch = (size.width + 3).max(24);
        let count = usize::from(((area.width + 3) / pitch.max(1)).max(1)).min(planes.len());
        for (i, plane) in planes.iter().cycle().skip(turned).take(count).enumerate() {
            let column = |row: Rect| {
                let rest = layout::left(row, pitch * i as u16, 0).1;
                Rect { width: rest.width.min(pitch.saturating_sub(2)), ..rest }
            };
            let fit = heatmap::draw(&plane.grid, plane.index, plane.map, column(area), ground, buf);
            let mut label = plane.label(words, count > 1);
            if fit.block > 1 {
                let block = words.fill("decode.block", &[("n", &fit.block.to_string())]);
                label = format!("{label}, {block}");
            }
            let style = if i == 0 { ground.strong() } else { ground.dim() };
            text::put(buf, column(head), &label, style);
        }
    }
}

/// How many times more, without digits where it is whole.
fn ratio(pixels: usize, latent: usize) -> String {
    let latent = latent.max(1);
    if pixels.is_multiple_of(latent) {
        (pixels / latent).to_string()
    } else {
        short(pixels as f32 / latent as f32)
    }
}

/// What kind of stop it is: part of the key of its sentence.
fn kind(stop: &Stop) -> &'static str {
    match stop {
        Stop::Latent(_) => "latent",
        Stop::Picture(_) => "picture",
        Stop::Level(level) => match level.name.as_str() {
            "post_quant_conv" => "post-quant",
            "conv_in" => "conv-in",
            "mid" => "mid",
            "conv_out" => "conv-out",
            _ => "up",
        },
    }
}

/// One plane of a level with its map.
struct Plane {
    grid: Grid,
    index: usize,
    map: Map,
    /// The channel, from 0, and how many there are; none: all of them as root mean square.
    channel: Option<usize>,
    channels: usize,
}

impl Plane {
    fn label(&self, words: Words, narrow: bool) -> String {
        let limit = match self.map {
            Map::Signed { limit } => limit,
            Map::Unsigned { high, .. } => high,
        };
        let limit = short(limit);
        let channels = self.channels.to_string();
        match (self.channel, narrow) {
            (None, false) => words.fill("decode.rms", &[("channels", &channels), ("high", &limit)]),
            (None, true) => words.fill("decode.rms-short", &[("high", &limit)]),
            (Some(channel), false) => words.fill(
                "decode.channel",
                &[
                    ("channel", &(channel + 1).to_string()),
                    ("channels", &channels),
                    ("limit", &limit),
                ],
            ),
            (Some(channel), true) => words.fill(
                "decode.channel-short",
                &[("channel", &(channel + 1).to_string()), ("limit", &limit)],
            ),
        }
    }
}

fn rms_map(level: &Level) -> Map {
    let high = level.planes.plane(0).iter().copied().filter(|v| v.is_finite()).fold(0.0, f32::max);
    Map::Unsigned { low: 0.0, high: if high > 0.0 { high } else { 1.0 } }
}

fn level_planes(level: &Level) -> Vec<Plane> {
    (0..level.planes.planes())
        .map(|index| Plane {
            grid: level.planes.clone(),
            index,
            map: if index == 0 {
                rms_map(level)
            } else {
                Map::signed(level.planes.plane(index), 0.995)
            },
            channel: index.checked_sub(1).map(|i| level.channels.get(i).copied().unwrap_or(i)),
            channels: level.shape[0],
        })
        .collect()
}

fn signed_planes(grid: &Grid) -> Vec<Plane> {
    let map = Map::signed(grid.data(), 0.995);
    (0..grid.planes())
        .map(|index| Plane {
            grid: grid.clone(),
            index,
            map,
            channel: Some(index),
            channels: grid.planes(),
        })
        .collect()
}
