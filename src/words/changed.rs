//! What attachments changed as one sentence, the same on every surface.

use super::Words;
use crate::walk::{LayerChange, NetworkChange};

/// Which of the three networks changed, in how many layers, and by how much.
pub fn networks(changes: &[LayerChange], words: Words) -> String {
    let each = NetworkChange::of(changes).into_iter().map(|of| {
        let name = format!("print.attached.{}", of.network.name());
        let (least, most) = (LayerChange::percent(of.range.0), LayerChange::percent(of.range.1));
        let layers = of.layers.to_string();
        let key = match of.layers {
            0 => "print.attached.unchanged",
            1 => "print.attached.one",
            _ => "print.attached.changed",
        };
        let facts = [
            ("network", words.text(&name)),
            ("layers", layers.as_str()),
            ("least", least.as_str()),
            ("most", most.as_str()),
        ];
        words.fill(key, &facts)
    });
    let each: Vec<String> = each.collect();
    words.fill("print.attached.networks", &[("list", &each.join(words.text("print.attached.and")))])
}
