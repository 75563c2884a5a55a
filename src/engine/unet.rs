//! The noise predictor: diffusers' `UNet2DConditionModel`, configured by its `config.json`.

mod blocks;
pub mod config;
pub(super) mod time;
pub(super) mod transformer;

use candle_core::Tensor;

use self::blocks::{Beside, Down, Middle, Up};
use self::config::UnetConfig;
use self::time::{TimeEmbedding, sinusoids};
use super::device::Place;
use super::layers::{Conv, GroupNorm, silu};
use super::model_folder::{ModelFolder, Part};
use super::pace::Pace;
use super::probe::Probe;
use super::weights::Weights;
use crate::walk::{Problem, Stage, Unwatched};

/// A UNet with its weights.
#[derive(Debug)]
pub struct UNet {
    config: UnetConfig,
    place: Place,
    time: TimeEmbedding,
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

    /// The network's answer `[B,4,h,w]` to a scaled latent of that shape, a timestep (which may
    /// have a fraction) and prompt vectors `[B,77,C]`.
    pub fn predict(
        &self,
        input: &Tensor,
        timestep: f64,
        context: &Tensor,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        let batch = self.checked(input, context)?;
        self.answer(input, &vec![timestep; batch], context, probe, pace)
    }

    /// The same with a timestep of its own for each row, as training asks; nothing is looked at.
    pub fn predict_each(
        &self,
        input: &Tensor,
        timesteps: &[f64],
        context: &Tensor,
    ) -> Result<Tensor, Problem> {
        let batch = self.checked(input, context)?;
        if timesteps.len() != batch {
            return Err(Problem::new("input-shape")
                .with("found", format!("[{}]", timesteps.len()))
                .with("expected", format!("[{batch}]")));
        }
        let pace = Pace::new(&Unwatched, Stage::Step, 0);
        self.answer(input, timesteps, context, &mut Probe::nothing(), &pace)
    }

    fn answer(
        &self,
        input: &Tensor,
        timesteps: &[f64],
        context: &Tensor,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        let total = self.down.len() + self.up.len() + 3;
        pace.go_on()?;
        let sinusoids = sinusoids(timesteps, &self.config, &self.place)?;
        probe.block(|| "unet.time_proj".into(), &sinusoids)?;
        let time = self.time.forward(&sinusoids)?;
        probe.block(|| "unet.time_embedding".into(), &time)?;
        let time = silu(&time)?;
        let beside = Beside { time: &time, context };
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
        x = self.middle.forward(&x, beside, probe)?;
        probe.block(|| "unet.mid".into(), &x)?;
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

    /// The batch, where input and context fit the network.
    fn checked(&self, input: &Tensor, context: &Tensor) -> Result<usize, Problem> {
        let (batch, channels, h, w) = input.dims4()?;
        let (rows, _, width) = context.dims3()?;
        let about = |found: &Tensor, expected: String| {
            Problem::new("input-shape")
                .with("found", format!("{:?}", found.dims()))
                .with("expected", expected)
        };
        if channels != self.config.channels.0 || h == 0 || w == 0 {
            return Err(about(input, format!("[B, {}, h, w]", self.config.channels.0)));
        }
        if rows != batch || width != self.config.context {
            return Err(about(context, format!("[{batch}, 77, {}]", self.config.context)));
        }
        Ok(batch)
    }
}
