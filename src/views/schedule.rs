//! What steps and sampler make: noise levels, where they lie among the training steps, and a
//! picture at the chosen level.

mod levels;
mod noising;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use self::levels::{Chosen, factors_line};
use super::Slot;
use super::parts::dots::Fit;
use super::parts::plot::{Axis, Plot, Series, Shape};
use super::parts::theme::Ground;
use super::parts::{layout, picture, text};
use crate::app::App;
use crate::walk::{Picture, Schedule, Settings};
use crate::words::Words;
use crate::words::told::{guidance, sizes};

/// Draws the stage into the middle band.
pub(crate) fn draw(
    app: &App,
    frame: &Schedule,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let words = app.words();
    let chosen = Chosen::of(app, frame);
    let area = if area.width >= 112 && area.height >= 20 {
        let (main, table) = layout::left(area, area.width - 38, 3);
        levels::table(words, frame, chosen, table, ground, buf);
        main
    } else {
        area
    };
    let pictures = match area.height {
        0..12 => 0,
        12..30 => 9,
        _ => 22,
    };
    let (plots, below) = layout::bottom(area, pictures);
    let [left, right] = match layout::columns(plots, 2, 3)[..] {
        [left, right] => [left, right],
        _ => [plots, Rect::default()],
    };
    let scene = Scene { app, words, frame, chosen, ground };
    scene.sigma_curve(left, buf, slots);
    scene.alpha_curve(right, buf, slots);
    scene.draw_levels(below, buf, slots);
}

/// What the parts of the stage are drawn from.
struct Scene<'a> {
    app: &'a App,
    words: Words,
    frame: &'a Schedule,
    chosen: Chosen,
    ground: &'a Ground,
}

