//! The noise predictor: diffusers' `UNet2DConditionModel`, configured by its `config.json`.

mod blocks;
pub mod config;
pub(super) mod time;
pub(super) mod transformer;

use candle_core::{DType, Tensor};

use self::blocks::{Beside, Down, Middle, Up};
use self::config::UnetConfig;
use self::time::{TimeEmbedding, sinusoids, wide_sinusoids};
use super::device::Place;
use super::layers::{Conv, GroupNorm, silu};
use super::model_folder::{ModelFolder, Part};
use super::pace::Pace;
use super::probe::Probe;
use super::told::{Added, Told};
use super::weights::Weights;
use crate::walk::{Problem, Stage, Unwatched};

/// A UNet with its weights.
#[derive(Debug)]
pub struct UNet {
    config: UnetConfig,
    place: Place,
    time: TimeEmbedding,
    /// Over XL's pooled text and sizes.
    added: Option<TimeEmbedding>,
    enter: Conv,
    down: Vec<Down>,
    middle: Middle,
    up: Vec<Up>,
    norm: GroupNorm,
    leave: Conv,
}

impl UNet {
    /// Reads `unet/` of a model's folder.
    pub fn load(folder: &ModelFolder, place: &Place) -> Result<Self, Problem> {
        let config = UnetConfig::read(&folder.config(Part::Unet)?)?;
        Self::from_weights(config, &folder.weights(Part::Unet, place)?)
    }

    /// Takes the weights by their names in diffusers' files; it computes at their place. Where
    /// some of them are variables, what it answers has gradients for these.
    pub fn from_weights(config: UnetConfig, weights: &Weights) -> Result<Self, Problem> {
        let levels = 0..config.levels.len();
        let first = config.levels[0];
        Ok(Self {
            time: TimeEmbedding::load(&weights.at("time_embedding"), &config)?,
            added: config
                .added
                .map(|shape| {
                    let from = shape.pooled + 6 * shape.size_width;
                    TimeEmbedding::of_added(&weights.at("add_embedding"), from, &config)
                })
                .transpose()?,
            enter: Conv::load(&weights.at("conv_in"), (config.channels.0, first), 3)?,
            down: levels
                .clone()
                .map(|i| Down::load(&weights.at("down_blocks").at(i), &config, i))
                .collect::<Result<_, _>>()?,
            middle: Middle::load(&weights.at("mid_block"), &config)?,
            up: levels
                .map(|i| Up::load(&weights.at("up_blocks").at(i), &config, i))
                .collect::<Result<_, _>>()?,
            norm: GroupNorm::load(
                &weights.at("conv_norm_out"),
                first,
                config.groups,
                config.epsilon,
            )?,
            leave: Conv::load(&weights.at("conv_out"), (first, config.channels.1), 3)?,
            place: weights.place().clone(),
            config,
        })
    }

    /// The shape.
    pub const fn config(&self) -> &UnetConfig {
        &self.config
    }

    /// The network's answer `[B,4,h,w]` to a scaled latent of that shape, a timestep (which may
    /// have a fraction) and what it is told beside these.
    pub fn predict(
        &self,
        input: &Tensor,
        timestep: f64,
        told: &Told,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        let batch = self.checked(input, told)?;
        self.answer(input, &vec![timestep; batch], told, probe, pace)
    }

    /// The same with a timestep of its own for each row, as training asks; nothing is looked at.
    pub fn predict_each(
        &self,
        input: &Tensor,
        timesteps: &[f64],
        context: &Tensor,
    ) -> Result<Tensor, Problem> {
        let told = Told::text(context.clone());
        let batch = self.checked(input, &told)?;
        if timesteps.len() != batch {
            return Err(Problem::new("input-shape")
                .with("found", format!("[{}]", timesteps.len()))
                .with("expected", format!("[{batch}]")));
        }
        let pace = Pace::new(&Unwatched, Stage::Step, 0);
        self.answer(input, timesteps, &told, &mut Probe::nothing(), &pace)
    }

