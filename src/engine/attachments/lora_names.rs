//! The names that LoRA files give to a layer's matrices: those of diffusers and PEFT
//! (`unet.….to_q.lora_A.weight`), of diffusers' first releases
//! (`….processor.to_q_lora.down.weight`) and of kohya's scripts
//! (`lora_unet_…_to_q.lora_down.weight`, dots of the path as `_`).

use std::collections::HashMap;

use super::lora::Layer;
use crate::engine::device::Place;
use crate::engine::model_folder::{ModelFolder, Part};
use crate::walk::Problem;

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
}

impl Places {
    /// The matrices and convolutions of a model's text encoder and noise predictor.
    pub(super) fn of(folder: &ModelFolder) -> Result<Self, Problem> {
        let mut places = Self { layers: HashMap::new(), shapes: HashMap::new() };
        for part in [Part::Text, Part::Unet] {
            let weights = folder.weights(part, &Place::cpu())?;
            for name in weights.names() {
                let Some(path) = name.strip_suffix(".weight") else { continue };
                let shape = weights.shape(&name).unwrap_or(&[]);
                if matches!(shape.len(), 2 | 4) && !path.ends_with("_embedding") {
                    places.shapes.insert((part, name.clone()), shape.to_vec());
                    places.name(part, path, &name);
                }
            }
        }
        Ok(places)
    }

    fn name(&mut self, part: Part, path: &str, weight: &str) {
        let layer = (part, weight.to_owned());
        let path = path.strip_prefix("text_model.").unwrap_or(path);
        let flat = path.replace('.', "_");
        let names = match part {
            Part::Text => [
                format!("text_encoder.text_model.{path}"),
                format!("text_encoder.{path}"),
                format!("lora_te_text_model_{flat}"),
                format!("lora_te1_text_model_{flat}"),
            ],
            _ => [
                format!("unet.{path}"),
                path.to_owned(),
                format!("lora_unet_{flat}"),
                format!("base_model.model.{path}"),
            ],
        };
        for name in names {
            self.layers.insert(name, layer.clone());
        }
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
