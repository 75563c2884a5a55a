//! Which tensors the three networks have, by name and shape, as diffusers and transformers write
//! them: a training begins with these and its result is written with them.

use std::collections::BTreeMap;

use super::recipe::{TextSize, UnetSize, VaeSize};

/// Names and shapes of a network's tensors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout(BTreeMap<String, Vec<usize>>);

/// Channels of a latent.
const LATENT: usize = 4;
/// Places of a prompt.
const PLACES: usize = 77;

impl Layout {
    /// The text encoder over a table of `ids` rows.
    pub fn text(size: TextSize, ids: usize) -> Self {
        let (mut layout, width) = (Self::default(), size.width);
        layout.bare("embeddings.token_embedding", &[ids, width]);
        layout.bare("embeddings.position_embedding", &[PLACES, width]);
        for i in 0..size.layers {
            let at = |name: &str| format!("encoder.layers.{i}.{name}");
            for name in ["q_proj", "k_proj", "v_proj", "out_proj"] {
                layout.both(&at(&format!("self_attn.{name}")), &[width, width]);
            }
            layout.both(&at("layer_norm1"), &[width]);
            layout.both(&at("layer_norm2"), &[width]);
            layout.both(&at("mlp.fc1"), &[4 * width, width]);
            layout.both(&at("mlp.fc2"), &[width, 4 * width]);
        }
        layout.both("final_layer_norm", &[width]);
        layout
    }

    /// The noise predictor beside text vectors of so many numbers.
    pub fn unet(size: &UnetSize, context: usize) -> Self {
        let (mut layout, levels) = (Self::default(), &size.levels);
        let (first, last, count) = (levels[0], levels[levels.len() - 1], levels.len());
        let time = Some(4 * first);
        layout.both("conv_in", &[first, LATENT, 3, 3]);
        layout.both("time_embedding.linear_1", &[4 * first, first]);
        layout.both("time_embedding.linear_2", &[4 * first, 4 * first]);
        for (i, &output) in levels.iter().enumerate() {
            let block = format!("down_blocks.{i}");
            let input = levels[i.saturating_sub(1)];
            layout.resnet(&format!("{block}.resnets.0"), (input, output), time);
            if i > 0 {
                layout.transformer(&format!("{block}.attentions.0"), output, context);
            }
            if i + 1 < count {
                layout.both(&format!("{block}.downsamplers.0.conv"), &[output, output, 3, 3]);
            }
        }
        layout.resnet("mid_block.resnets.0", (last, last), time);
        layout.transformer("mid_block.attentions.0", last, context);
        layout.resnet("mid_block.resnets.1", (last, last), time);
        for (i, level) in (0..count).rev().enumerate() {
            let block = format!("up_blocks.{i}");
            let (output, below) = (levels[level], levels[(level + 1).min(count - 1)]);
            let beside = [output, levels[level.saturating_sub(1)]];
            for (j, skip) in beside.into_iter().enumerate() {
                let from = if j == 0 { below } else { output };
                layout.resnet(&format!("{block}.resnets.{j}"), (from + skip, output), time);
                if level > 0 {
                    layout.transformer(&format!("{block}.attentions.{j}"), output, context);
                }
            }
            if level > 0 {
                layout.both(&format!("{block}.upsamplers.0.conv"), &[output, output, 3, 3]);
            }
        }
        layout.both("conv_norm_out", &[first]);
        layout.both("conv_out", &[LATENT, first, 3, 3]);
        layout
    }

    /// The autoencoder.
    pub fn vae(size: &VaeSize) -> Self {
        let (mut layout, levels) = (Self::default(), &size.levels);
        let (first, last, count) = (levels[0], levels[levels.len() - 1], levels.len());
        layout.both("encoder.conv_in", &[first, 3, 3, 3]);
        for (i, &output) in levels.iter().enumerate() {
            let block = format!("encoder.down_blocks.{i}");
            let input = levels[i.saturating_sub(1)];
            layout.resnet(&format!("{block}.resnets.0"), (input, output), None);
            if i + 1 < count {
                layout.both(&format!("{block}.downsamplers.0.conv"), &[output, output, 3, 3]);
            }
        }
        layout.middle("encoder.mid_block", last);
        layout.both("encoder.conv_norm_out", &[last]);
        layout.both("encoder.conv_out", &[2 * LATENT, last, 3, 3]);
        layout.both("quant_conv", &[2 * LATENT, 2 * LATENT, 1, 1]);
        layout.both("post_quant_conv", &[LATENT, LATENT, 1, 1]);
        layout.both("decoder.conv_in", &[last, LATENT, 3, 3]);
        layout.middle("decoder.mid_block", last);
        for (i, level) in (0..count).rev().enumerate() {
            let block = format!("decoder.up_blocks.{i}");
            let (output, below) = (levels[level], levels[(level + 1).min(count - 1)]);
            layout.resnet(&format!("{block}.resnets.0"), (below, output), None);
            layout.resnet(&format!("{block}.resnets.1"), (output, output), None);
            if level > 0 {
                layout.both(&format!("{block}.upsamplers.0.conv"), &[output, output, 3, 3]);
            }
        }
        layout.both("decoder.conv_norm_out", &[first]);
        layout.both("decoder.conv_out", &[3, first, 3, 3]);
        layout
    }

