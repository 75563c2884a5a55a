//! Every sentence gets the facts that it asks for, and every word on screen comes from the
//! catalogue.

#![expect(clippy::expect_used, reason = "a file that cannot be read fails the test")]

use std::path::{Path, PathBuf};

use safelight::words::{Language, Words};

/// All text files under a folder.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = std::fs::read_dir(folder).expect("the sources are there");
    entries
        .flat_map(|entry| {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                files(&path)
            } else {
                let text = std::fs::read_to_string(&path).expect("text");
                vec![(path, text)]
            }
        })
        .collect()
}

/// The texts of all files under a folder.
fn sources(folder: &Path) -> Vec<String> {
    files(folder).into_iter().map(|(_, text)| text).collect()
}

fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// What stands between the brackets that open with `rest`.
fn bracket(rest: &str) -> &str {
    let mut depth = 1;
    let end = rest.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '[') - i32::from(*c == ']');
        depth == 0
    });
    end.map_or(rest, |(at, _)| &rest[..at])
}

#[test]
fn no_placeholder_is_left_unfilled() {
    let words = Words::of(Language::En);
    let mut faults = Vec::new();
    let mut checked = 0;
    for text in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        for (at, call) in text.match_indices(".fill(") {
            let rest = text[at + call.len()..].trim_start();
            let Some((key, rest)) = rest.strip_prefix('"').and_then(|r| r.split_once('"')) else {
                continue;
            };
            // Facts that are made elsewhere are not read here.
            let rest = rest.trim_start_matches(',').trim_start();
            let Some(facts) = rest.strip_prefix("&[").map(bracket) else { continue };
            checked += 1;
            for name in placeholders(words.text(key)) {
                if !facts.contains(&format!("(\"{name}\"")) {
                    faults.push(format!("{key}: {{{name}}}"));
                }
            }
        }
    }
    assert!(checked > 20, "only {checked} calls were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Where words reach a person.
const TALKING: &[&str] =
    &["dialogue", "views", "app", "print", "terminal", "commands", "lesson/answer.rs"];

/// Texts with a space that are no sentence of a catalogue, each with its reason.
const NOT_SPOKEN: &[(&str, &str)] = &[
    // What a person would type as a prompt, in the language that the models read.
    ("app/state.rs", "a red cat on a blue background"),
    // Looked for in a caption.
    ("views/drawings.rs", "on {}"),
    ("views/drawings.rs", "{word} background"),
    ("commands/train/data.rs", " on "),
    ("commands/train/data.rs", "\\non "),
    // What files of one lesson have in common, for a map.
    ("commands/lesson/answers.rs", "inside {}"),
    ("commands/lesson/answers.rs", "inside "),
    // The program's name before a sentence.
    ("commands.rs", "safelight: {sentence}"),
    ("terminal/session.rs", "safelight: {}"),
    // A formula.
    ("views/noise/by_hand.rs", "√(−2·ln(1 − u1))"),
    ("views/noise/by_hand.rs", "√(−2·ln(1 − {}))"),
    // Units.
    ("print/models.rs", "{:.1} MB"),
    ("print/models.rs", "{:.2} GB"),
    ("commands/bench.rs", "{:.1} ms"),
    ("commands/compare/size.rs", "{:.0} min"),
    // What no person sees: errors of the machine, a type's own name.
    ("terminal/pictures.rs", "Encoded({:?}, {})"),
    ("terminal/pictures.rs", "the cell size is known already; asking again would eat keys"),
    ("terminal/signals.rs", "the standard library cannot send a signal to a job"),
];

/// Calls whose texts go to the log, which is for those who mend the program, or to lints.
const UNHEARD: &[&str] = &["log::line(", "log.line(", "reason = "];

/// The string literals of a line of code, without escapes resolved.
fn literals(line: &str) -> Vec<String> {
    let (mut found, mut text, mut inside) = (Vec::new(), String::new(), false);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if inside => text.extend([Some(c), chars.next()].into_iter().flatten()),
            '\'' if !inside => {
                // A character, or a lifetime: a quote in it opens nothing.
                let rest = chars.as_str();
                if rest.starts_with('\\') {
                    chars.nth(2);
                } else if rest.chars().nth(1) == Some('\'') {
                    chars.nth(1);
                }
            }
            '"' => {
                if inside {
                    found.push(std::mem::take(&mut text));
                }
                inside = !inside;
            }
            _ if inside => text.push(c),
            _ => {}
        }
    }
    found
}

/// Whether a literal reads like words: two letters in a row beside a space, or Chinese. What
/// stands in braces is filled in.
fn reads_like_words(literal: &str) -> bool {
    let (mut bare, mut depth) = (String::new(), 0usize);
    for c in literal.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    let words = bare.split(' ').filter(|word| {
        let letters: Vec<bool> = word.chars().map(char::is_alphabetic).collect();
        letters.windows(2).any(|pair| pair[0] && pair[1])
    });
    (bare.contains(' ') && words.count() > 0)
        || bare.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[test]
fn every_word_on_screen_comes_from_the_catalogue() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut faults, mut seen) = (Vec::new(), 0);
    for (path, text) in files(&root) {
        let inside = path.strip_prefix(&root).expect("a source").to_string_lossy().into_owned();
        if !TALKING.iter().any(|place| inside.starts_with(place)) {
            continue;
        }
        let code = text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
        let mut logged = 0;
        for (n, line) in code.enumerate() {
            let line = line.split("// ").next().unwrap_or("");
            if line.trim_start().starts_with("//") {
                continue;
            }
            // A call of the log may begin one line earlier.
            logged =
                if UNHEARD.iter().any(|call| line.contains(call)) { 2 } else { logged.max(1) - 1 };
            for literal in literals(line) {
                seen += 1;
                let allowed = NOT_SPOKEN
                    .iter()
                    .any(|(file, text)| inside.starts_with(file) && *text == literal);
                if logged == 0 && !allowed && reads_like_words(&literal) {
                    faults.push(format!("src/{inside}:{}: \"{literal}\"", n + 1));
                }
            }
        }
    }
    assert!(seen > 1000, "only {seen} literals were read");
    assert!(faults.is_empty(), "words outside the catalogue:\n{}", faults.join("\n"));
}

#[test]
fn words_are_told_from_names() {
    for words in ["no model", "{n} steps", "猫", "step {n}: done"] {
        assert!(reads_like_words(words), "{words}");
    }
    for name in ["seed", "--flag=", " {a} ", "{a} + {b}", "x_t, x0", "rail.title", ": {n}"] {
        assert!(!reads_like_words(name), "{name}");
    }
    let line = r#"f('"', "a\"b", 'x', "c d") // "e""#;
    assert_eq!(literals(line)[..2], [r#"a\"b"#, "c d"]);
}
