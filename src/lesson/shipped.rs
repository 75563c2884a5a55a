//! The lessons inside the program, in the order in which they build on each other.

use std::sync::OnceLock;

use super::Lesson;
use crate::words::Language;

/// A lesson that ships.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// The name by which it is opened.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! lessons {
    ($($name:literal),* $(,)?) => {
        &[$((
            $name,
            include_str!(concat!("../../lessons/en/", $name, ".md")),
            include_str!(concat!("../../lessons/zh/", $name, ".md")),
        )),*]
    };
}

/// Name, and text in English and Chinese.
const ALL: &[(&str, &str, &str)] = lessons![
    "01-from-words-to-picture",
    "02-tokens",
    "03-vectors",
    "04-noise-and-seeds",
    "05-the-noise-predictor",
    "06-guidance",
    "07-attention",
    "08-the-vae",
    "09-how-it-was-trained",
    "10-forty-five-minutes",
];

/// Every lesson in a language, read; at the first use.
pub fn shipped_lessons(language: Language) -> &'static [Lesson] {
    static EN: OnceLock<Vec<Lesson>> = OnceLock::new();
    static ZH: OnceLock<Vec<Lesson>> = OnceLock::new();
    let cell = match language {
        Language::En => &EN,
        Language::Zh => &ZH,
    };
    cell.get_or_init(|| {
        let read = |inside: Shipped| Lesson::read(inside.name, inside.text).ok();
        shipped(language).filter_map(read).collect()
    })
}

/// Every lesson in a language, as text.
pub fn shipped(language: Language) -> impl Iterator<Item = Shipped> {
    ALL.iter().map(move |(file, en, zh)| Shipped {
        name: file.split_once('-').map_or(file, |(_, name)| name),
        text: match language {
            Language::En => en,
            Language::Zh => zh,
        },
    })
}
