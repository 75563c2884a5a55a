//! One language, or two together: `en+zh` shows notes, questions and answers in both.

use std::sync::OnceLock;

use super::Language;

/// What `--lang` names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tongues {
    /// The language of everything.
    pub first: Language,
    /// Notes, questions and answers stand in this one as well.
    pub second: Option<Language>,
}

impl Tongues {
    /// One language alone.
    pub const fn one(first: Language) -> Self {
        Self { first, second: None }
    }

    /// All that can be named, with their codes: each language, then every two.
    pub fn named() -> &'static [(String, Self)] {
        static NAMED: OnceLock<Vec<(String, Tongues)>> = OnceLock::new();
        NAMED.get_or_init(|| {
            let ones = Language::ALL.map(|first| (first.code().to_owned(), Self::one(first)));
            let twos = Language::ALL.into_iter().flat_map(|first| {
                let others = Language::ALL.into_iter().filter(move |second| *second != first);
                others.map(move |second| {
                    let code = format!("{}+{}", first.code(), second.code());
                    (code, Self { first, second: Some(second) })
                })
            });
            ones.into_iter().chain(twos).collect()
        })
    }

    /// The ones of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::named().iter().find(|(name, _)| name == code).map(|(_, tongues)| *tongues)
    }

    /// The code on `--lang`.
    pub fn code(self) -> &'static str {
        let named = Self::named().iter().find(|(_, tongues)| *tongues == self);
        named.map_or("en", |(code, _)| code.as_str())
    }

    /// The first and, where there is one, the second.
    pub fn all(self) -> impl Iterator<Item = Language> {
        std::iter::once(self.first).chain(self.second)
    }

    /// The next, for a key that turns through them: each language alone, then the first with each
    /// other one.
    #[must_use]
    pub fn next(self) -> Self {
        let begins = |tongues: &Self| tongues.first == Language::ALL[0];
        let turned: Vec<Self> = Self::named()
            .iter()
            .map(|(_, tongues)| *tongues)
            .filter(|tongues| tongues.second.is_none() || begins(tongues))
            .collect();
        let at = turned.iter().position(|tongues| *tongues == self);
        at.and_then(|at| turned.get(at + 1)).or(turned.first()).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_names_its_own_and_the_key_comes_round() {
        for (code, tongues) in Tongues::named() {
            assert_eq!(Tongues::from_code(code), Some(*tongues));
            assert_eq!(tongues.code(), code);
        }
        let mut turned = Tongues::default();
        let codes: Vec<&str> = (0..4)
            .map(|_| {
                let code = turned.code();
                turned = turned.next();
                code
            })
            .collect();
        assert_eq!(codes, ["en", "zh", "en+zh", "en"]);
        assert_eq!(Tongues::from_code("zh+en").map(Tongues::next), Some(Tongues::default()));
        assert_eq!(Tongues::from_code("de"), None);
    }
}
