//! The picture that the walk begins from, and what the encoder makes of it: a mean and a deviation
//! for each number of the latent, the one that the seed draws, and what of the picture is kept.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Slot;
use super::parts::dots::Fit;
use super::parts::heatmap::{self, Map};
use super::parts::numbers::{fixed, grouped, short};
use super::parts::theme::{Colours, Ground};
use super::parts::{layout, picture, text};
use super::step::{SIGNED_LIMIT, mark, plane_of};
use super::title::plain;
use crate::app::{App, LatentLook};
use crate::walk::statistics::norm_over_planes;
use crate::walk::{Encode, Frame, Grid, Picture, Schedule, Statistics};
use crate::words::Words;

/// Rows under a picture for its words.
const CAPTIONS: u16 = 3;

/// Draws the stage into the middle band.
pub(crate) fn draw(
    app: &App,
    frame: &Encode,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let view = View { app, words: app.words(), frame, ground };
    let panels = view.panels();
    let chosen = app.look.picture % panels.len().max(1);
    if app.look.enlarged {
        if let Some(panel) = panels.get(chosen) {
            view.panel(panel, false, area, buf, slots);
        }
        return;
    }
    let count = panels.len().min(usize::from((area.width / 22).max(1)));
    let first = (chosen + 1).saturating_sub(count);
    let columns = layout::columns(area, count as u16, 2);
    let below = if area.height >= 14 { 6 } else { 0 };
    let room = area.height.saturating_sub(below + CAPTIONS + 1);
    let mut each = 0;
    for (panel, column) in panels.iter().skip(first).take(count).zip(&columns) {
        let fit = Fit::of(panel.size().0, panel.size().1, Rect { height: room, ..*column });
        each = each.max(fit.area.height + CAPTIONS + 1);
    }
    for (i, (panel, column)) in panels.iter().skip(first).take(count).zip(&columns).enumerate() {
        let place = layout::top(*column, each).0;
        view.panel(panel, first + i == chosen, place, buf, slots);
    }
    view.sentences(layout::top(area, each + u16::from(area.height > each + 7)).1, buf);
}

/// One picture with its words.
struct Panel {
    title: String,
    look: String,
    numbers: String,
    canvas: Canvas,
}

enum Canvas {
    /// A true picture.
    True(Picture),
    /// A linear preview, cells only.
    Preview(Picture),
    /// Numbers `[1,h,w]`.
    Numbers(Grid, Map),
}

impl Panel {
    fn size(&self) -> (usize, usize) {
        match &self.canvas {
            Canvas::True(picture) | Canvas::Preview(picture) => (picture.width(), picture.height()),
            Canvas::Numbers(grid, _) => (grid.width(), grid.height()),
        }
    }
}

struct View<'a> {
    app: &'a App,
    words: Words,
    frame: &'a Encode,
    ground: &'a Ground,
}

