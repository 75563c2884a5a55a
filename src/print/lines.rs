//! A walk as lines on a terminal: numbers in even columns, small plots, slots for pictures. 80
//! columns; coloured only where colour means something: amber is the prompt and what comes of it.

mod attachments;
mod encode;
mod noise;
mod picture;
mod step;
mod text;

use std::io::{self, Write};

use crate::walk::{Frame, Settings, Stage};
use crate::words::Words;

use super::numbers::plain_number;
use super::table::{WIDTH, cut, left, wrapped};
use super::{Past, Pictures};

pub(crate) use attachments::layers;
pub(crate) use step::pictured;

/// Where the lines of one frame go.
pub(crate) struct Page<'a> {
    pub(crate) past: &'a Past,
    pub(crate) words: Words,
    pub(crate) colour: bool,
    pub(crate) out: &'a mut dyn Write,
}

/// What is being made, and with what.
pub(crate) fn title(
    past: &Past,
    words: Words,
    colour: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page { past, words, colour, out };
    let prompt = visible(&past.settings.prompt);
    let prompt =
        if prompt.is_empty() { words.text("print.empty-prompt").to_owned() } else { prompt };
    for line in wrapped(&prompt, WIDTH) {
        let line = page.amber(&line);
        writeln!(page.out, "{line}")?;
    }
    for line in wrapped(&settings(&past.settings, "print.lines.settings", words), WIDTH) {
        writeln!(page.out, "{line}")?;
    }
    if !past.settings.guessed.is_empty() {
        let names = words.list(&past.settings.guessed);
        page.say(&words.fill("print.guessed", &[("names", &names)]))?;
    }
    page.attachments()
}

/// The sentence of `key` that names the model and the settings.
pub(crate) fn settings(s: &Settings, key: &str, words: Words) -> String {
    let facts = [
        ("model", s.model.clone()),
        ("seed", s.seed.to_string()),
        ("steps", s.steps.to_string()),
        ("sampler", s.sampler.name().to_owned()),
        ("guidance", plain_number(s.guidance)),
        ("width", s.width.to_string()),
        ("height", s.height.to_string()),
        ("device", s.device.clone()),
        ("dtype", s.dtype.clone()),
    ];
    filled(words, key, &facts)
}

/// Fills a key's placeholders from owned values.
pub(crate) fn filled(words: Words, key: &str, facts: &[(&str, String)]) -> String {
    let facts: Vec<(&str, &str)> = facts.iter().map(|(n, v)| (*n, v.as_str())).collect();
    words.fill(key, &facts)
}

/// Spaces that must not be broken at, as plain spaces again.
fn spaced(line: &str) -> String {
    line.trim_end_matches('\u{a0}').replace('\u{a0}', " ")
}

/// Text from outside with its control characters made visible.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

impl Page<'_> {
    /// One frame.
    pub(crate) fn frame(&mut self, frame: &Frame, pictures: &mut dyn Pictures) -> io::Result<()> {
        match frame {
            Frame::Tokens(tokens) => self.tokens(tokens),
            Frame::Embeddings(embeddings) => self.embeddings(embeddings, pictures),
            Frame::Schedule(schedule) => self.schedule(schedule),
            Frame::Encode(encode) => self.encode(encode, pictures),
            Frame::Noise(noise) => self.noise(noise, pictures),
            Frame::Step(step) => self.step(step, pictures),
            Frame::Decode(decode) => self.decode(decode, pictures),
            Frame::Image(image) => self.image(image, pictures),
        }
    }

    /// A stage's name on a line of its own.
    fn heading(&mut self, stage: Stage) -> io::Result<()> {
        let name = self.words.text(rail_key(stage));
        rule(self.out, &format!("{} {name}", stage.number()))
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        say(self.out, text)
    }

    fn pair(&mut self, key: &str, text: &str) -> io::Result<()> {
        pair(self.out, self.words.text(key), text)
    }

    fn captions(&mut self, widths: &[usize], labels: &[String]) -> io::Result<()> {
        captions(self.out, widths, labels)
    }

    /// In the colour of the prompt.
    fn amber(&self, text: &str) -> String {
        if self.colour { format!("\u{1b}[33m{text}\u{1b}[39m") } else { text.to_owned() }
    }
}

/// A name on a line of its own, over what belongs to it.
pub(crate) fn rule(out: &mut dyn Write, name: &str) -> io::Result<()> {
    let start = format!("── {} ", cut(name, WIDTH - 4));
    let rest = WIDTH.saturating_sub(unicode_width::UnicodeWidthStr::width(start.as_str()));
    writeln!(out, "\n{start}{}", "─".repeat(rest))
}

/// A line, indented, broken where it is too long.
pub(crate) fn say(out: &mut dyn Write, text: &str) -> io::Result<()> {
    for line in wrapped(text, WIDTH - 2) {
        writeln!(out, "  {}", spaced(line.trim_end()))?;
    }
    Ok(())
}

/// A label and what belongs to it; long text goes on under itself.
pub(crate) fn pair(out: &mut dyn Write, label: &str, text: &str) -> io::Result<()> {
    const LABEL: usize = 12;
    for (i, line) in wrapped(text, WIDTH - 2 - LABEL).iter().enumerate() {
        let label = if i == 0 { label } else { "" };
        writeln!(out, "  {}{}", left(label, LABEL), spaced(line.trim_end()))?;
    }
    Ok(())
}

/// Labels over the pictures of a row, each as wide as its picture.
pub(crate) fn captions(out: &mut dyn Write, widths: &[usize], labels: &[String]) -> io::Result<()> {
    let parts: Vec<String> =
        labels.iter().zip(widths).map(|(label, &width)| left(&cut(label, width), width)).collect();
    writeln!(out, "  {}", parts.join("  ").trim_end())
}

/// The key of a stage's name.
pub(crate) const fn rail_key(stage: Stage) -> &'static str {
    match stage {
        Stage::Tokens => "rail.tokens",
        Stage::Embeddings => "rail.embeddings",
        Stage::Schedule => "rail.schedule",
        Stage::Encode => "rail.encode",
        Stage::Noise => "rail.noise",
        Stage::Step => "rail.step",
        Stage::Decode => "rail.decode",
        Stage::Image => "rail.image",
    }
}
