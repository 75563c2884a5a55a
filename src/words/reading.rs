//! A prompt in any language of the interface read as the taught words that it holds.
//!
//! What the pocket model was trained on is English. A prompt such as 蓝色背景上的红猫 is a long row of
//! pieces that it never met; but each of its words is the gloss of a taught one, so that its
//! English form can be offered. No grammar is known here: the longest form that fits wins, a colour
//! belongs to the background or to the thing that comes after it, and what is left over is said.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{EDITIONS, Language, Words};
use crate::walk::{Phrase, Taught};

/// So many characters of a prompt are read.
const MOST: usize = 400;
/// So many things that could not be read are told.
const TOLD: usize = 5;
/// The other spelling of gray, which the pocket's list has among the words between.
pub(crate) const GREY: &str = "grey";

/// What a prompt says in taught words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The taught words, each at its place.
    pub phrase: Phrase,
    /// What the phrase does not hold, as it was written; the first few.
    pub left_out: Vec<String>,
    /// Whether any of it was written in another language.
    pub translated: bool,
}

/// The English form of a prompt in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The form that the model was taught.
    pub english: String,
    /// What of the prompt it does not hold.
    pub left_out: Vec<String>,
}

/// The English form of a prompt that holds words of another language; `None` where it holds none,
/// or too little of it was taught.
pub fn offer(prompt: &str, taught: &Taught) -> Option<Offer> {
    let read = read(prompt, taught);
    let enough = read.phrase.thing.is_some() || read.left_out.is_empty();
    let english = read.phrase.english();
    (read.translated && enough && !english.is_empty())
        .then_some(Offer { english, left_out: read.left_out })
}

/// Reads a prompt word by word.
pub fn read(prompt: &str, taught: &Taught) -> Read {
    let mut reader = Reader::new(taught);
    for unit in &units(prompt) {
        reader.take(unit);
    }
    reader.finish()
}

/// A stretch of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unit {
    /// As it was written.
    form: String,
    /// The taught word that it stands for; `-` for none; `None` where nobody knows it.
    word: Option<String>,
    /// Whether it is written in another language than the taught words.
    foreign: bool,
}

/// The forms of all languages: a form, and the word that it stands for.
fn forms() -> &'static BTreeMap<String, String> {
    static FORMS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    FORMS.get_or_init(|| {
        let mut forms = BTreeMap::new();
        for language in Language::ALL {
            let words = Words::of(language);
            for word in words.keys("taught.").filter_map(|key| key.strip_prefix("taught.")) {
                // Of two words with one gloss the first is meant: small before little.
                if let Some(gloss) = words.gloss(word).filter(|gloss| !forms.contains_key(*gloss)) {
                    forms.insert(gloss.to_owned(), word.to_owned());
                }
            }
            let lines = EDITIONS[language as usize].readings.lines();
            for (form, word) in lines.filter_map(|line| line.split_once(' ')) {
                if !form.starts_with('#') {
                    forms.insert(form.to_owned(), word.to_owned());
                }
            }
        }
        forms
    })
}

/// The most characters that a form has.
fn longest() -> usize {
    static LONGEST: OnceLock<usize> = OnceLock::new();
    *LONGEST.get_or_init(|| forms().keys().map(|form| form.chars().count()).max().unwrap_or(0))
}

/// The prompt in stretches: words of letters, the longest forms that fit, and what is between.
fn units(prompt: &str) -> Vec<Unit> {
    let chars: Vec<char> = prompt.chars().take(MOST).collect();
    let (mut units, mut at) = (Vec::<Unit>::new(), 0);
    // Whether the stretch before is unknown and goes on.
    let mut open = false;
    while let Some(&c) = chars.get(at) {
        let rest = &chars[at..];
        if c.is_ascii_alphanumeric() {
            let form: String = rest.iter().take_while(|c| c.is_ascii_alphanumeric()).collect();
            at += form.len();
            let word = Some(form.to_lowercase());
            units.push(Unit { form, word, foreign: false });
            open = false;
        } else if !c.is_alphanumeric() {
            at += 1;
            open = false;
        } else if let Some((form, word)) = known(rest, open) {
            at += form.chars().count();
            units.push(Unit { form, word: Some(word), foreign: true });
            open = false;
        } else {
            at += 1;
            match units.last_mut().filter(|_| open) {
                Some(unit) => unit.form.push(c),
                None => units.push(Unit { form: c.to_string(), word: None, foreign: true }),
            }
            open = true;
        }
    }
    units
}

