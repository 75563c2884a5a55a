//! Noise predictor and text encoder, trained together: noise is added to the latents of pictures,
//! and the network learns to say which, from the noisy latent, the timestep and the caption.
//!
//! Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", 2020; it predicts
//! `v = √ᾱ·ε − √(1−ᾱ)·x₀` (Salimans and Ho, "Progressive distillation", 2022).

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};

use super::layout::Layout;
use super::pictures::{Latents, Pictures};
use super::plan::{Seen, alphas, plan};
use super::recipe::{Predicting, Recipe};
use super::sampling::Sampling;
use super::table::{PLACES, Table, UNKNOWN};
use super::training::Course;
use super::{Average, Subject, Variables, networks};
use crate::drawings::World;
use crate::engine::Place;
use crate::engine::model_folder::Part;
use crate::engine::text::TextEncoder;
use crate::engine::unet::UNet;
use crate::engine::vae::Vae;
use crate::walk::{Picture, Problem};

/// The name of the table of token vectors.
pub const TABLE: &str = "text_encoder/embeddings.token_embedding.weight";

/// Noise predictor and text encoder with weights that learn.
#[derive(Debug)]
pub struct Diffusion {
    recipe: Recipe,
    weights: Variables,
    unet: UNet,
    text: TextEncoder,
    table: Table,
    vae: Vae,
    /// By what a stage shows: the same pictures in two stages are encoded once.
    latents: Vec<(super::recipe::Shows, Latents)>,
    alphas: Vec<f32>,
    place: Place,
}

impl Diffusion {
    /// Untrained networks of the recipe's size; `vae` makes the latents.
    pub fn begin(recipe: Recipe, vae: Vae, place: &Place) -> Result<Self, Problem> {
        let table = Table::of(World::get()?);
        let sizes = &recipe.networks;
        let mut weights = Variables::new();
        let layout = Layout::text(sizes.text, table.len());
        networks::begin(&mut weights, Part::Text, &layout, recipe.seed, place)?;
        let layout = Layout::unet(&sizes.unet, sizes.text.width);
        networks::begin(&mut weights, Part::Unet, &layout, recipe.seed, place)?;
        if let Some(vectors) = weights.get(TABLE) {
            let known = known_rows(vectors)?;
            vectors.set(&vectors.broadcast_mul(&known)?)?;
        }
        let named = || weights.iter().map(|(name, weight)| (name, weight.as_tensor()));
        let unet = networks::unet(sizes, &networks::of_part(Part::Unet, named(), place))?;
        let text = networks::of_part(Part::Text, named(), place);
        let text = networks::text(sizes, table.len(), &text)?;
        let mut latents: Vec<(super::recipe::Shows, Latents)> = Vec::new();
        for part in &recipe.pocket.stages {
            if latents.iter().all(|(shows, _)| *shows != part.shows) {
                let pictures = Pictures::of(&part.shows)?;
                latents.push((part.shows.clone(), Latents::of(pictures)));
            }
        }
        let (alphas, place) = (alphas(), place.clone());
        Ok(Self { recipe, weights, unet, text, table, vae, latents, alphas, place })
    }

    /// Takes latents that are there already for the first stage's pictures.
    pub fn give_latents(&mut self, latents: impl IntoIterator<Item = (usize, Vec<f32>)>) {
        if let Some((_, known)) = self.latents.first_mut() {
            known.add(latents);
        }
    }

    /// Its course.
    pub fn course(&self) -> Course {
        let Predicting { rate, decay, average, .. } = self.recipe.pocket;
        Course { steps: self.recipe.pocket.steps(), rate, decay, average }
    }

    /// The recipe.
    pub const fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The rows of its table.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// The autoencoder that makes its latents.
    pub const fn vae(&self) -> &Vae {
        &self.vae
    }

