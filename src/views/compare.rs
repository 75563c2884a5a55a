//! Runs side by side: one cursor through all of them, every stage compared with the reference.
//!
//! `arrange` says where the runs stand, `cell` draws one of them, and each stage has a file that
//! says what is shown of it.

mod arrange;
mod canvas;
mod cell;
mod decode;
mod embeddings;
mod encode;
mod image;
mod marks;
mod noise;
mod off;
mod pair;
mod plane;
mod schedule;
mod step;
mod tokens;
mod tree;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use self::arrange::Arrangement;
use self::canvas::{Canvas, Look};
use self::cell::Cell;
pub(super) use self::pair::{Pair, pair};
use super::parts::theme::Ground;
use super::parts::{layout, numbers, text};
use super::screen::{self, Bands};
use super::{Slot, hints, lesson, notes, rail};
use crate::app::{App, Comparison};
use crate::compare::{Moment, Reason, Run, State, moments};
use crate::walk::Stage;
use crate::words::Words;

/// Draws the whole screen of a comparison.
pub(super) fn draw(
    app: &App,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let Some(comparison) = &app.comparison else { return };
    let bands = Bands::of(app, area);
    let view = View { app, comparison, words: app.words(), ground };
    view.draw_title(bands.title, buf);
    rail::draw(app, ground, bands.rail, buf);
    screen::line(ground, bands.upper_line, buf);
    view.draw_stage(bands.view, buf, slots);
    screen::line(ground, bands.lower_line, buf);
    if comparison.under_way.is_empty() {
        lesson::draw_place(app, ground, bands.lower_line, buf);
    }
    view.draw_message(bands.lower_line, buf);
    notes::draw(app, ground, bands.notes, buf);
    hints::draw(app, ground, bands.hints, buf);
}

/// Draws the stage on screen alone.
pub(super) fn draw_stage(
    app: &App,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let Some(comparison) = &app.comparison else { return };
    View { app, comparison, words: app.words(), ground }.draw_stage(area, buf, slots);
}

/// The run that is drawn at a place of the view.
pub(super) fn run_at(app: &App, area: Rect, place: (u16, u16)) -> Option<usize> {
    let comparison = app.comparison.as_ref()?;
    if comparison.plane {
        return None;
    }
    let wanted = match comparison.stage() {
        Stage::Step => step::rows(comparison, area),
        Stage::Image => image::rows(comparison, area),
        Stage::Encode | Stage::Noise | Stage::Decode => area.height,
        Stage::Tokens | Stage::Embeddings | Stage::Schedule => return None,
    };
    let found = arrange::arrange(comparison, area, wanted);
    found.runs.iter().find(|(_, cell)| cell.contains(place.into())).map(|(run, _)| *run)
}

/// What every stage of a comparison is drawn from.
#[derive(Clone, Copy)]
struct View<'a> {
    app: &'a App,
    comparison: &'a Comparison,
    words: Words,
    ground: &'a Ground,
}

impl<'a> View<'a> {
    /// The prompt where all have the same one, how many runs there are, and what "the same moment"
    /// means.
    fn draw_title(&self, area: Rect, buf: &mut Buffer) {
        let area = layout::inset(area, 1, 0);
        let done = self.comparison.runs.iter().filter(|run| run.state == State::Done).count();
        let count = self.comparison.runs.len().to_string();
        let runs = if done == self.comparison.runs.len() {
            self.words.fill("beside.runs", &[("count", &count)])
        } else {
            let facts = [("count", &*count), ("done", &done.to_string())];
            self.words.fill("beside.runs-done", &facts)
        };
        let aligned = self.aligned();
        let wide = text::put_right(buf, area, &format!("{runs}   {aligned}"), self.ground.fact());
        let (left, _) = layout::left(area, area.width.saturating_sub(wide + 2), 0);
        let prompts: Vec<&str> = self
            .comparison
            .runs
            .iter()
            .filter_map(|run| run.settings.as_ref().map(|settings| settings.prompt.as_str()))
            .collect();
        if let Some(page) = self.page() {
            text::put(buf, left, &page, self.ground.strong());
            return;
        }
        match prompts.split_first() {
            Some((first, rest)) if rest.iter().all(|prompt| prompt == first) => {
                text::put(buf, left, first, self.ground.prompt());
            }
            Some(_) => {
                text::put(buf, left, self.words.text("beside.prompts"), self.ground.dim());
            }
            None => {}
        }
    }

    /// Which page of a grid it is, where it has more than one.
    fn page(&self) -> Option<String> {
        let heads = self.comparison.heads.as_ref()?;
        let cell = self.comparison.cell(self.comparison.chosen)?;
        let name = heads.pages.get(cell.page)?;
        let (page, pages) = ((cell.page + 1).to_string(), heads.pages.len().to_string());
        let facts = [("page", &*page), ("pages", &pages), ("name", name)];
        Some(self.words.fill("beside.page", &facts))
    }

