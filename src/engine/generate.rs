//! The whole process, top to bottom: prompt to ids, ids to vectors, steps to a schedule, seed to
//! noise, noise to latent step by step, latent to pixels.

mod encode;
mod in_step;
mod masked;

use std::sync::Arc;
use std::time::Instant;

use super::capture;
use super::fork::Branch;
use super::memory;
use super::noise::Generator;
use super::open::Parts;
use super::pace::Pace;
use super::preview::Fitting;
use super::probe::{Mean, Probe, Wanted};
use super::sampler::{self, Plan};
use super::texts::{Texts, masked};
use super::told::Told;
use crate::walk::{
    Asked, Attention, Beside, Change, Course, Decode, Embeddings, Frame, Grid, Image, Neighbour,
    Noise, Picture, Problem, Quantity, Schedule, Settings, Stage, Step, TextLayers, Tokens, Watch,
};

/// How many near words are looked for.
const NEIGHBOURS: usize = 5;

/// What a walk is to look at on its way: each costs time or memory, and changes no number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Keep cross-attention, averaged over layers and heads, at every step.
    pub attention: bool,
    /// Keep the UNet's blocks and every whole cross-attention of this call (from 0).
    pub probe_step: Option<usize>,
    /// Decode the x0 of every step.
    pub x0_images: bool,
    /// Keep the decoder's levels whole.
    pub whole_levels: bool,
    /// Look for the words nearest to each piece.
    pub nearest: bool,
}

impl Look {
    /// What a screen looks at: attention and nearest words.
    pub const SCREEN: Self = Self {
        attention: true,
        probe_step: None,
        x0_images: false,
        whole_levels: false,
        nearest: true,
    };

    /// What a screen looks at, and what `asked` adds to it.
    pub const fn screen(asked: &Asked) -> Self {
        Self { probe_step: asked.probe_step, x0_images: asked.x0_images, ..Self::SCREEN }
    }
}

/// What an earlier call left behind for later ones.
#[derive(Debug)]
struct Past {
    latent: Grid,
    pred: Grid,
    x0: Grid,
}

/// The network's answer to one call, and what was seen on the way.
#[derive(Debug)]
pub(super) struct Answer {
    /// `[B,4,h,w]`, one row for each row of the context.
    pub(super) numbers: Grid,
    pub(super) attention: Option<Attention>,
    pub(super) probes: Vec<(String, Grid)>,
    pub(super) seconds: f32,
}

