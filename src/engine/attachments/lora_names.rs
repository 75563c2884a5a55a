//! The names that LoRA files give to a layer's matrices: those of diffusers and PEFT
//! (`unet.….to_q.lora_A.weight`), of diffusers' first releases
//! (`….processor.to_q_lora.down.weight`) and of kohya's scripts
//! (`lora_unet_…_to_q.lora_down.weight`, dots of the path as `_`; of XL also by the block numbers
//! of the original code).

use std::collections::HashMap;

use super::lora::Layer;
use crate::engine::device::Place;
use crate::engine::family;
use crate::engine::model_folder::{ModelFolder, Part};
use crate::engine::single_file::original;
use crate::engine::unet::config::UnetConfig;
use crate::walk::{Family, Problem};

/// What a tensor is to its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// From the layer's input to few numbers.
    Down,
    /// From these to the layer's output.
    Up,
    /// The number over the rank.
    Alpha,
}

const ENDS: &[(&str, Role)] = &[
    (".lora_A.weight", Role::Down),
    (".lora_B.weight", Role::Up),
    (".lora_A.default.weight", Role::Down),
    (".lora_B.default.weight", Role::Up),
    (".lora.down.weight", Role::Down),
    (".lora.up.weight", Role::Up),
    (".lora_linear_layer.down.weight", Role::Down),
    (".lora_linear_layer.up.weight", Role::Up),
    (".lora_down.weight", Role::Down),
    (".lora_up.weight", Role::Up),
    ("_lora.down.weight", Role::Down),
    ("_lora.up.weight", Role::Up),
    (".alpha", Role::Alpha),
];

/// What the end of a tensor's name says of it, and the name before that end.
fn split(name: &str) -> Option<(&str, Role)> {
    ENDS.iter().find_map(|(end, role)| name.strip_suffix(end).map(|layer| (layer, *role)))
}

/// What the end of a tensor's name says of it.
pub(super) fn role(name: &str) -> Option<Role> {
    split(name).map(|(_, role)| role)
}

/// The layers of a model by every name that a file may give them.
#[derive(Debug)]
pub(super) struct Places {
    layers: HashMap<String, Layer>,
    shapes: HashMap<Layer, Vec<usize>>,
    /// The family of the model.
    pub(super) family: Family,
}

impl Places {
    /// The matrices and convolutions of a model's text encoders and noise predictor.
    pub(super) fn of(folder: &ModelFolder) -> Result<Self, Problem> {
        let family = family::read(folder)?.family;
        let config = UnetConfig::read(&folder.config(Part::Unet)?)?;
        let each = config.down.first().map_or(1, |level| level.resnets + 1);
        let mut places = Self { layers: HashMap::new(), shapes: HashMap::new(), family };
        for part in folder.parts()?.into_iter().filter(|part| *part != Part::Vae) {
            let weights = folder.weights(part, &Place::cpu())?;
            for name in weights.names() {
                let Some(path) = name.strip_suffix(".weight") else { continue };
                let shape = weights.shape(&name).unwrap_or(&[]);
                if matches!(shape.len(), 2 | 4) && !path.ends_with("_embedding") {
                    places.shapes.insert((part, name.clone()), shape.to_vec());
                    for name_of_it in names(part, path, each) {
                        places.layers.insert(name_of_it, (part, name.clone()));
                    }
                }
            }
        }
        Ok(places)
    }

    /// The layer that a tensor belongs to, and what it is to it.
    pub(super) fn find(&self, name: &str) -> Option<(Layer, Role)> {
        let (layer, role) = split(name)?;
        let found = self.layers.get(layer).or_else(|| {
            let first = layer.replace(".processor.", ".");
            let first = first.strip_suffix("_lora").unwrap_or(&first);
            let out = first.strip_suffix(".to_out").map(|path| format!("{path}.to_out.0"));
            self.layers.get(out.as_deref().unwrap_or(first))
        });
        found.map(|layer| (layer.clone(), role))
    }

    /// The shape of a layer's weight.
    pub(super) fn shape(&self, layer: &Layer) -> &[usize] {
        self.shapes.get(layer).map_or(&[], Vec::as_slice)
    }
}

/// Every name that a file may give to a layer; `each` is how many blocks of the original code a
/// level of the noise predictor has.
fn names(part: Part, path: &str, each: usize) -> Vec<String> {
    let bare = path.strip_prefix("text_model.").unwrap_or(path);
    let flat = bare.replace('.', "_");
    let text = |folder: &str, shorts: &[&str]| {
        let module = if bare == "text_projection" { "" } else { "text_model." };
        let mut names = vec![format!("{folder}.{module}{bare}"), format!("{folder}.{bare}")];
        let module = module.replace('.', "_");
        names.extend(shorts.iter().map(|short| format!("lora_{short}_{module}{flat}")));
        names
    };
    match part {
        Part::Text => text("text_encoder", &["te", "te1"]),
        Part::SecondText => text("text_encoder_2", &["te2"]),
        Part::Unet | Part::Vae => {
            let mut names = vec![
                format!("unet.{path}"),
                path.to_owned(),
                format!("lora_unet_{flat}"),
                format!("base_model.model.{path}"),
            ];
            let old = original(path, each).into_iter();
            names.extend(old.map(|old| format!("lora_unet_{}", old.replace('.', "_"))));
            names
        }
    }
}
