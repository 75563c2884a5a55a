//! A comparison as lines on a terminal: a table of the aligned calls, pictures beside each other.

use std::io::{self, Write};

use crate::compare::{Beside, Measured, Parting, PictureDifference, Run, Summary, between_steps};
use crate::walk::{Image, Picture};
use crate::words::Words;

use super::super::Pictures;
use super::super::lines::{captions, filled, pair, rule, say, settings, visible};
use super::super::numbers::short;
use super::super::panels::{signed_plane, widest};
use super::super::table::{WIDTH, left, right};
use super::said;

/// Columns of the table of calls.
const COLUMNS: [(&str, usize); 8] = [
    ("step", 9),
    ("sigma", 9),
    ("beside", 10),
    ("norm", 10),
    ("rms", 10),
    ("cosine", 10),
    ("x0", 10),
    ("epsilon", 10),
];

/// The most rows of the table; of more calls, evenly chosen ones, the first and the last.
const ROWS: usize = 12;

/// All of it.
pub(super) fn comparison(
    runs: &[Run],
    summary: &Summary,
    (words, colour): (Words, bool),
    pictures: &mut dyn Pictures,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page { runs, summary, words, colour, out };
    say(page.out, &said::head(runs, summary, words))?;
    for place in 0..runs.len() {
        page.run(place)?;
    }
    page.side_by_side(pictures)?;
    for beside in &summary.others {
        page.beside(beside, pictures)?;
    }
    rule(page.out, words.text("print.compare.label-plane"))?;
    for sentence in said::plane(runs, &summary.plane, words) {
        say(page.out, &sentence)?;
    }
    Ok(())
}

/// Where the lines go.
struct Page<'a> {
    runs: &'a [Run],
    summary: &'a Summary,
    words: Words,
    colour: bool,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn name(&self, place: usize) -> String {
        let facts =
            [("number", (place + 1).to_string()), ("name", visible(&self.runs[place].name))];
        filled(self.words, "print.compare.run", &facts)
    }

    /// What one run is, and how far it has come.
    fn run(&mut self, place: usize) -> io::Result<()> {
        let run = &self.runs[place];
        let name = self.name(place);
        rule(self.out, &name)?;
        if let Some(known) = &run.settings {
            let prompt = visible(&known.prompt);
            let amber = if self.colour { format!("\u{1b}[33m{prompt}\u{1b}[39m") } else { prompt };
            say(self.out, &amber)?;
            say(self.out, &settings(known, "print.lines.settings", self.words))?;
        }
        for sentence in said::standing(self.runs, run, self.words) {
            say(self.out, &sentence)?;
        }
        Ok(())
    }

    /// The finished pictures, as many to a row as fit.
    fn side_by_side(&mut self, pictures: &mut dyn Pictures) -> io::Result<()> {
        let of = |place: usize| Some((place, self.runs[place].image()?.picture()?));
        let all: Vec<(usize, Picture)> = (0..self.runs.len()).filter_map(of).collect();
        if all.is_empty() {
            return Ok(());
        }
        writeln!(self.out)?;
        for row in all.chunks(4) {
            let width = widest(row.len().max(2));
            let labels: Vec<String> = row.iter().map(|(place, _)| self.name(*place)).collect();
            let row: Vec<Picture> =
                row.iter().map(|(_, picture)| picture.block_means(width, width).0).collect();
            let widths: Vec<usize> = row.iter().map(Picture::width).collect();
            captions(self.out, &widths, &labels)?;
            pictures.show(&row, self.out)?;
        }
        Ok(())
    }

    /// One run against the reference, stage by stage.
    fn beside(&mut self, beside: &Beside, pictures: &mut dyn Pictures) -> io::Result<()> {
        let words = self.words;
        let (reference, run) = (&self.runs[self.summary.reference], &self.runs[beside.run]);
        let facts = [
            ("number", (beside.run + 1).to_string()),
            ("name", visible(&run.name)),
            ("reference", (self.summary.reference + 1).to_string()),
            ("reference-name", visible(&reference.name)),
        ];
        rule(self.out, &filled(words, "print.compare.against", &facts))?;
        let stages = [
            ("print.compare.label-prompt", said::pieces(reference, run, beside, words)),
            ("print.compare.label-vectors", said::vectors(run, beside, words)),
            ("print.compare.label-noise", said::noise(reference, run, beside, words)),
        ];
        for (label, sentence) in stages {
            pair(self.out, words.text(label), &sentence)?;
        }
        let label = words.text("print.compare.label-parting");
        match &beside.parting {
            Err(reason) => pair(self.out, label, &said::cannot(reason, words))?,
            Ok(parting) => {
                pair(self.out, label, &said::parting(parting, words))?;
                self.table(reference, run, parting)?;
            }
        }
        let label = words.text("print.compare.label-picture");
        match &beside.picture {
            Err(reason) => pair(self.out, label, &said::cannot(reason, words)),
            Ok(apart) => {
                pair(self.out, label, &said::picture(apart, words))?;
                self.difference(run, apart, pictures)
            }
        }
    }

    fn table(&mut self, reference: &Run, run: &Run, parting: &Parting) -> io::Result<()> {
        let head = COLUMNS
            .map(|(name, _)| self.words.text(&format!("print.compare.column.{name}")).to_owned());
        writeln!(self.out, "\n  {}", row(&head))?;
        let count = parting.points.len();
        let last = count.saturating_sub(1);
        let chosen = |i: &usize| {
            count <= ROWS || (0..ROWS).any(|row| (row * last).div_euclid(ROWS - 1) == *i)
        };
        for point in (0..count).filter(chosen).map(|i| &parting.points[i]) {
            let apart = |measured| {
                let steps =
                    (reference.step_at(point.reference.call), run.step_at(point.other.call));
                let (Some(a), Some(b)) = steps else { return "–".to_owned() };
                between_steps(a, b, measured).map_or_else(|_| "–".to_owned(), |d| short(d.norm))
            };
            let cells = [
                format!("{}/{}", point.reference.step + 1, point.reference.steps),
                short(point.reference.sigma),
                short(point.other.sigma),
                short(point.norm),
                format!("{:.3}", point.rms),
                said::cosine(point.cosine),
                apart(Measured::X0),
                apart(Measured::Epsilon),
            ];
            writeln!(self.out, "  {}", row(&cells))?;
        }
        writeln!(self.out)
    }

    /// The other picture and what parts it from the reference's.
    fn difference(
        &mut self,
        run: &Run,
        apart: &PictureDifference,
        pictures: &mut dyn Pictures,
    ) -> io::Result<()> {
        let Some(picture) = run.image().and_then(Image::picture) else { return Ok(()) };
        let limit = format!("{:.0}", apart.limit);
        say(self.out, &self.words.fill("print.compare.shown", &[("limit", &limit)]))?;
        let width = widest(2);
        let (small, _) = picture.block_means(width, width);
        let (difference, _) = signed_plane(&apart.lightness, 0, apart.limit, width);
        pictures.show(&[small, difference], self.out)
    }
}

fn row(cells: &[String; COLUMNS.len()]) -> String {
    let mut line = String::with_capacity(WIDTH);
    for (i, (cell, (_, width))) in cells.iter().zip(COLUMNS).enumerate() {
        line.push_str(&if i == 0 { left(cell, width) } else { right(cell, width) });
    }
    line
}
