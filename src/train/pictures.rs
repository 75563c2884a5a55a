//! The pictures that a part of the training shows, drawn when they are asked for, and their
//! latents, computed once.

use std::collections::HashMap;

use candle_core::Tensor;
use rayon::prelude::*;

use super::plan::LATENT;
use super::recipe::Shows;
use crate::drawings::{self, EDGE, HELD_SEED, SEED, Scene, World, render};
use crate::engine::Place;
use crate::engine::pace::Pace;
use crate::engine::vae::Vae;
use crate::walk::{Picture, Problem, Stage, Unwatched};

/// Pictures that a graphics card encodes at a time.
const ENCODED: usize = 32;

/// The pictures of a part of the training, by their numbers.
#[derive(Clone, Debug)]
pub struct Pictures {
    world: &'static World,
    stage: drawings::Stage,
}

impl Pictures {
    /// Of what a part shows.
    pub fn of(shows: &Shows) -> Result<Self, Problem> {
        let sizes = shows.numbers().unwrap_or_default();
        let stage = drawings::Stage { things: shows.things, drawings: shows.drawings, sizes };
        Ok(Self { world: World::get()?, stage })
    }

    /// Of the whole world.
    pub fn whole(world: &'static World) -> Self {
        Self { world, stage: drawings::Stage::whole(world) }
    }

    /// What a picture shows, and its caption.
    pub fn scene(&self, number: usize) -> Scene {
        drawings::scene(self.world, SEED, number as u64, &self.stage, false)
    }

    /// A picture that training never shows.
    pub fn held_out(&self, number: usize) -> Scene {
        drawings::scene(self.world, HELD_SEED, number as u64, &self.stage, true)
    }

    /// Draws scenes.
    pub fn draw(&self, scenes: &[Scene]) -> Result<Vec<Picture>, Problem> {
        scenes.par_iter().map(|scene| render(self.world, scene)).collect()
    }

    /// The pictures of these numbers.
    pub fn numbered(&self, numbers: &[usize]) -> Result<Vec<Picture>, Problem> {
        let scenes: Vec<Scene> = numbers.iter().map(|&number| self.scene(number)).collect();
        self.draw(&scenes)
    }
}

/// Pictures as `[B,3,64,64]` in −1..1.
pub fn floats(pictures: &[Picture], place: &Place) -> Result<Tensor, Problem> {
    let mut numbers = Vec::with_capacity(pictures.len() * 3 * EDGE * EDGE);
    for picture in pictures {
        for channel in 0..3 {
            let bytes = picture.rgb().iter().skip(channel).step_by(3);
            numbers.extend(bytes.map(|&byte| f32::from(byte) / 127.5 - 1.0));
        }
    }
    Ok(Tensor::from_vec(numbers, (pictures.len(), 3, EDGE, EDGE), &place.device)?)
}

/// Latents of pictures, encoded when first asked for.
#[derive(Debug)]
pub struct Latents {
    pictures: Pictures,
    known: HashMap<usize, Vec<f32>>,
}

impl Latents {
    /// None yet.
    pub fn of(pictures: Pictures) -> Self {
        Self { pictures, known: HashMap::new() }
    }

    /// Takes latents that are there already, for pictures of these numbers.
    pub fn add(&mut self, latents: impl IntoIterator<Item = (usize, Vec<f32>)>) {
        self.known.extend(latents);
    }

    /// The caption of a picture.
    pub fn caption(&self, number: usize) -> String {
        self.pictures.scene(number).caption
    }

    /// The latents `[B,4,16,16]` of these numbers.
    pub fn get(&mut self, numbers: &[usize], vae: &Vae, place: &Place) -> Result<Tensor, Problem> {
        let mut missing: Vec<usize> =
            numbers.iter().copied().filter(|n| !self.known.contains_key(n)).collect();
        missing.sort_unstable();
        missing.dedup();
        // One by one on the processor: a latent must not depend on what it was encoded beside.
        let at_once = if place.device.is_cpu() { 1 } else { ENCODED };
        for numbers in missing.chunks(at_once) {
            let pictures = floats(&self.pictures.numbered(numbers)?, place)?;
            let latents = encoded(&pictures, vae)?.flatten_from(1)?.to_vec2::<f32>()?;
            self.known.extend(numbers.iter().copied().zip(latents));
        }
        let rows = numbers.iter().filter_map(|number| self.known.get(number));
        let all: Vec<f32> = rows.flatten().copied().collect();
        let [channels, height, width] = LATENT;
        Ok(Tensor::from_vec(all, (numbers.len(), channels, height, width), &place.device)?)
    }
}

/// The middle of what the encoder says of pictures, in the scale that the noise predictor sees.
pub fn encoded(pictures: &Tensor, vae: &Vae) -> Result<Tensor, Problem> {
    let pace = Pace::new(&Unwatched, Stage::Decode, 0);
    Ok((vae.encode(pictures, &pace)?.mean * vae.scaling_factor())?)
}
