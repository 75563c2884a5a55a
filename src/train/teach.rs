//! Teaching a model a word from a handful of pictures: a token's vectors (textual inversion, Gal et
//! al. 2022) or thin matrices beside attention (LoRA, Hu et al. 2021), everything else frozen.
//!
//! Step by step, so that a thread can drive it and show what comes of it.

mod captions;
mod course;
mod known;
mod lesson;
mod report;
mod thin;
mod vectors;

use std::collections::BTreeMap;
use std::sync::Arc;

use candle_core::Tensor;

pub use self::captions::{Naming as NamedColours, seen};
pub use self::course::Course;
pub use self::known::known;
pub use self::lesson::{Lesson, described};
pub use self::report::{drawn, naming, report};
use self::thin::Thin;
use self::vectors::Vectors;
use super::{AdamW, Adjusting, Variables};
use crate::engine::attachments::Content;
use crate::engine::attachments::embedding::{checked, clipped};
use crate::engine::model_folder::Part;
use crate::engine::noise::Generator;
use crate::engine::scheduler_config::SchedulerConfig;
use crate::engine::text::{TextConfig, TextEncoder};
use crate::engine::unet::UNet;
use crate::engine::unet::config::UnetConfig;
use crate::engine::weights::Weights;
use crate::engine::{ModelFolder, Place, capture};
use crate::walk::{
    Dice, Family, Learning, LearningPlan, LearningStep, ModelCard, Onlooker, Prediction, Problem,
    TaughtKind, TeachingAsked,
};

/// The most steps.
const MOST_STEPS: u64 = 100_000;
/// How slowly the shown mean of the loss forgets.
const SLOW: f32 = 0.95;
/// The share of a step that shows what the model knows already, where something of it is shown.
const BESIDE: f64 = 0.4;
/// Timesteps at which the loss before and after is measured.
const PROBED: usize = 10;
/// The largest picture that a model for teaching makes, in pixels.
const LARGEST_SIDE: usize = 128;

/// What learns.
#[derive(Debug)]
enum Pupil {
    Word(Vectors),
    Lora(Thin),
}

/// A teaching under way.
#[derive(Debug)]
pub struct Teacher {
    asked: TeachingAsked,
    place: Place,
    lesson: Lesson,
    pupil: Pupil,
    variables: Variables,
    optimiser: AdamW,
    unet: UNet,
    text: TextEncoder,
    unet_config: UnetConfig,
    text_config: TextConfig,
    alphas: Vec<f32>,
    prediction: Prediction,
    done: u64,
    average: Option<f32>,
}

/// What one call of the network sees: which picture, its caption, and how much noise.
struct Seen {
    picture: usize,
    caption: String,
    timestep: usize,
}

impl Teacher {
    /// Reads the model and prepares the pictures; nothing has learned yet.
    ///
    /// # Errors
    /// Settings out of range, a model of another size than the pictures, a start word that is no
    /// single piece.
    pub fn begin(
        folder: &ModelFolder,
        asked: TeachingAsked,
        lesson: Lesson,
        place: &Place,
    ) -> Result<Self, Problem> {
        let card = folder.card()?;
        if card.family == Family::Sdxl || card.guidance_embedded {
            return Err(Problem::new("teach-family")
                .with("model", &card.name)
                .with("family", card.family.name()));
        }
        check(&asked, &card)?;
        let scheduler = SchedulerConfig::of(folder)?;
        let (unet_config, text_config) = (
            UnetConfig::read(&folder.config(Part::Unet)?)?,
            TextConfig::read(&folder.config(Part::Text)?)?,
        );
        let unet = UNet::load(folder, place)?;
        let text = TextEncoder::load(folder, place)?;
        let lesson = lesson.encoded(folder, place)?;
        let mut variables = Variables::new();
        let pupil = match asked.kind {
            TaughtKind::Vectors(count) => Pupil::Word(Vectors::begin(
                folder,
                &asked,
                count,
                (&text, card.taught.as_ref()),
                &mut variables,
            )?),
            TaughtKind::Lora { rank, text } => {
                Pupil::Lora(Thin::begin(folder, (rank, text), asked.seed, place, &mut variables)?)
            }
        };
        let adjusting = Adjusting { betas: [0.9, 0.99], decay: 0.0, ..Adjusting::default() };
        Ok(Self {
            optimiser: AdamW::new(&variables, adjusting)?,
            alphas: scheduler.alphas_cumprod(),
            prediction: scheduler.prediction,
            place: place.clone(),
            asked,
            lesson,
            pupil,
            variables,
            unet,
            text,
            unet_config,
            text_config,
            done: 0,
            average: None,
        })
    }

