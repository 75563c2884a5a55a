//! How long this machine takes for the networks of a family, without a checkpoint: networks of
//! the family's shape get numbers that were made up, which cost as much time as learned ones.

mod arithmetic;
mod shapes;

use std::time::Instant;

use candle_core::{Device, Tensor};

use self::arithmetic::step_operations;
use self::shapes::Shapes;
use super::device::Place;
use super::memory::{forget_peak, peak_mb};
use super::noise::Generator;
use super::pace::Pace;
use super::probe::{Mean, Probe, Wanted};
use super::text::TextEncoder;
use super::told::{Added, Told};
use super::unet::UNet;
use super::vae::Vae;
use crate::walk::{Problem, Stage, Watch};

/// A family of which shapes are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimedFamily {
    /// Stable Diffusion 1.5.
    Sd15,
    /// Stable Diffusion 2.1.
    Sd21,
    /// Stable Diffusion XL.
    Sdxl,
    /// The model inside the program, with its own numbers.
    Pocket,
}

impl TimedFamily {
    /// All families.
    pub const ALL: [Self; 4] = [Self::Sd15, Self::Sd21, Self::Sdxl, Self::Pocket];

    /// The name in flags and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sd15 => "sd15",
            Self::Sd21 => "sd21",
            Self::Sdxl => "sdxl",
            Self::Pocket => "pocket",
        }
    }
}

/// What is timed.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// The networks.
    pub family: TimedFamily,
    /// Height and width of the picture in pixels; none: what the family was trained for.
    pub size: Option<usize>,
    /// Steps that are timed without and with probes, each.
    pub rounds: usize,
}

/// What was measured; times in seconds, each the fastest of its rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timed {
    /// Height and width of the picture in pixels.
    pub size: usize,
    /// Both texts of a guided walk through the text encoder.
    pub text: f64,
    /// One step of the noise predictor with guidance: a batch of two.
    pub step: f64,
    /// One latent decoded.
    pub decode: f64,
    /// Multiplications and additions of the step, by the plain definition of each layer.
    pub operations: f64,
    /// The most memory that was resident during the steps, with the noise predictor alone, in
    /// MB; none where the system does not say.
    pub peak_mb: Option<f32>,
    /// How much longer a step takes in which attention is looked at, in per cent.
    pub probe_percent: f64,
}

impl Timed {
    /// 10⁹ multiplications and additions a second.
    pub fn gflops(&self) -> f64 {
        self.operations / self.step / 1e9
    }
}

/// Measures one family at one place.
///
/// # Errors
/// A size that the networks cannot have, a device that fails, or cancelled.
pub fn time(timing: Timing, place: &Place, watch: &dyn Watch) -> Result<Timed, Problem> {
    let shapes = Shapes::of(timing.family, place)?;
    let size = timing.size.unwrap_or(shapes.size);
    let factor = 1 << (shapes.vae.levels.len() - 1);
    if size == 0 || !size.is_multiple_of(factor) {
        return Err(Problem::usage("size-multiple")
            .with("flag", "size")
            .with("size", size)
            .with("factor", factor));
    }
    let side = size / factor;
    let rounds = timing.rounds.max(1);
    let pace = Pace::new(watch, Stage::Embeddings, 0);
    let text = {
        pace.go_on()?;
        let encoders: Vec<TextEncoder> = shapes
            .texts
            .iter()
            .map(|text| TextEncoder::from_weights(*text, &shapes.weights[0]))
            .collect::<Result<_, _>>()?;
        let ids: Vec<u32> = (0..shapes.positions() as u32).collect();
        fastest(rounds, place, || {
            encoders.iter().try_for_each(|encoder| encoder.encode(&[&ids, &ids]).map(|_| ()))
        })?
    };
    let (step, probed, peak_mb) = steps(&shapes, (size, side), rounds, place, watch)?;
    let decode = {
        pace.go_on()?;
        let vae = Vae::from_weights(shapes.vae.clone(), &shapes.weights[2])?;
        let latent = noise(&[1, shapes.vae.latent, side, side], place)?;
        fastest(rounds.min(2), place, || {
            vae.decode(&latent, &mut Probe::nothing(), &pace).map(|_| ())
        })?
    };
    let operations = step_operations(&shapes.unet, side, shapes.positions());
    let probe_percent = (probed / step - 1.0) * 100.0;
    Ok(Timed { size, text, step, decode, operations, peak_mb, probe_percent })
}

/// The fastest step without and with probes, in turn, and the peak of memory meanwhile.
fn steps(
    shapes: &Shapes,
    (size, side): (usize, usize),
    rounds: usize,
    place: &Place,
    watch: &dyn Watch,
) -> Result<(f64, f64, Option<f32>), Problem> {
    let unet = UNet::from_weights(shapes.unet.clone(), &shapes.weights[1])?;
    let latent = noise(&[2, shapes.unet.channels.0, side, side], place)?;
    let positions = shapes.positions();
    let added = shapes.unet.added.map(|added| {
        let sizes = Tensor::full(size as f32, (2, 6), &place.device)?;
        Ok::<_, Problem>(Added { pooled: noise(&[2, added.pooled], place)?, time_ids: sizes })
    });
    let told = Told {
        added: added.transpose()?,
        ..Told::text(noise(&[2, positions, shapes.unet.context], place)?)
    };
    let mean = Mean { kept: positions - 2, size: (side, side), masked: None };
    let pace = Pace::new(watch, Stage::Step, 0);
    let step =
        |mut probe: Probe| unet.predict(&latent, 500.0, &told, &mut probe, &pace).map(|_| ());
    forget_peak();
    // The first step wakes threads and fills caches.
    step(Probe::nothing())?;
    let (mut bare, mut probed) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..rounds {
        bare = bare.min(fastest(1, place, || step(Probe::nothing()))?);
        let wanted = Wanted { mean: Some(mean), ..Wanted::default() };
        probed = probed.min(fastest(1, place, || step(Probe::new(wanted)))?);
    }
    Ok((bare, probed, peak_mb()))
}

/// Runs `work` so many times and gives the seconds of the fastest.
fn fastest(
    rounds: usize,
    place: &Place,
    mut work: impl FnMut() -> Result<(), Problem>,
) -> Result<f64, Problem> {
    let mut best = f64::INFINITY;
    for _ in 0..rounds {
        place.device.synchronize()?;
        let start = Instant::now();
        work()?;
        place.device.synchronize()?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(best)
}

fn noise(shape: &[usize], place: &Place) -> Result<Tensor, Problem> {
    let numbers = Generator::new(7).normal(shape);
    let tensor = Tensor::from_slice(numbers.data(), shape, &Device::Cpu)?;
    Ok(tensor.to_dtype(place.dtype)?.to_device(&place.device)?)
}
