//! Pictures on the way: what the averaged networks draw for captions that training never shows.
//!
//! DDIM (Song, Meng and Ermon 2020) with guidance over many captions at once: the formulas of
//! diffusers' `DDIMScheduler` with v prediction and trailing spacing.

use std::collections::BTreeMap;

use candle_core::Tensor;

use super::plan::{LATENT, TIMESTEPS, alphas};
use super::table::{PLACES, Table};
use super::{networks, recipe};
use crate::drawings::{Combination, World};
use crate::engine::model_folder::Part;
use crate::engine::noise::Generator;
use crate::engine::pace::Pace;
use crate::engine::probe::Probe;
use crate::engine::text::TextEncoder;
use crate::engine::unet::UNet;
use crate::engine::vae::Vae;
use crate::engine::{Place, capture};
use crate::walk::{Picture, Problem, Stage, Unwatched};

/// Steps of a picture.
pub const STEPS: usize = 20;
/// Its guidance scale.
pub const GUIDANCE: f64 = 4.0;
/// Pictures at a time.
const SHOWN: usize = 8;
/// The seed of the first; the others count on.
const SEED: u64 = 100;

/// Networks that draw.
#[derive(Debug)]
pub struct Sampling<'a> {
    unet: UNet,
    text: TextEncoder,
    table: &'a Table,
    place: Place,
}

impl<'a> Sampling<'a> {
    /// Over these weights, whose names begin with the network's folder.
    pub fn of(
        sizes: &recipe::Networks,
        table: &'a Table,
        weights: &BTreeMap<String, Tensor>,
        place: &Place,
    ) -> Result<Self, Problem> {
        let text = networks::of_part(Part::Text, weights, place);
        Ok(Self {
            unet: networks::unet(sizes, &networks::of_part(Part::Unet, weights, place))?,
            text: networks::text(sizes, table.len(), &text)?,
            table,
            place: place.clone(),
        })
    }

    /// Some captions of the first `things` things that training never shows, and their pictures.
    pub fn held_out(
        &self,
        world: &World,
        things: usize,
        vae: &Vae,
    ) -> Result<Vec<(String, Picture)>, Problem> {
        let all = world.combinations(true, things);
        let chosen: Vec<&Combination> =
            (0..SHOWN).filter_map(|k| all.get(k * all.len() / SHOWN)).collect();
        let captions: Vec<String> = chosen.iter().map(|one| world.plain_caption(one)).collect();
        let pictures = self.draw(&captions, vae)?;
        Ok(captions.into_iter().zip(pictures).collect())
    }

    /// One picture for each caption.
    pub fn draw(&self, captions: &[String], vae: &Vae) -> Result<Vec<Picture>, Problem> {
        let count = captions.len();
        let rows: Vec<[u32; PLACES]> = (0..count)
            .map(|_| "")
            .chain(captions.iter().map(String::as_str))
            .map(|caption| self.table.rows(caption))
            .collect();
        let rows: Vec<&[u32]> = rows.iter().map(<[u32; PLACES]>::as_slice).collect();
        let context = self.text.encode(&rows)?.last;
        let latents = self.denoised(count, &context)?;
        let pace = Pace::new(&Unwatched, Stage::Decode, 0);
        let input = (latents / vae.scaling_factor())?;
        let mut pictures = Vec::with_capacity(count);
        for k in 0..count {
            let image =
                vae.decode(&input.narrow(0, k, 1)?.contiguous()?, &mut Probe::nothing(), &pace)?;
            let picture = Picture::from_decoder(&capture::grid(&image)?);
            pictures.push(picture.ok_or_else(|| Problem::new("compute-failed"))?);
        }
        Ok(pictures)
    }

    /// From noise to clean latents: the context's first half is the empty prompt's.
    fn denoised(&self, count: usize, context: &Tensor) -> Result<Tensor, Problem> {
        let [channels, height, width] = LATENT;
        let noise: Vec<f32> = (0..count as u64)
            .flat_map(|k| {
                Generator::new(SEED + k).normal(&[1, channels, height, width]).data().to_vec()
            })
            .collect();
        let device = &self.place.device;
        let mut x = Tensor::from_vec(noise, (count, channels, height, width), device)?;
        let alphas = alphas();
        let stride = TIMESTEPS / STEPS;
        for t in (0..STEPS).map(|k| TIMESTEPS - k * stride - 1) {
            let now = f64::from(alphas[t]);
            let after = f64::from(alphas[t.saturating_sub(stride)]);
            let twice = Tensor::cat(&[&x, &x], 0)?;
            let answer = self.unet.predict_each(&twice, &vec![t as f64; 2 * count], context)?;
            let (without, given) = (answer.narrow(0, 0, count)?, answer.narrow(0, count, count)?);
            let v = (&without + ((given - &without)? * GUIDANCE)?)?;
            let x0 = ((&x * now.sqrt())? - (&v * (1.0 - now).sqrt())?)?;
            let epsilon = ((&v * now.sqrt())? + (&x * (1.0 - now).sqrt())?)?;
            x = ((x0 * after.sqrt())? + (epsilon * (1.0 - after).sqrt())?)?;
        }
        Ok(x)
    }
}
