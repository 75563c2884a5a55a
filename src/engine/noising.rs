//! Looks at a training: noises one picture as the training did, and asks the networks of all ages
//! what they see.

use super::capture;
use super::device::Place;
use super::model_folder::ModelFolder;
use super::networks::Networks;
use super::noise::Generator;
use super::pace::Pace;
use super::probe::Probe;
use super::tokenizer::Tokenizer;
use super::told::Told;
use super::vae::Vae;
use crate::walk::{
    Age, Answer, EngineChoice, Grid, Mixture, Noising, NoisingAsked, Picture, Problem, Recipe,
    RecipePoint, Stage, Watch, mean_squared_error,
};

/// Points of a recipe's curve that are read.
const MOST_POINTS: usize = 10_000;

/// The networks of all ages of the pocket, open.
#[derive(Debug)]
pub struct Classroom {
    pupils: Vec<(Age, Networks)>,
    vae: Vae,
    tokenizer: Tokenizer,
    /// ᾱ of each timestep.
    alphas: Vec<f32>,
    recipe: Recipe,
    place: Place,
}

/// A picture of the training, what was said of it, and its latent.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    picture: Picture,
    caption: String,
    clean: Grid,
}

impl Classroom {
    /// Opens the pocket at all its ages, on the processor.
    ///
    /// # Errors
    /// Files that are damaged.
    pub fn open() -> Result<Self, Problem> {
        let place = Place::cpu();
        let last = ModelFolder::pocket();
        let card = last.card()?;
        let mut pupils = Vec::new();
        let mut ages = Vec::new();
        for age in Age::ALL {
            let folder = ModelFolder::pocket_at(age);
            pupils.push((age, Networks::load(&folder, EngineChoice::Own, &place)?));
            ages.push((age, folder.card()?.samples));
        }
        Ok(Self {
            pupils,
            vae: Vae::load(&last, &place)?,
            tokenizer: Tokenizer::open(&last, card.taught.as_ref())?,
            alphas: super::scheduler_config::SchedulerConfig::of(&last)?.alphas_cumprod(),
            recipe: Recipe { ages, curve: curve(&last), preview: card.preview, pictures: 0 },
            place,
        })
    }

    /// What is known without computing anything.
    pub const fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// Encodes a picture: the mean of what the encoder says, as the training took it.
    ///
    /// # Errors
    /// A picture that the autoencoder cannot take, cancelled.
    pub fn example(
        &self,
        picture: Picture,
        caption: String,
        watch: &dyn Watch,
    ) -> Result<Example, Problem> {
        let (w, h) = (picture.width(), picture.height());
        let pixels = Grid::from_fn(&[1, 3, h, w], |i| {
            let (c, place) = (i / (w * h), i % (w * h));
            f32::from(picture.pixel(place % w, place / w)[c]) / 127.5 - 1.0
        });
        let pace = Pace::new(watch, Stage::Decode, 0);
        let moments = self.vae.encode(&capture::tensor(&pixels, &self.place)?, &pace)?;
        let scaling = self.vae.scaling_factor() as f32;
        let clean = capture::grid(&moments.mean)?.map(|x| x * scaling);
        Ok(Example { picture, caption, clean })
    }

    /// An example with noise, and what each of `ages` says of it.
    ///
    /// # Errors
    /// A timestep past the last, cancelled.
    pub fn noise(
        &self,
        asked: NoisingAsked,
        example: &Example,
        ages: &[Age],
        watch: &dyn Watch,
    ) -> Result<Noising, Problem> {
        let question = self.question(asked, example)?;
        let mut answers = Vec::new();
        for (age, networks) in self.pupils.iter().filter(|(age, _)| ages.contains(age)) {
            let v = self.answer(networks, &question, &example.caption, watch)?;
            let Question { mixture, noisy, noise, target, .. } = &question;
            let epsilon = mixture.epsilon(noisy, &v).ok_or_else(shapeless)?;
            let x0 = mixture.x0(noisy, &v).ok_or_else(shapeless)?;
            answers.push(Answer {
                age: *age,
                picture: self.decode(&x0, watch)?,
                error: mean_squared_error(&v, target).ok_or_else(shapeless)?,
                error_epsilon: mean_squared_error(&epsilon, noise).ok_or_else(shapeless)?,
                v,
                epsilon,
                x0,
            });
        }
        Ok(Noising {
            asked,
            picture: example.picture.clone(),
            caption: example.caption.clone(),
            mixture: question.mixture,
            clean: example.clean.clone(),
            noise: question.noise,
            noisy: question.noisy,
            target: question.target,
            answers,
        })
    }

