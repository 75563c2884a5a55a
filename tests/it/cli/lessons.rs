//! What a teacher takes home: the sum of a class's answers, lessons as pages, the plan, and
//! recordings; and what broken or hostile files meet.

use std::fs;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Desk, text, tiny_model, went_well};

const LESSON: &str = r#"+++
format = 1
title = "Small <b>&amp;"
minutes = 5
teaches = ["one & two"]

[walk]
prompt = "a red cat on a blue background"
seed = 7
steps = 3
+++

# Small

## One <script>alert(1)</script>

```ask
kind = "choice"
question = "What </fieldset> is read?"
choices = ["letters", "a few \"numbers\""]
answer = "b"
```

```show
stage = "tokens"
piece = "cat"
```

> The ids are {ids}, of {vocabulary}.

```notes
0–5 min. Ask <i>first</i>.
```

## Two

```ask
kind = "number"
question = "How many calls?"
answer = "{calls}"
tolerance = 10
```

```show
stage = "step"
call = 2
piece = "cat"
recording = "big.safetensors"
```

> {calls} calls, {first-angle} degrees.

## Three

```show
stage = "image"
beside = [{ seed = 8 }]
```

They are {apart} levels apart.

## Four

```ask
kind = "thought"
question = "Why?"
```

> Nobody knows; {fewer} times fewer numbers.
"#;

/// A file of answers to the first lesson inside the program.
fn file(sha: &str, answers: &Value) -> String {
    json!({
        "format": "safelight-answers",
        "version": 1,
        "program": "safelight 0.1.0",
        "lesson": "small",
        "title": "Small",
        "text_sha256": sha,
        "language": "en",
        "date": "2026-11-27",
        "answers": answers,
    })
    .to_string()
}

fn choice(first: &str, last: &str) -> Value {
    let verdict = |letter| if letter == "b" { "right" } else { "wrong" };
    let tries = if first == last { 1 } else { 2 };
    json!({
        "beat": 1, "kind": "choice", "question": "Which?", "choices": ["x", "y"],
        "given": last, "verdict": verdict(last), "tries": tries,
        "first": { "given": first, "verdict": verdict(first) },
    })
}

fn thought(said: &str) -> Value {
    json!({
        "beat": 3, "kind": "thought", "question": "Why?", "given": said, "verdict": "open",
        "tries": 1, "first": { "given": said, "verdict": "open" },
    })
}

/// Three learners of one lesson, one of another, and files that are no answers.
fn class() -> Desk {
    let desk = Desk::new();
    let write = |name: &str, text: &[u8]| fs::write(desk.path(name), text).unwrap();
    let number = |given: f64| {
        json!({
            "beat": 2, "kind": "number", "question": "How many?", "given": given,
            "verdict": "wrong", "tries": 1, "first": { "given": given, "verdict": "wrong" },
        })
    };
    let hostile = "\u{1b}[31mred\u{202e} <b>";
    write(
        "ann.json",
        file("aa", &json!([choice("a", "b"), number(9.0), thought("so")])).as_bytes(),
    );
    write("bob.json", file("aa", &json!([choice("b", "b"), thought(hostile)])).as_bytes());
    write("cy.json", file("aa", &json!([choice("a", "a"), number(10.5)])).as_bytes());
    write("old.json", file("bb", &json!([choice("b", "b")])).as_bytes());
    write("nan.json", file("aa", &json!([number(7.0)])).replace("7.0", "NaN").as_bytes());
    write("two.json", file("aa", &json!([])).replace("\"version\":1", "\"version\":2").as_bytes());
    write("big.json", &vec![b'['; 10 << 20]);
    write("deep.json", "[".repeat(100_000).as_bytes());
    write("walk.json", b"{\"format\": \"safelight-walk\"}");
    write("bytes.json", &[0xff, 0xfe, 0x00]);
    desk
}

const BAD: [&str; 8] = [
    "old.json",
    "nan.json",
    "two.json",
    "big.json",
    "deep.json",
    "walk.json",
    "bytes.json",
    "none.json",
];

#[test]
fn the_answers_of_three_are_summed_up_and_all_else_is_named() {
    let desk = class();
    let files = [&["ann.json", "bob.json", "cy.json", "ann.json", "."][..], &BAD].concat();
    let output = desk.safelight(&[&["lesson", "answers"][..], &files].concat());
    let (said, summed) = (text(&output.stderr), went_well(&output));
    assert_eq!(said.lines().count(), BAD.len() + 2, "{said}");
    for name in BAD {
        assert!(said.contains(name), "{name}: {said}");
    }
    assert!(!summed.contains('\u{1b}') && !summed.contains('\u{202e}'), "{summed}");
    assert!(!said.contains('\u{1b}'), "{said}");
    assert!(summed.contains("\\x1B[31mred\\u{202E} <b>"), "{summed}");
    for line in ["1. Which?", "1/3 = 33 %", "2/3 = 67 %", "· so", "2 answered"] {
        assert!(summed.contains(line), "{line}: {summed}");
    }
    let json = [&["lesson", "answers", "--json"][..], &files].concat();
    let sum: Value = serde_json::from_str(&went_well(&desk.safelight(&json))).unwrap();
    assert_eq!((&sum["version"], &sum["files"]), (&json!(1), &json!(3)));
    assert_eq!(sum["left_out"].as_array().unwrap().len(), BAD.len() + 2);
    let first = &sum["questions"][0];
    assert_eq!(first["right"], json!({ "first": 1, "last": 2 }));
    let counts =
        |i: usize| (first["given"][i]["first"].as_u64(), first["given"][i]["last"].as_u64());
    assert_eq!((counts(0), counts(1)), ((Some(2), Some(1)), (Some(1), Some(2))));
    assert_eq!(sum["questions"][2]["thoughts"].as_array().unwrap().len(), 2);
}

