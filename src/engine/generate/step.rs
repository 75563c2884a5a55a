//! One step: the network's answer, what guidance and the sampler's formula make of it, and what it
//! leaves behind for later ones.

use std::time::Instant;

use super::{Walk, odd_shape, out_of_order};
use crate::engine::capture;
use crate::engine::memory;
use crate::engine::pace::Pace;
use crate::engine::probe::{Mean, Probe, Wanted};
use crate::engine::texts::{Texts, masked};
use crate::walk::{Attention, Grid, Problem, Quantity, Stage, Step, Watch};

/// What an earlier call left behind for later ones.
#[derive(Debug)]
pub(super) struct Past {
    pub(super) latent: Grid,
    pred: Grid,
    pub(super) x0: Grid,
}

impl Past {
    fn of(step: &Step) -> Self {
        Self { latent: step.latent.clone(), pred: step.pred.clone(), x0: step.x0.clone() }
    }
}

/// The network's answer to one call, and what was seen on the way.
#[derive(Debug)]
pub(in crate::engine) struct Answer {
    /// `[B,4,h,w]`, one row for each row of the context.
    pub(in crate::engine) numbers: Grid,
    pub(in crate::engine) attention: Option<Attention>,
    pub(in crate::engine) probes: Vec<(String, Grid)>,
    pub(in crate::engine) seconds: f32,
}

impl Walk {
    /// The step whose frame stands at this place.
    pub(super) fn step_at(&mut self, place: usize, watch: &dyn Watch) -> Result<Step, Problem> {
        let call = self.course().call_at(place).ok_or_else(out_of_order)?;
        if call < self.shared() { self.shared_step(call) } else { self.step(call, watch) }
    }

    /// How many calls are shared with the walk that this one branched from.
    pub(super) fn shared(&self) -> usize {
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
    pub(in crate::engine) fn question(&self, k: usize) -> Result<(Grid, f64), Problem> {
        let (Some(latent), Some(call)) = (&self.latent, self.plan.calls.get(k)) else {
            return Err(out_of_order());
        };
        Ok((call.formula.input(latent), f64::from(call.timestep)))
    }

    /// The network has answered call `k`.
    pub(super) fn answered(
        &mut self,
        k: usize,
        answer: Answer,
        watch: &dyn Watch,
    ) -> Result<Step, Problem> {
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

    pub(super) fn wanted(&self, call: usize) -> Wanted {
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
