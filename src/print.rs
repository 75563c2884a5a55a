//! The same frames without a screen: lines, JSON, spoken.
//!
//! A [`Printer`] gets the frames of a walk one after the other and writes each as soon as it is
//! there. Where a picture belongs it asks [`Pictures`], so that this floor needs no terminal.

mod attached;
mod colour_name;
pub mod compare;
pub mod describe;
pub mod evaluation;
pub mod json;
pub mod layers;
pub mod lines;
pub mod loss;
pub mod models;
pub mod noising;
mod numbers;
mod panels;
mod past;
pub mod plain;
mod plot;
pub mod seen;
mod shades;
mod table;
pub mod teaching;

use std::io::{self, Write};

use crate::walk::{Eyes, Frame, ModelCard, Picture, Settings};
use crate::words::Words;

pub use past::Past;
pub use shades::Shades;

/// In which form a walk is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Numbers, small plots and pictures; with colour only where asked for.
    Lines {
        /// Whether escape codes for colours may be written.
        colour: bool,
    },
    /// Sentences alone: no escape codes, no box drawing, every picture described.
    Plain,
    /// JSON Lines, version 1: `json::SCHEMA` documents it.
    Json,
}

/// Who puts pictures among the lines.
pub trait Pictures {
    /// Shows pictures side by side, indented by two columns and parted by two: each takes as many
    /// columns as it has pixels across, and a line for every two pixels down. Whatever was written
    /// to `out` before stands before it, and the cursor is at the start of a line afterwards.
    fn show(&mut self, row: &[Picture], out: &mut dyn Write) -> io::Result<()>;
}

/// Prints the frames of one walk.
#[derive(Debug)]
pub struct Printer {
    form: Form,
    words: Words,
    past: Past,
    eyes: Option<Eyes>,
}

impl Printer {
    /// A printer for a walk with these settings, of which the network is called `calls` times.
    pub fn new(
        form: Form,
        words: Words,
        settings: &Settings,
        card: &ModelCard,
        calls: usize,
    ) -> Self {
        Self { form, words, past: Past::new(settings.clone(), card.clone(), calls), eyes: None }
    }

    /// With someone who tells what finished pictures show: sentences say it beside the description.
    #[must_use]
    pub fn with_eyes(self, eyes: Eyes) -> Self {
        Self { eyes: Some(eyes), ..self }
    }

    /// Writes what stands before the first frame: what is being made. JSON has it in its first
    /// object instead.
    pub fn title(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.form {
            Form::Lines { colour } => lines::title(&self.past, self.words, colour, out),
            Form::Plain => spoken(self.words, out, |out| plain::title(&self.past, self.words, out)),
            Form::Json => Ok(()),
        }
    }

    /// Takes note of a frame that is not written: one before the frame that is.
    pub fn remember(&mut self, frame: &Frame) {
        self.past.take(frame);
    }

    /// Writes one frame. Frames must come in the order of the walk.
    pub fn frame(
        &mut self,
        frame: &Frame,
        pictures: &mut dyn Pictures,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.past.take(frame);
        match self.form {
            Form::Lines { colour } => {
                let mut page = lines::Page { past: &self.past, words: self.words, colour, out };
                page.frame(frame, pictures)
            }
            Form::Plain => spoken(self.words, out, |out| {
                plain::frame(frame, (&self.past, self.eyes), self.words, out)
            }),
            Form::Json => json::frame(frame, &self.past, out),
        }?;
        out.flush()
    }
}

/// Writes what `say` says with words in place of its symbols.
fn spoken(
    words: Words,
    out: &mut dyn Write,
    say: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut said: Vec<u8> = Vec::new();
    say(&mut said)?;
    out.write_all(words.spoken(&String::from_utf8_lossy(&said)).as_bytes())
}