    /// What it is about to do.
    pub fn plan(&self) -> LearningPlan {
        LearningPlan {
            weights: self.weights(),
            steps: self.asked.steps,
            batch: self.asked.batch as u64,
            ..LearningPlan::default()
        }
    }

    /// How many numbers learn.
    pub fn weights(&self) -> u64 {
        self.variables.values().map(|v| v.elem_count() as u64).sum()
    }

    /// Steps so far.
    pub const fn done(&self) -> u64 {
        self.done
    }

    /// One step: some pictures with noise, how wrong the answer is, and everything that learns
    /// moved against its gradient.
    ///
    /// # Errors
    /// `loss-not-finite` where the loss is no number any more: nothing has moved then.
    pub fn step(&mut self) -> Result<LearningStep, Problem> {
        let mut dice = Dice::new(&[self.asked.seed, 0x7ea_c4ed, self.done]);
        let seen: Vec<Seen> = (0..self.asked.batch).map(|_| self.drawn(&mut dice)).collect();
        let loss = self.loss(&seen, dice.bits())?;
        let value = loss.to_scalar::<f32>()?;
        if !value.is_finite() {
            return Err(Problem::new("loss-not-finite").with("step", self.done + 1));
        }
        let gradients = loss.backward()?;
        let rate = self.rate();
        self.optimiser.step(&self.variables, &gradients, rate)?;
        self.done += 1;
        let average = self.average.map_or(value, |mean| SLOW * mean + (1.0 - SLOW) * value);
        self.average = Some(average);
        Ok(LearningStep {
            step: self.done,
            samples: self.done * self.asked.batch as u64,
            loss: value,
            average,
            rate: rate as f32,
            ..LearningStep::default()
        })
    }

    /// The loss over all pictures at timesteps and noise that never change: to be compared before
    /// and after.
    pub fn probe(&self) -> Result<f32, Problem> {
        let mut sum = 0.0;
        let steps = self.alphas.len();
        for k in 0..PROBED {
            let seen: Vec<Seen> = (0..self.lesson.pictures().len().min(8))
                .map(|picture| Seen {
                    picture,
                    caption: self.lesson.caption(picture, 0),
                    timestep: (steps * (2 * k + 1)) / (2 * PROBED),
                })
                .collect();
            sum += self.loss(&seen, k as u64)?.to_scalar::<f32>()?;
        }
        Ok(sum / PROBED as f32)
    }

    /// What was learned so far, as it can be laid over the model or written.
    pub fn taught(&self) -> Result<Content, Problem> {
        Ok(match &self.pupil {
            Pupil::Word(word) => Content::Word(word.learned(&self.variables)?),
            Pupil::Lora(thin) => Content::Lora(Arc::new(thin.learned(&self.variables)?), 1.0),
        })
    }

    /// The pictures that it learns from.
    pub const fn lesson(&self) -> &Lesson {
        &self.lesson
    }

    fn rate(&self) -> f64 {
        let share = self.done as f64 / self.asked.steps.max(1) as f64;
        let falling = 0.5 * (1.0 + (std::f64::consts::PI * share).cos());
        self.asked.rate * (0.1 + 0.9 * falling)
    }

    fn drawn(&self, dice: &mut Dice) -> Seen {
        let beside = self.lesson.beside_count();
        if beside > 0 && dice.unit() < BESIDE {
            let (number, timestep) = (dice.below(beside), dice.below(self.alphas.len()));
            let (picture, caption) = self.lesson.beside_at(number);
            return Seen { picture, caption, timestep };
        }
        let picture = dice.below(self.lesson.variants());
        let caption = self.lesson.caption(picture, dice.below(10));
        Seen { picture, caption, timestep: dice.below(self.alphas.len()) }
    }

