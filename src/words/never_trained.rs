//! One sentence on a word that a model was never trained on.

use super::reading::{self, Offer};
use super::{Words, visible};
use crate::walk::{Encoding, Near, Nearness, NeverTrained, Taught};

/// The sign of a piece that was never trained: no such row.
pub const NEVER_TRAINED: &str = "∅";

impl Words {
    /// That the word was never trained, and which taught words are nearest, in which way.
    pub fn never_trained(self, stranger: &NeverTrained) -> String {
        [self.never_word(stranger), self.nearest_to(stranger)].join(self.text("never.between"))
    }

    /// What a prompt holds that was never trained, a sentence each: where it is written in another
    /// language its English form first, and then only what this does not hold.
    pub fn never_trained_in(self, prompt: &Encoding, taught: &Taught) -> Vec<String> {
        let offer = reading::offer(&prompt.text, taught);
        let strangers = taught.strangers(prompt);
        let foreign = |stranger: &NeverTrained| offer.is_some() && !stranger.word.is_ascii();
        let strangers = strangers.iter().filter(|stranger| !foreign(stranger));
        let said = strangers.map(|stranger| self.never_trained(stranger));
        offer.iter().map(|offer| self.offered(offer)).chain(said).collect()
    }

    /// That a prompt in another language was never trained as it stands, and its English form.
    pub fn offered(self, offer: &Offer) -> String {
        let left_out: Vec<String> = offer.left_out.iter().map(|word| visible(word)).collect();
        let list = self.list(&left_out);
        let facts = [("english", offer.english.as_str()), ("words", list.as_str())];
        let key = if left_out.is_empty() { "never.offer" } else { "never.offer-less" };
        self.fill(key, &facts)
    }

    /// The command that walks the English form.
    pub fn offered_command(self, offer: &Offer) -> String {
        self.fill("never.offer-command", &[("prompt", &format!("\"{}\"", offer.english))])
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
            self.list(&near.map(|n| self.near(n)).collect::<Vec<_>>())
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
            Nearness::Meaning => self.with_gloss(&visible(&near.word)),
            Nearness::Spelling(edits) => {
                let word = self.with_gloss(&visible(&near.word));
                let facts = [("word", &*word), ("edits", &*edits.to_string())];
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
