//! Two checkpoints held against each other: by how much each layer of one differs from the other's.

use super::{LayerChange, Network};

/// How far two models of one shape are apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelsApart {
    /// The names of the two.
    pub names: [String; 2],
    /// Every layer that both have in one shape, also those that are the same in both:
    /// `‖W′ − W‖ / ‖W‖` over all its weights, W those of the first.
    pub layers: Vec<LayerChange>,
    /// Layers that only one of them has, or that have another shape in each.
    pub unlike: Vec<(Network, String)>,
}

impl ModelsApart {
    /// The layers that differ.
    pub fn changed(&self) -> Vec<LayerChange> {
        self.layers.iter().filter(|layer| layer.change > 0.0).cloned().collect()
    }

    /// Whether no number differs.
    pub fn same(&self) -> bool {
        self.unlike.is_empty() && self.layers.iter().all(|layer| layer.change == 0.0)
    }
}
