//! A comparison as lines, as sentences and as JSON Lines.

#![expect(clippy::expect_used, reason = "the numbers are made here")]

use safelight::compare::{Alignment, Run, State};
use safelight::print::compare::{Comparison, compare};
use safelight::print::{Form, Shades};
use safelight::walk::{Frame, Grid, Problem};
use safelight::words::{Language, Words};
use serde_json::Value;

use super::{changed, frames, run};

/// The walk made by hand; a dog of another seed that parts from it; a fork of other sizes that
/// broke off.
fn three() -> Vec<Run> {
    let mut first = run(1);
    first.name = "seed 7".into();
    let mut dog = changed(2, |step| {
        let away = frames::normal(&[1, 4, 16, 16], 90).map(|x| x * 0.02 * step.call as f32);
        let moved = |grid: &Grid| grid.zip(&away, |a, b| a + b).expect("one shape");
        (step.latent, step.next) = (moved(&step.latent), moved(&step.next));
    });
    dog.name = "a dog\u{1b}[31m".into();
    for frame in &mut dog.frames {
        match frame {
            Frame::Tokens(tokens) => {
                let mut words = frames::WORDS.to_vec();
                words.splice(2..3, [("big", 1205), ("dog", 1929)]);
                tokens.encoders[0].prompt = frames::encoding("a red big dog …", &words);
            }
            Frame::Noise(noise) => noise.noise = frames::normal(&[1, 4, 16, 16], 8),
            Frame::Image(image) => {
                image.image = Grid::from_fn(&[1, 3, 64, 64], |i| {
                    image.image.data()[i] * if i % 64 < 32 { 1.0 } else { 0.5 }
                });
            }
            _ => {}
        }
    }
    let mut broken = changed(3, |step| {
        let small = Grid::filled(&[1, 4, 8, 8], 1.0);
        (step.latent, step.next) = (small.clone(), small);
    });
    broken.name = "fork".into();
    broken.parent = Some((1, 5));
    broken.frames.truncate(14);
    broken.state = State::Failed(Problem::new("interrupted"));
    vec![first, dog, broken]
}

fn printed(form: Form, language: Language, alignment: Alignment) -> String {
    let runs = three();
    let comparison = Comparison { runs: &runs, reference: 0, alignment, eyes: None };
    let mut out = Vec::new();
    compare(&comparison, form, Words::of(language), &mut Shades, &mut out).expect("memory");
    String::from_utf8(out).expect("text")
}

#[test]
fn lines_lay_runs_side_by_side() {
    let lines = Form::Lines { colour: false };
    insta::assert_snapshot!("compare-lines-en", printed(lines, Language::En, Alignment::Sigma));
    insta::assert_snapshot!("compare-lines-zh", printed(lines, Language::Zh, Alignment::Step));
}

#[test]
fn sentences_say_what_parts_two_runs() {
    let plain = Form::Plain;
    insta::assert_snapshot!("compare-plain-en", printed(plain, Language::En, Alignment::Sigma));
    insta::assert_snapshot!("compare-plain-zh", printed(plain, Language::Zh, Alignment::Sigma));
}

#[test]
fn no_name_reaches_the_terminal_as_a_command() {
    for form in [Form::Lines { colour: false }, Form::Plain, Form::Json] {
        for language in Language::ALL {
            let text = printed(form, language, Alignment::Sigma);
            assert_eq!(text.chars().find(|c| c.is_control() && *c != '\n'), None);
            let unfilled = |line: &&str| !line.starts_with('{') && line.contains('{');
            assert_eq!(text.lines().find(unfilled), None);
            assert!(!text.contains("print.compare."), "a key without words");
        }
    }
}

#[test]
fn lines_fit_eighty_columns() {
    for language in Language::ALL {
        let text = printed(Form::Lines { colour: false }, language, Alignment::Sigma);
        for line in text.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
        }
    }
}

#[test]
fn json_has_an_object_for_each_run_and_each_aligned_pair() {
    let text = printed(Form::Json, Language::En, Alignment::Sigma);
    let objects: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(objects.iter().all(|o| o["safelight"] == 1));
    let kind = |name: &str| objects.iter().filter(|o| o["compare"] == name).collect::<Vec<_>>();
    let (runs, steps, beside) = (kind("run"), kind("step"), kind("beside"));
    assert_eq!((runs.len(), steps.len(), beside.len()), (3, 20, 2));
    assert_eq!(runs[2]["parent"]["run"], 0);
    assert_eq!(
        (&runs[2]["state"], &runs[2]["problem"]["key"]),
        (&"failed".into(), &"interrupted".into())
    );
    assert_eq!(steps[4]["here"]["sigma"], steps[4]["beside"]["sigma"]);
    assert!(steps[4]["x0"]["rms"] == 0.0 && steps[4]["latent"]["rms"].as_f64() > Some(0.0));
    let dog = beside[0];
    let marks: Vec<&str> = dog["pieces"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|p| p["mark"].as_str())
        .collect();
    assert_eq!(marks, ["same", "same", "changed", "added", "same", "same", "same", "same"]);
    assert_eq!(
        (&dog["pieces"][2]["from"], &dog["pieces"][2]["to"]),
        (&"cat".into(), &"big".into())
    );
    assert_eq!(dog["vectors"].as_array().map(Vec::len), Some(77));
    assert_eq!(dog["parting"]["exceeds"]["call"], 6);
    assert!(dog["picture"]["psnr"].as_f64().is_some_and(|psnr| psnr > 5.0 && psnr < 40.0));
    let broken = beside[1];
    assert_eq!((&broken["parting"], &broken["picture"]), (&Value::Null, &Value::Null));
    assert_eq!(broken["reasons"]["parting"]["key"], "compare-latent-size");
    let summary = objects.last().expect("a summary");
    assert_eq!((&summary["compare"], &summary["runs"]), (&"summary".into(), &3.into()));
    assert_eq!(summary["plane"]["paths"].as_array().map(Vec::len), Some(2));
    assert_eq!(summary["plane"]["left_out"][0]["run"], 2);
}

#[test]
fn every_field_is_documented() {
    let schema = safelight::print::compare::json::SCHEMA;
    let text = printed(Form::Json, Language::En, Alignment::Sigma);
    let mut missing = Vec::new();
    for line in text.lines() {
        let Ok(Value::Object(object)) = serde_json::from_str(line) else { panic!("{line}") };
        missing.extend(object.into_iter().map(|(name, _)| name).filter(|n| !schema.contains(n)));
    }
    assert!(missing.is_empty(), "{missing:?}");
    assert!(schema.lines().all(|line| line.len() <= 80));
}
