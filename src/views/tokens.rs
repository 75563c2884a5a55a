//! The prompt cut into pieces: chips with their ids, merges one by one, and the 77 places.

mod chips;
mod merges;
mod places;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{layout, numbers, text};
use crate::app::App;
use crate::walk::{Encoding, Settings, Tokens, weight_syntax};
use crate::words::NEVER_TRAINED;
use crate::words::told::{second_encoder, zeros_for_negative};

/// How many words that were never trained get a line of their own.
const STRANGERS: usize = 2;

/// Draws the stage into the middle band.
pub(crate) fn draw(app: &App, frame: &Tokens, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let Some(encoder) = frame.encoders.first() else { return };
    let encoding = &encoder.prompt;
    let mut remarks = offered(app, area.width);
    remarks.extend(self::remarks(app, frame, encoding));
    let remark_rows = u16::try_from(remarks.len()).unwrap_or(0);
    let places_rows = places::rows(encoding, area.width, area.height);
    // What is always there: the chosen place, two rows of merges, the 77 places, remarks.
    let fixed = 3 + places_rows + remark_rows;
    let chips_rows = chips::rows(app, encoding, area.width);
    let chips_most = area.height.saturating_sub(fixed + 2).max(3).min(chips_rows);
    let spare = area.height.saturating_sub(fixed + chips_most);
    // Rows left free between the parts, the most useful ones first.
    let [above_places, above_merges, above_remarks, above_chosen] =
        [1, 2, 3, 5].map(|least| u16::from(spare >= least));
    let used = chips::draw(app, encoding, ground, layout::top(area, chips_most).0, buf);
    let rest = layout::top(area, used + above_chosen).1;
    let sentence = format!("▸ {}", chosen(app, encoding));
    text::put(buf, layout::row(rest, 0), &sentence, ground.prompt());
    let rest = layout::top(rest, 1 + above_merges).1;
    let below = above_places + places_rows + above_remarks + remark_rows;
    let merges = layout::top(rest, rest.height.saturating_sub(below)).0;
    let used = merges::draw(app, encoding, ground, merges, buf);
    let rest = layout::top(rest, used + above_places).1;
    places::draw(app, encoding, ground, layout::top(rest, places_rows).0, buf);
    let rest = layout::top(rest, places_rows + above_remarks).1;
    for (i, remark) in (0..rest.height).zip(&remarks) {
        text::put(buf, layout::row(rest, i), remark, ground.fact());
    }
    let rest = layout::top(rest, remark_rows + 1).1;
    if rest.height >= 4 {
        merges::draw_all(app, encoding, ground, rest, buf);
    }
}

/// The piece whose chip stands at a place.
pub(crate) fn piece_at(app: &App, frame: &Tokens, area: Rect, place: (u16, u16)) -> Option<usize> {
    let encoding = &frame.encoders.first()?.prompt;
    let rows = chips::rows(app, encoding, area.width);
    chips::piece_at(app, encoding, layout::top(area, rows).0, place)
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
    let shown = words.with_gloss(&piece.text);
    let facts = [
        ("piece", shown.as_str()),
        ("id", id.as_str()),
        ("vocabulary", vocabulary.as_str()),
        ("count", count.as_str()),
        ("word", word.map_or("", |word| word.text.as_str())),
    ];
    let key = if count == "1" { "tokens.chosen-one" } else { "tokens.chosen-part" };
    let zeros = if piece.taught { "" } else { words.text("tokens.chosen-zeros") };
    format!("{}{zeros}", words.fill(key, &facts))
}

/// That the prompt is written in another language than the words that were taught, its English
/// form, and the key that walks this; in lines of at most so many cells.
fn offered(app: &App, cells: u16) -> Vec<String> {
    let (words, Some(offer)) = (app.words(), app.offer()) else { return Vec::new() };
    let key = words.fill("never.offer-key", &[("key", "E")]);
    text::wrap(&format!("{NEVER_TRAINED} {}{key}", words.offered(&offer)), cells)
}

/// What else is to be said: foreign syntax, words that the model never met, the other prompt.
fn remarks(app: &App, frame: &Tokens, encoding: &Encoding) -> Vec<String> {
    let words = app.words();
    let mut remarks = Vec::new();
    let foreign = weight_syntax::found(&encoding.text);
    if !foreign.is_empty() {
        remarks.push(words.fill("tokens.foreign", &[("text", &foreign.join(" "))]));
    }
    let strangers = app.strangers_left();
    // One word too many takes the line that would say so.
    let shown = if strangers.len() > STRANGERS + 1 { STRANGERS } else { strangers.len() };
    for stranger in &strangers[..shown] {
        remarks.push(format!("{NEVER_TRAINED} {}", words.never_trained(stranger)));
    }
    if strangers.len() > shown {
        let count = (strangers.len() - shown).to_string();
        remarks.push(format!("{NEVER_TRAINED} {}", words.fill("never.more", &[("count", &count)])));
    }
    remarks.extend(second_encoder(frame, words));
    let guided = app.walk.settings.as_ref().is_some_and(Settings::guided);
    if zeros_for_negative(frame, guided) {
        remarks.push(words.text("tokens.negative-zeros").to_owned());
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