    fn answer(
        &self,
        input: &Tensor,
        timesteps: &[f64],
        told: &Told,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        let total = self.down.len() + self.up.len() + 3;
        pace.go_on()?;
        let time = silu(&self.time_embedding(timesteps, told, probe)?)?;
        let beside = Beside { time: &time, context: &told.context };
        let centred = if self.config.centred { ((input * 2.0)? - 1.0)? } else { input.clone() };
        let mut x = self.enter.forward(&centred)?;
        probe.block(|| "unet.conv_in".into(), &x)?;
        pace.done(1, total);

        let mut skips = vec![x.clone()];
        for (i, block) in self.down.iter().enumerate() {
            pace.go_on()?;
            x = block.forward(&x, beside, i, &mut skips, probe)?;
            probe.block(|| format!("unet.down.{i}"), &x)?;
            pace.done(2 + i, total);
        }
        pace.go_on()?;
        if !self.middle.is_absent() {
            x = self.middle.forward(&x, beside, probe)?;
            probe.block(|| "unet.mid".into(), &x)?;
        }
        pace.done(2 + self.down.len(), total);
        for (i, block) in self.up.iter().enumerate() {
            pace.go_on()?;
            x = block.forward(&x, beside, i, &mut skips, probe)?;
            probe.block(|| format!("unet.up.{i}"), &x)?;
            pace.done(3 + self.down.len() + i, total);
        }
        pace.go_on()?;
        let answer = self.leave.forward(&self.norm.forward_silu(&x)?)?;
        probe.block(|| "unet.conv_out".into(), &answer)?;
        pace.done(total, total);
        Ok(answer)
    }

    /// Time, and what the network is told of the whole, as one vector for every block:
    /// `[B,time_width]` before its SiLU.
    fn time_embedding(
        &self,
        timesteps: &[f64],
        told: &Told,
        probe: &mut Probe,
    ) -> Result<Tensor, Problem> {
        let sinusoids = sinusoids(timesteps, &self.config, &self.place)?;
        probe.block(|| "unet.time_proj".into(), &sinusoids)?;
        let time = self.time.forward(&sinusoids, told.guidance.as_ref())?;
        probe.block(|| "unet.time_embedding".into(), &time)?;
        let (Some(layer), Some(shape), Some(Added { pooled, time_ids })) =
            (&self.added, self.config.added, &told.added)
        else {
            return Ok(time);
        };
        let numbers: Vec<f32> = time_ids.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
        let numbers: Vec<f64> = numbers.into_iter().map(f64::from).collect();
        let sizes = wide_sinusoids(&numbers, shape.size_width, &self.config, &self.place)?;
        let sizes = sizes.reshape((timesteps.len(), 6 * shape.size_width))?;
        let added = layer.forward(&Tensor::cat(&[pooled, &sizes], 1)?, None)?;
        probe.block(|| "unet.add_embedding".into(), &added)?;
        Ok((time + added)?)
    }

    /// The batch, where input and what is told beside it fit the network.
    fn checked(&self, input: &Tensor, told: &Told) -> Result<usize, Problem> {
        let (batch, channels, h, w) = input.dims4()?;
        let (rows, _, width) = told.context.dims3()?;
        let about = |found: &Tensor, expected: String| {
            Problem::new("input-shape")
                .with("found", format!("{:?}", found.dims()))
                .with("expected", expected)
        };
        if channels != self.config.channels.0 || h == 0 || w == 0 {
            return Err(about(input, format!("[B, {}, h, w]", self.config.channels.0)));
        }
        if rows != batch || width != self.config.context {
            let expected = format!("[{batch}, 77, {}]", self.config.context);
            return Err(about(&told.context, expected));
        }
        let beside = [
            (
                self.config.added.map(|shape| shape.pooled),
                told.added.as_ref().map(|added| &added.pooled),
            ),
            (self.config.added.map(|_| 6), told.added.as_ref().map(|added| &added.time_ids)),
            (self.config.guidance, told.guidance.as_ref()),
        ];
        for (width, found) in beside {
            let expected = width.map(|width| [batch, width]);
            let dims = found.map(Tensor::dims);
            if expected.as_ref().map(<[usize; 2]>::as_slice) != dims {
                return Err(Problem::new("input-shape")
                    .with("found", format!("{:?}", dims.unwrap_or(&[])))
                    .with("expected", format!("{:?}", expected.map_or_else(Vec::new, Vec::from))));
            }
        }
        Ok(batch)
    }
}
