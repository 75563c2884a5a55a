//! How a scene is said: a pattern of `world.toml` with its words in, and the right article.

use super::world::Combination;
use crate::walk::with_articles;

/// The sentence for a combination. `size` is empty or a word with a space behind it.
pub fn caption(pattern: &str, one: &Combination, size: &str) -> String {
    let text = pattern
        .replace("{size}", size)
        .replace("{colour}", one.colour)
        .replace("{thing}", one.thing)
        .replace("{background}", one.background);
    with_articles(&text)
}

/// The same with a word before it that the world does not know.
pub(super) fn with_a_stranger(text: &str) -> String {
    let rest = text.strip_prefix("an ").or_else(|| text.strip_prefix("a ")).unwrap_or(text);
    format!("a strange {rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_article_is_that_of_the_next_word() {
        let one = Combination { colour: "orange", thing: "apple", background: "orange" };
        let said = |pattern| caption(pattern, &one, "");
        assert_eq!(said("a {size}{colour} {thing} on a red"), "an orange apple on a red");
        assert_eq!(caption("a {size}{thing}", &one, "small "), "a small apple");
        assert_eq!(said("{thing} on {background}"), "apple on orange");
    }

    #[test]
    fn a_stranger_takes_the_articles_place() {
        assert_eq!(with_a_stranger("an apple"), "a strange apple");
        assert_eq!(with_a_stranger("cat on red"), "a strange cat on red");
    }
}
