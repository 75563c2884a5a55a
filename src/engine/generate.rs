//! The whole process, top to bottom: prompt to ids, ids to vectors, steps to a schedule, seed to
//! noise, noise to latent step by step, latent to pixels.

mod encode;
mod in_step;
mod look;
mod masked;
mod picture;
mod step;

use std::sync::Arc;

pub use self::look::Look;
pub(super) use self::step::Answer;
use self::step::Past;

use super::capture;
use super::fork::Branch;
use super::noise::Generator;
use super::open::Parts;
use super::pace::Pace;
use super::sampler::{self, Plan};
use super::texts::Texts;
use super::told::Told;
use crate::walk::{
    Beside, Change, Course, Embeddings, Frame, Grid, Neighbour, Noise, Problem, Schedule, Settings,
    Stage, TextLayers, Tokens, Watch,
};

/// How many near words are looked for.
const NEIGHBOURS: usize = 5;

/// A walk under way: asking for the next frame computes it.
#[derive(Debug)]
pub struct Walk {
    parts: Arc<Parts>,
    settings: Settings,
    look: Look,
    plan: Plan,
    /// How many frames are whole.
    made: usize,
    generator: Generator,
    texts: Option<Texts>,
    /// What a fork shares with the walk that it branched from.
    branch: Option<Branch>,
    /// What the noise predictor is told of the texts.
    told: Option<Told>,
    /// The picture's latent, where the walk begins from one.
    start: Option<Grid>,
    /// The latent that the next call begins with.
    latent: Option<Grid>,
    past: Vec<Past>,
    /// The decoder's output.
    image: Option<Grid>,
}

impl Walk {
    /// Plans every step; computes nothing yet.
    pub(super) fn begin(
        parts: Arc<Parts>,
        settings: &Settings,
        look: Look,
    ) -> Result<Self, Problem> {
        let plan = sampler::plan(&parts.scheduler, settings)?;
        Self::planned(parts, settings, look, plan, None)
    }

    /// Begins with a plan that is made.
    pub(super) fn planned(
        parts: Arc<Parts>,
        settings: &Settings,
        look: Look,
        plan: Plan,
        branch: Option<Branch>,
    ) -> Result<Self, Problem> {
        parts.footprint.check(settings, parts.networks.place(), true)?;
        let layers = parts.networks.text_layers();
        if settings.clip_skip > layers {
            return Err(Problem::usage("clip-skip-range")
                .with("skip", settings.clip_skip)
                .with("most", layers));
        }
        if let Some(call) = look.probe_step.filter(|&call| call >= plan.calls.len()) {
            return Err(Problem::usage("probe-range")
                .with("call", call)
                .with("most", plan.calls.len().saturating_sub(1)));
        }
        Ok(Self {
            parts,
            generator: Generator::new(settings.seed),
            settings: settings.clone(),
            look,
            plan,
            made: 0,
            texts: None,
            branch,
            told: None,
            start: None,
            latent: None,
            past: Vec::new(),
            image: None,
        })
    }

    /// How many calls of the network there will be.
    pub const fn calls(&self) -> usize {
        self.plan.calls.len()
    }

    /// Whether the last frame was given.
    pub const fn finished(&self) -> bool {
        self.made == self.course().frames()
    }

    /// The frames that the walk has.
    pub const fn course(&self) -> Course {
        self.settings.course(self.calls())
    }

    /// The settings of this walk.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Computes the next frame; `None` after the last. A frame that failed or was cancelled can
    /// be asked for again: the walk stands where it stood.
    pub fn next(&mut self, watch: &dyn Watch) -> Option<Result<Frame, Problem>> {
        if self.finished() {
            return None;
        }
        let frame = match self.course().stage_of(self.made) {
            Stage::Tokens => self.tokens().map(Frame::Tokens),
            Stage::Embeddings => self.embeddings(watch).map(Frame::Embeddings),
            Stage::Schedule => Ok(Frame::Schedule(self.schedule())),
            Stage::Encode => self.encode(watch).map(|encode| Frame::Encode(Box::new(encode))),
            Stage::Noise => self.noise().map(Frame::Noise),
            Stage::Step => self.step_at(self.made, watch).map(|step| Frame::Step(Box::new(step))),
            Stage::Decode => self.decode(watch).map(Frame::Decode),
            Stage::Image => self.image().map(Frame::Image),
        };
        self.made += usize::from(frame.is_ok());
        Some(frame)
    }

