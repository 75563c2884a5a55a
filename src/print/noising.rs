//! One moment of a training as lines of text, and as JSON.

use serde_json::{Value, json};

use super::table::{left, right};
use crate::walk::{Age, Answer, Noising, Recipe, Statistics};
use crate::words::Words;

/// The moment for people: what is shown, the two factors, and a row for each age.
pub fn lines(noising: &Noising, recipe: &Recipe, ages: &[Age], words: Words) -> String {
    let facts = [
        ("number", &*(noising.asked.number + 1).to_string()),
        ("caption", &noising.caption),
        ("seed", &noising.asked.seed.to_string()),
        ("t", &noising.asked.timestep.to_string()),
        ("signal", &format!("{:.4}", noising.mixture.signal)),
        ("noise", &format!("{:.4}", noising.mixture.noise)),
    ];
    let mut text = words.fill("print.training.what", &facts) + "\n";
    text += &words.fill("print.training.mixed", &facts);
    text += "\n\n";
    let row = |cells: [&str; 4]| {
        let [age, samples, error, epsilon] = cells;
        let line = left(age, 12) + &right(samples, 12) + &right(error, 14) + &right(epsilon, 14);
        line.trim_end().to_owned() + "\n"
    };
    text += &row([
        words.text("print.training.age"),
        words.text("print.training.samples"),
        words.text("print.training.error-v"),
        words.text("print.training.error-epsilon"),
    ]);
    for answer in asked_for(noising, ages) {
        let samples = samples(recipe, answer.age).map_or_else(|| "–".to_owned(), |n| n.to_string());
        let name = words.text(&format!("age.{}", answer.age.name())).to_owned();
        let (error, epsilon) =
            (format!("{:.4}", answer.error), format!("{:.4}", answer.error_epsilon));
        text += &row([&name, &samples, &error, &epsilon]);
    }
    text
}

/// The same for programs: one object.
pub fn object(noising: &Noising, recipe: &Recipe, ages: &[Age]) -> Value {
    let ages: Vec<Value> = asked_for(noising, ages)
        .map(|answer| {
            json!({
                "age": answer.age.name(),
                "samples": samples(recipe, answer.age),
                "error_v": answer.error,
                "error_epsilon": answer.error_epsilon,
                "std_v": Statistics::of_slice(answer.v.data()).std,
            })
        })
        .collect();
    json!({
        "schema": 1,
        "picture": noising.asked.number + 1,
        "caption": noising.caption,
        "noise": noising.asked.seed,
        "timestep": noising.asked.timestep,
        "sqrt_alpha_bar": noising.mixture.signal,
        "sqrt_one_minus_alpha_bar": noising.mixture.noise,
        "std_target": Statistics::of_slice(noising.target.data()).std,
        "ages": ages,
    })
}

fn asked_for<'a>(noising: &'a Noising, ages: &'a [Age]) -> impl Iterator<Item = &'a Answer> {
    noising.answers.iter().filter(|answer| ages.contains(&answer.age))
}

fn samples(recipe: &Recipe, age: Age) -> Option<u64> {
    recipe.ages.iter().find(|(own, _)| *own == age)?.1
}
