//! The noise predictor taken apart: each residual block and each transformer of the model on the
//! activations of one call, in both implementations.

use candle_core::{Device, Module, Tensor};
use candle_transformers::models::stable_diffusion::attention::{
    SpatialTransformer, SpatialTransformerConfig,
};
use candle_transformers::models::stable_diffusion::embeddings::{TimestepEmbedding, Timesteps};
use candle_transformers::models::stable_diffusion::resnet::{ResnetBlock2D, ResnetBlock2DConfig};

use super::Compared;
use crate::engine::capture;
use crate::engine::device::Place;
use crate::engine::layers::{Conv, silu};
use crate::engine::model_folder::{ModelFolder, Part};
use crate::engine::pace::Pace;
use crate::engine::probe::Probe;
use crate::engine::resnet::{Resnet, ResnetKind};
use crate::engine::unet::config::{MiddleShape, UnetConfig};
use crate::engine::unet::time::{TimeEmbedding, sinusoids};
use crate::engine::unet::transformer::{Transformer, TransformerKind};
use crate::engine::weights::Weights;
use crate::walk::{Problem, Stage, Watch};

/// A timestep in the middle of the training steps.
const TIMESTEP: f64 = 500.0;

/// The way of one call through both implementations; what goes on is always ours.
struct Bench<'a> {
    weights: Weights,
    config: UnetConfig,
    context: &'a Tensor,
    /// The time embedding before SiLU, and after.
    time: [Tensor; 2],
    pace: Pace<'a>,
    found: &'a mut Vec<Compared>,
}

/// Compares all blocks on one latent `[1,4,h,w]` and one text `[1,77,C]`.
pub(super) fn compare(
    folder: &ModelFolder,
    place: &Place,
    (latent, context): (&Tensor, &Tensor),
    watch: &dyn Watch,
    found: &mut Vec<Compared>,
) -> Result<(), Problem> {
    let config = UnetConfig::read(&folder.config(Part::Unet)?)?;
    let weights = folder.weights(Part::Unet, place)?;
    let time = time(&weights, &config, place, found)?;
    let pace = Pace::new(watch, Stage::Step, 0);
    let mut bench = Bench { weights, config, context, time, pace, found };
    let mut x = bench
        .conv("conv_in", (bench.config.channels.0, bench.config.levels[0]))?
        .forward(latent)?;
    let mut skips = vec![x.clone()];
    for level in 0..bench.config.levels.len() {
        x = bench.down(level, x, &mut skips)?;
    }
    let last = bench.config.levels.len() - 1;
    let channels = (bench.config.levels[last], bench.config.levels[last]);
    if bench.config.middle != MiddleShape::Absent {
        x = bench.resnet("mid_block.resnets.0", channels, &x)?;
    }
    if let MiddleShape::Attending(blocks) = bench.config.middle {
        let kind = TransformerKind::of(&bench.config, last, blocks);
        x = bench.transformer("mid_block.attentions.0", kind, &x)?;
        x = bench.resnet("mid_block.resnets.1", channels, &x)?;
    }
    for place in 0..=last {
        x = bench.up(place, x, &mut skips)?;
    }
    Ok(())
}

fn time(
    weights: &Weights,
    config: &UnetConfig,
    place: &Place,
    found: &mut Vec<Compared>,
) -> Result<[Tensor; 2], Problem> {
    let (narrow, wide) = (config.levels[0], config.time_width);
    let sinusoids = sinusoids(&[TIMESTEP], config, place)?;
    let timestep = Tensor::from_vec(vec![TIMESTEP as f32], 1, &Device::Cpu)?;
    let theirs = Timesteps::new(narrow, config.cosines_first, config.frequency_shift)
        .forward(&timestep)?
        .to_dtype(place.dtype)?
        .to_device(&place.device)?;
    push(found, "time_proj", &sinusoids, &theirs, "verify.unknown")?;
    let weights = weights.at("time_embedding");
    let ours = TimeEmbedding::load(&weights, config)?.forward(&sinusoids, None)?;
    let theirs = TimestepEmbedding::new(weights.builder(), narrow, wide)?.forward(&sinusoids)?;
    push(found, "time_embedding", &ours, &theirs, "verify.unknown")?;
    let active = silu(&ours)?;
    Ok([ours, active])
}

fn push(
    found: &mut Vec<Compared>,
    name: &str,
    ours: &Tensor,
    theirs: &Tensor,
    why: &'static str,
) -> Result<(), Problem> {
    let (ours, theirs) = (capture::grid(ours)?, capture::grid(theirs)?);
    found.push(Compared::of(format!("unet.{name}"), &ours, &theirs, why));
    Ok(())
}

