//! Layers as strips: what attachments changed, and how two models differ, as lines, sentences or
//! JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::walk::{LayerChange, LayerStrip, ModelsApart, most_changed};
use crate::words::Words;
use crate::words::changed::networks;

use super::Form;
use super::json::Line;
use super::lines::{filled, layers, say, visible};
use super::plot::spark;

/// Cells of a strip.
const WIDTH: usize = 72;
/// How many of the most changed layers are told in sentences.
const TOLD: usize = 3;

/// A strip of layers for each network, with the names of its blocks under it.
pub(crate) fn strips(changes: &[LayerChange], words: Words, out: &mut dyn Write) -> io::Result<()> {
    for strip in LayerStrip::of(changes, WIDTH) {
        let name = words.text(&format!("print.attached.{}", strip.network.name())).to_owned();
        let facts = [
            ("network", name),
            ("changed", strip.changed.to_string()),
            ("layers", strip.layers.to_string()),
            ("most", LayerChange::percent(strip.most())),
        ];
        say(out, &filled(words, "layers.strip", &facts))?;
        writeln!(out, "    {}", spark(&strip.changes).trim_end())?;
        writeln!(out, "    {}", strip.names(strip.changes.len()).trim_end())?;
    }
    Ok(())
}

/// Two models held against each other.
///
/// # Errors
/// What writing can meet.
pub fn models_apart(
    apart: &ModelsApart,
    form: Form,
    words: Words,
    out: &mut dyn Write,
) -> io::Result<()> {
    if form == Form::Json {
        return writeln!(out, "{}", json_line(apart));
    }
    let facts = [("one", visible(&apart.names[0])), ("other", visible(&apart.names[1]))];
    say(out, &filled(words, "layers.models", &facts))?;
    if apart.same() {
        return say(out, words.text("layers.same"));
    }
    if !apart.unlike.is_empty() {
        let count = apart.unlike.len().to_string();
        say(out, &words.fill("layers.unlike", &[("count", &count)]))?;
    }
    let changed = apart.changed();
    say(out, &networks(&changed, words))?;
    if form == Form::Plain {
        for layer in most_changed(&changed, TOLD) {
            let change = LayerChange::percent(layer.change);
            let facts = [("layer", layer.short()), ("change", change)];
            say(out, &filled(words, "print.attached.layer", &facts))?;
        }
        return Ok(());
    }
    strips(&apart.layers, words, out)?;
    layers(&changed, words, out)
}

fn json_line(apart: &ModelsApart) -> String {
    let unlike: Vec<Value> = apart
        .unlike
        .iter()
        .map(|(network, layer)| json!({ "network": network, "layer": layer }))
        .collect();
    Line::versioned()
        .field("models", &apart.names)
        .field("same", apart.same())
        .field("layers", &apart.layers)
        .field("unlike", unlike)
        .whole()
}
