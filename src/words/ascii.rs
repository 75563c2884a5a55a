//! Text without signs that some terminals draw two cells wide.
//!
//! Unicode calls the width of Greek letters, arrows, quotes, dashes and blocks *ambiguous*: one
//! cell, or two in many terminals of East Asia, which tears every column after them. Under
//! `--ascii` the words of the catalogue are spelled with letters: sigma, sqrt, `->`. Chinese
//! characters and their full-width signs stay: all terminals draw them two cells wide.

use unicode_width::UnicodeWidthChar;

/// Whether terminals disagree on a character's width, or it is a block or a line.
pub fn is_ambiguous(c: char) -> bool {
    c.width() != c.width_cjk() || ('\u{2500}'..='\u{259f}').contains(&c)
}

/// The text spelled without such characters; what has no spelling becomes `?`.
pub fn ascii(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let chinese = text.chars().any(|c| c.width() == Some(2));
    let product = text.contains(['=', '√', '⌊', '⁹']);
    let mut out = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '√' => {
                out.push_str("sqrt");
                // A root over one sign needs brackets, now that the sign is a word.
                if let Some(under) = chars.next_if(|next| !matches!(next, '(' | ' ')) {
                    out.push('(');
                    spell(under, chinese, product, &mut out);
                    out.push(')');
                }
            }
            '·' if product || !out.ends_with(' ') => out.push('*'),
            _ => spell(c, chinese, product, &mut out),
        }
    }
    out
}

/// Signs and how they are spelled.
const SPELLED: &[(char, &str)] = &[
    ('σ', "sigma"),
    ('ε', "eps"),
    ('Δ', "delta "),
    ('μ', "mu"),
    ('Σ', "sum "),
    ('β', "beta"),
    ('π', "pi"),
    ('α', "alpha"),
    ('ᾱ', "abar"),
    ('ā', "mean a"),
    // A bar over a letter: the mean.
    ('\u{304}', "bar"),
    ('√', "sqrt"),
    ('‖', "|"),
    ('×', "x"),
    ('÷', "/"),
    ('±', "+-"),
    ('≈', "~"),
    ('≤', "<="),
    ('≥', ">="),
    ('∞', "inf"),
    ('∅', "0"),
    ('−', "-"),
    ('–', "-"),
    ('—', "-"),
    ('…', "..."),
    ('→', "->"),
    ('←', "<-"),
    // Keys; v is one of its own.
    ('↑', "up"),
    ('↓', "down"),
    ('▸', ">"),
    ('′', "'"),
    ('‘', "'"),
    ('’', "'"),
    ('“', "\""),
    ('”', "\""),
    ('°', " deg"),
    ('№', "No."),
    ('⏎', "_"),
    ('⌊', "floor("),
    ('⌋', ")"),
    ('░', "."),
    ('◣', "L"),
    ('◥', "7"),
    ('✓', "+"),
    ('✗', "x"),
    ('²', "^2"),
    ('³', "^3"),
    ('⁴', "4"),
    ('⁵', "5"),
    ('⁹', "^9"),
    ('₀', "0"),
    ('₁', "1"),
    ('\u{a0}', " "),
];

/// Where a text holds Chinese, its own signs.
const IN_CHINESE: &[(char, &str)] =
    &[('“', "「"), ('”', "」"), ('°', "度"), ('↑', "上箭头"), ('↓', "下箭头")];

fn spell(c: char, chinese: bool, product: bool, out: &mut String) {
    let own = if chinese { IN_CHINESE } else { &[] };
    let spelled = own.iter().chain(SPELLED).find(|(sign, _)| *sign == c);
    match spelled {
        Some((_, text)) => out.push_str(text),
        None if c == '·' => out.push(if product { '*' } else { '|' }),
        None if is_ambiguous(c) => out.push('?'),
        None => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_spelled_and_chinese_stays() {
        assert_eq!(ascii("σ 5.3 → 4.6 …"), "sigma 5.3 -> 4.6 ...");
        assert_eq!(ascii("x = √ᾱ·x0 + √(1−ᾱ)·ε"), "x = sqrt(abar)*x0 + sqrt(1-abar)*eps");
        assert_eq!(ascii("{steps} steps · {size}×{size}"), "{steps} steps | {size}x{size}");
        assert_eq!(ascii("“猫”，第 3 步……"), "「猫」，第 3 步......");
        assert_eq!(ascii("☆"), "?");
    }

    proptest::proptest! {
        #[test]
        fn nothing_ambiguous_is_left(text in "\\PC{0,60}") {
            proptest::prop_assert!(!ascii(&text).chars().any(is_ambiguous));
        }
    }
}