#[test]
fn without_one_readable_file_it_fails() {
    let desk = class();
    let output = desk.safelight(&["lesson", "answers", "nan.json", "big.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr).lines().count(), 3);
    assert!(output.stdout.is_empty());
    assert_eq!(desk.safelight(&["lesson", "answers"]).status.code(), Some(2));
}

#[test]
fn the_languages_of_a_lesson_inside_are_one_class() {
    let desk = Desk::new();
    let shipped = |language| safelight::lesson::shipped(language).next().unwrap();
    for language in safelight::words::Language::ALL {
        let lesson = shipped(language);
        let sha: String = Sha256::digest(lesson.text)
            .iter()
            .fold(String::new(), |hex, b| format!("{hex}{b:02x}"));
        let text = file(&sha, &json!([choice("b", "b")]))
            .replace("\"small\"", &json!(lesson.name).to_string());
        fs::write(desk.path(language.code()), text).unwrap();
    }
    let output = desk.safelight(&["lesson", "answers", "en", "zh", "--lang", "zh"]);
    let summed = went_well(&output);
    assert!(
        summed.contains("2/2 = 100 %") && summed.contains("编号") || summed.contains("整数"),
        "{summed}"
    );
    assert_eq!(text(&output.stderr), "");
}

/// A desk with the small lesson.
fn desk() -> Desk {
    let desk = Desk::new();
    fs::write(desk.path("small.md"), LESSON).unwrap();
    desk
}

/// A page as the tests want it: nothing outside itself, every figure there, all text as text.
fn sound(page: &str) {
    assert!(!page.contains("://") && !page.contains("url("), "an address");
    for sign in ["<script", "onclick", "onload", "javascript:", "<link", "<iframe", "@import"] {
        assert!(!page.contains(sign), "{sign}");
    }
    for (attribute, starts) in [(" src=\"", "data:image/png;base64,"), (" href=\"", "#")] {
        for (at, _) in page.match_indices(attribute) {
            assert!(page[at + attribute.len()..].starts_with(starts), "{attribute}");
        }
    }
    let (style, rest) = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap();
    let hash = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        Sha256::digest(style.as_bytes()),
    );
    assert!(page.contains(&format!("style-src 'sha256-{hash}'")));
    assert!(!rest.contains('{'), "a figure is missing");
    assert!(!rest.contains("lesson-page.") && !rest.contains("lesson-plan."), "a word is missing");
}

#[test]
fn a_lesson_becomes_one_page_with_all_figures_and_text_as_text() {
    let desk = desk();
    let output =
        desk.safelight(&["lesson", "page", "small.md", "--out", "small.html", "--lang", "en"]);
    went_well(&output);
    assert!(text(&output.stderr).contains("small.html"));
    let page = fs::read_to_string(desk.path("small.html")).unwrap();
    sound(&page);
    assert!(!page.contains('…'), "a figure is missing");
    assert!(page.contains("Small &lt;b&gt;&amp;amp;") && page.contains("&lt;script&gt;alert(1)"));
    assert!(page.contains("What &lt;/fieldset&gt; is read?"));
    // The question comes before the answer, and the key after everything.
    let place = |part: &str| page.find(part).unwrap_or_else(|| panic!("{part} is missing"));
    assert!(
        place("type=\"radio\"") < place("<details>")
            && place("<details>") < place("class=\"right\"")
    );
    assert!(place("</details>") < place("class=\"key\""));
    assert_eq!(page.matches("<section class=\"beat\">").count(), 4);
    assert!(page.matches("<img ").count() >= 6, "pictures of the run");
    assert!(page.contains("big.safetensors"), "what is missing is named");
    assert!(!page.contains("class=\"switch\""), "one language needs no switch");
    assert!(!page.contains("first</i>"), "notes are the teacher's");
}

#[test]
fn a_lesson_inside_becomes_a_page_in_both_languages() {
    let desk = Desk::new();
    let name = "from-words-to-picture";
    went_well(&desk.safelight(&["lesson", "page", name, "--out", "p.html", "--lang", "zh", "-q"]));
    let page = fs::read_to_string(desk.path("p.html")).unwrap();
    sound(&page);
    assert!(page.contains("<html lang=\"zh\">"));
    assert!(page.contains("id=\"in-zh\" class=\"switch\" checked"));
    assert!(page.contains("九分钟") && page.contains("Nine minutes"));
    assert_eq!(desk.files(), ["p.html"], "nothing else is written");
}

#[test]
fn a_page_that_cannot_be_made_is_refused_and_writes_nothing() {
    let desk = desk();
    fs::write(desk.path("other.md"), LESSON.replace("answer = \"b\"", "answer = \"a\"")).unwrap();
    fs::write(desk.path("broken.md"), LESSON.replace("kind = \"choice\"", "kind = \"x\"")).unwrap();
    let before = desk.files();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["lesson", "page", "small.md"], 2, "--out"),
        (&["lesson", "page", "none", "--out", "x.html"], 2, "none"),
        (&["lesson", "page", "broken.md", "--out", "x.html"], 1, "a mistake in the lesson"),
        (&["lesson", "page", "small.md", "--out", "small.md"], 2, "small.md"),
        (&["lesson", "page", "small.md", "--out", "no/x.html"], 1, "no/x.html"),
        (&["lesson", "page", "small.md", "--with", "other.md", "--out", "x.html"], 1, "other"),
    ];
    for (args, code, word) in cases {
        let output = desk.safelight(args);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(*code), "{args:?} {said}");
        assert!(said.contains(word) && said.lines().count() == 1, "{said}");
        assert_eq!(desk.files(), before, "{args:?}");
    }
}

