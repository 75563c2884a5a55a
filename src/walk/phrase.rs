//! A prompt in the form of the captions that the pocket model was trained on: a size, a colour and
//! a thing, on a background; put together in their order, whatever the order of choosing.

/// Which place of a [`Phrase`] a word takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// "a picture of", before everything else.
    Picture,
    /// A word of size.
    Size,
    /// The thing's colour.
    Colour,
    /// The thing.
    Thing,
    /// The background's colour.
    Background,
}

impl Part {
    /// All places, in the order of a caption.
    pub const ALL: [Self; 5] =
        [Self::Picture, Self::Size, Self::Colour, Self::Thing, Self::Background];
}

/// A prompt of taught words; any of them can be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrase {
    /// Whether it begins with "a picture of".
    pub picture: bool,
    /// The word of size.
    pub size: Option<String>,
    /// The thing's colour.
    pub colour: Option<String>,
    /// The thing.
    pub thing: Option<String>,
    /// The background's colour.
    pub background: Option<String>,
}

impl Phrase {
    /// The word at a place; "picture" stands for the words before everything else.
    pub fn word(&self, part: Part) -> Option<&str> {
        match part {
            Part::Picture => self.picture.then_some("picture"),
            Part::Size => self.size.as_deref(),
            Part::Colour => self.colour.as_deref(),
            Part::Thing => self.thing.as_deref(),
            Part::Background => self.background.as_deref(),
        }
    }

    /// Puts a word into a place, in the stead of the one that was there.
    pub fn put(&mut self, part: Part, word: Option<&str>) {
        let word = word.map(str::to_owned);
        match part {
            Part::Picture => self.picture = word.is_some(),
            Part::Size => self.size = word,
            Part::Colour => self.colour = word,
            Part::Thing => self.thing = word,
            Part::Background => self.background = word,
        }
    }

    /// Whether nothing is said yet.
    pub fn is_empty(&self) -> bool {
        Part::ALL.into_iter().all(|part| self.word(part).is_none())
    }

    /// The places that are filled, in the order of a caption.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(|part| self.word(*part).is_some())
    }

    /// The prompt, as a caption of the training says it.
    pub fn english(&self) -> String {
        let before: Vec<&str> = [&self.size, &self.colour, &self.thing]
            .into_iter()
            .filter_map(|word| word.as_deref())
            .collect();
        let mut text = before.join(" ");
        if self.thing.is_some() {
            text.insert_str(0, "a ");
        }
        if let Some(background) = &self.background {
            text.push_str(if text.is_empty() { "a " } else { " on a " });
            text.extend([background, " background"]);
        }
        if self.picture && !text.is_empty() {
            text.insert_str(0, "a picture of ");
        }
        with_articles(&text)
    }
}

/// The text with "an" for "a" before a vowel.
pub fn with_articles(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let vowel = |word: &&str| word.starts_with(['a', 'e', 'i', 'o', 'u']);
    let article = |(at, word): (usize, &&str)| match words.get(at + 1) {
        Some(next) if *word == "a" && vowel(next) => "an".to_owned(),
        _ => (*word).to_owned(),
    };
    words.iter().enumerate().map(article).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: [&str; 4]) -> Phrase {
        let mut phrase = Phrase::default();
        let parts = [Part::Background, Part::Thing, Part::Colour, Part::Size];
        for (part, word) in parts.into_iter().zip(words) {
            phrase.put(part, (!word.is_empty()).then_some(word));
        }
        phrase
    }

    #[test]
    fn words_stand_in_the_order_of_captions() {
        let said = |words| of(words).english();
        assert_eq!(said(["blue", "cat", "red", ""]), "a red cat on a blue background");
        assert_eq!(said(["", "apple", "", ""]), "an apple");
        assert_eq!(said(["orange", "apple", "", "big"]), "a big apple on an orange background");
        assert_eq!(said(["white", "", "", ""]), "a white background");
        assert_eq!(said(["", "", "red", "small"]), "small red");
        assert_eq!(said(["", "", "", ""]), "");
        let picture = Phrase { picture: true, ..of(["gray", "owl", "orange", ""]) };
        assert_eq!(picture.english(), "a picture of an orange owl on a gray background");
        assert_eq!(Phrase { picture: true, ..Phrase::default() }.english(), "");
    }

    #[test]
    fn what_is_put_is_there_and_what_is_taken_is_gone() {
        let mut phrase = of(["blue", "cat", "red", "big"]);
        assert_eq!(phrase.parts().count(), 4);
        for part in Part::ALL {
            phrase.put(part, None);
        }
        assert!(phrase.is_empty());
    }
}
