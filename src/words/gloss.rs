//! What a taught word means in the language of the interface, and how a prompt reads in it.

use super::Words;
use crate::walk::{Part, Phrase};

impl Words {
    /// What a taught word means; `None` where this language says it by the word itself, or does
    /// not know it.
    pub fn gloss(self, word: &str) -> Option<&'static str> {
        self.find(&format!("taught.{word}")).filter(|gloss| *gloss != word)
    }

    /// The word with its meaning behind it, where it has one.
    pub fn with_gloss(self, word: &str) -> String {
        match self.gloss(word) {
            Some(gloss) => self.fill("phrase.with-gloss", &[("gloss", gloss), ("word", word)]),
            None => word.to_owned(),
        }
    }

    /// How a prompt of taught words reads in this language; `None` where that is the prompt
    /// itself, or one of its words has no meaning here.
    pub fn reading_of(self, phrase: &Phrase) -> Option<String> {
        let word = |part: Part| phrase.word(part).map_or(Some(""), |word| self.gloss(word));
        let (size, colour, thing) = (word(Part::Size)?, word(Part::Colour)?, word(Part::Thing)?);
        let facts = [("size", size), ("colour", colour), ("thing", thing)];
        let thing = self.fill("phrase.thing", &facts);
        let background = word(Part::Background)?;
        let on = [("background", background), ("thing", thing.as_str())];
        let whole = match (thing.trim().is_empty(), background.is_empty()) {
            (true, true) => return None,
            (true, false) => self.fill("phrase.background", &on[..1]),
            (false, false) => self.fill("phrase.on", &on),
            (false, true) => thing,
        };
        Some(if phrase.picture { self.fill("phrase.picture", &[("thing", &whole)]) } else { whole })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn every_word_of_the_world_has_a_meaning_in_every_other_language() {
        let pocket = include_str!("../../fixtures/pocket/safelight.json");
        let about: serde_json::Value = serde_json::from_str(pocket).unwrap_or_default();
        let mut count = 0;
        for (_, list) in about["taught"].as_object().into_iter().flatten() {
            for word in list.as_array().into_iter().flatten().filter_map(|word| word.as_str()) {
                count += 1;
                for language in Language::ALL {
                    let words = Words::of(language);
                    assert!(words.find(&format!("taught.{word}")).is_some(), "{word}");
                    assert_eq!(words.gloss(word).is_some(), language != Language::En, "{word}");
                }
            }
        }
        assert_eq!(count, 63);
    }

    #[test]
    fn a_prompt_reads_in_chinese_as_one_says_it() {
        let mut phrase = Phrase::default();
        let words = Words::of(Language::Zh);
        assert_eq!(words.reading_of(&phrase), None);
        phrase.put(Part::Background, Some("blue"));
        assert_eq!(words.reading_of(&phrase).as_deref(), Some("蓝色背景"));
        phrase.put(Part::Thing, Some("cat"));
        phrase.put(Part::Colour, Some("red"));
        phrase.put(Part::Size, Some("small"));
        assert_eq!(words.reading_of(&phrase).as_deref(), Some("蓝色背景上的红色小猫"));
        assert_eq!(Words::of(Language::En).reading_of(&phrase), None);
        phrase.put(Part::Thing, Some("snail"));
        assert_eq!(words.reading_of(&phrase), None);
    }
}
