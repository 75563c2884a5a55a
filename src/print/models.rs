//! What models are, as a table, as lines about one, or as JSON objects.

use serde_json::{Value, json};

use super::json::VERSION;
use super::lines::visible;
use super::numbers::thousands;
use crate::walk::{MemoryNeed, ModelAbout, ModelForm, Prediction, Untold};
use crate::words::Words;

/// The networks in the order of a card's counts.
const NETWORKS: [&str; 3] = ["text_encoder", "unet", "vae"];
/// The longest name in the table.
const LONGEST: usize = 40;

/// One line a model: name, family, parameters, width, sampler, prediction, size on disk, memory.
pub fn table(models: &[ModelAbout], words: Words) -> String {
    let rows: Vec<[String; 8]> = models.iter().map(|model| row(model, words)).collect();
    let head = ["name", "family", "parameters", "vectors", "sampler", "answers", "disk", "memory"];
    let head = head.map(|name| words.text(&format!("models.column-{name}")).to_owned());
    let rows: Vec<[String; 8]> = std::iter::once(head).chain(rows).collect();
    let widths: Vec<usize> =
        (0..8).map(|c| rows.iter().map(|row| columns(&row[c])).max().unwrap_or(0)).collect();
    let line = |row: &[String; 8]| {
        let cells = row.iter().zip(&widths);
        let padded = cells.map(|(cell, width)| cell.clone() + &" ".repeat(width - columns(cell)));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn row(model: &ModelAbout, words: Words) -> [String; 8] {
    let card = &model.card;
    let memory = model.memory.first().map(|need| size(need.bytes)).unwrap_or_default();
    [
        visible(&card.name).chars().take(LONGEST).collect(),
        family(model, words),
        millions(card.parameters.iter().sum()),
        card.vector_width.to_string(),
        model.sampler.map_or("–", crate::walk::Sampler::name).to_owned(),
        prediction(model.prediction).to_owned(),
        size(model.bytes),
        memory,
    ]
}

/// Lines about one model.
pub fn details(model: &ModelAbout, words: Words) -> String {
    let card = &model.card;
    let form = words.fill(
        &format!("models.form-{}", model.form.name()),
        &[("stored", &model.stored), ("path", model.path.as_deref().unwrap_or_default())],
    );
    let counts: Vec<String> = NETWORKS
        .iter()
        .zip(card.parameters)
        .map(|(network, count)| {
            format!(
                "{} {}",
                words.text(&format!("models.network-{network}")),
                thousands(count as usize)
            )
        })
        .collect();
    let scheduler = model.scheduler.as_deref().unwrap_or("–");
    let sampler = match model.sampler {
        Some(sampler) => {
            words.fill("models.sampler", &[("scheduler", scheduler), ("sampler", sampler.name())])
        }
        None => words.fill("models.sampler-unknown", &[("scheduler", scheduler)]),
    };
    let answers = match model.prediction {
        Prediction::Epsilon => "models.answers-epsilon",
        Prediction::V => "models.answers-v",
        Prediction::Sample => "models.answers-sample",
    };
    let width = words.fill("models.numbers", &[("width", &card.vector_width.to_string())]);
    let mut rows = vec![
        ("form", form),
        ("family", family(model, words)),
        ("parameters", words.list(&counts)),
        ("vectors", width),
        ("sampler", sampler),
        ("answers", words.text(answers).to_owned()),
        ("disk", size(model.bytes)),
    ];
    let untold = |what: &Untold| words.text(&format!("models.untold-{}", what.name())).to_owned();
    rows.extend(model.untold.iter().map(|what| ("untold", untold(what))));
    rows.extend(model.memory.iter().map(|need| ("memory", memory(need, words))));
    let label = |name: &str| words.text(&format!("models.column-{name}")).to_owned();
    let names: Vec<String> = rows.iter().map(|(name, _)| label(name)).collect();
    let widest = names.iter().map(|name| columns(name)).max().unwrap_or(0);
    let mut lines = visible(&card.name) + "\n";
    let mut before = "";
    for (name, (_, text)) in names.iter().zip(&rows) {
        let again = name == before;
        before = name;
        let name = if again { "" } else { name };
        let gap = " ".repeat(widest - columns(name));
        lines.extend(["  ", name, &gap, "  ", &visible(text), "\n"]);
    }
    lines
}

/// One object, without a line's end.
pub fn object(model: &ModelAbout) -> Value {
    let card = &model.card;
    let parameters: serde_json::Map<String, Value> = NETWORKS
        .iter()
        .zip(card.parameters)
        .map(|(network, count)| ((*network).to_owned(), count.into()))
        .collect();
    let memory = |need: &MemoryNeed| {
        json!({"device": need.device, "dtype": need.dtype, "width": need.size.0,
            "height": need.size.1, "bytes": need.bytes})
    };
    json!({
        "safelight": VERSION,
        "name": card.name,
        "path": model.path,
        "form": model.form.name(),
        "stored": model.stored,
        "family": card.family,
        "parameters": parameters,
        "vector_width": card.vector_width,
        "vocabulary": card.vocabulary,
        "scheduler": model.scheduler,
        "sampler": model.sampler,
        "prediction": model.prediction,
        "untold": model.untold.iter().map(|what| what.name()).collect::<Vec<_>>(),
        "width": card.default_size.0,
        "height": card.default_size.1,
        "bytes": model.bytes,
        "memory": model.memory.iter().map(memory).collect::<Vec<_>>(),
        "inside": model.form == ModelForm::Inside,
    })
}

fn family(model: &ModelAbout, words: Words) -> String {
    let name = serde_json::to_value(model.card.family).unwrap_or_default();
    let name = name.as_str().unwrap_or_default();
    words.find(&format!("models.family-{name}")).unwrap_or(name).to_owned()
}

fn memory(need: &MemoryNeed, words: Words) -> String {
    let (width, height) = (need.size.0.to_string(), need.size.1.to_string());
    let facts = [("width", &*width), ("height", &height), ("dtype", need.dtype)];
    let bytes = size(need.bytes);
    let facts = [&facts[..], &[("bytes", &*bytes)]].concat();
    words.fill(&format!("models.memory-{}", need.device), &facts)
}

const fn prediction(prediction: Prediction) -> &'static str {
    match prediction {
        Prediction::Epsilon => "ε",
        Prediction::V => "v",
        Prediction::Sample => "x0",
    }
}

/// Columns that a text takes.
fn columns(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// A count in millions, or in thousands where it is small.
fn millions(count: u64) -> String {
    if count < 10_000_000 {
        return format!("{:.1} M", count as f64 / 1e6);
    }
    format!("{} M", (count + 500_000) / 1_000_000)
}

/// Bytes in MB or GB (10⁶, 10⁹).
pub fn size(bytes: u64) -> String {
    if bytes < 1_000_000_000 {
        return format!("{:.1} MB", bytes as f64 / 1e6);
    }
    format!("{:.2} GB", bytes as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_readable() {
        assert_eq!([1_066_235_307, 1_310_000].map(millions), ["1066 M", "1.3 M"]);
        assert_eq!([2_600_000, 6_938_000_000].map(size), ["2.6 MB", "6.94 GB"]);
    }
}