    /// The mean square of what the answer is off, over a batch.
    fn loss(&self, seen: &[Seen], noise: u64) -> Result<Tensor, Problem> {
        let latents: Vec<&Tensor> =
            seen.iter().filter_map(|of| self.lesson.latent(of.picture)).collect();
        let clean = Tensor::cat(&latents, 0)?;
        let noise = Generator::new(noise).normal(clean.dims());
        let noise = capture::tensor(&noise, &self.place)?;
        let alphas = seen.iter().map(|of| self.alphas.get(of.timestep).copied().unwrap_or(1.0));
        let factors = |of: fn(f32) -> f32| {
            let numbers: Vec<f32> = alphas.clone().map(of).collect();
            Tensor::from_vec(numbers, (seen.len(), 1, 1, 1), &self.place.device)
        };
        let (picture, rest) = (factors(f32::sqrt)?, factors(|a| (1.0 - a).sqrt())?);
        let noisy = (clean.broadcast_mul(&picture)? + noise.broadcast_mul(&rest)?)?;
        let target = match self.prediction {
            Prediction::Epsilon => noise,
            Prediction::Sample => clean,
            Prediction::V => (noise.broadcast_mul(&picture)? - clean.broadcast_mul(&rest)?)?,
        };
        let captions: Vec<&str> = seen.iter().map(|of| of.caption.as_str()).collect();
        let timesteps: Vec<f64> = seen.iter().map(|of| of.timestep as f64).collect();
        let answer = match &self.pupil {
            Pupil::Word(word) => {
                let context = word.context(&self.text, &self.variables, &captions)?;
                self.unet.predict_each(&noisy, &timesteps, &context)?
            }
            Pupil::Lora(thin) => {
                let context = match thin.weights(Part::Text, &self.variables)? {
                    None => thin.context(&self.text, &captions)?,
                    Some(weights) => {
                        let text = self.with(weights, TextEncoder::from_weights, self.text_config);
                        thin.context(&text?, &captions)?
                    }
                };
                let weights = thin.weights(Part::Unet, &self.variables)?.unwrap_or_default();
                let unet = self.with(weights, UNet::from_weights, self.unet_config.clone())?;
                unet.predict_each(&noisy, &timesteps, &context)?
            }
        };
        Ok((answer - target)?.sqr()?.mean_all()?)
    }

    fn with<C, N>(
        &self,
        tensors: BTreeMap<String, Tensor>,
        load: impl FnOnce(C, &Weights) -> Result<N, Problem>,
        config: C,
    ) -> Result<N, Problem> {
        load(config, &Weights::of_tensors("lora", tensors, &self.place))
    }
}

/// What can be known before any weight is read.
fn check(asked: &TeachingAsked, card: &ModelCard) -> Result<(), Problem> {
    if card.default_size.0.max(card.default_size.1) > LARGEST_SIDE {
        return Err(Problem::new("teach-model").with("model", &card.name));
    }
    let number = |name: &str, value: f64, least: f64, most: f64| {
        if value >= least && value <= most {
            return Ok(());
        }
        Err(Problem::usage("setting-number")
            .with("name", name)
            .with("value", value)
            .with("least", least)
            .with("most", most))
    };
    checked(&asked.word)
        .map_err(|_| Problem::usage("teach-word").with("word", clipped(&asked.word)))?;
    number("steps", asked.steps as f64, 1.0, MOST_STEPS as f64)?;
    number("rate", asked.rate, 1e-9, 1e6)?;
    number("batch", asked.batch as f64, 1.0, 256.0)?;
    match asked.kind {
        TaughtKind::Vectors(count) => number("vectors", count as f64, 1.0, 16.0),
        TaughtKind::Lora { rank, .. } => number("rank", rank as f64, 1.0, 64.0),
    }
}

/// Makes the sample pictures of what was learned after so many steps.
pub type Draw<'a> = dyn Fn(u64, &Content) -> Result<Vec<Learning>, Problem> + 'a;

/// Teaches from the first step to the last; `draw` makes the sample pictures of what is learned so
/// far. Cancelled between two steps, it ends early and what is learned so far counts.
///
/// # Errors
/// As [`Teacher::step`] and `draw`.
pub fn teach(
    teacher: &mut Teacher,
    onlooker: &dyn Onlooker,
    draw: &Draw<'_>,
) -> Result<(), Problem> {
    onlooker.hear(Learning::Began(Box::new(teacher.plan())));
    let every = teacher.asked.sample_every;
    while teacher.done < teacher.asked.steps && !onlooker.cancelled() {
        onlooker.hear(Learning::Step(teacher.step()?));
        if every > 0 && teacher.done.is_multiple_of(every) && teacher.done < teacher.asked.steps {
            for sample in draw(teacher.done, &teacher.taught()?)? {
                onlooker.hear(sample);
            }
        }
    }
    Ok(())
}
