//! The prompt cut into pieces: chips with their ids, merges one by one, and the 77 places.

mod chips;
mod merges;
mod places;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{layout, numbers, text};
use crate::app::App;
use crate::walk::{Encoding, Tokens, weight_syntax};

/// Draws the stage into the middle band.
pub(crate) fn draw(app: &App, frame: &Tokens, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let Some(encoder) = frame.encoders.first() else { return };
    let encoding = &encoder.prompt;
    let remarks = remarks(app, frame, encoding);
    let remark_rows = u16::try_from(remarks.len()).unwrap_or(0);
    // From below: the 77 places and what is to be said on them, then the merges.
    let places_rows = places::rows(encoding, area.width, area.height);
    let roomy = area.height >= 15;
    let gap = u16::from(roomy);
    let chips_most = area.height.saturating_sub(places_rows + remark_rows + 4 + 2 * gap).max(3);
    let used = chips::draw(app, encoding, ground, layout::top(area, chips_most).0, buf);
    let rest = layout::top(area, used).1;
    text::put(buf, layout::row(rest, 0), &format!("▸ {}", chosen(app, encoding)), ground.prompt());
    let rest = layout::top(rest, 1 + gap).1;
    let below = places_rows + remark_rows + gap;
    let merges_most = rest.height.saturating_sub(below);
    let used = merges::draw(app, encoding, ground, layout::top(rest, merges_most).0, buf);
    let rest = layout::top(rest, used + gap).1;
    places::draw(app, encoding, ground, layout::top(rest, places_rows).0, buf);
    let rest = layout::top(rest, places_rows).1;
    for (i, remark) in (0..rest.height).zip(&remarks) {
        text::put(buf, layout::row(rest, i), remark, ground.fact());
    }
}

/// One sentence on the chosen place.
fn chosen(app: &App, encoding: &Encoding) -> String {
    let words = app.words();
    let row = app.look.piece;
    let vocabulary = numbers::grouped(encoding.vocabulary as u64);
    let id = numbers::grouped(u64::from(encoding.ids.get(row).copied().unwrap_or(0)));
    if row == 0 {
        return words.fill("tokens.chosen-start", &[("id", &id)]);
    }
    let Some(piece) = encoding.pieces.get(row - 1).filter(|_| row <= encoding.kept) else {
        return words.fill("tokens.chosen-end", &[("id", &id)]);
    };
    let word = encoding.words.iter().find(|word| word.pieces.contains(&(row - 1)));
    let count = word.map_or(1, |word| word.pieces.len()).to_string();
    let facts = [
        ("piece", piece.text.as_str()),
        ("id", id.as_str()),
        ("vocabulary", vocabulary.as_str()),
        ("count", count.as_str()),
        ("word", word.map_or("", |word| word.text.as_str())),
    ];
    if count == "1" {
        words.fill("tokens.chosen-one", &facts)
    } else {
        words.fill("tokens.chosen-part", &facts)
    }
}

/// What else is to be said: foreign syntax, words that the model never met, the other prompt.
fn remarks(app: &App, frame: &Tokens, encoding: &Encoding) -> Vec<String> {
    let words = app.words();
    let mut remarks = Vec::new();
    let foreign = weight_syntax::found(&encoding.text);
    if !foreign.is_empty() {
        remarks.push(words.fill("tokens.foreign", &[("text", &foreign.join(" "))]));
    }
    let strange: Vec<&str> = encoding
        .pieces
        .iter()
        .take(encoding.kept)
        .filter(|piece| !piece.taught)
        .map(|piece| piece.text.as_str())
        .collect();
    if !strange.is_empty() {
        remarks.push(words.fill("tokens.untaught", &[("words", &strange.join(" "))]));
    }
    if let Some(negative) = frame.encoders.first().and_then(|e| e.negative.as_ref()) {
        let count = negative.kept.to_string();
        remarks.push(if negative.text.is_empty() {
            words.text("tokens.negative-empty").to_owned()
        } else {
            words.fill("tokens.negative", &[("text", &negative.text), ("count", &count)])
        });
    }
    remarks
}
