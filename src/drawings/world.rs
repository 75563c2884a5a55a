//! Words and colours of the small world, read from `fixtures/pictures/world.toml`; which
//! combinations training shows, and which it never shows.

use std::sync::OnceLock;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::caption::caption;
use super::templates;
use crate::walk::Problem;

const SOURCE: &str = include_str!("../../fixtures/pictures/world.toml");

/// Red, green and blue, 0 to 255.
pub type Rgb = [u8; 3];

/// A colour that a thing can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inks {
    /// Its word.
    pub name: &'static str,
    /// Fill, dark, light and line.
    pub shades: [Rgb; 4],
}

/// A colour that a background can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground {
    /// Its word.
    pub name: &'static str,
    /// Its colour.
    pub rgb: Rgb,
}

/// One way to put a caption, and how often it is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pattern {
    /// With the placeholders `{size}`, `{colour}`, `{thing}` and `{background}`.
    pub text: &'static str,
    /// Its share, 0 to 1; all together are 1.
    pub share: f64,
}

/// What a caption can say: a thing of a colour on a background.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Combination {
    /// The thing's colour.
    pub colour: &'static str,
    /// The thing.
    pub thing: &'static str,
    /// The background's colour.
    pub background: &'static str,
}

/// Everything that `world.toml` says.
#[derive(Clone, Debug)]
pub struct World {
    /// Words for things.
    pub things: Vec<&'static str>,
    /// How many drawings each thing has.
    pub drawings: usize,
    /// Colours of things.
    pub colours: Vec<Inks>,
    /// Colours of backgrounds.
    pub backgrounds: Vec<Ground>,
    /// Words for small, and words for big.
    pub sizes: Vec<Vec<&'static str>>,
    /// What else a caption may hold.
    pub others: Vec<&'static str>,
    /// Words that stand for another one's vector, with that other one.
    pub alike: Vec<(&'static str, &'static str)>,
    /// How a caption is put.
    pub patterns: Vec<Pattern>,
    shown: Vec<Combination>,
    held: Vec<Combination>,
}

/// The file as it is.
#[derive(Deserialize)]
struct Source {
    things: Vec<String>,
    drawings: usize,
    others: Vec<String>,
    alike: toml::Table,
    colours: toml::Table,
    backgrounds: toml::Table,
    sizes: toml::Table,
    captions: Vec<SourcePattern>,
}

#[derive(Deserialize)]
struct SourcePattern {
    pattern: String,
    share: f64,
}

impl World {
    /// The world inside the program, read once.
    ///
    /// # Errors
    /// `world-broken` where the compiled-in file cannot be read or a drawing is missing.
    pub fn get() -> Result<&'static Self, Problem> {
        static WORLD: OnceLock<Result<World, String>> = OnceLock::new();
        let read = WORLD.get_or_init(|| Self::read(SOURCE));
        read.as_ref().map_err(|reason| Problem::new("world-broken").with("reason", reason))
    }

    fn read(source: &str) -> Result<Self, String> {
        let source: Source = toml::from_str(source).map_err(|error| error.to_string())?;
        let mut world = Self {
            things: kept_all(source.things),
            drawings: source.drawings,
            colours: entries(source.colours, |name, shades| Inks { name, shades })?,
            backgrounds: entries(source.backgrounds, |name, rgb| Ground { name, rgb })?,
            sizes: entries(source.sizes, |_, words: Vec<String>| kept_all(words))?,
            others: kept_all(source.others),
            alike: entries(source.alike, |name, other: String| (name, kept(other)))?,
            patterns: source
                .captions
                .into_iter()
                .map(|form| Pattern { text: kept(form.pattern), share: form.share })
                .collect(),
            shown: Vec::new(),
            held: Vec::new(),
        };
        world.check()?;
        world.divide();
        Ok(world)
    }

    fn check(&self) -> Result<(), String> {
        for thing in &self.things {
            for number in 1..=self.drawings {
                templates::body(thing, number)
                    .ok_or_else(|| format!("no drawing {number} of {thing}"))?;
            }
        }
        let whole = self.sizes.len() == 2 && self.sizes.iter().all(|words| !words.is_empty());
        (whole && !self.patterns.is_empty()).then_some(()).ok_or_else(|| "sizes, captions".into())
    }

    /// Divides all combinations into those that training shows and those that are held out.
    fn divide(&mut self) {
        for thing in &self.things {
            for colour in &self.colours {
                for ground in self.backgrounds.iter().filter(|ground| ground.name != colour.name) {
                    let one = Combination { colour: colour.name, thing, background: ground.name };
                    if self.holds_out(&one) { &mut self.held } else { &mut self.shown }.push(one);
                }
            }
        }
    }

    /// Whether no training picture shows this: one in ten, by the SHA-256 of its plain caption.
    pub fn holds_out(&self, one: &Combination) -> bool {
        let hash = Sha256::digest(self.plain_caption(one).as_bytes());
        let first = hash.iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        first.is_multiple_of(10)
    }

    /// The sentence that names all three: "a red cat on a blue background".
    pub fn plain_caption(&self, one: &Combination) -> String {
        caption(self.patterns.first().map_or("", |first| first.text), one, "")
    }

    /// The combinations of the first `things` things that training shows, or that it never shows.
    pub fn combinations(&self, held: bool, things: usize) -> &[Combination] {
        let all = if held { &self.held } else { &self.shown };
        let known = self.things.get(..things).unwrap_or(&self.things);
        &all[..all.partition_point(|one| known.contains(&one.thing))]
    }

    /// Every combination that training never shows.
    pub fn held_out(&self) -> &[Combination] {
        &self.held
    }

    /// Every word that occurs in a caption, in a fixed order.
    pub fn words(&self) -> Vec<&'static str> {
        let mut words: Vec<&'static str> = Vec::new();
        let colours = self.colours.iter().map(|colour| colour.name);
        let grounds = self.backgrounds.iter().map(|ground| ground.name);
        let sizes = self.sizes.iter().flatten().copied();
        let all = self.things.iter().copied().chain(colours).chain(grounds).chain(sizes);
        for word in all.chain(self.others.iter().copied()) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }

    /// The colour of this name.
    pub fn colour(&self, name: &str) -> Option<&Inks> {
        self.colours.iter().find(|colour| colour.name == name)
    }

    /// The background of this name.
    pub fn background(&self, name: &str) -> Option<&Ground> {
        self.backgrounds.iter().find(|ground| ground.name == name)
    }
}

/// A word of the world lives as long as the program: the world is read once.
fn kept(word: String) -> &'static str {
    word.leak()
}

fn kept_all(words: Vec<String>) -> Vec<&'static str> {
    words.into_iter().map(kept).collect()
}

/// The entries of a table in the order of the file.
fn entries<T: for<'a> Deserialize<'a>, U>(
    table: toml::Table,
    entry: impl Fn(&'static str, T) -> U,
) -> Result<Vec<U>, String> {
    let one = |(name, value): (String, toml::Value)| {
        value.try_into().map(|value| entry(kept(name), value)).map_err(|error| error.to_string())
    };
    table.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_without_a_drawing_is_named() {
        let source = SOURCE.replacen("\"cat\"", "\"unicorn\"", 1);
        assert_eq!(World::read(&source).unwrap_err(), "no drawing 1 of unicorn");
    }

    #[test]
    fn a_world_that_is_no_toml_is_a_reason_and_no_panic() {
        assert!(World::read("things = [").is_err());
        assert!(World::read("").is_err());
    }
}