    /// The prompt and, with guidance on, the negative prompt become ids.
    fn tokens(&mut self) -> Result<Tokens, Problem> {
        let parts = &self.parts;
        let zeros = parts.zero_negative;
        let texts = Texts::cut(&parts.tokenizers, &self.settings, self.change(), zeros)?;
        let encoders = texts.told();
        self.texts = Some(texts);
        Ok(Tokens { encoders })
    }

    /// Ids become vectors: row 0 the negative prompt, the last row the prompt.
    fn embeddings(&mut self, watch: &dyn Watch) -> Result<Embeddings, Problem> {
        let pace = Pace::new(watch, Stage::Embeddings, 0);
        pace.go_on()?;
        let texts = self.texts.as_ref().ok_or_else(out_of_order)?;
        let (states, told) = texts.vectors(&self.parts.networks, &self.settings)?;
        pace.go_on()?;
        let encoders = states.iter().map(|states| {
            let layers = states.layers.iter().map(capture::grid).collect::<Result<_, _>>()?;
            Ok(TextLayers { layers, last: capture::grid(&states.last)? })
        });
        let encoders = encoders.collect::<Result<_, Problem>>()?;
        let context = capture::grid(&told.context)?;
        let beside = beside(&told)?;
        let embeddings = Embeddings { encoders, context, beside, nearest: self.nearest()? };
        self.told = Some(told);
        Ok(embeddings)
    }

    /// Steps and sampler become timesteps and noise levels.
    fn schedule(&self) -> Schedule {
        Schedule {
            timesteps: self.plan.timesteps(),
            sigmas: self.plan.sigmas.clone(),
            levels: self.plan.levels.clone(),
            alphas_cumprod: self.plan.alphas_cumprod.clone(),
            init_noise_sigma: self.plan.init_noise_sigma,
            steps: self.plan.calls.iter().map(|call| call.step).collect(),
            left_out: self.plan.left_out.clone(),
            sample: self.parts.sample.clone(),
        }
    }

    /// The seed becomes noise, and the noise the first latent; where the walk begins from a picture,
    /// together with the picture's.
    fn noise(&mut self) -> Result<Noise, Problem> {
        let (h, w) = self.latent_size();
        let noise = self.generator.normal(&[1, 4, h, w]);
        let first = match &self.start {
            Some(start) => {
                let (keep, share) = self.plan.mixing(self.settings.sampler);
                start.zip(&noise, |x, n| keep * x + share * n).ok_or_else(odd_shape)?
            }
            None => noise.map(|x| x * self.plan.init_noise_sigma),
        };
        self.latent = Some(first);
        if let Some(branch) = &self.branch {
            branch.draw_again(&mut self.generator, noise.shape());
            self.latent = Some(branch.latent.clone());
        }
        Ok(Noise { noise, seed: self.settings.seed })
    }

    /// What a fork changes.
    fn change(&self) -> Option<&Change> {
        self.branch.as_ref().map(|branch| &branch.change)
    }

    fn nearest(&self) -> Result<Vec<Vec<Neighbour>>, Problem> {
        let prompt = self.texts.as_ref().and_then(Texts::prompt);
        let (Some(prompt), Some(tokenizer)) =
            (prompt.filter(|_| self.look.nearest), self.parts.tokenizers.first())
        else {
            return Ok(Vec::new());
        };
        let ids: Vec<u32> = prompt.pieces.iter().take(prompt.kept).map(|piece| piece.id).collect();
        let taught = tokenizer.taught_ids();
        let found = self.parts.networks.nearest(&ids, taught.as_deref(), NEIGHBOURS)?;
        let named = |(id, cosine)| Neighbour { id, text: tokenizer.text_of(id), cosine };
        Ok(found.into_iter().map(|near| near.into_iter().map(named).collect()).collect())
    }

    /// Height and width of the latent.
    fn latent_size(&self) -> (usize, usize) {
        let factor = self.parts.card.vae_factor.max(1);
        (self.settings.height / factor, self.settings.width / factor)
    }
}

/// What the network is told beside the text, as plain data.
fn beside(told: &Told) -> Result<Beside, Problem> {
    let first = |tensor: &candle_core::Tensor| capture::grid(&tensor.narrow(0, 0, 1)?);
    let added = told.added.as_ref();
    Ok(Beside {
        pooled: added.map(|added| capture::grid(&added.pooled)).transpose()?,
        time_ids: added.map(|added| capture::grid(&added.time_ids)).transpose()?,
        guidance: told.guidance.as_ref().map(first).transpose()?,
    })
}

fn odd_shape() -> Problem {
    Problem::new("compute-failed").with("reason", "shapes do not fit")
}

fn out_of_order() -> Problem {
    Problem::new("compute-failed").with("reason", "a stage before this one is missing")
}
