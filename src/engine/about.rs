//! What a model is, told from its configs and the headers of its weights: nothing is computed.

use std::path::Path;

use super::device::Place;
use super::footprint::Footprint;
use super::model_folder::ModelFolder;
use super::scheduler_config::SchedulerConfig;
use crate::walk::{Family, MemoryNeed, ModelAbout, ModelForm, Problem, Untold};

/// Reads what is known of a model. The memory is estimated for a picture of `size`, none: the
/// model's own.
///
/// # Errors
/// Files that are missing, damaged, or say what this program cannot follow.
pub fn about(folder: &ModelFolder, size: Option<(usize, usize)>) -> Result<ModelAbout, Problem> {
    let card = folder.card()?;
    let scheduler = SchedulerConfig::of(folder)?;
    let footprint = Footprint::read(folder, &card)?;
    let (mut bytes, mut stored) = (0, (0, String::new()));
    for part in folder.parts()? {
        let weights = folder.weights(part, &Place::cpu())?;
        bytes += weights.bytes_on_disk();
        for (dtype, count) in weights.types() {
            if count > stored.0 {
                stored = (count, dtype);
            }
        }
    }
    let form = match folder.path() {
        None => ModelForm::Inside,
        Some(path) if path.is_file() => ModelForm::File,
        Some(_) => ModelForm::Folder,
    };
    if let (ModelForm::File, Some(path)) = (form, folder.path()) {
        // Its three networks lie in one file.
        bytes = length(path);
    }
    let size = size.unwrap_or(card.default_size);
    let need = |device, dtype, bytes| MemoryNeed { device, dtype, size, bytes };
    let memory = vec![
        need("cpu", "f32", footprint.on_processor(size)),
        need("gpu", "f32", footprint.on_gpu(size, 4)),
        need("gpu", "f16", footprint.on_gpu(size, 2)),
    ];
    Ok(ModelAbout {
        form,
        path: folder.path().map(|path| path.display().to_string()),
        stored: stored.1,
        scheduler: scheduler.class().map(str::to_owned),
        sampler: scheduler.own,
        prediction: scheduler.prediction,
        untold: untold(folder, card.family),
        bytes,
        memory,
        card,
    })
}

/// What the usual is taken for.
fn untold(folder: &ModelFolder, family: Family) -> Vec<Untold> {
    let prediction = folder.prediction_is_guessed().then_some(Untold::Prediction);
    let turbo = folder.distillation_is_guessed(family).then_some(Untold::Turbo);
    prediction.into_iter().chain(turbo).collect()
}

fn length(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len())
}