impl View<'_> {
    /// The picture, the means, the deviations, the latent, and the picture decoded again.
    fn panels(&self) -> Vec<Panel> {
        let (words, frame) = (self.words, self.frame);
        let mut panels = Vec::new();
        if let Some(picture) = frame.picture() {
            let facts = [
                ("width", &*picture.width().to_string()),
                ("height", &picture.height().to_string()),
            ];
            let numbers = words.fill("encode.pixels", &facts);
            panels.push(self.true_picture("encode.picture", numbers, picture));
        }
        let scaled = |grid: Grid| grid.map(|x| x * frame.scaling);
        panels.push(self.latent("encode.mean", &scaled(frame.mean())));
        panels.push(self.deviation(&scaled(frame.deviation())));
        panels.push(self.latent("encode.latent", &frame.latent()));
        if let Some(back) = &frame.back {
            let lost = frame.lost().map_or_else(String::new, |lost| {
                words.fill("encode.off-by", &[("lost", &fixed(lost, 1))])
            });
            panels.push(self.true_picture("encode.back", lost, back.clone()));
        }
        panels
    }

    fn true_picture(&self, title: &str, numbers: String, picture: Picture) -> Panel {
        let title = self.words.text(title).to_owned();
        Panel { title, look: String::new(), numbers, canvas: Canvas::True(picture) }
    }

    /// Numbers in the scale of latents: as preview, or one channel.
    fn latent(&self, title: &str, grid: &Grid) -> Panel {
        let words = self.words;
        let preview = self.app.walk.card.as_ref().and_then(|card| card.preview.as_ref());
        // Without colours a preview would say nothing.
        let preview = preview.filter(|_| self.ground.colours != Colours::None);
        let shown = match self.app.look.latent {
            LatentLook::Preview => preview.and_then(|p| Some((p.apply(grid)?, p.r2))),
            LatentLook::Channel(_) => None,
        };
        let (canvas, look) = if let Some((picture, r2)) = shown {
            let look = words.fill("step.preview", &[("r2", &format!("{r2:.2}"))]);
            (Canvas::Preview(picture), look)
        } else {
            let channel = self.channel(grid);
            let facts = [("channel", &*(channel + 1).to_string()), ("limit", &short(SIGNED_LIMIT))];
            let map = Map::Signed { limit: SIGNED_LIMIT };
            (Canvas::Numbers(plane_of(grid, channel), map), words.fill("step.channel", &facts))
        };
        Panel { title: words.text(title).to_owned(), look, numbers: self.spread(grid), canvas }
    }

    /// How unsure the encoder is: the norm over the channels, or one of them.
    fn deviation(&self, grid: &Grid) -> Panel {
        let words = self.words;
        let (plane, key, channel) = match self.app.look.latent {
            LatentLook::Preview => (norm_over_planes(grid), "encode.norm", 0),
            LatentLook::Channel(_) => {
                let channel = self.channel(grid);
                (plane_of(grid, channel), "encode.deviation-channel", channel)
            }
        };
        let high = plane.data().iter().copied().filter(|x| x.is_finite()).fold(0.0, f32::max);
        let high = if high > 0.0 { high } else { 1.0 };
        let facts = [("channel", &*(channel + 1).to_string()), ("high", &short(high))];
        Panel {
            title: words.text("encode.deviation").to_owned(),
            look: words.fill(key, &facts),
            numbers: self.spread(grid),
            canvas: Canvas::Numbers(plane, Map::Unsigned { low: 0.0, high }),
        }
    }

    fn channel(&self, grid: &Grid) -> usize {
        let channel = match self.app.look.latent {
            LatentLook::Channel(channel) => channel,
            LatentLook::Preview => 0,
        };
        channel.min(grid.planes().saturating_sub(1))
    }

    fn spread(&self, grid: &Grid) -> String {
        let s = Statistics::of(grid);
        let facts = [("mean", &*short(s.mean)), ("std", &short(s.std))];
        self.words.fill("encode.spread", &facts)
    }

    fn panel(
        &self,
        panel: &Panel,
        chosen: bool,
        area: Rect,
        buf: &mut Buffer,
        slots: &mut Vec<Slot>,
    ) {
        let ground = self.ground;
        let (head, rest) = layout::top(area, 1);
        let title = if chosen { format!("▸ {}", panel.title) } else { panel.title.clone() };
        let style = if chosen { ground.chosen() } else { ground.strong() };
        text::put(buf, head, &title, style);
        let (body, captions) = layout::bottom(rest, CAPTIONS);
        let fit = match &panel.canvas {
            Canvas::True(shown) => picture::draw(shown, body, ground, buf, slots),
            Canvas::Preview(shown) => picture::cells(shown, body, ground, buf),
            Canvas::Numbers(plane, map) => {
                let fit = heatmap::draw(plane, 0, *map, body, ground, buf);
                if self.app.look.enlarged && fit.block == 1 {
                    mark(fit, self.lens(plane), ground, buf);
                }
                fit
            }
        };
        let mut look: Vec<String> = [&panel.look, &panel.numbers]
            .into_iter()
            .filter(|line| !line.is_empty())
            .cloned()
            .collect();
        if fit.block > 1 {
            let block = self.words.fill("step.block", &[("n", &fit.block.to_string())]);
            look.push(block);
        }
        // The captions stand right under the picture, however high the others are.
        let under = Rect { y: fit.area.bottom().max(body.y).min(captions.y), ..captions };
        for (line, i) in look.iter().zip(0..CAPTIONS) {
            text::put(
                buf,
                layout::row(under, i),
                line,
                if i == 0 { ground.dim() } else { ground.fact() },
            );
        }
    }

    fn lens(&self, grid: &Grid) -> (usize, usize) {
        let (x, y) = self.app.look.lens;
        (x.min(grid.width().saturating_sub(1)), y.min(grid.height().saturating_sub(1)))
    }

    /// What happened, in words and numbers.
    fn sentences(&self, area: Rect, buf: &mut Buffer) {
        let (words, ground, frame) = (self.words, self.ground, self.frame);
        let (pixels, numbers) = (frame.image.len(), frame.noise.len());
        let facts = [
            ("pixels", &*grouped(pixels as u64)),
            ("numbers", &grouped(numbers as u64)),
            ("times", &plain(pixels as f64 / numbers.max(1) as f64)),
        ];
        let mut first = words.fill("encode.fewer", &facts);
        if frame.seconds > 0.0 {
            first.push_str("   ");
            first.push_str(&words.fill("decode.seconds", &[("seconds", &short(frame.seconds))]));
        }
        let mut lines = vec![(first, ground.strong())];
        let scaling = format!("{}", frame.scaling);
        lines.push((words.fill("encode.drawn", &[("scaling", &scaling)]), ground.fact()));
        lines.extend(self.start().map(|line| (line, ground.fact())));
        if let Some(lost) = frame.lost() {
            let facts = [("lost", &*fixed(lost, 1))];
            lines.push((words.fill("encode.lost", &facts), ground.fact()));
        } else {
            lines.push((words.text("encode.not-decoded").to_owned(), ground.dim()));
        }
        let mut row = 0;
        for (line, style) in &lines {
            row += text::put_wrapped(buf, layout::top(area, row).1, line, *style);
        }
    }

    /// Where the walk begins: how many steps are made, and in which shares noise is added.
    fn start(&self) -> Option<String> {
        let settings = self.app.walk.settings.as_ref()?;
        let schedule = self.app.walk.frames.iter().find_map(|frame| match frame {
            Frame::Schedule(schedule) => Some(schedule),
            _ => None,
        })?;
        let sigma = *schedule.levels.first()?;
        let (keep, share) = Schedule::factors(sigma);
        let facts = [
            ("strength", &*settings.strength.unwrap_or_default().to_string()),
            ("made", &settings.steps_made().to_string()),
            ("steps", &settings.steps.to_string()),
            ("sigma", &short(sigma)),
            ("keep", &fixed(keep, 2)),
            ("share", &fixed(share, 2)),
        ];
        Some(self.words.fill("encode.start", &facts))
    }
}
