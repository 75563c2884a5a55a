//! Every word a user sees: one catalogue a language, looked up by key.
//!
//! A catalogue is a TOML file whose sections give keys their first part: `title` under `[rail]` is
//! `rail.title`. Placeholders stand in braces: `{file}`. A test holds all languages to the same
//! keys and the same placeholders, and every key that the code names to the catalogues.

mod ascii;
pub mod changed;
mod gloss;
mod never_trained;
pub mod reading;
mod spoken;
pub mod taught_report;
pub mod told;
mod tongues;
mod visible;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::walk::Problem;

pub use ascii::{ascii, is_ambiguous};
pub use never_trained::NEVER_TRAINED;
pub use tongues::Tongues;
pub use visible::visible;

/// The languages of this edition: a variant each, in the order of `EDITIONS`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

/// What makes a language.
struct Edition {
    /// Its code on `--lang`, and the beginning of its locales.
    code: &'static str,
    /// Its catalogue.
    catalogue: &'static str,
    /// What prompts in it may say beside the catalogue's glosses: see [`reading`].
    readings: &'static str,
}

/// Every language, a row each: this is the place where one is added.
const EDITIONS: [Edition; Language::ALL.len()] = [
    Edition { code: "en", catalogue: include_str!("words/en.toml"), readings: "" },
    Edition {
        code: "zh",
        catalogue: include_str!("words/zh.toml"),
        readings: include_str!("words/reading/zh.txt"),
    },
];

impl Language {
    /// All languages, in the order in which `L` turns through them.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    const fn edition(self) -> &'static Edition {
        &EDITIONS[self as usize]
    }

    /// The code on `--lang` and in file names.
    pub const fn code(self) -> &'static str {
        self.edition().code
    }

    /// The language that a locale such as `zh_CN.UTF-8` asks for; English where it is none of
    /// ours.
    pub fn from_locale(locale: &str) -> Self {
        Self::ALL.into_iter().find(|l| locale.starts_with(l.code())).unwrap_or_default()
    }

    /// The next one in the order of the editions.
    #[must_use]
    pub const fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }
}

type Table = BTreeMap<String, String>;

/// The catalogue of one language; free to copy.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    language: Language,
    ascii: bool,
    table: &'static Table,
}

impl Words {
    /// The catalogue of a language; parsed at its first use.
    pub fn of(language: Language) -> Self {
        static TABLES: [OnceLock<Table>; Language::ALL.len()] =
            [const { OnceLock::new() }; Language::ALL.len()];
        let table = TABLES[language as usize].get_or_init(|| parse(language.edition().catalogue));
        Self { language, ascii: false, table }
    }

    /// The same catalogue without signs that some terminals draw two cells wide: see [`ascii`].
    #[must_use]
    pub fn in_ascii(self) -> Self {
        static TABLES: [OnceLock<Table>; Language::ALL.len()] =
            [const { OnceLock::new() }; Language::ALL.len()];
        let spelled = || {
            let whole = Self::of(self.language).table;
            whole.iter().map(|(key, text)| (key.clone(), ascii(text))).collect()
        };
        Self { ascii: true, table: TABLES[self.language as usize].get_or_init(spelled), ..self }
    }

    /// A sign of a view as this catalogue spells it.
    pub fn spelled(self, text: &str) -> Cow<'_, str> {
        if self.ascii { ascii(text).into() } else { text.into() }
    }

    /// Its language.
    pub const fn language(self) -> Language {
        self.language
    }

    /// The text of a key; the key itself where the catalogue lacks it (a test refuses that).
    pub fn text(self, key: &str) -> &str {
        self.table.get(key).map_or(key, |text| text.as_str())
    }

    /// The text of a key, where the catalogue has it.
    pub fn find(self, key: &str) -> Option<&'static str> {
        self.table.get(key).map(String::as_str)
    }

    /// The text of a key with its placeholders filled.
    pub fn fill(self, key: &str, facts: &[(&str, &str)]) -> String {
        facts.iter().fold(self.text(key).to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// Things of one kind, one after the other.
    pub fn list(self, things: &[impl AsRef<str>]) -> String {
        let things: Vec<&str> = things.iter().map(AsRef::as_ref).collect();
        things.join(self.text("never.comma"))
    }

    /// The one sentence for a problem.
    pub fn problem(self, problem: &Problem) -> String {
        let facts: Vec<(&str, &str)> =
            problem.facts().iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.fill(&format!("problem.{}", problem.key()), &facts)
    }

    /// All keys that begin with `prefix`, sorted.
    pub fn keys(self, prefix: &str) -> impl Iterator<Item = &'static str> {
        let prefix = prefix.to_owned();
        self.table.keys().map(String::as_str).filter(move |key| key.starts_with(&prefix))
    }
}

fn parse(source: &str) -> BTreeMap<String, String> {
    let mut table = BTreeMap::new();
    if let Ok(value) = source.parse::<toml::Table>() {
        flatten("", &value, &mut table);
    }
    table
}

fn flatten(prefix: &str, section: &toml::Table, table: &mut BTreeMap<String, String>) {
    for (key, value) in section {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::String(text) => {
                table.insert(path, text.clone());
            }
            toml::Value::Table(inner) => flatten(&path, inner, table),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|p| p.0).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn the_languages_have_the_same_keys_and_placeholders() {
        let (en, zh) = (Words::of(Language::En), Words::of(Language::Zh));
        let keys = |words: Words| words.keys("").collect::<Vec<_>>();
        assert_eq!(keys(en), keys(zh));
        for key in en.keys("") {
            assert_eq!(placeholders(en.text(key)), placeholders(zh.text(key)), "{key}");
        }
    }

    #[test]
    fn a_locale_names_a_language() {
        assert_eq!(Language::from_locale("zh_CN.UTF-8"), Language::Zh);
        assert_eq!(Language::from_locale("de_DE.UTF-8"), Language::En);
    }

    #[test]
    fn every_text_has_a_form_in_ascii_with_the_same_placeholders() {
        for language in Language::ALL {
            let (whole, spelled) = (Words::of(language), Words::of(language).in_ascii());
            for key in whole.keys("") {
                let text = spelled.text(key);
                assert_eq!(placeholders(whole.text(key)), placeholders(text), "{key}");
                assert!(!text.chars().any(is_ambiguous), "{key}: {text}");
                assert!(language != Language::En || text.is_ascii(), "{key}: {text}");
            }
        }
    }

    #[test]
    fn the_catalogues_parse() {
        for (i, language) in Language::ALL.into_iter().enumerate() {
            assert_eq!(language as usize, i, "its row is its own");
            assert!(language.edition().catalogue.parse::<toml::Table>().is_ok(), "{language:?}");
        }
    }
}
