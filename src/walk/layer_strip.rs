//! Layers in the order in which a network goes through them, and a strip of them: how much each
//! changed, the many of a large network brought to a few places.

use super::{LayerChange, Network};

/// One network's layers side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerStrip {
    /// Which network.
    pub network: Network,
    /// How much each layer changed, in the order of the network; several layers at one place are told
    /// by the one that changed most.
    pub changes: Vec<f32>,
    /// The blocks: their names, and the place at which each begins.
    pub blocks: Vec<(String, usize)>,
    /// How many layers there are.
    pub layers: usize,
    /// How many of them changed.
    pub changed: usize,
}

impl LayerStrip {
    /// The strip of each network that has layers among `changes`, at most `places` long.
    pub fn of(changes: &[LayerChange], places: usize) -> Vec<Self> {
        let strips = Network::ALL.into_iter().map(|network| {
            let of = changes.iter().filter(|change| change.network == network);
            Self::one(network, &in_order(of.collect()), places.max(1))
        });
        strips.filter(|strip| strip.layers > 0).collect()
    }

    fn one(network: Network, layers: &[&LayerChange], places: usize) -> Self {
        let count = layers.len();
        let places = places.min(count);
        let place = |layer: usize| layer * places / count.max(1);
        let mut strip = Self {
            network,
            changes: vec![0.0; places],
            blocks: Vec::new(),
            layers: count,
            changed: layers.iter().filter(|layer| layer.change > 0.0).count(),
        };
        for (i, layer) in layers.iter().enumerate() {
            let here = &mut strip.changes[place(i)];
            *here = here.max(layer.change);
            let block = block(&layer.layer);
            if strip.blocks.last().is_none_or(|(last, _)| *last != block) {
                strip.blocks.push((block, place(i)));
            }
        }
        strip
    }

    /// The largest change.
    pub fn most(&self) -> f32 {
        self.changes.iter().copied().fold(0.0, f32::max)
    }

    /// The names of the blocks in one line of `width` cells, each at the place where it begins; those
    /// for which no room is left are left out. `width` cells stand for all places.
    pub fn names(&self, width: usize) -> String {
        let mut line = String::new();
        let mut used = 0;
        for (name, place) in &self.blocks {
            let at = place * width / self.changes.len().max(1);
            let long = name.chars().count();
            if (used == 0 || at > used) && at + long <= width {
                line.extend(std::iter::repeat_n(' ', at - used));
                line.push_str(name);
                used = at + long;
            }
        }
        line
    }
}

/// The layers in the order in which the network goes through them.
pub fn in_order(mut layers: Vec<&LayerChange>) -> Vec<&LayerChange> {
    layers.sort_by_cached_key(|layer| key(&layer.layer));
    layers
}

/// Paths compare by their parts, numbers as numbers; of a network's own parts the first come first.
fn key(path: &str) -> Vec<(usize, usize, String)> {
    path.split('.')
        .map(|part| {
            let rank = FLOW.iter().position(|name| part.starts_with(name)).unwrap_or(FLOW.len());
            match part.parse::<usize>() {
                Ok(number) => (rank, number, String::new()),
                Err(_) => (rank, 0, part.to_owned()),
            }
        })
        .collect()
}

/// The parts of the networks in the order of the data, by how their names begin; what is not here
/// comes behind, by name.
const FLOW: &[&str] = &[
    "text_model",
    "embeddings",
    "token_embedding",
    "position_embedding",
    "encoder",
    "quant_conv",
    "post_quant_conv",
    "decoder",
    "time_",
    "add_embedding",
    "conv_in",
    "down_blocks",
    "mid_block",
    "up_blocks",
    "resnets",
    "attentions",
    "downsamplers",
    "upsamplers",
    "conv_norm_out",
    "conv_out",
    "final_layer_norm",
];

/// The block that a layer belongs to, in a few letters.
fn block(path: &str) -> String {
    let path = path.strip_prefix("text_model.").unwrap_or(path);
    let parts: Vec<&str> = path.split('.').collect();
    let (side, rest) = match parts.as_slice() {
        ["encoder", "layers", number, ..] => return (*number).to_owned(),
        ["encoder", rest @ ..] => ("enc ", rest),
        ["decoder", rest @ ..] => ("dec ", rest),
        rest => ("", rest),
    };
    let name = match rest {
        ["down_blocks", number, ..] => format!("down.{number}"),
        ["up_blocks", number, ..] => format!("up.{number}"),
        ["mid_block", ..] => "mid".to_owned(),
        ["embeddings", "token_embedding", ..] => "table".to_owned(),
        ["embeddings", ..] => "place".to_owned(),
        ["time_embedding" | "time_proj" | "add_embedding", ..] => "time".to_owned(),
        ["conv_in", ..] => "in".to_owned(),
        ["conv_out" | "conv_norm_out" | "final_layer_norm", ..] => "out".to_owned(),
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    };
    format!("{side}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(network: Network, layer: &str, change: f32) -> LayerChange {
        LayerChange { network, layer: layer.to_owned(), change }
    }

    #[test]
    fn layers_stand_in_the_order_of_the_data() {
        let unet = |layer| change(Network::Unet, layer, 0.1);
        let all = [
            unet("up_blocks.0.resnets.0.conv1"),
            unet("conv_out"),
            unet("down_blocks.10.resnets.0.conv1"),
            unet("conv_in"),
            unet("mid_block.attentions.0.proj_in"),
            unet("down_blocks.2.attentions.0.proj_in"),
            unet("down_blocks.2.resnets.1.conv1"),
            unet("time_embedding.linear_1"),
        ];
        let order: Vec<&str> =
            in_order(all.iter().collect()).iter().map(|c| c.layer.as_str()).collect();
        assert_eq!(
            order,
            [
                "time_embedding.linear_1",
                "conv_in",
                "down_blocks.2.resnets.1.conv1",
                "down_blocks.2.attentions.0.proj_in",
                "down_blocks.10.resnets.0.conv1",
                "mid_block.attentions.0.proj_in",
                "up_blocks.0.resnets.0.conv1",
                "conv_out",
            ]
        );
    }

    #[test]
    fn many_layers_at_one_place_are_told_by_the_largest() {
        let layers: Vec<LayerChange> = (0..10)
            .map(|i| {
                let layer = format!("text_model.encoder.layers.{i}.mlp.fc1");
                change(Network::TextEncoder, &layer, i as f32 / 10.0)
            })
            .collect();
        let strips = LayerStrip::of(&layers, 5);
        assert_eq!(strips.len(), 1, "networks without layers are left out");
        let strip = &strips[0];
        assert_eq!(strip.changes, [0.1, 0.3, 0.5, 0.7, 0.9]);
        assert_eq!((strip.layers, strip.changed, strip.most()), (10, 9, 0.9));
        assert_eq!(strip.blocks[3], ("3".to_owned(), 1));
        assert_eq!(strip.names(10), "0 2 4 6 8");
        assert_eq!(LayerStrip::of(&layers, 100)[0].changes.len(), 10);
    }
}
