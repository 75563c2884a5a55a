//! One run in its place: its name, its pictures, the numbers that explain them; or that it waits,
//! how far it is, or why it failed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::marks;
use crate::app::Comparison;
use crate::compare::{Run, State};
use crate::views::Slot;
use crate::views::parts::dots::Fit;
use crate::views::parts::theme::Ground;
use crate::views::parts::{bars, layout, text};
use crate::words::Words;

/// Columns that captions beside a picture need.
const CAPTION: u16 = 11;

/// A run as it is drawn.
pub(super) struct Cell<'a> {
    /// All runs.
    pub(super) comparison: &'a Comparison,
    /// Which one, by place.
    pub(super) place: usize,
    /// Whether its name is written over it.
    pub(super) named: bool,
    /// Its pictures, the most important first.
    pub(super) canvases: Vec<Canvas>,
    /// The numbers, the most telling first.
    pub(super) lines: Vec<String>,
    /// How many rows all runs on screen leave for them, so that all pictures have one size.
    pub(super) captions: u16,
    /// The catalogue.
    pub(super) words: Words,
    /// What the terminal can show.
    pub(super) ground: &'a Ground,
}

impl Cell<'_> {
    /// Draws it over the whole area.
    pub(super) fn draw(&self, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
        let Some(run) = self.comparison.runs.get(self.place) else { return };
        let body = if self.named {
            let (head, body) = layout::top(area, 1);
            self.draw_name(run, head, buf);
            body
        } else {
            self.draw_frame(area, buf)
        };
        let mut lines: Vec<(String, bool)> = self.state(run).into_iter().collect();
        lines.extend(self.lines.iter().map(|line| (line.clone(), false)));
        if self.canvases.is_empty() {
            self.draw_lines(run, &lines, body, buf);
            return;
        }
        self.draw_canvases(run, &lines, body, buf, slots);
    }

    /// The name with the run's sign; what is chosen and what is the reference is said too.
    fn draw_name(&self, run: &Run, area: Rect, buf: &mut Buffer) {
        let ground = self.ground;
        let chosen = self.place == self.comparison.chosen;
        let sign = format!("{} ", marks::sign(self.place));
        let style = if chosen { ground.chosen() } else { ground.strong() };
        let name = if chosen { format!("▸ {}", run.name) } else { run.name.clone() };
        let reference = self.place == self.comparison.reference;
        let note = if reference { self.words.text("beside.reference") } else { "" };
        let wide = text::put_right(buf, area, note, ground.dim());
        let (area, _) =
            layout::left(area, area.width.saturating_sub(wide + u16::from(wide > 0)), 0);
        let spans = [(&*sign, marks::style(self.place, ground)), (&*name, style)];
        text::put_spans(buf, area, &spans);
    }

    /// In a grid a bar at the left says what is chosen, `=` what is the reference.
    fn draw_frame(&self, area: Rect, buf: &mut Buffer) -> Rect {
        let (bar, rest) = layout::left(area, 1, 0);
        let chosen = self.place == self.comparison.chosen;
        let reference = self.place == self.comparison.reference;
        for y in bar.y..bar.bottom().saturating_sub(1) {
            if let Some(cell) = buf.cell_mut((bar.x, y)) {
                if chosen {
                    cell.set_symbol("▐").set_style(self.ground.strong());
                } else if reference && y == bar.y {
                    cell.set_symbol("=").set_style(self.ground.fact());
                }
            }
        }
        rest
    }

    /// What there is to say of a run that is not whole.
    fn state(&self, run: &Run) -> Option<(String, bool)> {
        match &run.state {
            State::Waiting => {
                let place = self.comparison.place_in_queue(run.id)?.to_string();
                Some((self.words.fill("beside.waits", &[("place", &place)]), false))
            }
            State::Computing => Some((self.progress(run), false)),
            State::Failed(problem) => {
                // A cell that another process computes is no failure.
                let wrong = problem.key() != "cell-taken";
                Some((self.words.problem(problem), wrong))
            }
            State::Done => None,
        }
    }

    fn progress(&self, run: &Run) -> String {
        let steps = run.settings.as_ref().map_or(run.calls, |settings| settings.steps);
        match run.steps().next_back() {
            Some(step) => self.words.fill(
                "beside.computing",
                &[("step", &(step.step + 1).to_string()), ("steps", &steps.to_string())],
            ),
            None => self.words.text("beside.begun").to_owned(),
        }
    }

    fn draw_lines(&self, run: &Run, lines: &[(String, bool)], area: Rect, buf: &mut Buffer) {
        let mut rest = area;
        for (line, wrong) in lines {
            let style = if *wrong { self.ground.wrong() } else { self.ground.fact() };
            let used = text::put_wrapped(buf, rest, line, style);
            rest = layout::top(rest, used).1;
        }
        if run.state == State::Computing && run.calls > 0 && rest.height > 0 {
            let share = run.frames.len() as f32 / run.course().frames() as f32;
            let bar = layout::row(rest, 0);
            let bar = Rect { width: bar.width.min(20), ..bar };
            for position in bar.positions() {
                if let Some(cell) = buf.cell_mut(position) {
                    cell.set_symbol("·").set_style(self.ground.line());
                }
            }
            bars::lying(share, self.ground.fact(), bar, self.ground, buf);
        }
    }

    /// The pictures side by side, one over the other, or the first alone; captions beside or under.
    fn draw_canvases(
        &self,
        run: &Run,
        lines: &[(String, bool)],
        area: Rect,
        buf: &mut Buffer,
        slots: &mut Vec<Slot>,
    ) {
        let under = self.captions.min(if area.height >= 14 { 4 } else { 2 });
        let labelled = area.height >= 6;
        let label = u16::from(labelled);
        let Some(first) = self.canvases.first() else { return };
        let (w, h) = first.size();
        let whole = Rect { height: area.height.saturating_sub(label + under), ..area };
        let alone = Fit::of(w, h, whole);
        // A grid's cells are low: the numbers stand beside the picture there.
        let full = Rect { height: area.height.saturating_sub(label), ..area };
        let high = Fit::of(w, h, full);
        let beside = !self.named && area.width >= high.area.width + 1 + CAPTION;
        if beside {
            let (left, right) = layout::left(area, high.area.width, 1);
            let body = layout::bottom(left, left.height - label.min(left.height)).1;
            let used = first.draw(body, self.ground, buf, slots);
            if labelled {
                let line = self.label_of(first, used);
                text::put(buf, layout::row(area, 0), &line, self.ground.dim());
            }
            let right = layout::top(right, label).1;
            let mut lines = lines.to_vec();
            if !labelled && used.block > 1 {
                let block = self.words.fill("step.block", &[("n", &used.block.to_string())]);
                lines.insert(lines.len().min(4), (block, false));
            }
            self.draw_lines(run, &lines, right, buf);
            return;
        }
        let mut rest = area;
        let count = self.canvases.len() as u16;
        let columns = layout::columns(whole, count, 1);
        let side_by_side = columns.first().is_some_and(|column| {
            let fit = Fit::of(w, h, Rect { height: whole.height, ..*column });
            fit.block == alone.block && fit.scale == alone.scale
        });
        if side_by_side {
            let mut lowest = 0;
            for (canvas, column) in self.canvases.iter().zip(&columns) {
                let body = Rect { y: area.y + label, height: whole.height, ..*column };
                let fit = canvas.draw(body, self.ground, buf, slots);
                if labelled {
                    let line = self.label_of(canvas, fit);
                    text::put(
                        buf,
                        Rect { height: 1, y: area.y, ..*column },
                        &line,
                        self.ground.dim(),
                    );
                }
                lowest = lowest.max(fit.area.height);
            }
            rest = layout::top(rest, lowest + label).1;
        } else {
            for canvas in &self.canvases {
                let room = rest.height.saturating_sub(under + label);
                let (w, h) = canvas.size();
                let fit = Fit::of(w, h, Rect { height: room, ..rest });
                // A second picture only where it is as large as the first.
                let smaller = fit.block > alone.block || fit.scale < alone.scale;
                if rest.y > area.y && (smaller || fit.area.is_empty()) {
                    break;
                }
                let (head, body) = layout::top(rest, label);
                let body = Rect { height: room, ..body };
                let fit = canvas.draw(body, self.ground, buf, slots);
                if labelled {
                    text::put(buf, head, &self.label_of(canvas, fit), self.ground.dim());
                }
                rest = layout::top(rest, label + fit.area.height).1;
            }
        }
        self.draw_lines(run, lines, rest, buf);
    }

    /// The label with what was done to the picture to make it fit.
    fn label_of(&self, canvas: &Canvas, fit: Fit) -> String {
        if fit.block <= 1 {
            return canvas.label.clone();
        }
        let block = self.words.fill("step.block", &[("n", &fit.block.to_string())]);
        format!("{}, {block}", canvas.label)
    }
}