impl Past {
    fn of(step: &Step) -> Self {
        Self { latent: step.latent.clone(), pred: step.pred.clone(), x0: step.x0.clone() }
    }
}

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

    /// The step whose frame stands at this place.
    fn step_at(&mut self, place: usize, watch: &dyn Watch) -> Result<Step, Problem> {
        let call = self.course().call_at(place).ok_or_else(out_of_order)?;
        if call < self.shared() { self.shared_step(call) } else { self.step(call, watch) }
    }

    /// What a fork changes.
    fn change(&self) -> Option<&Change> {
        self.branch.as_ref().map(|branch| &branch.change)
    }

    /// How many calls are shared with the walk that this one branched from.
    fn shared(&self) -> usize {
        self.branch.as_ref().map_or(0, |branch| branch.steps.len())
    }

    /// A step of the walk that this one branched from: it is not computed again.
    fn shared_step(&mut self, k: usize) -> Result<Step, Problem> {
        let (calls, steps) = (self.calls(), self.plan.steps());
        let branch = self.branch.as_ref().ok_or_else(out_of_order)?;
        let step = branch.steps.get(k).ok_or_else(out_of_order)?;
        self.past.push(Past::of(step));
        Ok(Step { calls, steps, ..step.clone() })
    }

    /// The network is asked what in the latent is noise, once without and once with the prompt;
    /// guidance mixes the answers, and the sampler's formula makes the next latent.
    fn step(&mut self, k: usize, watch: &dyn Watch) -> Result<Step, Problem> {
        memory::forget_peak();
        let began = Instant::now();
        let mut probe = Probe::new(self.wanted(k));
        let (input, timestep) = self.question(k)?;
        let answer = self.ask(&input, timestep, &mut probe, watch, k)?;
        let answer = Answer {
            numbers: answer,
            attention: probe.mean_attention(),
            probes: probe.take_named(),
            seconds: began.elapsed().as_secs_f32(),
        };
        self.answered(k, answer, watch)
    }

    /// What the network is asked at call `k`: the scaled latent, and the timestep.
    pub(super) fn question(&self, k: usize) -> Result<(Grid, f64), Problem> {
        let (Some(latent), Some(call)) = (&self.latent, self.plan.calls.get(k)) else {
            return Err(out_of_order());
        };
        Ok((call.formula.input(latent), f64::from(call.timestep)))
    }

    /// The network has answered call `k`.
    fn answered(&mut self, k: usize, answer: Answer, watch: &dyn Watch) -> Result<Step, Problem> {
        let (Some(latent), Some(call)) = (self.latent.clone(), self.plan.calls.get(k).cloned())
        else {
            return Err(out_of_order());
        };
        let input = call.formula.input(&latent);
        let (pred_uncond, pred_text) = rows(&answer.numbers)?;
        let pred = call.formula.guided(pred_uncond.as_ref(), &pred_text).ok_or_else(odd_shape)?;
        let x0 = call.formula.x0_of(&latent, &pred).ok_or_else(odd_shape)?;
        let mut generator = self.generator.clone();
        let extra_noise = call.extra_noise.then(|| generator.normal(latent.shape()));
        let next = call
            .formula
            .next_of(&latent, &pred, extra_noise.as_ref(), &|quantity| self.earlier(quantity))
            .ok_or_else(odd_shape)?;
        let peak_mb = self.parts.networks.place().device.is_cpu().then(memory::peak_mb).flatten();
        let x0_image = self.look.x0_images.then(|| self.picture(&x0, watch, k)).transpose()?;
        self.generator = generator;
        self.latent = Some(next.clone());
        self.past.push(Past { latent: latent.clone(), pred: pred.clone(), x0: x0.clone() });
        Ok(Step {
            call: k,
            step: call.step,
            calls: self.calls(),
            steps: self.plan.steps(),
            timestep: call.timestep,
            sigma: call.sigma,
            sigma_next: call.sigma_next,
            latent,
            input,
            pred_uncond,
            pred_text,
            pred,
            x0,
            next,
            extra_noise,
            formula: call.formula,
            attention: answer.attention,
            x0_image,
            seconds: answer.seconds,
            peak_mb,
            probes: answer.probes,
        })
    }

    /// The VAE's decoder turns the last latent into pixels.
    fn decode(&mut self, watch: &dyn Watch) -> Result<Decode, Problem> {
        let began = Instant::now();
        let latent = self.latent.as_ref().ok_or_else(out_of_order)?;
        let scaling = self.parts.networks.scaling_factor() as f32;
        let input = latent.map(|x| x / scaling);
        let whole_levels = self.look.whole_levels;
        let mut probe = Probe::new(Wanted { levels: true, whole_levels, ..Wanted::default() });
        let tensor = capture::tensor(&input, self.parts.networks.place())?;
        let pace = Pace::new(watch, Stage::Decode, 0);
        let (image, tiles) =
            self.parts.networks.decode_within_memory(&tensor, &mut probe, &pace)?;
        self.image = Some(capture::grid(&image)?);
        let seconds = began.elapsed().as_secs_f32();
        let (levels, whole) = (probe.take_levels(), probe.take_named());
        Ok(Decode { input, levels, whole, tiles, seconds })
    }

    /// The decoder's output is the picture.
    fn image(&self) -> Result<Image, Problem> {
        Ok(Image { image: self.image.clone().ok_or_else(out_of_order)? })
    }

    /// What a preview can be fitted on: guesses and latents of the calls so far, in the common
    /// scale. `None` before the first call.
    pub fn fitting(&self) -> Option<Fitting> {
        let calls = self.past.iter().zip(&self.plan.calls);
        let latents: Vec<Grid> = calls
            .flat_map(|(past, call)| {
                let scale = call.formula.common_scale;
                [past.x0.clone(), past.latent.map(|x| x * scale)]
            })
            .collect();
        Fitting::new(Arc::clone(&self.parts), &latents)
    }

    /// The x0 of a call that was already made, through the VAE.
    ///
    /// # Errors
    /// Cancelled, or a call that was not made yet.
    pub fn decode_x0(&mut self, call: usize, watch: &dyn Watch) -> Result<Picture, Problem> {
        let past = self.past.get(call);
        let past = past.ok_or_else(|| Problem::new("x0-not-yet").with("call", call + 1))?;
        self.picture(&past.x0, watch, call)
    }

    fn picture(&self, x0: &Grid, watch: &dyn Watch, call: usize) -> Result<Picture, Problem> {
        self.through_decoder(x0, &Pace::new(watch, Stage::Decode, call))
    }

    fn through_decoder(&self, x0: &Grid, pace: &Pace<'_>) -> Result<Picture, Problem> {
        let scaling = self.parts.networks.scaling_factor() as f32;
        let input = capture::tensor(&x0.map(|x| x / scaling), self.parts.networks.place())?;
        let (image, _) =
            self.parts.networks.decode_within_memory(&input, &mut Probe::nothing(), pace)?;
        Picture::from_decoder(&capture::grid(&image)?).ok_or_else(odd_shape)
    }

    /// The network's answer to one latent, for each row of the context.
    fn ask(
        &self,
        input: &Grid,
        timestep: f64,
        probe: &mut Probe,
        watch: &dyn Watch,
        call: usize,
    ) -> Result<Grid, Problem> {
        let told = self.told.as_ref().ok_or_else(out_of_order)?;
        if let Some(place) = masked(self.change()) {
            return self.ask_masked(input, timestep, probe, watch, (call, place));
        }
        let copies = if self.settings.guided() { 2 } else { 1 };
        let shape: Vec<usize> =
            std::iter::once(copies).chain(input.shape().iter().skip(1).copied()).collect();
        let repeated = input.data().repeat(copies);
        let batch = Grid::new(&shape, repeated).ok_or_else(odd_shape)?;
        let tensor = capture::tensor(&batch, self.parts.networks.place())?;
        let pace = Pace::new(watch, Stage::Step, call);
        let answer = self.parts.networks.predict(&tensor, timestep, told, probe, &pace)?;
        capture::grid(&answer)
    }

    fn wanted(&self, call: usize) -> Wanted {
        let prompt = self.texts.as_ref().and_then(Texts::prompt);
        let kept = prompt.map_or(0, |prompt| prompt.kept);
        let masked = masked(self.change());
        let mean = Mean { kept, size: self.latent_size(), masked };
        Wanted {
            blocks: self.look.probe_step == Some(call),
            mean: self.look.attention.then_some(mean),
            ..Wanted::default()
        }
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

    /// What an earlier call left behind.
    fn earlier(&self, quantity: Quantity) -> Option<Grid> {
        match quantity {
            Quantity::LatentOfCall(call) => self.past.get(call).map(|past| past.latent.clone()),
            Quantity::PredOfCall(call) => self.past.get(call).map(|past| past.pred.clone()),
            Quantity::X0OfCall(call) => self.past.get(call).map(|past| past.x0.clone()),
            Quantity::Latent
            | Quantity::Pred
            | Quantity::X0
            | Quantity::Epsilon
            | Quantity::ExtraNoise => None,
        }
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

/// The rows of an answer `[B,4,h,w]` as `[1,4,h,w]` each: without the prompt, and with it.
fn rows(answer: &Grid) -> Result<(Option<Grid>, Grid), Problem> {
    let row = |i: usize| {
        let grid = answer.at(i)?;
        let shape: Vec<usize> = std::iter::once(1).chain(grid.shape().iter().copied()).collect();
        grid.reshaped(&shape)
    };
    let first = row(0).ok_or_else(odd_shape)?;
    Ok(row(1).map_or_else(|| (None, first.clone()), |text| (Some(first.clone()), text)))
}

fn odd_shape() -> Problem {
    Problem::new("compute-failed").with("reason", "shapes do not fit")
}

fn out_of_order() -> Problem {
    Problem::new("compute-failed").with("reason", "a stage before this one is missing")
}
