//! What is laid over the model as lines: each attachment, what of the three networks it changed,
//! and the layers that changed most.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::walk::{LayerChange, most_changed};
use crate::words::Words;
use crate::words::changed::networks;

use super::super::attached::named;
use super::super::layers::strips;
use super::super::table::{cut, left, right};
use super::{Page, say};

/// How many layers are shown.
const LAYERS: usize = 6;
/// Cells of the longest bar.
const BAR: f32 = 24.0;

impl Page<'_> {
    /// Nothing where nothing is laid over the model.
    pub(super) fn attachments(&mut self) -> io::Result<()> {
        let past = self.past;
        for attachment in &past.settings.attachments {
            self.say(&named(attachment, self.words))?;
        }
        let changes = &past.card.changes;
        if past.settings.attachments.is_empty() {
            return Ok(());
        }
        self.say(&networks(changes, self.words))?;
        strips(changes, self.words, self.out)?;
        layers(changes, self.words, self.out)
    }
}

/// The layers that changed most, as bars.
pub(crate) fn layers(changes: &[LayerChange], words: Words, out: &mut dyn Write) -> io::Result<()> {
    let most = most_changed(changes, LAYERS);
    let longest = most.first().map_or(0.0, |first| first.change);
    let wide = most.iter().map(|layer| layer.short().width()).max().unwrap_or(0).min(38);
    for layer in &most {
        let share = if longest > 0.0 { layer.change / longest } else { 0.0 };
        let bar = bar(share);
        let value = right(&LayerChange::percent(layer.change), 8);
        let name = left(&cut(&layer.short(), wide), wide);
        writeln!(out, "    {name}  {}{value}", left(&bar, BAR as usize))?;
    }
    match changes.len().saturating_sub(most.len()) {
        0 => Ok(()),
        rest => say(out, &words.fill("print.attached.rest", &[("count", &rest.to_string())])),
    }
}

/// A lying bar in eighths of a cell.
fn bar(share: f32) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share * BAR * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
}