/// The longest form that stands here. One character alone is part of a longer word where it
/// touches something unknown: 熊猫 is no cat, 猫头鹰 is none either.
fn known(rest: &[char], after_unknown: bool) -> Option<(String, String)> {
    let alone = after_unknown || rest.get(1).is_some_and(|next| is_unknown(*next, &rest[1..]));
    let forms = starting(rest).filter(|(form, word)| {
        let one = form.chars().nth(1).is_none();
        !(one && alone && !matches!(word.as_str(), "-" | "on"))
    });
    forms.last()
}

/// The forms that stand here, short ones first, with their words.
fn starting(rest: &[char]) -> impl Iterator<Item = (String, String)> + '_ {
    (1..=longest().min(rest.len())).filter_map(|count| {
        let form: String = rest[..count].iter().collect();
        forms().get(&form).cloned().map(|word| (form, word))
    })
}

/// Whether this character goes on a word of another language that nobody knows.
fn is_unknown(next: char, rest: &[char]) -> bool {
    next.is_alphanumeric() && !next.is_ascii() && starting(rest).next().is_none()
}

/// Puts words into their places as they come.
struct Reader<'a> {
    taught: &'a Taught,
    read: Read,
    /// A colour of which it is not known yet whose it is: as it was written, and its word.
    colour: Option<(String, String)>,
    /// Whether the next colour is the background's: "on a", 背景是.
    on: bool,
}

impl<'a> Reader<'a> {
    fn new(taught: &'a Taught) -> Self {
        Self { taught, read: Read::default(), colour: None, on: false }
    }

    fn take(&mut self, unit: &Unit) {
        let Some(word) = unit.word.as_deref() else { return self.leave_out(&unit.form) };
        let taught = self.taught;
        let has = |list: &[String]| list.iter().any(|known| known == word);
        let is_colour = has(&taught.colours) || has(&taught.backgrounds) || word == GREY;
        self.read.translated |= unit.foreign && word != "-";
        match word {
            "-" | "a" | "an" | "of" => {}
            "background" => self.background(),
            "on" => self.on(unit.foreign),
            "picture" => self.read.phrase.picture = true,
            _ if has(&taught.things) => self.thing(word, &unit.form),
            _ if is_colour => {
                self.settle_colour();
                self.colour = Some((unit.form.clone(), word.to_owned()));
            }
            _ if has(&taught.sizes) && self.read.phrase.size.is_none() => {
                self.read.phrase.size = Some(word.to_owned());
            }
            _ => self.leave_out(&unit.form),
        }
    }

    /// The colour before it is the background's; where there is none, the next one is.
    fn background(&mut self) {
        match self.colour.take() {
            Some((_, colour)) => {
                self.read.phrase.background = Some(colour);
                self.on = false;
            }
            None => self.on = self.read.phrase.background.is_none(),
        }
    }

    /// In English the colour comes after the word, in Chinese before it.
    fn on(&mut self, foreign: bool) {
        let none_yet = self.read.phrase.background.is_none();
        match self.colour.take() {
            Some((_, colour)) if foreign && none_yet => {
                self.read.phrase.background = Some(colour);
            }
            colour => {
                self.colour = colour;
                self.settle_colour();
                self.on = !foreign && none_yet;
            }
        }
    }

    fn thing(&mut self, word: &str, form: &str) {
        if self.read.phrase.thing.is_some() {
            // The captions hold one thing.
            self.leave_out(form);
            return;
        }
        let before = self.on;
        self.on = false;
        self.settle_colour();
        self.on = before;
        self.read.phrase.thing = Some(word.to_owned());
    }

    /// A colour that waits finds its place: the background's where one is expected, else the
    /// thing's.
    fn settle_colour(&mut self) {
        let Some((form, colour)) = self.colour.take() else { return };
        let phrase = &mut self.read.phrase;
        if self.on && phrase.background.is_none() {
            phrase.background = Some(colour);
            self.on = false;
        } else if phrase.colour.is_none() {
            phrase.colour = Some(colour);
        } else {
            self.leave_out(&form);
        }
    }

    fn leave_out(&mut self, form: &str) {
        let left = &mut self.read.left_out;
        if left.len() < TOLD && !left.iter().any(|known| known == form) {
            left.push(form.to_owned());
        }
    }

