//! Weight syntax of other tools in a prompt: `(red:1.3)`, `<lora:x:1>`, `BREAK`. Here it is text
//! like any other, and it is named so that nobody waits for its effect.

/// The places in a text that other tools would read as orders, as they stand there, at most eight.
pub fn found(text: &str) -> Vec<String> {
    let mut found = bracketed(text);
    found.extend(
        text.split_whitespace()
            .filter(|word| {
                ["BREAK", "AND"].contains(word) || word.trim_matches(',').starts_with("embedding:")
            })
            .map(str::to_owned),
    );
    found.truncate(8);
    found
}

/// Spans in brackets that hold a weight, an option or another bracket.
fn bracketed(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['(', '[', '<', '{']) {
        rest = &rest[start..];
        let (open, close) = match rest.as_bytes()[0] {
            b'(' => ('(', ')'),
            b'[' => ('[', ']'),
            b'<' => ('<', '>'),
            _ => ('{', '}'),
        };
        let Some(length) = closing(rest, open, close) else {
            rest = &rest[1..];
            continue;
        };
        let span = &rest[..length];
        if span.len() <= 120 && is_order(span, open) {
            found.push(span.to_owned());
        }
        rest = &rest[length..];
    }
    found
}

/// The length of the bracket at the start of `text`, its closing sign included.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return Some(at + c.len_utf8());
            }
        }
    }
    None
}

fn is_order(span: &str, open: char) -> bool {
    let inside = &span[1..span.len() - 1];
    let weight = inside
        .rsplit_once(':')
        .is_some_and(|(_, number)| number.trim().parse::<f32>().is_ok_and(f32::is_finite));
    match open {
        '(' => weight || (inside.starts_with('(') && inside.ends_with(')')),
        '[' => !inside.is_empty(),
        '<' => inside.contains(':'),
        _ => inside.contains('|'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_options_and_marks_are_found_and_plain_brackets_are_not() {
        let cases: &[(&str, &[&str])] = &[
            ("a (red:1.3) cat", &["(red:1.3)"]),
            ("a ((red)) [ugly] cat <lora:ink:0.8>", &["((red))", "[ugly]", "<lora:ink:0.8>"]),
            ("a cat BREAK a {blue|green} sky", &["{blue|green}", "BREAK"]),
            ("a cat (my own) and 1 < 2: fine", &[]),
            ("an open (bracket:1", &[]),
            ("猫（红：1.3）(", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(&found(text), expected, "{text}");
        }
    }
}