    /// All tensors.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.0.iter().map(|(name, shape)| (name.as_str(), shape.as_slice()))
    }

    fn bare(&mut self, name: &str, shape: &[usize]) {
        self.0.insert(format!("{name}.weight"), shape.to_vec());
    }

    fn both(&mut self, name: &str, shape: &[usize]) {
        self.bare(name, shape);
        self.0.insert(format!("{name}.bias"), shape.iter().take(1).copied().collect());
    }

    fn resnet(&mut self, name: &str, (input, output): (usize, usize), time: Option<usize>) {
        self.both(&format!("{name}.norm1"), &[input]);
        self.both(&format!("{name}.conv1"), &[output, input, 3, 3]);
        if let Some(time) = time {
            self.both(&format!("{name}.time_emb_proj"), &[output, time]);
        }
        self.both(&format!("{name}.norm2"), &[output]);
        self.both(&format!("{name}.conv2"), &[output, output, 3, 3]);
        if input != output {
            self.both(&format!("{name}.conv_shortcut"), &[output, input, 1, 1]);
        }
    }

    fn transformer(&mut self, name: &str, width: usize, context: usize) {
        self.both(&format!("{name}.norm"), &[width]);
        self.both(&format!("{name}.proj_in"), &[width, width, 1, 1]);
        self.both(&format!("{name}.proj_out"), &[width, width, 1, 1]);
        let inside = format!("{name}.transformer_blocks.0");
        for (attention, from) in [("attn1", width), ("attn2", context)] {
            self.bare(&format!("{inside}.{attention}.to_q"), &[width, width]);
            self.bare(&format!("{inside}.{attention}.to_k"), &[width, from]);
            self.bare(&format!("{inside}.{attention}.to_v"), &[width, from]);
            self.both(&format!("{inside}.{attention}.to_out.0"), &[width, width]);
        }
        for norm in ["norm1", "norm2", "norm3"] {
            self.both(&format!("{inside}.{norm}"), &[width]);
        }
        self.both(&format!("{inside}.ff.net.0.proj"), &[8 * width, width]);
        self.both(&format!("{inside}.ff.net.2"), &[width, 4 * width]);
    }

    fn middle(&mut self, name: &str, width: usize) {
        self.resnet(&format!("{name}.resnets.0"), (width, width), None);
        self.resnet(&format!("{name}.resnets.1"), (width, width), None);
        let inside = format!("{name}.attentions.0");
        self.both(&format!("{inside}.group_norm"), &[width]);
        for projection in ["to_q", "to_k", "to_v", "to_out.0"] {
            self.both(&format!("{inside}.{projection}"), &[width, width]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ModelFolder;
    use crate::engine::model_folder::Part;
    use crate::engine::{Place, weights::Weights};
    use crate::train::Recipe;

    fn of(weights: &Weights) -> Layout {
        let shape = |name: &str| weights.shape(name).unwrap().to_vec();
        let short = |name: &str| name.trim_start_matches("text_model.").to_owned();
        Layout(weights.names().map(|name| (short(&name), shape(&name))).collect())
    }

    #[test]
    fn the_recipes_networks_are_those_of_the_pocket_model() {
        let networks = Recipe::shipped().unwrap().networks;
        let weights = |part| of(&ModelFolder::pocket().weights(part, &Place::cpu()).unwrap());
        assert_eq!(Layout::unet(&networks.unet, networks.text.width), weights(Part::Unet));
        assert_eq!(Layout::vae(&networks.vae), weights(Part::Vae));
        assert_eq!(Layout::text(networks.text, 49_408), weights(Part::Text));
    }
}
