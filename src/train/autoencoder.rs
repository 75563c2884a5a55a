//! The autoencoder, trained to give back the pictures that it is shown (Kingma and Welling,
//! "Auto-encoding variational Bayes", 2014); then its decoder alone, on the latents that the noise
//! predictor will learn.

mod level;
mod quality;

use std::collections::BTreeMap;

use candle_core::{D, Tensor, Var};

use super::layout::Layout;
use super::pictures::{Latents, Pictures, encoded, floats};
use super::plan::LATENT;
use super::recipe::{Painting, Recipe};
use super::training::Course;
use super::{Average, Subject, Variables, networks};
use crate::drawings::EDGE;
use crate::engine::Place;
use crate::engine::model_folder::Part;
use crate::engine::noise::Generator;
use crate::engine::pace::Pace;
use crate::engine::probe::Probe;
use crate::engine::vae::Vae;
use crate::walk::{Dice, Picture, Problem, Stage, Unwatched};

pub use level::levelled;
pub use quality::decibels;

/// Pixels a cell of the latent, each way.
const FACTOR: usize = 4;

/// Which weights learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lesson {
    /// All: the encoder finds its own latents.
    Whole,
    /// The decoder's alone, on latents that stay as they are.
    Polish,
}

/// An autoencoder with weights that learn.
#[derive(Debug)]
pub struct Autoencoder {
    lesson: Lesson,
    recipe: Recipe,
    weights: Variables,
    /// With the weights that learn.
    vae: Vae,
    /// The weights that do not.
    still: BTreeMap<String, Tensor>,
    pictures: Pictures,
    latents: Latents,
    place: Place,
}

/// What a step sees: which pictures, and where squares are cut out, in cells.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    numbers: Vec<usize>,
    corners: Vec<(usize, usize)>,
    cells: usize,
    noise_seed: u64,
}

impl Autoencoder {
    /// An untrained one of the recipe's size.
    pub fn begin(recipe: Recipe, place: &Place) -> Result<Self, Problem> {
        let mut weights = Variables::new();
        let layout = Layout::vae(&recipe.networks.vae);
        networks::begin(&mut weights, Part::Vae, &layout, recipe.seed, place)?;
        Self::over(Lesson::Whole, recipe, weights, BTreeMap::new(), place)
    }

    /// The same weights with a decoder that learns on.
    pub fn polish(
        recipe: Recipe,
        average: &BTreeMap<String, Tensor>,
        place: &Place,
    ) -> Result<Self, Problem> {
        let (mut weights, mut still) = (Variables::new(), BTreeMap::new());
        for (name, tensor) in average {
            if name.starts_with("vae/decoder.") || name.starts_with("vae/post_quant_conv.") {
                weights.insert(name.clone(), Var::from_tensor(tensor)?);
            } else {
                still.insert(name.clone(), tensor.clone());
            }
        }
        Self::over(Lesson::Polish, recipe, weights, still, place)
    }

    fn over(
        lesson: Lesson,
        recipe: Recipe,
        weights: Variables,
        still: BTreeMap<String, Tensor>,
        place: &Place,
    ) -> Result<Self, Problem> {
        let named = weights.iter().map(|(name, weight)| (name, weight.as_tensor()));
        let inside = networks::of_part(Part::Vae, named.chain(&still), place);
        let vae = networks::vae(&recipe.networks, &inside)?;
        let pictures = Pictures::of(&painting(lesson, &recipe).shows)?;
        let latents = Latents::of(pictures.clone());
        Ok(Self { lesson, recipe, weights, vae, still, pictures, latents, place: place.clone() })
    }

    /// Its course.
    pub fn course(&self) -> Course {
        let painting = self.painting();
        let Painting { rate, decay, average, .. } = *painting;
        Course { steps: painting.steps().0, rate, decay, average }
    }

    /// The averaged network.
    pub fn averaged(&self, average: &Average) -> Result<Vae, Problem> {
        let named = average.weights().iter().chain(&self.still);
        networks::vae(&self.recipe.networks, &networks::of_part(Part::Vae, named, &self.place))
    }

    /// The averages together with the weights that did not learn.
    pub fn all_weights(&self, average: &Average) -> BTreeMap<String, Tensor> {
        let named = average.weights().iter().chain(&self.still);
        named.map(|(name, tensor)| (name.clone(), tensor.clone())).collect()
    }

