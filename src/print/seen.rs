//! What a picture shows, told beside its description: of the model inside by the judge that knows
//! its drawings, with how often it is wrong; of any other model as named colours, third by third.

use super::describe::thirds;
use crate::walk::{Eyes, Phrase, Picture, Seen};
use crate::words::Words;

/// One or two sentences, made of the pixels alone; nothing where the judge cannot look. `ours` says
/// that a model drew it which learned from the judge's own drawings.
pub fn seen(picture: &Picture, ours: bool, eyes: Eyes, words: Words) -> String {
    if ours {
        eyes(picture).map_or_else(String::new, |seen| judged(&seen, words))
    } else {
        grid(picture, words)
    }
}

/// What the judge sees, with its error.
pub fn judged(seen: &Seen, words: Words) -> String {
    let phrase = Phrase {
        colour: Some(seen.colour.clone()),
        thing: Some(seen.thing.clone()),
        background: Some(seen.background.clone()),
        ..Phrase::default()
    };
    let shown = words.reading_of(&phrase).unwrap_or_else(|| phrase.english());
    let [few, many] = seen.wrong.map(|wrong| wrong.to_string());
    words.fill("print.seen.judge", &[("seen", &shown), ("few", &few), ("many", &many)])
}

/// The most frequent colour of each of nine parts, row by row.
pub fn grid(picture: &Picture, words: Words) -> String {
    let named: Vec<&str> =
        thirds(picture).into_iter().map(|colour| words.text(colour.key())).collect();
    let row = |at: usize| {
        let row = named.get(at * 3..at * 3 + 3).unwrap_or_default();
        row.join(words.text("print.seen.beside"))
    };
    let facts = [("top", &*row(0)), ("middle", &row(1)), ("bottom", &row(2))];
    words.fill("print.seen.grid", &facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    fn cat(picture: &Picture) -> Option<Seen> {
        let [colour, thing, background] = ["orange", "cat", "blue"].map(str::to_owned);
        let seen = Seen { colour, thing, background, wrong: [2, 15] };
        (picture.width() > 0).then_some(seen)
    }

    #[test]
    fn the_judge_is_asked_for_its_own_model_only_and_says_how_often_it_is_wrong() {
        let red_below =
            Picture::from_fn(9, 9, |_, y| if y < 6 { [0, 0, 255] } else { [255, 0, 0] });
        let words = Words::of(Language::En);
        let said = seen(&red_below, true, cat, words);
        assert!(said.contains("an orange cat on a blue background"), "{said}");
        assert!(said.contains("wrong about 2 things in 100") && said.contains("15"), "{said}");
        let zh = seen(&red_below, true, cat, Words::of(Language::Zh));
        assert!(zh.contains("猫") && zh.contains("15"), "{zh}");
        let said = seen(&red_below, false, cat, words);
        assert!(said.contains("blue, blue, blue") && said.contains("red, red, red"), "{said}");
        assert!(!seen(&Picture::from_fn(0, 0, |_, _| [0; 3]), false, cat, words).is_empty());
    }
}
