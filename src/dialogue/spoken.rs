//! Symbols as words: a screen reader says "epsilon" and skips `ε`, or spells out what it means.

use crate::words::Words;

/// Each symbol and the last part of the key of its word; an empty part: it is left out.
const SYMBOLS: &[(char, &str)] = &[
    ('ε', "epsilon"),
    ('σ', "sigma"),
    ('ᾱ', "alpha-bar"),
    ('β', "beta"),
    ('η', "eta"),
    ('→', "to"),
    ('←', "from"),
    ('×', "times"),
    ('·', "dot"),
    ('√', "root"),
    ('≈', "about"),
    ('±', "plus-minus"),
    ('−', "minus"),
    ('²', "squared"),
    ('∅', "nothing"),
    ('°', "degrees"),
    ('↑', "up"),
    ('↓', "down"),
    ('⏎', "end-of-word"),
    ('Δ', "difference"),
    ('Σ', "sum"),
    ('≤', "at-most"),
    ('≥', "at-least"),
    ('▸', ""),
    ('●', ""),
    ('○', ""),
    ('◐', ""),
    ('‖', ""),
    ('█', ""),
];

/// A text with words in place of its symbols: `‖ε‖` becomes "norm of epsilon".
pub fn spoken(text: &str, words: Words) -> String {
    let text = with_norms(text, words);
    let mut said = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let Some((_, stem)) = SYMBOLS.iter().find(|(symbol, _)| *symbol == c) else {
            said.push(c);
            continue;
        };
        let word = words.find(&format!("spoken.{stem}")).unwrap_or_default();
        let apart = |c: char| c.is_alphanumeric();
        if said.chars().last().is_some_and(apart) && !word.is_empty() {
            said.push(' ');
        }
        said.push_str(word);
        let opens = |c: char| apart(c) || c == '(';
        if rest.peek().copied().is_some_and(opens) && !word.is_empty() {
            said.push(' ');
        }
    }
    said
}

/// What stands between two double bars is a norm.
fn with_norms(text: &str, words: Words) -> String {
    let mut parts = text.split('‖');
    let mut said = parts.next().unwrap_or_default().to_owned();
    while let Some(inside) = parts.next() {
        match parts.next() {
            Some(after) => {
                said.push_str(&words.fill("spoken.norm", &[("of", inside)]));
                said.push_str(after);
            }
            None => said.push_str(inside),
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn symbols_become_words_with_room_around_them() {
        let words = Words::of(Language::En);
        assert_eq!(spoken("‖ε‖ 31.9", words), "norm of epsilon 31.9");
        assert_eq!(spoken("σ 5.3 → 4.6", words), "sigma 5.3 to 4.6");
        assert_eq!(spoken("4×16×16", words), "4 times 16 times 16");
        assert_eq!(spoken("a red cat", words), "a red cat");
        assert_eq!(spoken("‖", words), "");
    }
}