impl Scene<'_> {
    /// Noise level over the calls, each a mark.
    fn sigma_curve(&self, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
        let (words, frame, chosen, ground) = (self.words, self.frame, self.chosen, self.ground);
        let gone = frame.left_out.len();
        let left_out: Vec<(f32, f32)> =
            frame.left_out.iter().enumerate().map(|(i, c)| ((i + 1) as f32, c.level)).collect();
        let points: Vec<(f32, f32)> =
            (gone + 1..).zip(&frame.levels).map(|(call, &sigma)| (call as f32, sigma)).collect();
        let levels = left_out.iter().chain(&points).map(|(_, sigma)| *sigma);
        let top = levels.filter(|v| v.is_finite()).fold(0.0, f32::max);
        let here = points.get(chosen.level).copied().map(|point| [point]);
        let mut series = vec![
            Series { name: "", points: &left_out, shape: Shape::Dots, style: ground.dim() },
            Series { name: "", points: &points, shape: Shape::Line, style: ground.line() },
            Series { name: "", points: &points, shape: Shape::Dots, style: ground.fact() },
        ];
        if let Some(here) = &here {
            let shape = Shape::Marks('●');
            series.push(Series { name: "", points: here, shape, style: ground.strong() });
        }
        Plot {
            title: words.text("schedule.sigma"),
            x: Axis {
                label: words.text("schedule.steps-axis"),
                low: 1.0,
                high: ((gone + frame.levels.len()).max(2)) as f32,
                whole: true,
            },
            y: Axis { label: "", low: 0.0, high: if top > 0.0 { top } else { 1.0 }, whole: false },
            series: &series,
            cursor: Some((gone + chosen.level + 1) as f32),
        }
        .draw(area, ground, buf, slots);
    }

    /// ᾱ over the training steps, the calls marked on it; from the noisiest at the left, as the walk
    /// goes.
    fn alpha_curve(&self, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
        let (words, frame, chosen, ground) = (self.words, self.frame, self.chosen, self.ground);
        let count = frame.alphas_cumprod.len();
        let stride = (count / 200).max(1);
        let curve: Vec<(f32, f32)> = frame
            .alphas_cumprod
            .iter()
            .enumerate()
            .step_by(stride)
            .map(|(t, &alpha)| (t as f32, alpha))
            .collect();
        let alpha = |sigma: f32| 1.0 / sigma.mul_add(sigma, 1.0);
        let marks: Vec<(f32, f32)> =
            frame.timesteps.iter().zip(&frame.levels).map(|(&t, &s)| (t, alpha(s))).collect();
        let gone: Vec<(f32, f32)> =
            frame.left_out.iter().map(|c| (c.timestep, alpha(c.level))).collect();
        let here = marks.get(chosen.level).copied().unwrap_or((0.0, 1.0));
        let series = [
            Series { name: "", points: &curve, shape: Shape::Line, style: ground.line() },
            Series { name: "", points: &gone, shape: Shape::Dots, style: ground.dim() },
            Series { name: "", points: &marks, shape: Shape::Dots, style: ground.fact() },
            Series {
                name: "", points: &[here], shape: Shape::Marks('●'), style: ground.strong()
            },
        ];
        Plot {
            title: words.text("schedule.alpha"),
            x: Axis {
                label: words.text("schedule.time-axis"),
                low: count.max(2) as f32,
                high: 0.0,
                whole: true,
            },
            y: Axis { label: "", low: 0.0, high: 1.0, whole: false },
            series: &series,
            cursor: Some(here.0),
        }
        .draw(area, ground, buf, slots);
    }

    /// Pictures at noise levels, and the sentences.
    fn draw_levels(&self, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
        if area.height < 2 {
            return;
        }
        let flat;
        // The picture that the walk begins from says more than one of the training.
        let sample = if let Some(sample) = self.start().or(self.frame.sample.as_ref()) {
            sample
        } else {
            flat = levels::flat_colours();
            &flat
        };
        let tall = area.height >= 16;
        let told = self.app.walk.beside();
        let told = told.is_some_and(|told| told.time_ids.is_some() || told.guidance.is_some());
        let (pictures, mut lines) = if tall {
            layout::bottom(area, if told { 8 } else { 5 })
        } else {
            (area, Rect::default())
        };
        let room = Rect { width: if tall { 32 } else { 16 }.min(area.width / 2), ..pictures };
        let fit = Fit::of(sample.width(), sample.height(), layout::top(room, 1).1);
        let wide = fit.area.width + 2;
        let count = if tall { (area.width / wide.max(1)).max(2) } else { 2 };
        for (i, level) in self.film(usize::from(count)).into_iter().enumerate() {
            let place = layout::left(pictures, wide * i as u16, 0).1;
            let place = Rect { width: place.width.min(wide.saturating_sub(2)), ..place };
            self.picture(sample, level, place, buf, slots);
        }
        if !tall {
            lines = layout::left(pictures, wide * 2, 1).1;
        }
        self.sentences(fit.block, tall, lines, buf);
    }

    /// The levels whose pictures are shown: clean, the chosen one, then others evenly spread.
    fn film(&self, count: usize) -> Vec<Option<usize>> {
        let mut film = vec![None, Some(self.chosen.level)];
        let others = count.saturating_sub(2);
        let last = self.frame.levels.len().saturating_sub(2);
        for i in 0..others {
            film.push(Some(last * (i + 1) / (others + 1)));
        }
        film
    }

    fn picture(
        &self,
        sample: &Picture,
        level: Option<usize>,
        area: Rect,
        buf: &mut Buffer,
        slots: &mut Vec<Slot>,
    ) {
        let (head, body) = layout::top(area, 1);
        let (words, ground) = (self.words, self.ground);
        let Some(level) = level else {
            let key = match (self.start(), &self.frame.sample) {
                (Some(_), _) => "encode.picture",
                (None, Some(_)) => "schedule.clean",
                (None, None) => "schedule.flat",
            };
            text::put(buf, head, words.text(key), ground.strong());
            picture::draw(sample, body, ground, buf, slots);
            return;
        };
        let Some(&sigma) = self.frame.levels.get(level) else { return };
        if level == self.chosen.level {
            text::put(buf, head, words.text("schedule.at-level"), ground.chosen());
        } else {
            let facts = [
                ("step", &*(self.step_of(level) + 1).to_string()),
                ("sigma", &super::parts::numbers::short(sigma)),
            ];
            text::put(buf, head, &words.fill("schedule.at-step", &facts), ground.dim());
        }
        // The noise is added to what is shown: averaging afterwards would take most of it away.
        let block = Fit::of(sample.width(), sample.height(), body).block;
        let (w, h) = (sample.width().div_ceil(block), sample.height().div_ceil(block));
        let small = sample.block_means(w, h).0;
        let fit = picture::cells(&noising::noised(&small, sigma), body, ground, buf);
        if !fit.area.is_empty() {
            slots.push(Slot::picture(fit.area, noising::noised(sample, sigma)));
        }
    }

    /// The picture that the walk begins from, if it begins from one.
    fn start(&self) -> Option<&Picture> {
        self.app.walk.settings.as_ref()?.image.as_ref()?.picture.as_ref()
    }

    fn step_of(&self, level: usize) -> usize {
        self.frame.steps.get(level).copied().unwrap_or(level)
    }

    /// What strength leaves out of the schedule.
    fn left_out(&self, settings: &Settings) -> Option<String> {
        let (gone, frame) = (self.frame.left_out.len(), self.frame);
        let facts = [
            ("strength", &*settings.strength?.to_string()),
            ("count", &gone.to_string()),
            ("all", &(gone + frame.timesteps.len()).to_string()),
            ("sigma", &super::parts::numbers::short(*frame.levels.first()?)),
        ];
        (gone > 0).then(|| self.words.fill("schedule.left-out", &facts))
    }

    /// On a small screen each sentence is short enough for its own rows, and what the note below
    /// says as well is left out.
    fn sentences(&self, block: usize, tall: bool, area: Rect, buf: &mut Buffer) {
        let (words, ground) = (self.words, self.ground);
        let mut lines = vec![(self.chosen.line(words, self.frame), ground.strong())];
        let factors = factors_line(words, self.chosen.sigma);
        let names = words.text("schedule.factors-names");
        if tall {
            lines.push((format!("{factors} {names}"), ground.fact()));
        } else {
            lines.push((factors, ground.fact()));
            lines.push((names.to_owned(), ground.fact()));
        }
        if let Some(settings) = &self.app.walk.settings {
            let facts = [
                ("steps", &*settings.steps.to_string()),
                ("sampler", settings.sampler.name()),
                ("spacing", settings.spacing.name()),
                ("calls", &self.frame.timesteps.len().to_string()),
                ("original", &settings.original_steps.unwrap_or_default().to_string()),
            ];
            let key = match (settings.karras, settings.original_steps) {
                (true, _) => "schedule.makes-karras",
                (false, Some(_)) => "schedule.makes-chosen",
                (false, None) => "schedule.makes",
            };
            lines.push((words.fill(key, &facts), ground.fact()));
            lines.extend(self.left_out(settings).map(|line| (line, ground.fact())));
        }
        if tall {
            lines.push((words.text("schedule.not-part").to_owned(), ground.fact()));
        }
        if let Some(told) = self.app.walk.beside() {
            let told = [sizes(told, words), guidance(told, words)];
            lines.extend(told.into_iter().flatten().map(|line| (line, ground.fact())));
        }
        let mut pixels = words.text("schedule.pixels").to_owned();
        if block > 1 {
            let block = words.fill("schedule.block", &[("n", &block.to_string())]);
            pixels = format!("{pixels} {block}");
        }
        lines.push((pixels, ground.dim()));
        let mut row = 0;
        for (line, style) in &lines {
            row += text::put_wrapped(buf, layout::top(area, row).1, line, *style);
        }
    }
}
