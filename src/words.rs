//! Every word a user sees: one catalogue a language, looked up by key.
//!
//! A catalogue is a TOML file whose sections give keys their first part: `title` under `[rail]` is
//! `rail.title`. Placeholders stand in braces: `{file}`. A test holds all languages to the same
//! keys and the same placeholders, and every key that the code names to the catalogues.

pub mod changed;
mod never_trained;
pub mod taught_report;
pub mod told;
mod visible;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::walk::Problem;

pub use never_trained::NEVER_TRAINED;
pub use visible::visible;

/// The languages of this edition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Language {
    /// All languages, in the order in which `L` turns through them.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The code on `--lang` and in file names.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// The language that a locale such as `zh_CN.UTF-8` asks for; English where it is none of
    /// ours.
    pub fn from_locale(locale: &str) -> Self {
        Self::ALL.into_iter().find(|l| locale.starts_with(l.code())).unwrap_or_default()
    }

    /// The next one, for a key that turns through them.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::En => Self::Zh,
            Self::Zh => Self::En,
        }
    }

    const fn source(self) -> &'static str {
        match self {
            Self::En => include_str!("words/en.toml"),
            Self::Zh => include_str!("words/zh.toml"),
        }
    }
}

/// The catalogue of one language; free to copy.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    language: Language,
    table: &'static BTreeMap<String, String>,
}

impl Words {
    /// The catalogue of a language; parsed at its first use.
    pub fn of(language: Language) -> Self {
        static EN: OnceLock<BTreeMap<String, String>> = OnceLock::new();
        static ZH: OnceLock<BTreeMap<String, String>> = OnceLock::new();
        let cell = match language {
            Language::En => &EN,
            Language::Zh => &ZH,
        };
        Self { language, table: cell.get_or_init(|| parse(language.source())) }
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
    fn the_catalogues_parse() {
        for language in Language::ALL {
            assert!(language.source().parse::<toml::Table>().is_ok(), "{language:?}");
        }
    }
}
