//! One sentence on a word that a model was never trained on.

use super::{Words, visible};
use crate::walk::{Near, Nearness, NeverTrained};

/// The sign of a piece that was never trained: no such row.
pub const NEVER_TRAINED: &str = "∅";

impl Words {
    /// That the word was never trained, and which taught words are nearest, in which way.
    pub fn never_trained(self, stranger: &NeverTrained) -> String {
        [self.never_word(stranger), self.nearest_to(stranger)].join(self.text("never.between"))
    }

    /// That the word was never trained.
    pub fn never_word(self, stranger: &NeverTrained) -> String {
        let pieces: Vec<String> = stranger.pieces.iter().map(|piece| visible(piece)).collect();
        let facts = [("word", &*visible(&stranger.word)), ("pieces", &*pieces.join(" "))];
        self.fill(if stranger.partly { "never.part" } else { "never.word" }, &facts)
    }

    /// Which taught words are nearest, in which way; or that none is.
    pub fn nearest_to(self, stranger: &NeverTrained) -> String {
        let listed = |meant: bool| {
            let near = stranger.near.iter().filter(|n| (n.by == Nearness::Meaning) == meant);
            near.map(|n| self.near(n)).collect::<Vec<_>>().join(self.text("never.comma"))
        };
        let parts: Vec<String> =
            [("never.meaning", listed(true)), ("never.spelling", listed(false))]
                .into_iter()
                .filter(|(_, words)| !words.is_empty())
                .map(|(key, words)| self.fill(key, &[("words", &words)]))
                .collect();
        if parts.is_empty() {
            return self.text("never.none").to_owned();
        }
        parts.join(self.text("never.between"))
    }

    fn near(self, near: &Near) -> String {
        match near.by {
            Nearness::Meaning => visible(&near.word),
            Nearness::Spelling(edits) => {
                let facts = [("word", &*visible(&near.word)), ("edits", &*edits.to_string())];
                let key = if edits == 1 { "never.one-edit" } else { "never.edits" };
                self.fill(key, &facts)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    fn stranger(near: &[(&str, Nearness)]) -> NeverTrained {
        let near = near.iter().map(|&(word, by)| Near { word: word.into(), by }).collect();
        NeverTrained { word: "grey".into(), pieces: vec!["grey".into()], partly: false, near }
    }

    #[test]
    fn the_kind_of_nearness_is_said() {
        let words = Words::of(Language::En);
        let near = [("gray", Nearness::Meaning), ("green", Nearness::Spelling(2))];
        assert_eq!(
            words.never_trained(&stranger(&near)),
            "grey: never trained. Same or nearly the same meaning: gray. \
             Spelled alike: green (2 letters apart)."
        );
        assert!(words.never_trained(&stranger(&[])).ends_with("No taught word is near."));
    }
}
