//! Every sentence gets the facts that it asks for.

#![expect(clippy::expect_used, reason = "a file that cannot be read fails the test")]

use std::path::Path;

use safelight::words::{Language, Words};

/// All Rust files under a folder.
fn sources(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the sources are there");
    entries
        .flat_map(|entry| {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                sources(&path)
            } else {
                vec![std::fs::read_to_string(path).expect("text")]
            }
        })
        .collect()
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