    /// Which alignment is on, with the level or step of the reference.
    fn aligned(&self) -> String {
        let alignment = self.comparison.alignment;
        let here = self.here();
        let sigma = here.map_or_else(|| "–".to_owned(), |m| numbers::short(m.sigma));
        let step = here.map_or_else(|| "–".to_owned(), |m| (m.step + 1).to_string());
        let facts = [("sigma", &*sigma), ("step", &step)];
        self.words.fill(alignment.key(), &facts)
    }

    /// Where the reference stands.
    fn here(&self) -> Option<Moment> {
        moments(self.comparison.reference_run()?).get(self.comparison.call()).copied()
    }

    /// The moment of a run that belongs beside the cursor.
    fn moment(&self, run: &Run) -> Option<Moment> {
        let reference = self.comparison.reference_run()?;
        self.comparison.alignment.align(reference, self.comparison.call(), run)
    }

    fn draw_stage(&self, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
        if self.comparison.plane {
            plane::draw(self, area, buf, slots);
            return;
        }
        match self.comparison.stage() {
            Stage::Tokens => tokens::draw(self, area, buf),
            Stage::Embeddings => embeddings::draw(self, area, buf),
            Stage::Schedule => schedule::draw(self, area, buf, slots),
            Stage::Encode => encode::draw(self, area, buf, slots),
            Stage::Noise => noise::draw(self, area, buf, slots),
            Stage::Step => step::draw(self, area, buf, slots),
            Stage::Decode => decode::draw(self, area, buf, slots),
            Stage::Image => image::draw(self, area, buf, slots),
        }
    }

    /// What is computed, or what a key did, set into the lower line.
    fn draw_message(&self, area: Rect, buf: &mut Buffer) {
        let place = layout::inset(area, 2, 0);
        let under_way = self.comparison.under_way.first();
        if let Some(run) = under_way.and_then(|asked| self.comparison.run(asked.id)) {
            let waiting = self.comparison.pending.len().to_string();
            let facts = [("name", &*run.name), ("count", &waiting)];
            let sentence = self.words.fill("beside.under-way", &facts);
            text::put(buf, place, &format!(" {sentence} "), self.ground.strong());
        }
        if let Some((key, facts)) = &self.app.toast {
            let facts: Vec<(&str, &str)> =
                facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let message = self.words.fill(key, &facts);
            text::put_right(buf, place, &format!(" {message} "), self.ground.strong());
        }
    }

    const fn look(&self) -> Look<'a> {
        Look { latent: self.app.look.latent, words: self.words, ground: self.ground }
    }

    /// Draws heads and cells; `content` gives a run's pictures and numbers.
    fn draw_cells(
        &self,
        found: &Arrangement,
        buf: &mut Buffer,
        slots: &mut Vec<Slot>,
        content: impl Fn(usize, &Run) -> (Vec<Canvas>, Vec<String>),
    ) {
        for (head, place) in &found.heads {
            text::put(buf, *place, head, self.ground.strong());
        }
        let contents: Vec<(usize, Rect, Vec<Canvas>, Vec<String>)> = found
            .runs
            .iter()
            .filter_map(|(place, area)| {
                let (canvases, lines) = content(*place, self.comparison.runs.get(*place)?);
                Some((*place, *area, canvases, lines))
            })
            .collect();
        let captions = contents.iter().map(|content| content.3.len()).max().unwrap_or(0) as u16;
        for (place, area, canvases, lines) in contents {
            Cell {
                comparison: self.comparison,
                place,
                named: found.named,
                canvases,
                lines,
                captions,
                words: self.words,
                ground: self.ground,
            }
            .draw(area, buf, slots);
        }
    }

    /// Which of the runs shown are held against the reference.
    fn others(&self, found: &Arrangement) -> Vec<(usize, &'a Run)> {
        let runs = found.runs.iter().filter(|(place, _)| *place != self.comparison.reference);
        runs.filter_map(|(place, _)| Some((*place, self.comparison.runs.get(*place)?))).collect()
    }

    /// The sentence for what cannot be compared.
    fn reason(&self, reason: &Reason) -> String {
        self.words.problem(&reason.problem())
    }

    /// How far a run is, in one line: `step 8 of 20 · σ 2.31`.
    fn moment_line(&self, moment: Moment) -> String {
        self.words.fill(
            "compare.moment",
            &[
                ("step", &(moment.step + 1).to_string()),
                ("steps", &moment.steps.to_string()),
                ("sigma", &numbers::short(moment.sigma)),
            ],
        )
    }

    /// The name of a run, cut for a sentence.
    fn name_of(&self, place: usize) -> String {
        self.comparison.runs.get(place).map_or_else(String::new, |run| text::cut(&run.name, 30))
    }
}
