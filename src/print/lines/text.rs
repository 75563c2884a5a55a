//! The prompt's stages as lines: pieces and ids, then vectors.

use std::io;

use unicode_width::UnicodeWidthStr;

use crate::walk::statistics::absolute_percentile;
use crate::walk::{
    Embeddings, Encoding, Grid, Picture, Stage, Statistics, TextLayers, Tokens, Word,
};

use super::super::Pictures;
use super::super::json::cosines;
use super::super::numbers::{short, signed, thousands};
use super::super::panels::signed_plane;
use super::super::table::{cut, left, right};
use super::{Page, filled};
use crate::words::NEVER_TRAINED;
use crate::words::told::{beside, second_encoder, zeros_for_negative};

/// Pieces of which rows and columns of a matrix still fit 80 columns.
const MATRIX: usize = 11;

impl Page<'_> {
    pub(super) fn tokens(&mut self, tokens: &Tokens) -> io::Result<()> {
        self.heading(Stage::Tokens)?;
        let Some(first) = tokens.encoders.first() else { return Ok(()) };
        self.pieces(&first.prompt)?;
        self.merges(&first.prompt)?;
        self.places(&first.prompt)?;
        let guided = self.past.settings.guided();
        let zeros = zeros_for_negative(tokens, guided)
            .then(|| self.words.text("tokens.negative-zeros").to_owned());
        for sentence in second_encoder(tokens, self.words).into_iter().chain(zeros) {
            self.pair("print.lines.no-label", &sentence)?;
        }
        if let Some(negative) = &first.negative
            && !negative.text.is_empty()
        {
            writeln!(self.out)?;
            self.pair("print.lines.negative", "")?;
            self.pieces(negative)?;
            self.places(negative)?;
        }
        Ok(())
    }

    /// Pieces over their ids, as many to a line as fit.
    fn pieces(&mut self, encoding: &Encoding) -> io::Result<()> {
        let columns: Vec<(String, String)> = encoding
            .pieces
            .iter()
            .take(encoding.kept)
            .map(|p| {
                let sign = if p.never_trained() { NEVER_TRAINED } else { "" };
                (format!("{sign}{}", cut(&p.text, 24)), p.id.to_string())
            })
            .collect();
        let wide = |(text, id): &(String, String)| text.width().max(id.width()) + 2;
        let mut rest = columns.as_slice();
        while !rest.is_empty() {
            let mut used = 0;
            let fit = rest
                .iter()
                .take_while(|column| {
                    used += wide(column);
                    used <= 66
                })
                .count()
                .max(1);
            let (now, later) = rest.split_at(fit);
            let texts: String = now.iter().map(|c| left(&c.0, wide(c))).collect();
            let ids: String = now.iter().map(|c| left(&c.1, wide(c))).collect();
            let label = left(self.words.text("print.lines.pieces"), 12);
            writeln!(self.out, "  {label}{}", self.amber(texts.trim_end()))?;
            self.pair("print.lines.ids", &ids.trim_end().replace(' ', "\u{a0}"))?;
            rest = later;
        }
        self.strangers(encoding)
    }

    /// Words that the model was never trained on, and the nearest that it was.
    fn strangers(&mut self, encoding: &Encoding) -> io::Result<()> {
        for (i, sentence) in self.past.never_trained(encoding, self.words).iter().enumerate() {
            let label = if i == 0 { "print.lines.never" } else { "print.lines.no-label" };
            self.pair(label, &format!("{NEVER_TRAINED} {sentence}"))?;
        }
        match self.past.offer(encoding) {
            Some(offer) => self.pair("print.lines.no-label", &self.words.offered_command(&offer)),
            None => Ok(()),
        }
    }

    /// How words of more than one piece, or the longest word, came about.
    fn merges(&mut self, encoding: &Encoding) -> io::Result<()> {
        let Some(word) = encoding
            .words
            .iter()
            .filter(|w| !w.merges.is_empty() && w.pieces.start < encoding.kept)
            .max_by_key(|w| (w.pieces.len() > 1, w.merges.len()))
        else {
            return Ok(());
        };
        let last = word.merges.len();
        let told = [(0..=last).collect(), vec![0, 1, last], vec![0, last]];
        let told = told.map(|stages| merged(word, &stages));
        let fits = told.iter().find(|text| text.width() <= 66).unwrap_or(&told[2]);
        self.pair("print.lines.merges", fits)
    }

    fn places(&mut self, encoding: &Encoding) -> io::Result<()> {
        let facts = [
            ("used", (encoding.kept + 2).to_string()),
            ("padding", 75usize.saturating_sub(encoding.kept).to_string()),
        ];
        let places = filled(self.words, "print.lines.places", &facts);
        self.pair("print.lines.places-label", &places)?;
        if encoding.cut.is_empty() {
            self.pair("print.lines.cut-label", self.words.text("print.lines.nothing-cut"))
        } else {
            self.pair("print.lines.cut-label", &super::visible(&encoding.cut))
        }
    }

    pub(super) fn embeddings(
        &mut self,
        embeddings: &Embeddings,
        pictures: &mut dyn Pictures,
    ) -> io::Result<()> {
        self.heading(Stage::Embeddings)?;
        for (e, encoder) in embeddings.encoders.iter().enumerate() {
            if embeddings.encoders.len() > 1 {
                let encoder = [("encoder", &*(e + 1).to_string())];
                self.say(&self.words.fill("print.lines.encoder", &encoder))?;
            }
            self.layers(encoder)?;
        }
        self.strip(&embeddings.context, pictures)?;
        self.matrix(&embeddings.context)?;
        for sentence in beside(&embeddings.beside, self.words) {
            self.say(&sentence)?;
        }
        let pieces = self.past.labels.iter().skip(1);
        for (piece, near) in pieces.zip(&embeddings.nearest).filter(|(_, near)| !near.is_empty()) {
            let list: Vec<String> = near
                .iter()
                .take(4)
                .map(|n| format!("{} {}", super::visible(&n.text), short(n.cosine)))
                .collect();
            let text = format!("{}   {}", left(&cut(piece, 12), 12), list.join("   "));
            self.pair("print.lines.nearest", &text)?;
        }
        Ok(())
    }

    fn layers(&mut self, encoder: &TextLayers) -> io::Result<()> {
        self.columns(12, &["layer", "mean", "std", "min", "max", "norm"])?;
        let last = self.words.text("print.lines.final").to_owned();
        let named = encoder.layers.iter().enumerate().map(|(i, g)| (i.to_string(), g));
        for (name, grid) in named.chain(std::iter::once((last, &encoder.last))) {
            let rows = prompt_rows(grid, self.past.labels.len());
            let s = Statistics::of_slice(&rows);
            let norm = row_norm(grid, self.past.labels.len());
            let cells = [signed(s.mean), short(s.std), signed(s.min), signed(s.max), short(norm)];
            let cells: String = cells.iter().map(|c| right(c, 11)).collect();
            writeln!(self.out, "  {}{cells}", left(&name, 12))?;
        }
        Ok(())
    }

    /// The head of a table of statistics: a label, then columns of 11.
    pub(super) fn columns(&mut self, label: usize, names: &[&str]) -> io::Result<()> {
        let mut line = String::new();
        for (i, name) in names.iter().enumerate() {
            let key = format!("print.column.{name}");
            let text = self.words.text(&key);
            line.push_str(&if i == 0 { left(text, label) } else { right(text, 11) });
        }
        writeln!(self.out, "  {line}")
    }

    /// The prompt vectors as a picture: a line a piece, a column for every few numbers.
    fn strip(&mut self, context: &Grid, pictures: &mut dyn Pictures) -> io::Result<()> {
        let rows = self.past.labels.len().min(context.height()).min(24);
        let data = prompt_rows(context, rows);
        let limit = absolute_percentile(&data, 0.98);
        let Some(grid) = Grid::new(&[1, rows, context.width()], data) else { return Ok(()) };
        let columns = grid.width().min(64);
        let folded = Grid::from_fn(&[1, rows, columns], |i| {
            let part = grid.width() / columns;
            let row = grid.row(i / columns);
            let from = i % columns * part;
            row[from..from + part].iter().sum::<f32>() / part as f32
        });
        let (flat, _) = signed_plane(&folded, 0, limit, 64);
        let doubled =
            Picture::from_fn(flat.width(), flat.height() * 2, |x, y| flat.pixel(x, y / 2));
        let facts = [
            ("numbers", thousands(context.width())),
            ("per", (grid.width() / columns).to_string()),
            ("limit", short(limit)),
        ];
        writeln!(self.out)?;
        self.say(&filled(self.words, "print.lines.strip", &facts))?;
        pictures.show(&[doubled], self.out)?;
        let labels = self.past.labels.iter().take(rows).map(|l| super::visible(l));
        let labels = labels.collect::<Vec<_>>().join(" · ");
        self.say(&self.words.fill("print.lines.strip-rows", &[("labels", &labels)]))
    }

    /// Cosines between the prompt vectors of the pieces.
    fn matrix(&mut self, context: &Grid) -> io::Result<()> {
        let n = self.past.labels.len().saturating_sub(2).min(MATRIX);
        if n < 2 {
            return Ok(());
        }
        let labels: Vec<String> =
            self.past.labels[1..=n].iter().map(|l| super::visible(l)).collect();
        let matrix = cosines(context, n + 1);
        writeln!(self.out)?;
        self.say(self.words.text("print.lines.cosines"))?;
        let head: String = labels.iter().map(|l| right(&cut(l, 5), 6)).collect();
        writeln!(self.out, "  {}{head}", left("", 11))?;
        for (i, label) in labels.iter().enumerate() {
            let cells: String =
                (0..n).map(|j| right(&hundredths(matrix[i + 1][j + 1]), 6)).collect();
            writeln!(self.out, "  {}{cells}", left(&cut(label, 11), 11))?;
        }
        writeln!(self.out)
    }
}