    /// The pictures that it learns.
    pub const fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    /// Where it computes.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    fn painting(&self) -> &Painting {
        painting(self.lesson, &self.recipe)
    }

    fn seen(&self, step: u64) -> Seen {
        let painting = self.painting();
        let mut dice = Dice::new(&[self.recipe.seed, 1 + self.lesson as u64, step]);
        let squares = step < painting.steps().1;
        let (batch, cells) = if squares {
            (painting.cut.batch, painting.cut.edge / FACTOR)
        } else {
            (painting.batch, EDGE / FACTOR)
        };
        let numbers = (0..batch).map(|_| dice.below(painting.shows.pictures)).collect();
        let room = EDGE / FACTOR - cells + 1;
        let corners = (0..batch).map(|_| (dice.below(room), dice.below(room))).collect();
        Seen { numbers, corners, cells, noise_seed: dice.bits() }
    }

    /// Normal numbers in a tensor's shape.
    fn noise(&self, generator: &mut Generator, like: &Tensor) -> Result<Tensor, Problem> {
        let noise = generator.normal(like.dims());
        Ok(Tensor::from_slice(noise.data(), noise.shape(), &self.place.device)?)
    }

    /// From pictures to pictures through latents that are drawn from what the encoder says; and
    /// the divergence of that from the normal distribution.
    fn through(&self, x: &Tensor, generator: &mut Generator) -> Result<(Tensor, Tensor), Problem> {
        let pace = Pace::new(&Unwatched, Stage::Decode, 0);
        let moments = self.vae.encode(x, &pace)?;
        let deviation = (&moments.log_variance * 0.5)?.exp()?;
        let noise = self.noise(generator, &moments.mean)?;
        let z = (&moments.mean + (deviation * noise)?)?;
        let shaken = shaken(&z, &self.noise(generator, &z)?, self.painting().noise)?;
        let y = self.vae.decode(&shaken, &mut Probe::nothing(), &pace)?;
        let variance = moments.log_variance.exp()?;
        let each = (((moments.mean.sqr()? + variance)? - 1.0)? - &moments.log_variance)?;
        let divergence = (each.flatten_from(1)?.sum(D::Minus1)? * 0.5)?.mean_all()?;
        Ok((y, divergence))
    }

    /// From latents, a little noisy, to pictures.
    fn decoded(&mut self, seen: &Seen, generator: &mut Generator) -> Result<Tensor, Problem> {
        let still = self.latents.get(&seen.numbers, &self.vae, &self.place)?;
        let z = squares(&still, seen, 1)?;
        let noise = (self.noise(generator, &z)? * self.painting().noise)?;
        let pace = Pace::new(&Unwatched, Stage::Decode, 0);
        self.vae.decode(&(z + noise)?, &mut Probe::nothing(), &pace)
    }
}

const fn painting(lesson: Lesson, recipe: &Recipe) -> &Painting {
    match lesson {
        Lesson::Whole => &recipe.vae,
        Lesson::Polish => &recipe.polish,
    }
}

/// Noise added as a share of each channel's deviation, which itself gets no gradient.
fn shaken(z: &Tensor, noise: &Tensor, share: f64) -> Result<Tensor, Problem> {
    let still = z.detach();
    let [channels, ..] = LATENT;
    let rows = still.transpose(0, 1)?.contiguous()?.flatten_from(1)?;
    let deviation = rows.var_keepdim(1)?.sqrt()?.reshape((1, channels, 1, 1))?;
    Ok((z + (noise.broadcast_mul(&deviation)? * share)?)?)
}

/// The squares of a step, out of tensors with `factor` numbers a cell each way.
fn squares(whole: &Tensor, seen: &Seen, factor: usize) -> Result<Tensor, Problem> {
    let edge = seen.cells * factor;
    let cut = |(k, &(row, column)): (usize, &(usize, usize))| {
        whole.narrow(0, k, 1)?.narrow(2, row * factor, edge)?.narrow(3, column * factor, edge)
    };
    let parts = seen.corners.iter().enumerate().map(cut);
    let parts = parts.collect::<candle_core::Result<Vec<_>>>()?;
    Ok(Tensor::cat(&parts, 0)?.contiguous()?)
}

/// How far pictures are from what they should be: pixels, squared error and edges.
fn distance(y: &Tensor, x: &Tensor) -> Result<Tensor, Problem> {
    let error = (y - x)?;
    let pixels = (error.abs()?.mean_all()? + (error.sqr()?.mean_all()? * 2.0)?)?;
    let edges = |dim: usize| -> candle_core::Result<Tensor> {
        let count = error.dim(dim)? - 1;
        // The difference of the differences is that of the errors.
        (error.narrow(dim, 1, count)? - error.narrow(dim, 0, count)?)?.abs()?.mean_all()
    };
    Ok((pixels + ((edges(2)? + edges(3)?)? * 0.5)?)?)
}

impl Subject for Autoencoder {
    fn weights(&self) -> &Variables {
        &self.weights
    }

    fn loss(&mut self, step: u64) -> Result<Tensor, Problem> {
        let seen = self.seen(step);
        let mut generator = Generator::new(seen.noise_seed);
        let whole = floats(&self.pictures.numbered(&seen.numbers)?, &self.place)?;
        let x = squares(&whole, &seen, FACTOR)?;
        if self.lesson == Lesson::Polish {
            return distance(&self.decoded(&seen, &mut generator)?, &x);
        }
        let (y, divergence) = self.through(&x, &mut generator)?;
        Ok((distance(&y, &x)? + (divergence * self.painting().pull)?)?)
    }

    fn batch(&self, step: u64) -> usize {
        let painting = self.painting();
        if step < painting.steps().1 { painting.cut.batch } else { painting.batch }
    }

    fn captions(&self, step: u64) -> Vec<String> {
        self.seen(step).numbers.iter().map(|&n| self.pictures.scene(n).caption).collect()
    }

    fn samples(&self, average: &Average) -> Result<Vec<(String, Picture)>, Problem> {
        quality::beside(&self.pictures, &self.averaged(average)?, &self.place)
    }
}

/// Latents of pictures as the noise predictor will see them.
pub fn latents_of(
    vae: &Vae,
    pictures: &Pictures,
    numbers: &[usize],
    place: &Place,
) -> Result<Tensor, Problem> {
    encoded(&floats(&pictures.numbered(numbers)?, place)?, vae)
}
