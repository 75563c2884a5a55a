//! Symbols as words: a screen reader skips `ε`, or spells it out as something else than it means.

use super::Words;

/// Each symbol, and the last part of the key of its word under `spoken`.
const SYMBOLS: &[(char, &str)] = &[
    ('ε', "epsilon"),
    ('σ', "sigma"),
    ('ᾱ', "alpha-bar"),
    ('α', "alpha"),
    ('β', "beta"),
    ('η', "eta"),
    ('μ', "mu"),
    ('π', "pi"),
    ('Δ', "difference"),
    ('Σ', "sum"),
    ('→', "to"),
    ('←', "from"),
    ('↑', "up"),
    ('↓', "down"),
    ('×', "times"),
    ('÷', "divided"),
    ('√', "root"),
    ('≈', "about"),
    ('≠', "unequal"),
    ('±', "plus-minus"),
    ('−', "minus"),
    ('≤', "at-most"),
    ('≥', "at-least"),
    ('∞', "infinity"),
    ('∅', "nothing"),
    ('°', "degrees"),
    ('½', "half"),
    ('¼', "quarter"),
    ('′', "changed"),
    ('№', "number"),
    ('⏎', "end-of-word"),
    ('⌊', "whole-part"),
    // A bar over a letter: the mean.
    ('\u{304}', "bar"),
];

/// Small digits above the line: powers.
const POWERS: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/// Small digits under the line: numbers of what they stand at.
const PLACES: &str = "₀₁₂₃₄₅₆₇₈₉";

impl Words {
    /// A text with words in place of its symbols: `‖ε‖` becomes "norm of epsilon". Signs that only
    /// draw (lines, blocks, marks) are left out.
    pub fn spoken(self, text: &str) -> String {
        if text.is_ascii() {
            return text.to_owned();
        }
        text.split_inclusive('\n').map(|line| self.line_spoken(line)).collect()
    }

    fn line_spoken(self, line: &str) -> String {
        let line = self.with_norms(line).replace('ā', "a\u{304}");
        // Between the parts of a formula a dot multiplies, between other things it only parts them.
        let formula = line.contains(['=', '⌊', '⁹']);
        let mut said = String::with_capacity(line.len());
        let mut rest = line.chars().peekable();
        while let Some(c) = rest.next() {
            let next = rest.peek().copied();
            match c {
                '·' if !formula && next == Some(' ') => {
                    said.truncate(said.trim_end().len());
                    said.push_str(if said.is_empty() { "" } else { "," });
                }
                '·' => self.put("times", next, &mut said),
                '–' | '…' if next.is_some_and(|c| c.is_ascii_digit()) && ends_in_digit(&said) =>
                {
                    self.put("to", next, &mut said);
                }
                '\u{a0}' => said.push(' '),
                _ if POWERS.contains(c) => {
                    let mut power = place_in(POWERS, c).to_string();
                    while let Some(c) = rest.next_if(|next| POWERS.contains(*next)) {
                        power.push_str(&place_in(POWERS, c).to_string());
                    }
                    self.put_power(&power, rest.peek().copied(), &mut said);
                }
                _ => self.put_sign(c, next, &mut said),
            }
        }
        said
    }

    fn put_sign(self, c: char, next: Option<char>, said: &mut String) {
        if let Some((_, stem)) = SYMBOLS.iter().find(|(symbol, _)| *symbol == c) {
            self.put(stem, next, said);
        } else if PLACES.contains(c) {
            set(&place_in(PLACES, c).to_string(), next, said);
        } else if !drawn(c) {
            said.push(c);
        }
    }

    fn put_power(self, power: &str, next: Option<char>, said: &mut String) {
        let word = match power {
            "2" => self.text("spoken.squared").to_owned(),
            "3" => self.text("spoken.cubed").to_owned(),
            _ => self.fill("spoken.power", &[("power", power)]),
        };
        set(&word, next, said);
    }

    fn put(self, stem: &str, next: Option<char>, said: &mut String) {
        set(self.text(&format!("spoken.{stem}")), next, said);
    }

    /// What stands between two double bars is a norm.
    fn with_norms(self, text: &str) -> String {
        let mut parts = text.split('‖');
        let mut said = parts.next().unwrap_or_default().to_owned();
        while let Some(inside) = parts.next() {
            let after = parts.next();
            match after {
                Some(_) => said.push_str(&self.fill("spoken.norm", &[("of", inside)])),
                None => said.push_str(inside),
            }
            said.push_str(after.unwrap_or_default());
        }
        said
    }
}

/// Sets a word apart from what stands around it, as its script does.
fn set(word: &str, next: Option<char>, said: &mut String) {
    let (Some(first), Some(last)) = (word.chars().next(), word.chars().last()) else { return };
    if said.chars().last().is_some_and(|before| apart(before, first) && !opens(before)) {
        said.push(' ');
    }
    said.push_str(word);
    if next.is_some_and(|next| apart(last, next) && !closes(next)) {
        said.push(' ');
    }
}

/// Whether a space belongs between two signs that are not parted yet: not between two Chinese ones.
fn apart(one: char, other: char) -> bool {
    !(one.is_whitespace() || other.is_whitespace() || wide(one) && wide(other))
}

const fn wide(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

const fn opens(c: char) -> bool {
    matches!(c, '(' | '[' | '"' | '“' | '「' | '（' | '/')
}

const fn closes(c: char) -> bool {
    matches!(
        c,
        ')' | ']' | '"' | '”' | '」' | '）' | '/' | ',' | '.' | ';' | ':' | '?' | '!' | '%' | '\n'
    )
}

fn place_in(signs: &str, c: char) -> usize {
    signs.chars().position(|sign| sign == c).unwrap_or(0)
}

fn ends_in_digit(said: &str) -> bool {
    said.ends_with(|c: char| c.is_ascii_digit())
}

/// Signs that draw: lines, blocks, shapes, braille, half-brackets.
const fn drawn(c: char) -> bool {
    matches!(c, '\u{2500}'..='\u{28ff}' | '⌋')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn symbols_become_words_with_room_around_them() {
        let words = Words::of(Language::En);
        for (text, said) in [
            ("‖ε‖ 31.9", "norm of epsilon 31.9"),
            ("σ 5.3 → 4.6", "sigma 5.3 to 4.6"),
            ("4×16×16", "4 times 16 times 16"),
            ("4·(with − without) = −0.5", "4 times (with minus without) = minus 0.5"),
            ("(−2·√3)", "(minus 2 times the root of 3)"),
            ("keys 1–7, 0…255", "keys 1 to 7, 0 to 255"),
            ("pocket · seed 7", "pocket, seed 7"),
            ("2²⁴, R²", "2 to the power of 24, R squared"),
            ("▸ a red cat ●", " a red cat "),
            ("‖", ""),
        ] {
            assert_eq!(words.spoken(text), said);
        }
        let words = Words::of(Language::Zh);
        assert_eq!(words.spoken("噪声水平σ，‖ε‖"), "噪声水平西格玛，艾普西隆的范数");
        assert_eq!(words.spoken("余弦 −0.11"), "余弦 负 0.11");
    }

    #[test]
    fn no_text_of_a_catalogue_keeps_a_symbol_when_it_is_said() {
        let kept = |c: char| {
            let letter = c.is_ascii() || wide(c) || "–—…“”‘’éö\u{fffd}".contains(c);
            !letter
        };
        for language in Language::ALL {
            let words = Words::of(language);
            for key in words.keys("") {
                let said = words.spoken(words.text(key));
                assert_eq!(said.chars().find(|c| kept(*c)), None, "{key}: {said}");
            }
        }
    }
}
