//! What a model was taught and what it was not: its list of words against its table of token
//! vectors, and what the commands say of words that were never trained.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashSet;
use std::process::{Command, Output};

use safelight::engine::ModelFolder;
use safelight::engine::tokenizer::Tokenizer;
use safetensors::SafeTensors;
use serde_json::Value;

#[test]
fn rows_of_zeros_are_those_of_the_words_that_were_never_taught() {
    let folder = ModelFolder::open(None).unwrap();
    let card = folder.card().unwrap();
    let tokenizer = Tokenizer::open(&folder, card.taught.as_ref()).unwrap();
    let file = folder.read("text_encoder/model.safetensors").unwrap().unwrap();
    let tensors = SafeTensors::deserialize(&file).unwrap();
    let name = tensors.names().into_iter().find(|n| n.ends_with("token_embedding.weight")).unwrap();
    let table = tensors.tensor(name).unwrap();
    let row = table.data().len() / table.shape()[0];
    let trained: Vec<u32> = (0..)
        .zip(table.data().chunks(row))
        .filter(|(_, row)| row.iter().any(|byte| *byte != 0))
        .map(|(id, _)| id)
        .collect();
    let listed = |id: u32| {
        let text = tokenizer.text_of(id);
        text.starts_with("<|") || tokenizer.encode(&text).unwrap().pieces.iter().any(|p| p.taught)
    };
    let strange: Vec<String> =
        trained.iter().filter(|id| !listed(**id)).map(|id| tokenizer.text_of(*id)).collect();
    assert_eq!(strange, [""; 0], "trained, but not in the model's list");
    let ids: HashSet<u32> = trained.into_iter().collect();
    for word in card.taught.unwrap().all() {
        for piece in tokenizer.encode(word).unwrap().pieces {
            assert!(ids.contains(&piece.id), "{word} is in the list, but its row is zeros");
        }
    }
}

fn safelight(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_safelight"));
    command.args(args).env("LC_ALL", "C").env("TERM", "dumb");
    command.output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The words that `tokens --json` calls never trained, with the nearest one.
fn strangers(prompt: &str) -> Vec<(String, String)> {
    let output = safelight(&["tokens", "--json", "--prompt", prompt]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let words = answer["never_trained"].as_array().unwrap();
    words.iter().map(|w| (text(&w["word"]), text(&w["near"][0]["word"]))).collect()
}

#[test]
fn a_word_that_was_never_trained_is_known_as_such_and_the_nearest_offered() {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(strangers("a red cat on a blue background"), []);
    assert_eq!(
        strangers("A red Kitten, on a blu background!"),
        [pair("kitten", "cat"), pair("blu", "blue")]
    );
    assert_eq!(strangers("dragon"), [pair("dragon", "")]);
    let lines = said(&safelight(&["tokens", "a red kitten, please"]).stdout);
    assert!(lines.contains("kitten: never trained. Same or nearly the same meaning: cat."));
    assert!(lines.contains("things: cat"), "{lines}");
    let lines = said(&safelight(&["tokens", "--lang", "zh", "a red kitten"]).stdout);
    assert!(lines.contains("kitten：从未学过。意思相同或相近：cat（猫）。"), "{lines}");
}

#[test]
fn a_chinese_prompt_is_walked_as_it_is_and_its_english_form_offered() {
    let prompt = "蓝色背景上的红猫";
    let english = "a red cat on a blue background";
    let lines = said(&safelight(&["tokens", "--lang", "zh", prompt]).stdout);
    assert!(lines.contains(&format!("模型认识它的英文说法：{english}")), "{lines}");
    assert!(lines.contains(&format!("safelight \"{english}\"")), "{lines}");
    assert!(lines.contains("猫（cat）") || lines.contains("cat（猫）"), "{lines}");
    let plain = said(&safelight(&["run", prompt, "--until", "tokens", "--plain"]).stdout);
    assert!(plain.contains("In English this model knows it: a red cat"), "{plain}");
    let json = safelight(&["tokens", "--json", prompt]);
    let answer: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(answer["in_english"], english);
    let json = safelight(&["run", prompt, "--until", "tokens", "--json"]);
    let first: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&first["prompt"]["text"], &first["prompt"]["in_english"]),
        (&prompt.into(), &english.into())
    );
    let json = safelight(&["tokens", "--json", "a red cat"]);
    let answer: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(answer["in_english"].is_null());
}

#[test]
fn run_says_it_once_where_a_program_reads_stdout_and_not_when_quiet() {
    let args = ["run", "a red kitten", "--until", "tokens", "--json"];
    let output = safelight(&args);
    let first: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(first["prompt"]["never_trained"][0]["near"][0]["by"], "meaning");
    assert_eq!(said(&output.stderr).matches("kitten").count(), 1);
    let quiet = safelight(&[&args[..], &["--quiet"]].concat());
    assert_eq!(said(&quiet.stderr), "");
    let plain = said(&safelight(&["run", "a red kitten", "--until", "tokens", "--plain"]).stdout);
    assert!(plain.contains("kitten: never trained."), "{plain}");
}

#[test]
fn a_model_without_a_list_says_nothing_of_it() {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/reference/models/sd1");
    for args in [&["tokens", "a red kitten"][..], &["run", "a kitten", "--until", "tokens"]] {
        let output = safelight(&[args, &["--model", model]].concat());
        assert_eq!(output.status.code(), Some(0));
        let all = said(&output.stdout) + &said(&output.stderr);
        assert!(!all.contains("never") && !all.contains("taught"), "{all}");
    }
    let json = safelight(&["tokens", "a red kitten", "--json", "--model", model]);
    assert!(!said(&json.stdout).contains("taught"));
}