    fn finish(mut self) -> Read {
        self.settle_colour();
        self.read
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::Part;

    fn pocket() -> Taught {
        let about = include_str!("../../fixtures/pocket/safelight.json");
        let about: serde_json::Value = serde_json::from_str(about).unwrap_or_default();
        serde_json::from_value(about["taught"].clone()).unwrap_or_default()
    }

    fn english(prompt: &str) -> Option<String> {
        offer(prompt, &pocket()).map(|offer| offer.english)
    }

    #[test]
    fn a_chinese_prompt_has_its_english_form() {
        for (prompt, said) in [
            ("蓝色背景上的红猫", "a red cat on a blue background"),
            ("红猫在蓝色背景上", "a red cat on a blue background"),
            ("一只红色的猫，背景是蓝色", "a red cat on a blue background"),
            ("一只红色的猫，蓝色背景", "a red cat on a blue background"),
            ("蓝底红猫", "a red cat on a blue background"),
            ("红色小猫", "a small red cat"),
            ("白色背景上的紫色小机器人", "a small purple robot on a white background"),
            ("一个橙色的苹果", "an orange apple"),
            ("一张绿色大鲸鱼的图画", "a picture of a big green whale"),
            ("红色的 cat on a 蓝色 background", "a red cat on a blue background"),
            ("灰色背景", "a gray background"),
            ("猫", "a cat"),
        ] {
            assert_eq!(english(prompt).as_deref(), Some(said), "{prompt}");
        }
    }

    #[test]
    fn an_english_prompt_is_read_too_and_has_none_offered() {
        for prompt in
            ["a red cat on a blue background", "a picture of a big tree on a gray background"]
        {
            let read = read(prompt, &pocket());
            assert_eq!((read.phrase.english().as_str(), read.translated), (prompt, false));
            assert_eq!(read.left_out, [""; 0]);
            assert_eq!(english(prompt), None);
        }
        let read = read("red cat on blue", &pocket());
        assert_eq!(read.phrase.english(), "a red cat on a blue background");
    }

    #[test]
    fn what_is_left_out_is_said_and_a_part_of_a_word_is_no_word() {
        let offered = offer("红猫和黄色的鱼", &pocket());
        let offered = offered.map(|o| (o.english, o.left_out)).unwrap_or_default();
        assert_eq!(offered, ("a red cat".to_owned(), vec!["鱼".to_owned(), "黄色".to_owned()]));
        for prompt in ["熊猫", "猫头鹰", "白菜", "一条龙", "木", "", "！？", "red dragon"]
        {
            assert_eq!(english(prompt), None, "{prompt}");
        }
    }

    #[test]
    fn every_form_leads_to_a_word_of_the_world() {
        let taught = pocket();
        for (form, word) in forms() {
            assert!(word == "-" || taught.all().any(|known| known == word), "{form} {word}");
            assert!(!form.is_ascii(), "{form}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_prompt_is_read_and_what_comes_out_is_bounded(
            prompt in "\\PC{0,40}|[红蓝绿色猫鱼背景上的在一只小大图画 a-c]{0,40}|(red|cat|on|a|blue| ){0,12}",
        ) {
            let read = read(&prompt, &pocket());
            proptest::prop_assert!(read.left_out.len() <= TOLD);
            let taught = pocket();
            for part in read.phrase.parts() {
                let word = read.phrase.word(part).unwrap_or_default();
                proptest::prop_assert!(taught.all().any(|known| known == word), "{word}");
            }
            // What is offered is English that is read as it stands.
            if let Some(offer) = offer(&prompt, &taught) {
                let again = super::read(&offer.english, &taught);
                proptest::prop_assert_eq!(again.phrase.english(), offer.english);
                proptest::prop_assert!(!again.translated);
            }
        }

        #[test]
        fn a_reading_in_chinese_leads_back_to_the_phrase(
            size in 0usize..3, colour in 0usize..11, thing in 0usize..32, background in 0usize..11,
        ) {
            let taught = pocket();
            let mut phrase = Phrase::default();
            phrase.put(Part::Thing, taught.things.get(thing).map(String::as_str));
            phrase.put(Part::Colour, taught.colours.get(colour).map(String::as_str));
            phrase.put(Part::Background, taught.backgrounds.get(background).map(String::as_str));
            phrase.put(Part::Size, ["small", "big"].get(size).copied());
            let reading = Words::of(Language::Zh).reading_of(&phrase).unwrap_or_default();
            proptest::prop_assert_eq!(english(&reading), Some(phrase.english()), "{}", reading);
        }
    }
}
