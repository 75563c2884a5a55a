//! The seeded noise: its channels as signed pictures, the histogram against the bell curve that
//! it should follow, and how the seed made it.

mod by_hand;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Slot;
use super::parts::dots::Fit;
use super::parts::heatmap::{self, Map};
use super::parts::numbers::{fixed, grouped, short};
use super::parts::theme::Ground;
use super::parts::{histogram, layout, text};
use super::step::mark;
use crate::app::{App, LatentLook};
use crate::walk::{Frame, Histogram, Noise, Statistics};
use crate::words::Words;

/// Full colour at three deviations.
const LIMIT: f32 = 3.0;
/// Edges of the histogram, in deviations.
const EDGE: f32 = 4.0;

/// One number of the noise worked out by hand, in sentences.
pub(super) fn worked_by_hand(app: &App, frame: &Noise) -> Vec<String> {
    let ground = Ground::default();
    let view = View { app, words: app.words(), frame, ground: &ground };
    view.by_hand().map_or_else(Vec::new, |worked| worked.sentences())
}

/// Draws the stage into the middle band.
pub(crate) fn draw(
    app: &App,
    frame: &Noise,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    _slots: &mut Vec<Slot>,
) {
    let view = View { app, words: app.words(), frame, ground };
    if app.look.enlarged {
        view.enlarged(area, buf);
        return;
    }
    let grid = &frame.noise;
    let count = (grid.planes() as u16).clamp(1, 4).min((area.width / 10).max(1));
    let facts = match area.height {
        0..26 => 0,
        _ => 2,
    };
    let below = if area.height >= 16 { (area.height / 3).clamp(6, 14) } else { 0 };
    let columns = layout::columns(area, count, 2);
    let room = Rect { height: area.height.saturating_sub(below + facts + 2), ..columns[0] };
    let each = Fit::of(grid.width(), grid.height(), room).area.height + 2 + facts;
    let first = view.chosen().saturating_sub(usize::from(count) - 1);
    for (i, column) in columns.iter().enumerate() {
        view.channel(first + i, layout::top(*column, each).0, facts, buf);
    }
    let gap = u16::from(area.height >= 26);
    let (_, rest) = layout::top(area, each + gap);
    if app.look.by_hand && view.worked(rest, buf) {
        return;
    }
    if rest.height >= 4 && rest.width >= 64 {
        let (left, right) = layout::left(rest, (rest.width / 2 - 3).min(66), 3);
        view.histogram(left, buf);
        let used = view.origin(right, buf);
        if right.height >= used + 7 {
            view.neighbours(view.chosen(), layout::top(right, used + 1).1, buf);
        }
    } else {
        view.origin(rest, buf);
    }
}

struct View<'a> {
    app: &'a App,
    words: Words,
    frame: &'a Noise,
    ground: &'a Ground,
}

