//! The words that a small model was taught, the words of a prompt that it was not, and which
//! taught words are nearest to them.

use serde::{Deserialize, Serialize};

use super::Encoding;

/// Words for what a taught word also covers: the word, then the taught one, a pair a line.
const SYNONYMS: &str = include_str!("taught/synonyms.txt");

/// How many near words are offered at most.
const OFFERED: usize = 3;

/// The words of a small model's world.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Taught {
    /// Things it can draw.
    pub things: Vec<String>,
    /// Colours for the thing.
    pub colours: Vec<String>,
    /// Colours for the background.
    pub backgrounds: Vec<String>,
    /// Words of size.
    pub sizes: Vec<String>,
    /// The words between.
    pub other: Vec<String>,
}

/// A taught word near another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The word, as the list has it.
    pub word: String,
    /// In which way it is near.
    pub by: Nearness,
}

/// In which way two words are near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    /// They mean the same or nearly: from a list made by hand, not from any network.
    Meaning,
    /// So many letters put in, left out, changed or swapped turn one into the other.
    Spelling(usize),
}

/// A word of a prompt that holds a piece which the model was never trained on: the piece's row in
/// the table of token vectors is all zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeverTrained {
    /// The word, lower-cased as the model sees it.
    pub word: String,
    /// Its pieces that were never trained.
    pub pieces: Vec<String>,
    /// Whether it has other pieces, which were.
    pub partly: bool,
    /// The taught words nearest to it, those near in meaning first; empty where none is near.
    pub near: Vec<Near>,
}

impl Taught {
    /// The five lists with the stems of their names.
    pub fn lists(&self) -> [(&'static str, &[String]); 5] {
        [
            ("things", &self.things),
            ("colours", &self.colours),
            ("backgrounds", &self.backgrounds),
            ("sizes", &self.sizes),
            ("other", &self.other),
        ]
    }

    /// All words, each list after the other.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.lists().into_iter().flat_map(|(_, words)| words).map(String::as_str)
    }

    /// The taught words nearest to a word, at most three: what means the same, then what is
    /// spelled alike (edits of letters, at most a third of them and at least one).
    pub fn near(&self, word: &str) -> Vec<Near> {
        let word = word.to_lowercase();
        let mut near: Vec<Near> = Vec::new();
        for meant in synonyms().filter(|(from, _)| *from == word).map(|(_, to)| to) {
            if let Some(known) = self.all().find(|known| known.to_lowercase() == meant) {
                offer(&mut near, known, Nearness::Meaning);
            }
        }
        let mut alike: Vec<(usize, &str)> = self
            .all()
            .filter_map(|known| Some((alike(&word, &known.to_lowercase())?, known)))
            .collect();
        alike.sort_by_key(|(edits, _)| *edits);
        for (edits, known) in alike {
            offer(&mut near, known, Nearness::Spelling(edits));
        }
        near.truncate(OFFERED);
        near
    }

    /// The words of a prompt that were never trained, as far as the prompt fits, each once.
    /// Punctuation is left out: nobody expects a comma to be drawn.
    pub fn strangers(&self, prompt: &Encoding) -> Vec<NeverTrained> {
        let mut found: Vec<NeverTrained> = Vec::new();
        for word in &prompt.words {
            let pieces = word.pieces.start..word.pieces.end.min(prompt.kept);
            let pieces = prompt.pieces.get(pieces).unwrap_or_default();
            let strange: Vec<String> =
                pieces.iter().filter(|p| !p.taught).map(|p| p.text.clone()).collect();
            let known = found.iter().any(|earlier| earlier.word == word.text);
            if strange.is_empty() || known || is_punctuation(&word.text) {
                continue;
            }
            found.push(NeverTrained {
                word: word.text.clone(),
                partly: strange.len() < pieces.len(),
                pieces: strange,
                near: self.near(&word.text),
            });
        }
        found
    }
}

/// Whether a text is signs alone: no letter, no digit, no picture sign.
pub fn is_punctuation(text: &str) -> bool {
    let sign = |c: char| {
        c.is_ascii_punctuation()
            || c.is_whitespace()
            || ('\u{a1}'..='\u{bf}').contains(&c)
            || ('\u{2010}'..='\u{205e}').contains(&c)
            || ('\u{3001}'..='\u{3003}').contains(&c)
            || ('\u{3008}'..='\u{3011}').contains(&c)
            || ('\u{ff01}'..='\u{ff0f}').contains(&c)
            || ('\u{ff1a}'..='\u{ff20}').contains(&c)
    };
    text.chars().all(|c| sign(c) && !c.is_alphanumeric())
}