    /// The mean squared error of one age's v.
    ///
    /// # Errors
    /// As [`Self::noise`].
    pub fn error(
        &self,
        asked: NoisingAsked,
        example: &Example,
        age: Age,
        watch: &dyn Watch,
    ) -> Result<f32, Problem> {
        let networks = self.pupils.iter().find(|(own, _)| *own == age);
        let (_, networks) = networks.ok_or_else(shapeless)?;
        let question = self.question(asked, example)?;
        let v = self.answer(networks, &question, &example.caption, watch)?;
        mean_squared_error(&v, &question.target).ok_or_else(shapeless)
    }

    fn question(&self, asked: NoisingAsked, example: &Example) -> Result<Question, Problem> {
        let alpha = self.alphas.get(asked.timestep).copied().ok_or_else(|| {
            let last = self.alphas.len().saturating_sub(1);
            Problem::usage("timestep-range").with("timestep", asked.timestep).with("last", last)
        })?;
        let (mixture, clean) = (Mixture::of(alpha), &example.clean);
        let noise = Generator::new(asked.seed).normal(clean.shape());
        Ok(Question {
            timestep: asked.timestep,
            mixture,
            noisy: mixture.noisy(clean, &noise).ok_or_else(shapeless)?,
            target: mixture.target(clean, &noise).ok_or_else(shapeless)?,
            noise,
        })
    }

    fn decode(&self, latent: &Grid, watch: &dyn Watch) -> Result<Picture, Problem> {
        let scaling = self.vae.scaling_factor() as f32;
        let input = capture::tensor(&latent.map(|x| x / scaling), &self.place)?;
        let pace = Pace::new(watch, Stage::Decode, 0);
        let image = capture::grid(&self.vae.decode(&input, &mut Probe::nothing(), &pace)?)?;
        Picture::from_decoder(&image).ok_or_else(shapeless)
    }

    fn answer(
        &self,
        networks: &Networks,
        question: &Question,
        caption: &str,
        watch: &dyn Watch,
    ) -> Result<Grid, Problem> {
        let ids = self.tokenizer.encode(caption)?.ids;
        let told = Told::text(networks.encode(&[&ids])?.last);
        let input = capture::tensor(&question.noisy, &self.place)?;
        let pace = Pace::new(watch, Stage::Step, 0);
        let mut probe = Probe::nothing();
        let answer =
            networks.predict(&input, question.timestep as f64, &told, &mut probe, &pace)?;
        capture::grid(&answer)
    }
}

/// A noised picture, and what is right.
struct Question {
    timestep: usize,
    mixture: Mixture,
    noise: Grid,
    noisy: Grid,
    target: Grid,
}

fn shapeless() -> Problem {
    Problem::new("compute-failed").with("reason", "shapes")
}

/// The curve of `recipe.json`; none where it keeps none.
fn curve(folder: &ModelFolder) -> Vec<RecipePoint> {
    let Ok(recipe) = folder.json("recipe.json") else { return Vec::new() };
    let points = recipe.get("curve").and_then(|curve| curve.as_array());
    let points = points.into_iter().flatten().take(MOST_POINTS);
    points.filter_map(|point| serde_json::from_value(point.clone()).ok()).collect()
}