impl Bench<'_> {
    fn down(
        &mut self,
        level: usize,
        x: Tensor,
        skips: &mut Vec<Tensor>,
    ) -> Result<Tensor, Problem> {
        let output = self.config.levels[level];
        let mut from = self.config.levels[level.saturating_sub(1)];
        let mut x = x;
        let shape = self.config.down[level].clone();
        for i in 0..shape.resnets {
            x = self.resnet(&format!("down_blocks.{level}.resnets.{i}"), (from, output), &x)?;
            if let Some(kind) = TransformerKind::after(&self.config, level, &shape, i) {
                x = self.transformer(&format!("down_blocks.{level}.attentions.{i}"), kind, &x)?;
            }
            skips.push(x.clone());
            from = output;
        }
        if level + 1 < self.config.levels.len() {
            let name = format!("down_blocks.{level}.downsamplers.0.conv");
            let halve = self.conv(&name, (output, output))?.halving((1, 1));
            x = halve.forward(&x)?;
            skips.push(x.clone());
            self.found.push(Compared::not(format!("unet.{name}"), "verify.not-public"));
        }
        Ok(x)
    }

    fn up(&mut self, place: usize, x: Tensor, skips: &mut Vec<Tensor>) -> Result<Tensor, Problem> {
        let level = self.config.levels.len() - 1 - place;
        let output = self.config.levels[level];
        let mut x = x;
        let shape = self.config.up[place].clone();
        for i in 0..shape.resnets {
            if let Some(skip) = skips.pop() {
                x = Tensor::cat(&[&x, &skip], 1)?;
            }
            let name = format!("up_blocks.{place}.resnets.{i}");
            x = self.resnet(&name, (x.dim(1)?, output), &x)?;
            if let Some(kind) = TransformerKind::after(&self.config, level, &shape, i) {
                x = self.transformer(&format!("up_blocks.{place}.attentions.{i}"), kind, &x)?;
            }
        }
        if let Some(skip) = skips.last() {
            let name = format!("up_blocks.{place}.upsamplers.0.conv");
            let size = (skip.dim(2)?, skip.dim(3)?);
            x = self.conv(&name, (output, output))?.forward_enlarged(&x, size)?;
            self.found.push(Compared::not(format!("unet.{name}"), "verify.not-public"));
        }
        Ok(x)
    }

    fn conv(&self, name: &str, channels: (usize, usize)) -> Result<Conv, Problem> {
        Conv::load(&self.weights.at(name), channels, 3)
    }

    fn resnet(
        &mut self,
        name: &str,
        channels: (usize, usize),
        x: &Tensor,
    ) -> Result<Tensor, Problem> {
        self.pace.go_on()?;
        let weights = self.weights.at(name);
        let kind = ResnetKind {
            groups: self.config.groups,
            epsilon: self.config.epsilon,
            time_width: Some(self.config.time_width),
        };
        let ours = Resnet::load(&weights, channels, kind)?.forward(x, Some(&self.time[1]))?;
        let stock = ResnetBlock2DConfig {
            out_channels: Some(channels.1),
            temb_channels: kind.time_width,
            groups: kind.groups,
            eps: kind.epsilon,
            ..ResnetBlock2DConfig::default()
        };
        let theirs = ResnetBlock2D::new(weights.builder(), channels.0, stock)?
            .forward(x, Some(&self.time[0]))?;
        push(self.found, name, &ours, &theirs, "verify.unknown")?;
        Ok(ours)
    }

    fn transformer(
        &mut self,
        name: &str,
        kind: TransformerKind,
        x: &Tensor,
    ) -> Result<Tensor, Problem> {
        self.pace.go_on()?;
        let weights = self.weights.at(name);
        let ours = Transformer::load(&weights, kind)?.forward(
            x,
            self.context,
            name,
            &mut Probe::nothing(),
        )?;
        let linear = weights.shape("proj_in.weight").is_some_and(|shape| shape.len() == 2);
        let stock = SpatialTransformerConfig {
            depth: kind.blocks,
            num_groups: kind.groups,
            context_dim: Some(kind.context),
            sliced_attention_size: None,
            use_linear_projection: linear,
        };
        let (heads, width) = (kind.heads, kind.channels / kind.heads);
        let theirs =
            SpatialTransformer::new(weights.builder(), kind.channels, heads, width, false, stock)?
                .forward(x, Some(self.context))?;
        push(self.found, name, &ours, &theirs, "verify.gelu")?;
        Ok(ours)
    }
}
