//! The measurement of a model, printed: a table thing by thing, then the shares; or one JSON object.

use crate::walk::{Evaluation, Scores};
use crate::words::Words;

use super::table::{left, right};

/// Widths of the table's columns.
const THING: usize = 20;
const NUMBER: usize = 14;

/// One line a thing, then one a share, the judge's own beside it.
pub fn lines(found: &Evaluation, words: Words) -> String {
    let mut lines = vec![head(found, words), String::new()];
    let heads = ["eval.thing", "eval.right", "eval.mistaken"].map(|key| words.text(key));
    lines.push(format!("{}{}  {}", left(heads[0], THING), right(heads[1], NUMBER), heads[2]));
    for thing in &found.things {
        let (one, all) = (thing.right.to_string(), thing.pictures.to_string());
        let count = words.fill("eval.count", &[("right", &one), ("all", &all)]);
        let mistaken: Vec<String> =
            thing.mistaken.iter().map(|(word, times)| format!("{word} {times}")).collect();
        let mistaken = words.list(&mistaken);
        lines.push(format!("{}{}  {mistaken}", left(&thing.thing, THING), right(&count, NUMBER)));
    }
    lines.push(String::new());
    lines.extend(shares(found, words));
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n") + "\n"
}

fn head(found: &Evaluation, words: Words) -> String {
    let facts = [
        ("model", found.model.clone()),
        ("pictures", found.pictures.to_string()),
        ("combinations", found.combinations.to_string()),
        ("seeds", found.seeds.to_string()),
        ("steps", found.settings.0.to_string()),
        ("guidance", found.settings.1.to_string()),
    ];
    words.fill("eval.head", &facts.each_ref().map(|(name, value)| (*name, value.as_str())))
}

/// What part of the pictures is right, and how far the judge can be trusted.
fn shares(found: &Evaluation, words: Words) -> Vec<String> {
    let judged = found.judged.to_string();
    let heads =
        [words.text("eval.model").to_owned(), words.fill("eval.judge", &[("pictures", &judged)])];
    let mut lines = vec![format!("{}{}  {}", left("", THING), right(&heads[0], NUMBER), heads[1])];
    let each = |scores: &Scores| [scores.thing, scores.colour, scores.background, scores.all];
    let names = ["eval.thing", "eval.colour", "eval.background", "eval.all"];
    let (drawn, judge) = (each(&found.drawn), each(&found.judge));
    for (key, (drawn, judge)) in names.into_iter().zip(drawn.into_iter().zip(judge)) {
        let [drawn, judge] = [drawn, judge].map(|share| format!("{:.1} %", share * 100.0));
        let name = left(words.text(key), THING);
        lines.push(format!("{name}{}  {judge}", right(&drawn, NUMBER)));
    }
    if let Some(ratio) = found.seed_ratio {
        lines.push(words.fill("eval.seed-ratio", &[("ratio", &format!("{ratio:.2}"))]));
    }
    lines.push(words.fill("eval.psnr", &[("psnr", &format!("{:.1}", found.psnr))]));
    lines
}

/// The object that `--json` prints last.
pub fn json(found: &Evaluation) -> String {
    let rounded = |value: f32, places: i32| {
        let scale = 10_f64.powi(places);
        (f64::from(value) * scale).round() / scale
    };
    serde_json::json!({
        "thing": rounded(found.drawn.thing, 4),
        "color": rounded(found.drawn.colour, 4),
        "background": rounded(found.drawn.background, 4),
        "seed_ratio": found.seed_ratio.map(|ratio| rounded(ratio, 3)),
        "psnr": rounded(found.psnr, 2),
        "pictures": found.pictures,
    })
    .to_string()
}
