//! Steps as rows of one table, with pictures at a few of them, and the curves at the end.

use std::io;

use crate::walk::{Picture, Stage, Statistics, Step};

use super::super::Pictures;
use super::super::json::shares;
use super::super::numbers::{plain_number, short};
use super::super::panels::{self, widest};
use super::super::plot::{spark, stretched};
use super::super::table::{cut, left, right};
use super::{Page, filled};

/// Widths of the table's columns.
const COLUMNS: [(&str, usize); 7] = [
    ("step", 8),
    ("timestep", 10),
    ("sigma", 18),
    ("epsilon", 9),
    ("angle", 9),
    ("moved", 12),
    ("time", 10),
];

/// Whether pictures are shown at this call: the first, the last, and three between.
pub(crate) fn pictured(call: usize, calls: usize) -> bool {
    call == 0 || call + 1 == calls || (call + 1).is_multiple_of(calls.div_ceil(4).max(1))
}

impl Page<'_> {
    pub(super) fn step(&mut self, step: &Step, pictures: &mut dyn Pictures) -> io::Result<()> {
        if step.call == 0 {
            self.heading(Stage::Step)?;
            self.head()?;
        }
        self.row(step)?;
        if pictured(step.call, step.calls) {
            self.pictures(step, pictures)?;
            if step.call + 1 < step.calls {
                self.head()?;
            }
        }
        if step.call + 1 == step.calls {
            self.curves()?;
        }
        Ok(())
    }

    fn head(&mut self) -> io::Result<()> {
        let mut line = String::new();
        for (i, (name, width)) in COLUMNS.iter().enumerate() {
            let key = format!("print.column.{name}");
            let text = self.words.text(&key);
            line.push_str(&if i == 0 { left(text, *width) } else { right(text, *width) });
        }
        writeln!(self.out, "  {line}")
    }

    fn row(&mut self, step: &Step) -> io::Result<()> {
        let dash = || "–".to_owned();
        let angle = self.past.angles.last().copied().flatten();
        let moved = self.past.moved.last().copied().flatten();
        let cells = [
            format!("{}/{}", step.step + 1, step.steps),
            plain_number(f64::from(step.timestep)),
            format!("{} → {}", short(step.sigma), right(&short(step.sigma_next), 5)),
            short(Statistics::of(&step.epsilon_of(&step.pred)).norm),
            angle.map_or_else(dash, |a| format!("{a:.1}°")),
            moved.map_or_else(dash, |m| format!("{m:.3}")),
            filled(self.words, "print.lines.seconds", &[("seconds", short(step.seconds))]),
        ];
        let mut line = String::new();
        for (i, (cell, (_, width))) in cells.iter().zip(COLUMNS).enumerate() {
            line.push_str(&if i == 0 { left(cell, width) } else { right(cell, width) });
        }
        writeln!(self.out, "  {line}")
    }

    fn pictures(&mut self, step: &Step, pictures: &mut dyn Pictures) -> io::Result<()> {
        let preview = self.past.card.preview.as_ref();
        let count = 3 + usize::from(step.pred_uncond.is_some());
        let row = panels::step(step, preview, widest(count));
        let widths: Vec<usize> = row.iter().map(Picture::width).collect();
        let keys = [
            "print.panel.latent",
            "print.panel.epsilon",
            "print.panel.x0",
            "print.panel.difference",
        ];
        let labels: Vec<String> =
            keys.iter().take(row.len()).map(|key| self.words.text(key).to_owned()).collect();
        writeln!(self.out)?;
        self.captions(&widths, &labels)?;
        pictures.show(&row, self.out)?;
        if step.call == 0 {
            self.legend(step)?;
        }
        self.attention(step)?;
        writeln!(self.out)
    }

    /// What the pictures show, once.
    fn legend(&mut self, step: &Step) -> io::Result<()> {
        let decoded = step.x0_image.is_some();
        match self.past.card.preview.as_ref() {
            Some(preview) => {
                let facts = [("r2", format!("{:.2}", preview.r2))];
                let key = if decoded { "print.lines.decoded" } else { "print.lines.preview" };
                self.say(&filled(self.words, key, &facts))
            }
            None => self.say(self.words.text("print.lines.no-preview")),
        }
    }

    /// How much of the picture each piece took.
    fn attention(&mut self, step: &Step) -> io::Result<()> {
        let Some(attention) = &step.attention else { return Ok(()) };
        let shares = shares(&attention.rows);
        let names = self.past.labels.iter().map(String::as_str);
        let padding = self.words.text("print.lines.padding");
        let parts: Vec<String> = names
            .chain(std::iter::once(padding))
            .zip(&shares)
            .map(|(name, share)| {
                format!("{}\u{a0}{:.0}\u{a0}%", cut(&super::visible(name), 12), share * 100.0)
            })
            .collect();
        self.pair("print.lines.attention", &parts.join("  "))
    }

    /// The curves over all calls.
    fn curves(&mut self) -> io::Result<()> {
        let moved: Vec<f32> = self.past.moved.iter().map(|m| m.unwrap_or(0.0)).collect();
        let angles: Vec<f32> = self.past.angles.iter().copied().flatten().collect();
        let width = if moved.len() > 60 { 60 } else { moved.len() * (60 / moved.len().max(1)) };
        let line = |values: &[f32]| spark(&stretched(values, width)).replace(' ', "\u{a0}");
        self.pair("print.lines.moved", &line(&moved))?;
        if !angles.is_empty() {
            self.pair("print.lines.angles", &line(&angles))?;
        }
        let calls = self.past.moved.len().to_string();
        let end = right(&calls, width.saturating_sub(1)).replace(' ', "\u{a0}");
        self.pair("print.lines.call", &format!("1{end}"))
    }
}