    /// Where it computes.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    fn seen(&self, step: u64) -> Seen {
        let pocket = &self.recipe.pocket;
        let pictures = pocket.at(step).map_or(1, |shows| shows.pictures);
        plan(self.recipe.seed, step, pictures, pocket)
    }

    fn latents_at(&self, step: u64) -> usize {
        let shows = self.recipe.pocket.at(step);
        self.latents.iter().position(|(other, _)| Some(other) == shows).unwrap_or(0)
    }

    /// `[B,1,1,1]` of one number a picture.
    fn column(&self, numbers: Vec<f32>) -> Result<Tensor, Problem> {
        let count = numbers.len();
        Ok(Tensor::from_vec(numbers, (count, 1, 1, 1), &self.place.device)?)
    }
}

/// A column with a zero for the words that are not of the world and a one for every other row.
fn known_rows(vectors: &Var) -> Result<Tensor, Problem> {
    let rows = vectors.dim(0)?;
    let known: Vec<f32> = (0..rows).map(|row| f32::from(row != UNKNOWN as usize)).collect();
    Ok(Tensor::from_vec(known, (rows, 1), vectors.device())?)
}

impl Subject for Diffusion {
    fn weights(&self) -> &Variables {
        &self.weights
    }

    fn loss(&mut self, step: u64) -> Result<Tensor, Problem> {
        let seen = self.seen(step);
        let at = self.latents_at(step);
        let Some((_, latents)) = self.latents.get_mut(at) else {
            return Err(Problem::new("compute-failed").with("reason", "no pictures"));
        };
        let x0 = latents.get(&seen.numbers, &self.vae, &self.place)?;
        let left: Vec<f32> = seen.timesteps.iter().map(|&t| self.alphas[t]).collect();
        let picture = self.column(left.iter().map(|left| left.sqrt()).collect())?;
        let noise = self.column(left.iter().map(|left| (1.0 - left).sqrt()).collect())?;
        let epsilon =
            Tensor::from_slice(seen.noise.data(), seen.noise.shape(), &self.place.device)?;
        let noisy = (x0.broadcast_mul(&picture)? + epsilon.broadcast_mul(&noise)?)?;
        let target = (epsilon.broadcast_mul(&picture)? - x0.broadcast_mul(&noise)?)?;
        let captions: Vec<[u32; PLACES]> =
            self.captions(step).iter().map(|caption| self.table.rows(caption)).collect();
        let rows: Vec<&[u32]> = captions.iter().map(<[u32; PLACES]>::as_slice).collect();
        let context = self.text.encode(&rows)?.last;
        let timesteps: Vec<f64> = seen.timesteps.iter().map(|&t| t as f64).collect();
        let guess = self.unet.predict_each(&noisy, &timesteps, &context)?;
        Ok((guess - target)?.sqr()?.mean_all()?)
    }

    fn batch(&self, _: u64) -> usize {
        self.recipe.pocket.batch
    }

    fn captions(&self, step: u64) -> Vec<String> {
        let seen = self.seen(step);
        let latents = self.latents.get(self.latents_at(step));
        let caption = |(&number, &empty): (&usize, &bool)| match latents {
            Some((_, latents)) if !empty => latents.caption(number),
            _ => String::new(),
        };
        seen.numbers.iter().zip(&seen.empty).map(caption).collect()
    }

    fn hold(&self, gradients: &mut GradStore) -> Result<(), Problem> {
        let Some(vectors) = self.weights.get(TABLE) else { return Ok(()) };
        if let Some(gradient) = gradients.get(vectors.as_tensor()) {
            let held = gradient.broadcast_mul(&known_rows(vectors)?)?;
            gradients.insert(vectors.as_tensor(), held);
        }
        Ok(())
    }

    fn samples(&self, average: &Average) -> Result<Vec<(String, Picture)>, Problem> {
        let things = self.recipe.pocket.stages.iter().map(|part| part.shows.things).max();
        Sampling::of(&self.recipe.networks, &self.table, average.weights(), &self.place)?.held_out(
            World::get()?,
            things.unwrap_or(1),
            &self.vae,
        )
    }
}
