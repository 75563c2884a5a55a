//! Two checkpoints held against each other, layer by layer: which of the networks differ, and by how
//! much. Nothing is loaded: the weights are read where they lie, a layer at a time.

use std::collections::BTreeMap;

use super::device::Place;
use super::model_folder::{ModelFolder, Part};
use super::pace::Pace;
use super::weights::Weights;
use crate::walk::{LayerChange, ModelsApart, Network, Problem, Stage, Watch};

/// The networks with the folders that they are in.
const NETWORKS: [(Part, Network); 4] = [
    (Part::Text, Network::TextEncoder),
    (Part::SecondText, Network::TextEncoder2),
    (Part::Unet, Network::Unet),
    (Part::Vae, Network::Vae),
];

/// Compares the weights of two models; what attachments lay over them is left out.
///
/// # Errors
/// Weights that cannot be read, or cancelled.
pub fn models_apart(
    one: &ModelFolder,
    other: &ModelFolder,
    watch: &dyn Watch,
) -> Result<ModelsApart, Problem> {
    let mut apart = ModelsApart { names: [one.name(), other.name()], ..ModelsApart::default() };
    let pace = Pace::new(watch, Stage::Embeddings, 0);
    for (part, network) in NETWORKS {
        // XL has a second text encoder; between families it is no layer of both.
        let second = one.has_second_text()? && other.has_second_text()?;
        if part == Part::SecondText && !second {
            continue;
        }
        let place = Place::cpu();
        let both = (one.weights(part, &place)?, other.weights(part, &place)?);
        compare(network, &both, &pace, &mut apart)?;
    }
    Ok(apart)
}

fn compare(
    network: Network,
    (one, other): &(Weights, Weights),
    pace: &Pace<'_>,
    apart: &mut ModelsApart,
) -> Result<(), Problem> {
    let (ours, theirs) = (layers(one), layers(other));
    let total = ours.len();
    for (done, (layer, tensors)) in ours.iter().enumerate() {
        pace.go_on()?;
        let found = theirs.get(layer).filter(|found| {
            found.len() == tensors.len()
                && tensors.iter().zip(*found).all(|((bare, ours), (also, theirs))| {
                    bare == also && one.shape(ours) == other.shape(theirs)
                })
        });
        match found {
            Some(found) => {
                let pairs = tensors.values().zip(found.values());
                let change = change(one, other, pairs)?;
                apart.layers.push(LayerChange { network, layer: layer.clone(), change });
            }
            None => apart.unlike.push((network, layer.clone())),
        }
        pace.done(done + 1, total);
    }
    let missing = theirs.keys().filter(|layer| !ours.contains_key(*layer));
    apart.unlike.extend(missing.map(|layer| (network, layer.clone())));
    Ok(())
}

/// The tensors of each layer, by what they are in it (`weight`, `bias`). `text_model.` before a name
/// means nothing, and the list of positions is no weight.
fn layers(weights: &Weights) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut layers: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for name in weights.names().filter(|name| !name.ends_with("position_ids")) {
        let bare = name.strip_prefix("text_model.").unwrap_or(&name);
        let (layer, tensor) = bare.rsplit_once('.').unwrap_or((bare, ""));
        let (layer, tensor) = (layer.to_owned(), tensor.to_owned());
        layers.entry(layer).or_default().insert(tensor, name);
    }
    layers
}

fn change<'a>(
    one: &Weights,
    other: &Weights,
    tensors: impl Iterator<Item = (&'a String, &'a String)>,
) -> Result<f32, Problem> {
    let (mut moved, mut whole) = (0f64, 0f64);
    for (ours, theirs) in tensors {
        let (before, after) = (one.numbers_of(ours)?, other.numbers_of(theirs)?);
        for (old, new) in before.iter().zip(&after) {
            moved += f64::from(new - old).powi(2);
            whole += f64::from(*old).powi(2);
        }
    }
    // Weights of zeros change without measure: the largest number that can be kept.
    let change = if moved == 0.0 { 0.0 } else { (moved / whole).sqrt() };
    Ok(if change.is_nan() { f32::MAX } else { change.min(f64::from(f32::MAX)) as f32 })
}