#[test]
fn the_plan_is_a_page_to_be_printed() {
    let desk = Desk::new();
    let page = went_well(&desk.safelight(&["lesson", "plan"]));
    sound(&page);
    assert!(page.contains("size: A4") && page.contains("<table>") && page.contains("中文"));
    assert!(page.find("</table>").unwrap() < page.find("class=\"key\"").unwrap());
    let output = desk.safelight(&["lesson", "plan", "--out", "plan.html"]);
    went_well(&output);
    assert_eq!(fs::read_to_string(desk.path("plan.html")).unwrap(), page);
}

#[test]
fn recordings_are_made_with_any_model_and_found_by_the_lesson() {
    let desk = desk();
    let model = tiny_model();
    let model = model.to_str().unwrap();
    let record =
        ["lesson", "record", "small.md", "--model", model, "--out", "kept", "--threads", "1"];
    let output = desk.safelight(&record);
    went_well(&output);
    assert!(text(&output.stderr).contains("--recordings kept"));
    let recording = safelight::recording::read(&desk.path("kept/big.safetensors")).unwrap();
    assert_eq!((recording.settings.steps, recording.settings.seed), (3, 7));
    assert_eq!(desk.safelight(&record).status.code(), Some(1), "nothing is written over");
    let page = ["lesson", "page", "small.md", "--out", "x.html", "--recordings", "kept"];
    went_well(&desk.safelight(&page));
    let page = fs::read_to_string(desk.path("x.html")).unwrap();
    assert!(!page.contains("big.safetensors"), "nothing is missing");
    // The scheduler of that model calls once more than it has steps.
    assert!(page.contains("4 calls"), "the figures are the recording's");
    // A recording that is none is as good as missing, and named.
    fs::write(desk.path("kept/big.safetensors"), b"no").unwrap();
    let output =
        desk.safelight(&["lesson", "page", "small.md", "--out", "x.html", "--recordings", "kept"]);
    went_well(&output);
    assert!(text(&output.stderr).contains("big.safetensors"));
    let none = desk.safelight(&["lesson", "record", "from-words-to-picture", "--out", "kept"]);
    assert_eq!(none.status.code(), Some(1));
    let up = LESSON.replace("big.safetensors", "../big.safetensors");
    fs::write(desk.path("up.md"), up).unwrap();
    let up = desk.safelight(&["lesson", "record", "up.md", "--model", model, "--out", "kept"]);
    assert_eq!(up.status.code(), Some(1));
    assert!(!desk.path("big.safetensors").exists());
}

#[test]
fn answers_are_not_written_over_anything_else() {
    let desk = desk();
    fs::write(desk.path("work.txt"), "mine").unwrap();
    fs::write(desk.path("other.json"), file("aa", &json!([])).replace("\"small\"", "\"big\""))
        .unwrap();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["--export-answers", "work.txt"], 1, "--force"),
        (&["--export-answers", "other.json"], 1, "another lesson (big)"),
        (&["--export-answers", "no/x.json"], 1, "no/x.json"),
        (&["--export-answers", "."], 1, "."),
        (&["--learner", "Ann"], 2, "--export-answers"),
        (&["--export-answers", "x.json", "--learner", "\u{1b}[31m"], 2, "--learner"),
    ];
    for (args, code, word) in cases {
        let output = desk.safelight(&[&["lesson", "small.md"][..], args].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(*code), "{args:?} {said}");
        assert!(said.contains(word) && said.lines().count() == 1, "{said}");
    }
    assert_eq!(fs::read_to_string(desk.path("work.txt")).unwrap(), "mine");
}
