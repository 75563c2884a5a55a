//! The pocket at the ages of its training: younger selves open, know less, and are told apart.

#![expect(clippy::unwrap_used, reason = "the model is the project's own")]

use candle_core::{Device, Tensor};
use safelight::engine::model_folder::Part;
use safelight::engine::{ModelFolder, Place, untrained};
use safelight::walk::Age;

fn folder(age: Age) -> ModelFolder {
    ModelFolder::open(Some(&format!("pocket@{}", age.name()))).unwrap()
}

fn tensor(age: Age, part: Part, name: &str) -> Vec<f32> {
    let weights = folder(age).weights(part, &Place::cpu()).unwrap();
    let shape = weights.shape(name).unwrap().to_vec();
    let tensor: Tensor = weights.get(name, &shape).unwrap();
    tensor.to_device(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

const TABLE: &str = "text_model.embeddings.token_embedding.weight";

#[test]
fn ages_have_names_and_have_seen_ever_more() {
    let cards: Vec<_> = Age::ALL.map(|age| folder(age).card().unwrap()).into();
    let names: Vec<&str> = cards.iter().map(|card| card.name.as_str()).collect();
    assert_eq!(names, ["pocket@untrained", "pocket@early", "pocket@half", "pocket"]);
    let seen: Vec<u64> = cards.iter().map(|card| card.samples.unwrap()).collect();
    assert_eq!(seen[0], 0);
    assert!(seen.is_sorted() && seen[1] > 0, "{seen:?}");
    assert!(cards.windows(2).all(|pair| pair[0].hash != pair[1].hash), "told apart");
    assert_eq!(ModelFolder::open(Some("pocket")).unwrap().name(), "pocket");
}

#[test]
fn an_age_that_is_none_is_named_with_those_that_there_are() {
    let problem = ModelFolder::open(Some("pocket@old")).unwrap_err();
    assert_eq!(problem.key(), "age-unknown");
    let facts = format!("{problem:?}");
    assert!(facts.contains("untrained, early, half, final"), "{facts}");
}

#[test]
fn the_youngest_is_what_the_seed_gives_and_the_others_moved_away_from_it() {
    let name = "conv_in.weight";
    let first = tensor(Age::Untrained, Part::Unet, name);
    assert_eq!(first, untrained(3, "unet", name, &[40, 4, 3, 3]));
    let away = |age| {
        let now = tensor(age, Part::Unet, name);
        now.iter().zip(&first).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    };
    let (early, half) = (away(Age::Early), away(Age::Half));
    assert!(0.0 < early && early < half, "{early} {half}");
}

#[test]
fn only_words_in_use_have_a_row_in_a_younger_table() {
    for age in [Age::Untrained, Age::Early, Age::Half] {
        let table = tensor(age, Part::Text, TABLE);
        let used = table.chunks(64).filter(|row| row.iter().any(|v| *v != 0.0)).count();
        // Start, end, 53 words, and grey, which shares the row of gray.
        assert_eq!(used, 56, "{age:?}");
    }
}

#[test]
fn the_autoencoder_is_the_same_at_every_age() {
    let name = "post_quant_conv.weight";
    let last = tensor(Age::Final, Part::Vae, name);
    assert_eq!(tensor(Age::Early, Part::Vae, name), last);
}