/// A word after some of its merges, with `…` where merges are left out between.
fn merged(word: &Word, stages: &[usize]) -> String {
    let mut text = String::new();
    for (i, &n) in stages.iter().enumerate() {
        if i > 0 {
            text.push_str(if n == stages[i - 1] + 1 { " → " } else { " → … → " });
        }
        text.push_str(&word.after(n).join("\u{a0}").replace("</w>", "⏎"));
    }
    text
}

fn hundredths(x: f32) -> String {
    let n = (x * 100.0).round() as i32;
    if n < 0 { format!("−{}", -n) } else { n.to_string() }
}

/// The first `rows` rows of the last batch entry of `[B,77,D]`: the prompt's own.
fn prompt_rows(grid: &Grid, rows: usize) -> Vec<f32> {
    let batch = grid.planes().saturating_sub(1);
    (0..rows.min(grid.height()))
        .flat_map(|i| grid.row(batch * grid.height() + i).iter().copied())
        .collect()
}

/// The mean norm of those rows.
fn row_norm(grid: &Grid, rows: usize) -> f32 {
    let batch = grid.planes().saturating_sub(1);
    let rows = rows.min(grid.height());
    let sum: f32 =
        (0..rows).map(|i| Statistics::of_slice(grid.row(batch * grid.height() + i)).norm).sum();
    sum / rows.max(1) as f32
}