fn offer(near: &mut Vec<Near>, word: &str, by: Nearness) {
    if near.iter().all(|offered| offered.word != word) {
        near.push(Near { word: word.to_owned(), by });
    }
}

fn synonyms() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = SYNONYMS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' '))
}

/// How many edits part two words, where these are few for their length.
fn alike(a: &str, b: &str) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let longer = a.len().max(b.len());
    // Far too long is far too different, and an edit distance is quadratic.
    if a.len().abs_diff(b.len()) > b.len() {
        return None;
    }
    let edits = edits(&a, &b);
    let few = edits > 0 && edits <= (longer / 3).max(1);
    (few && edits * 2 <= longer).then_some(edits)
}

/// The least number of letters put in, left out, changed, or swapped with their neighbour
/// (optimal string alignment, after Damerau 1964).
fn edits(a: &[char], b: &[char]) -> usize {
    let mut earlier: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(above[j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if let Some(before) = earlier.get(j.wrapping_sub(2)).filter(|_| swapped) {
                least = least.min(before + 1);
            }
            row.push(least);
        }
        earlier = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taught() -> Taught {
        let list = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect();
        Taught {
            things: list(&["cat", "boat", "butterfly", "balloon"]),
            colours: list(&["red", "white"]),
            backgrounds: list(&["red", "gray"]),
            sizes: Vec::new(),
            other: list(&["a", "on"]),
        }
    }

    fn distance(a: &str, b: &str) -> usize {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        edits(&letters(a), &letters(b))
    }

    #[test]
    fn edits_are_put_in_left_out_changed_and_swapped() {
        let pairs = [("cat", "cat", 0), ("cats", "cat", 1), ("cta", "cat", 1), ("bat", "cat", 1)];
        for (a, b, count) in pairs {
            assert_eq!(distance(a, b), count, "{a} {b}");
        }
        assert_eq!((distance("", "cat"), distance("kitten", "sitting")), (3, 3));
    }

    #[test]
    fn meaning_comes_first_and_each_word_once() {
        let near = taught().near("grey");
        assert_eq!(near, [Near { word: "gray".into(), by: Nearness::Meaning }]);
        let near = taught().near("Kitten");
        assert_eq!(near, [Near { word: "cat".into(), by: Nearness::Meaning }]);
        let near = taught().near("buterfly");
        assert_eq!(near, [Near { word: "butterfly".into(), by: Nearness::Spelling(1) }]);
    }

    #[test]
    fn what_is_far_is_not_offered() {
        for word in ["dragon", "x", "", "in front", "木"] {
            let near = taught().near(word);
            assert!(near.is_empty(), "{word}: {near:?}");
        }
    }

    #[test]
    fn signs_are_punctuation_and_letters_digits_and_picture_signs_are_not() {
        for sign in [",", "...", "!?", "—", "“", "。", "，", "「"] {
            assert!(is_punctuation(sign), "{sign}");
        }
        for word in ["a", "3", "猫", "é", "🐱", "it's", "½"] {
            assert!(!is_punctuation(word), "{word}");
        }
    }

    #[test]
    fn every_synonym_leads_to_a_word_of_the_world() {
        let world = include_str!("../../fixtures/pictures/world.toml");
        for (from, to) in synonyms() {
            assert!(world.contains(&format!("\"{to}\"")) || world.contains(&format!("\n{to} = ")));
            assert!(!world.contains(&format!("\"{from}\"")), "{from} is taught itself");
            assert_eq!(from, from.to_lowercase());
            assert!(!to.contains(' '), "{from} {to}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_offered_was_taught(word in "\\PC{0,12}|[a-z]{1,9}|(c|k|b)(a|o)(t|l)[a-z]{0,3}") {
            let taught = taught();
            let near = taught.near(&word);
            proptest::prop_assert!(near.len() <= OFFERED);
            for offered in near {
                proptest::prop_assert!(taught.all().any(|known| known == offered.word));
            }
        }

        #[test]
        fn one_slip_of_the_finger_leads_back(
            place in 0usize..8, letter in "[a-z]", which in 0usize..4,
        ) {
            let taught = taught();
            let mut letters: Vec<char> = taught.things[which].chars().collect();
            letters.insert(place.min(letters.len()), letter.chars().next().unwrap_or('a'));
            let typed: String = letters.into_iter().collect();
            let near = taught.near(&typed);
            proptest::prop_assert!(near.iter().any(|n| n.word == taught.things[which]), "{typed}");
        }
    }
}
