//! What the words mean: a list of terms, and the chosen one explained.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::hints;
use super::parts::theme::Ground;
use super::parts::{layout, panel, text};
use crate::app::App;
use crate::words::Words;

/// Between a term and its explanation in the catalogue.
const BETWEEN: &str = " — ";

/// Draws the list with the chosen term; gives the place that it covers.
pub(crate) fn draw(
    app: &App,
    chosen: usize,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let words = app.words();
    let (place, inside) =
        panel::draw(words.text("screen.glossary"), (100, area.height.min(34)), area, ground, buf);
    let (body, foot) = layout::bottom(inside, 1);
    let entries = entries(words);
    let chosen = chosen.min(entries.len().saturating_sub(1));
    let longest = entries.iter().map(|(term, _)| text::width(term)).max().unwrap_or(0);
    let (list, right) = layout::left(body, (longest + 2).min(body.width / 2), 2);
    let room = usize::from(list.height);
    let first = chosen.saturating_sub(room / 2).min(entries.len().saturating_sub(room));
    for (i, (n, (term, _))) in (0..list.height).zip(entries.iter().enumerate().skip(first)) {
        let (sign, style) =
            if n == chosen { ("▸ ", ground.strong()) } else { ("  ", ground.dim()) };
        text::put_spans(buf, layout::row(list, i), &[(sign, style), (term, style)]);
    }
    if let Some((term, meaning)) = entries.get(chosen) {
        text::put(buf, layout::row(right, 0), term, ground.strong());
        text::put_wrapped(buf, layout::top(right, 2).1, meaning, ground.fact());
    }
    hints::draw(app, ground, foot, buf);
    place
}

/// The terms with their explanations, in the order of the catalogue.
fn entries(words: Words) -> Vec<(&'static str, &'static str)> {
    let between = words.spelled(BETWEEN);
    words
        .keys("glossary.")
        .filter_map(|key| words.find(key))
        .map(|text| text.split_once(&*between).unwrap_or((text, "")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn every_term_is_explained() {
        for language in Language::ALL {
            for words in [Words::of(language), Words::of(language).in_ascii()] {
                let entries = entries(words);
                assert!(entries.len() >= 25);
                let whole = |(term, meaning): &(&str, &str)| !term.is_empty() && meaning.len() > 20;
                assert!(entries.iter().all(whole));
            }
        }
    }
}