impl View<'_> {
    /// The channel that `tab` and `k` have come to.
    fn chosen(&self) -> usize {
        let turned = match self.app.look.latent {
            LatentLook::Preview => 0,
            LatentLook::Channel(channel) => channel,
        };
        (self.app.look.picture + turned) % self.frame.noise.planes().max(1)
    }

    fn lens(&self) -> (usize, usize) {
        let (x, y) = self.app.look.lens;
        let grid = &self.frame.noise;
        (x.min(grid.width().saturating_sub(1)), y.min(grid.height().saturating_sub(1)))
    }

    fn lens_shown(&self) -> bool {
        let look = &self.app.look;
        look.enlarged || look.by_hand || self.lens() != (0, 0)
    }

    /// One channel: name, picture, scale, and its own numbers where there is room.
    fn channel(&self, channel: usize, area: Rect, facts: u16, buf: &mut Buffer) {
        let (words, ground) = (self.words, self.ground);
        let (head, rest) = layout::top(area, 1);
        let chosen = channel == self.chosen();
        let name = words.fill("noise.channel", &[("n", &(channel + 1).to_string())]);
        let name = if chosen { format!("▸ {name}") } else { name };
        let style = if chosen { ground.chosen() } else { ground.strong() };
        text::put(buf, head, &name, style);
        let (body, under) = layout::bottom(rest, 1 + facts);
        let map = Map::Signed { limit: LIMIT };
        let fit = heatmap::draw(&self.frame.noise, channel, map, body, ground, buf);
        if chosen && fit.block == 1 && self.lens_shown() {
            mark(fit, self.lens(), ground, buf);
        }
        let scale = layout::row(under, 0);
        let scale = Rect { width: scale.width.min(24), ..scale };
        let used = heatmap::legend(map, scale, ground, buf);
        if fit.block > 1 {
            let block = words.fill("noise.block", &[("n", &fit.block.to_string())]);
            let rest = layout::left(layout::row(under, 0), used, 1).1;
            text::put(buf, rest, &block, ground.dim());
        }
        let statistics = Statistics::of_slice(self.frame.noise.plane(channel));
        let lines = [self.spread(&statistics), self.range(&statistics)];
        for (line, i) in lines.iter().zip(0..facts) {
            text::put(buf, layout::row(under, 1 + i), line, ground.fact());
        }
    }

    fn spread(&self, statistics: &Statistics) -> String {
        let facts = [("mean", &*fixed(statistics.mean, 3)), ("std", &fixed(statistics.std, 3))];
        self.words.fill("noise.spread", &facts)
    }

    fn range(&self, statistics: &Statistics) -> String {
        let facts = [("min", &*short(statistics.min)), ("max", &short(statistics.max))];
        self.words.fill("noise.range", &facts)
    }

    /// How often each value occurs, and how often it should: n · (Φ(b) − Φ(a)), taken at the
    /// middle of the bin.
    fn histogram(&self, area: Rect, buf: &mut Buffer) {
        let (words, ground, data) = (self.words, self.ground, self.frame.noise.data());
        let bins = usize::from((area.width / 16).clamp(1, 4)) * 16;
        let counted = Histogram::of(data, -EDGE, EDGE, bins);
        let count = grouped(data.len() as u64);
        let mut title = words.fill("noise.histogram", &[("count", &count)]);
        if counted.outside > 0 {
            let outside = counted.outside.to_string();
            title.push_str("  ");
            title.push_str(&words.fill("noise.outside", &[("count", &outside)]));
        }
        let (head, rest) = layout::top(area, 1);
        let (sign, style) = histogram::expected_sign(ground);
        let spans = [
            (&*title, ground.strong()),
            ("  ", style),
            (sign, style),
            (" ", style),
            (words.text("noise.curve"), ground.dim()),
        ];
        text::put_spans(buf, head, &spans);
        let total = (data.len() - Statistics::of(&self.frame.noise).non_finite) as f32;
        let expected =
            |low: f32, high: f32| total * (high - low) * density(f32::midpoint(low, high));
        histogram::draw(&counted, Some(&expected), ground.dim(), rest, ground, buf);
    }

    /// The numbers of the whole, and the way from the seed to them.
    fn origin(&self, area: Rect, buf: &mut Buffer) -> u16 {
        let (words, ground) = (self.words, self.ground);
        let statistics = Statistics::of(&self.frame.noise);
        let first: Vec<String> =
            self.frame.noise.data().iter().take(4).map(|&x| fixed(x, 4)).collect();
        let hash = format!("{:08x}…", self.frame.hash() >> 32);
        let (x, y) = self.lens();
        let value = self.frame.noise.plane(self.chosen()).get(y * self.frame.noise.width() + x);
        let mut lines = vec![
            (self.spread(&statistics), ground.strong()),
            (self.range(&statistics), ground.strong()),
            (
                format!(
                    "{} {}",
                    words.fill("noise.seed", &[("seed", &self.frame.seed.to_string())]),
                    words.text("noise.generator")
                ),
                ground.fact(),
            ),
            (words.fill("noise.numbers", &[("numbers", &first.join(", "))]), ground.fact()),
            (words.fill("noise.hash", &[("hash", &hash)]), ground.fact()),
        ];
        if let Some(&value) = value {
            let facts = [
                ("channel", &*(self.chosen() + 1).to_string()),
                ("row", &(y + 1).to_string()),
                ("column", &(x + 1).to_string()),
                ("value", &fixed(value, 4)),
            ];
            lines.push((words.fill("noise.lens", &facts), ground.fact()));
        }
        lines.extend(self.afterwards().into_iter().map(|line| (line, ground.dim())));
        let mut row = 0;
        for (line, style) in &lines {
            let rest = layout::top(area, row).1;
            row += text::put_wrapped(buf, rest, line, *style);
        }
        row
    }

    /// What happens to it next: multiplied where the sampler asks so, and never pixels itself.
    fn afterwards(&self) -> Vec<String> {
        let words = self.words;
        let scale = self.app.walk.frames.iter().find_map(|frame| match frame {
            Frame::Schedule(schedule) => Some(schedule.init_noise_sigma),
            _ => None,
        });
        let mut lines = Vec::new();
        if let Some(scale) = scale.filter(|s| (s - 1.0).abs() > 1e-3) {
            lines.push(words.fill("noise.scaled", &[("scale", &short(scale))]));
        }
        if let Some(settings) = &self.app.walk.settings {
            let pixels = grouped((settings.width * settings.height * 3) as u64);
            let count = grouped(self.frame.noise.len() as u64);
            lines.push(words.fill("noise.latent", &[("count", &count), ("pixels", &pixels)]));
        }
        lines
    }

    /// The number under the lens by hand, over the whole width; gives whether it was there. What is
    /// left under it goes to the numbers around it.
    fn worked(&self, area: Rect, buf: &mut Buffer) -> bool {
        let Some(worked) = self.by_hand() else { return false };
        let used = worked.rows(area, self.ground, buf);
        let rest = layout::top(area, used + 1).1;
        if rest.height >= 4 {
            self.neighbours(self.chosen(), rest, buf);
        }
        true
    }

    fn by_hand(&self) -> Option<by_hand::Worked> {
        let (x, y) = self.lens();
        by_hand::Worked::of(self.frame, (self.chosen(), y, x), self.words)
    }

    /// The chosen channel as large as fits, its neighbourhood in numbers beside it.
    fn enlarged(&self, area: Rect, buf: &mut Buffer) {
        let channel = self.chosen();
        let room = Rect { width: area.width.saturating_sub(34).max(area.width / 2), ..area };
        let picture = Rect { height: room.height.saturating_sub(2), ..room };
        let fit = Fit::of(self.frame.noise.width(), self.frame.noise.height(), picture);
        self.channel(channel, layout::top(room, fit.area.height + 2).0, 0, buf);
        let (_, side) = layout::left(area, fit.area.width.max(16), 2);
        if let Some(worked) = self.by_hand().filter(|_| self.app.look.by_hand) {
            worked.column(side, self.ground, buf);
            return;
        }
        let used = self.origin(side, buf);
        self.neighbours(channel, layout::top(side, used + 1).1, buf);
    }

    /// The numbers around the lens as a table, its own one reversed; at an edge the table stays
    /// inside the channel. Gives the rows used.
    fn neighbours(&self, channel: usize, area: Rect, buf: &mut Buffer) -> u16 {
        let (grid, ground) = (&self.frame.noise, self.ground);
        let (x, y) = self.lens();
        let (head, body) = layout::top(area, 1);
        text::put(buf, head, self.words.text("noise.around"), ground.dim());
        let columns = usize::from(body.width / 7).min(grid.width()).min(9);
        let rows = usize::from(body.height).min(grid.height()).min(7);
        let left = x.saturating_sub(columns / 2).min(grid.width() - columns);
        let top = y.saturating_sub(rows / 2).min(grid.height() - rows);
        for (i, r) in (top..top + rows).enumerate() {
            for (j, c) in (left..left + columns).enumerate() {
                let Some(&value) = grid.plane(channel).get(r * grid.width() + c) else { continue };
                let cell = layout::left(layout::row(body, i as u16), 7 * j as u16, 0).1;
                let cell = Rect { width: cell.width.min(6), ..cell };
                let style = if (c, r) == (x, y) { ground.chosen() } else { ground.fact() };
                text::put_right(buf, cell, &fixed(value, 2), style);
            }
        }
        head.height + rows as u16
    }
}

/// The unit normal's density.
fn density(x: f32) -> f32 {
    (-x * x / 2.0).exp() / std::f32::consts::TAU.sqrt()
}
