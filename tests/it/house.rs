//! The house holds: floors know only lower floors, files have one subject and a first paragraph,
//! and every word that the code asks for is in every catalogue.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use safelight::words::{Language, Words};

/// The crates that belong to one place, and the floors that may name them.
const CRATES: &[(&str, &[&str])] = &[
    ("candle_core", &["engine", "train"]),
    ("candle_nn", &["engine", "train"]),
    ("candle_transformers", &["engine", "train"]),
    ("tokenizers::", &["engine", "train"]),
    ("crossterm", &["terminal"]),
    ("viuer", &["terminal"]),
    ("ratatui_image", &["terminal"]),
    ("ratatui::", &["terminal", "views"]),
    ("plotters", &["export"]),
    ("indicatif", &["commands"]),
    ("resvg", &["drawings"]),
    ("clap", &["cli", "commands"]),
    ("hf_hub", &["library"]),
    ("ureq", &["library"]),
];

/// Which other floors each floor may use.
const FLOORS: &[(&str, &[&str])] = &[
    ("walk", &[]),
    ("words", &["walk"]),
    ("picture_file", &["walk"]),
    ("drawings", &["picture_file", "walk"]),
    ("library", &["walk"]),
    ("engine", &["library", "picture_file", "walk"]),
    ("recording", &["walk"]),
    ("train", &["drawings", "engine", "walk"]),
    ("source", &["drawings", "engine", "recording", "train", "walk"]),
    ("compare", &["walk"]),
    ("export", &["compare", "lesson", "walk", "words"]),
    ("print", &["compare", "walk", "words"]),
    ("lesson", &["compare", "walk", "words"]),
    ("app", &["compare", "lesson", "walk", "words"]),
    ("views", &["app", "compare", "lesson", "walk", "words"]),
    ("dialogue", &["app", "compare", "lesson", "print", "views", "walk", "words"]),
    ("terminal", &["dialogue", "views", "app", "lesson", "source", "walk", "words", "export"]),
    ("cli", &["walk", "words", "recording", "terminal", "engine", "print", "export", "compare"]),
    (
        "commands",
        &[
            "cli",
            "terminal",
            "views",
            "app",
            "source",
            "print",
            "export",
            "recording",
            "compare",
            "lesson",
            "drawings",
            "engine",
            "library",
            "train",
            "drawings",
            "walk",
            "words",
        ],
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All Rust files of `src/` with their text and their floor.
fn sources() -> Vec<(PathBuf, String, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![root()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let inside = path.strip_prefix(root()).unwrap();
                let floor = inside.iter().next().unwrap().to_string_lossy();
                let floor = floor.trim_end_matches(".rs").to_owned();
                found.push((path.clone(), fs::read_to_string(&path).unwrap(), floor));
            }
        }
    }
    found
}

/// The code alone: without comments, and without the tests at the foot.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .map(|(n, line)| (n + 1, line.split("//").next().unwrap_or("")))
}

#[test]
fn a_lower_floor_never_knows_a_higher_one() {
    let mut faults = Vec::new();
    for (path, text, floor) in sources() {
        let Some((_, may)) = FLOORS.iter().find(|(name, _)| *name == floor) else {
            if floor != "lib" && floor != "main" {
                faults.push(format!("{}: no such floor in this test", path.display()));
            }
            continue;
        };
        for (line, words) in code(&text) {
            for (other, _) in FLOORS {
                let named = words.contains(&format!("crate::{other}::"))
                    || words.contains(&format!("crate::{other};"))
                    || words.contains(&format!("crate::{other}}}"));
                if named && *other != floor && !may.contains(other) {
                    faults.push(format!("{}:{line}: {floor} uses {other}", path.display()));
                }
            }
            for (name, places) in CRATES {
                if words.contains(name) && !places.contains(&floor.as_str()) {
                    faults.push(format!("{}:{line}: {floor} names {name}", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_pure_reads_no_files_and_no_clock() {
    let mut faults = Vec::new();
    for (path, text, floor) in sources() {
        if !["walk", "app", "views"].contains(&floor.as_str()) {
            continue;
        }
        for (line, words) in code(&text) {
            for name in
                ["std::fs", "std::env", "std::net", "std::thread", "std::time", "std::process"]
            {
                if words.contains(name) {
                    faults.push(format!("{}:{line}: {floor} names {name}", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_says_its_subject_and_stays_short() {
    let mut faults = Vec::new();
    for (path, text, _) in sources() {
        if !text.starts_with("//! ") && !text.starts_with("#![doc") {
            faults.push(format!("{}: begins without //!", path.display()));
        }
        if text.lines().count() > 600 {
            faults.push(format!("{}: {} lines", path.display(), text.lines().count()));
        }
        let name = path.file_stem().unwrap().to_string_lossy();
        if ["utils", "util", "helpers", "common", "misc", "manager", "mod"].contains(&&*name) {
            faults.push(format!("{}: says nothing by its name", path.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The string literal that follows `before`, wherever it occurs.
fn literals_after<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(before).filter_map(move |(at, _)| {
        let rest = text[at + before.len()..].trim_start().strip_prefix('"')?;
        rest.split_once('"').map(|(literal, _)| literal)
    })
}

#[test]
fn every_problem_has_its_sentence_in_every_language() {
    let mut faults = Vec::new();
    for (path, text, _) in sources() {
        let code: String = code(&text).flat_map(|(_, words)| [words, "\n"]).collect();
        for call in ["Problem::new(", "Problem::usage("] {
            for key in literals_after(&code, call) {
                for language in Language::ALL {
                    if Words::of(language).find(&format!("problem.{key}")).is_none() {
                        faults.push(format!(
                            "{}: problem.{key} is missing in {}.toml",
                            path.display(),
                            language.code()
                        ));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_key_that_a_view_asks_for_is_in_the_catalogue() {
    let words = Words::of(Language::En);
    let mut faults = Vec::new();
    for (path, text, _) in sources() {
        let code: String = code(&text).flat_map(|(_, words)| [words, "\n"]).collect();
        for call in [".text(", "words.fill(", "words().fill("] {
            for key in literals_after(&code, call).filter(|key| key.contains('.')) {
                if words.find(key).is_none() {
                    faults.push(format!("{}: {key}", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_file_of_the_project_names_a_folder_of_one_machine() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["README.md", "CHANGELOG.md", "src/ARCHITECTURE.md"] {
        let text = fs::read_to_string(top.join(name)).unwrap();
        for path in ["/home/", "/root/"] {
            assert!(!text.contains(path), "{name} names {path}");
        }
    }
}
