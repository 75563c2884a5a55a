//! `AdamW` with clipping by the global norm: how gradients change weights.
//!
//! Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, in the form of
//! `torch.optim.AdamW`; the clipping is `torch.nn.utils.clip_grad_norm_`. On the processor each
//! number is updated in place, in f32 and in a fixed order: the same run gives the same weights.

use std::collections::BTreeMap;

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, InplaceOp2, InplaceOp3, Layout, Result, Tensor, Var, bail};

use crate::walk::Problem;

/// Weights that learn, by their names.
pub type Variables = BTreeMap<String, Var>;

/// The numbers of [`AdamW`] that stay the same over a training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adjusting {
    /// How slowly the two running means forget, each in 0..1.
    pub betas: [f64; 2],
    /// Keeps the division finite.
    pub epsilon: f64,
    /// The share by which a weight shrinks in each step, times the rate.
    pub decay: f64,
    /// The length that the gradient of all weights together is cut down to.
    pub clip: f64,
}

impl Default for Adjusting {
    fn default() -> Self {
        Self { betas: [0.9, 0.99], epsilon: 1e-8, decay: 1e-3, clip: 1.0 }
    }
}

/// Running means of every gradient and of its square.
#[derive(Debug)]
pub struct AdamW {
    adjusting: Adjusting,
    /// By the weight's name: the mean of the gradient, and of its square.
    means: BTreeMap<String, [Tensor; 2]>,
    steps: u64,
}

impl AdamW {
    /// Before the first step: all means are zero.
    pub fn new(weights: &Variables, adjusting: Adjusting) -> std::result::Result<Self, Problem> {
        let zeros = |(name, weight): (&String, &Var)| {
            Ok((name.clone(), [weight.zeros_like()?, weight.zeros_like()?]))
        };
        let means = weights.iter().map(zeros).collect::<Result<_>>()?;
        Ok(Self { adjusting, means, steps: 0 })
    }

    /// Steps so far.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// Changes every weight by its gradient; gives the length of all gradients together before
    /// it was cut down.
    ///
    /// # Errors
    /// `gradient-missing` where a weight has none: an operation broke the chain.
    /// `gradient-not-finite` where the length is no number; no weight was changed then.
    pub fn step(
        &mut self,
        weights: &Variables,
        gradients: &GradStore,
        rate: f64,
    ) -> std::result::Result<f64, Problem> {
        let gradients = in_order(weights, gradients)?;
        let length = length_of(&gradients)?;
        if !length.is_finite() {
            return Err(Problem::new("gradient-not-finite"));
        }
        self.steps += 1;
        let update = Update::at(&self.adjusting, self.steps, rate, length);
        for ((name, weight), gradient) in weights.iter().zip(&gradients) {
            let means = self.means.get(name).ok_or_else(|| missing(name))?;
            update.apply(weight, means, gradient)?;
        }
        Ok(length)
    }

    /// The state by names, for a checkpoint: `first.NAME` and `second.NAME`.
    pub fn state(&self) -> impl Iterator<Item = (String, &Tensor)> {
        self.means.iter().flat_map(|(name, [first, second])| {
            [(format!("first.{name}"), first), (format!("second.{name}"), second)]
        })
    }

    /// Takes over a state of [`Self::state`] with its count of steps; `find` gives the tensor of a
    /// name and shape.
    pub fn restore(
        &mut self,
        steps: u64,
        mut find: impl FnMut(&str, &[usize]) -> std::result::Result<Tensor, Problem>,
    ) -> std::result::Result<(), Problem> {
        for (name, means) in &mut self.means {
            for (mean, part) in means.iter_mut().zip(["first", "second"]) {
                *mean = find(&format!("{part}.{name}"), mean.dims())?.to_device(mean.device())?;
            }
        }
        self.steps = steps;
        Ok(())
    }
}

fn missing(name: &str) -> Problem {
    Problem::new("gradient-missing").with("tensor", name)
}

/// The gradients in the order of the weights' names.
fn in_order(
    weights: &Variables,
    gradients: &GradStore,
) -> std::result::Result<Vec<Tensor>, Problem> {
    let of = |(name, weight): (&String, &Var)| {
        let gradient = gradients.get(weight.as_tensor()).ok_or_else(|| missing(name))?;
        Ok(gradient.contiguous()?)
    };
    weights.iter().map(of).collect()
}

/// The Euclidean length of all tensors together.
fn length_of(tensors: &[Tensor]) -> Result<f64> {
    let mut sum = 0.0;
    for tensor in tensors {
        sum += if tensor.device().is_cpu() {
            let numbers = tensor.flatten_all()?.to_vec1::<f32>()?;
            numbers.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>()
        } else {
            f64::from(tensor.sqr()?.sum_all()?.to_scalar::<f32>()?)
        };
    }
    Ok(sum.sqrt())
}

/// One step's factors.
#[derive(Clone, Copy, Debug)]
struct Update {
    /// What clipping leaves of a gradient.
    share: f32,
    betas: [f64; 2],
    /// What decay leaves of a weight.
    kept: f32,
    step: f32,
    root: f32,
    epsilon: f32,
}

impl Update {
    fn at(adjusting: &Adjusting, steps: u64, rate: f64, length: f64) -> Self {
        let corrections = adjusting.betas.map(|beta| 1.0 - beta.powf(steps as f64));
        Self {
            share: (adjusting.clip / (length + 1e-6)).min(1.0) as f32,
            betas: adjusting.betas,
            kept: (1.0 - rate * adjusting.decay) as f32,
            step: (rate / corrections[0]) as f32,
            root: corrections[1].sqrt() as f32,
            epsilon: adjusting.epsilon as f32,
        }
    }

    fn apply(&self, weight: &Var, [first, second]: &[Tensor; 2], gradient: &Tensor) -> Result<()> {
        if weight.device().is_cpu() {
            first.inplace_op2(gradient, &First(*self))?;
            second.inplace_op2(gradient, &Second(*self))?;
            return weight.inplace_op3(first, second, self);
        }
        let gradient = (gradient * f64::from(self.share))?;
        let [slow, slower] = self.betas;
        let moved = ((first * slow)? + (&gradient * (1.0 - slow))?)?;
        first.slice_set(&moved, 0, 0)?;
        let moved = ((second * slower)? + (gradient.sqr()? * (1.0 - slower))?)?;
        second.slice_set(&moved, 0, 0)?;
        let below = ((second.sqrt()? / f64::from(self.root))? + f64::from(self.epsilon))?;
        let change = ((first / below)? * f64::from(self.step))?;
        weight.set(&((weight.as_tensor() * f64::from(self.kept))? - change)?)
    }
}

/// The mean of the gradient.
struct First(Update);

impl InplaceOp2 for First {
    fn name(&self) -> &'static str {
        "adamw-first"
    }

    fn cpu_fwd(
        &self,
        mean: &mut CpuStorage,
        mean_at: &Layout,
        gradient: &CpuStorage,
        gradient_at: &Layout,
    ) -> Result<()> {
        let share = self.0.share;
        let moved = (1.0 - self.0.betas[0]) as f32;
        let gradient = numbers(gradient, gradient_at)?;
        for (mean, &g) in numbers_mut(mean, mean_at)?.iter_mut().zip(gradient) {
            *mean += (g * share - *mean) * moved;
        }
        Ok(())
    }
}

/// The mean of its square.
struct Second(Update);

impl InplaceOp2 for Second {
    fn name(&self) -> &'static str {
        "adamw-second"
    }

    fn cpu_fwd(
        &self,
        mean: &mut CpuStorage,
        mean_at: &Layout,
        gradient: &CpuStorage,
        gradient_at: &Layout,
    ) -> Result<()> {
        let share = self.0.share;
        let (kept, moved) = (self.0.betas[1] as f32, (1.0 - self.0.betas[1]) as f32);
        let gradient = numbers(gradient, gradient_at)?;
        for (mean, &g) in numbers_mut(mean, mean_at)?.iter_mut().zip(gradient) {
            let g = g * share;
            *mean = *mean * kept + moved * g * g;
        }
        Ok(())
    }
}

/// The weight itself.
impl InplaceOp3 for Update {
    fn name(&self) -> &'static str {
        "adamw"
    }

    fn cpu_fwd(
        &self,
        weight: &mut CpuStorage,
        weight_at: &Layout,
        first: &CpuStorage,
        first_at: &Layout,
        second: &CpuStorage,
        second_at: &Layout,
    ) -> Result<()> {
        let means = numbers(first, first_at)?.iter().zip(numbers(second, second_at)?);
        for (weight, (&first, &second)) in numbers_mut(weight, weight_at)?.iter_mut().zip(means) {
            let below = second.sqrt() / self.root + self.epsilon;
            *weight = *weight * self.kept - self.step * first / below;
        }
        Ok(())
    }
}

/// The numbers of a tensor that lies in one piece.
pub(super) fn numbers<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let (from, to) = span(layout)?;
    storage.as_slice::<f32>()?.get(from..to).ok_or_else(|| short(layout))
}

/// The same, to be changed.
pub(super) fn numbers_mut<'a>(
    storage: &'a mut CpuStorage,
    layout: &Layout,
) -> Result<&'a mut [f32]> {
    let (from, to) = span(layout)?;
    let CpuStorage::F32(numbers) = storage else { bail!("a weight that is not f32") };
    numbers.get_mut(from..to).ok_or_else(|| short(layout))
}

fn span(layout: &Layout) -> Result<(usize, usize)> {
    layout.contiguous_offsets().ok_or_else(|| short(layout))
}

fn short(layout: &Layout) -> candle_core::Error {
    candle_core::Error::Msg(format!("not in one piece: {:?}", layout.shape()))
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    /// Three steps on `Σ w²·k` from torch 2.15: `AdamW(lr=0.1, betas=(0.9, 0.99),
    /// weight_decay=0.01)` behind `clip_grad_norm_(1.0)`.
    #[test]
    fn three_steps_are_those_of_torch() {
        let start = Tensor::new(&[1.0f32, -2.0, 0.5], &Device::Cpu).unwrap();
        let weight = Var::from_tensor(&start).unwrap();
        let weights = Variables::from([("w".to_owned(), weight.clone())]);
        let adjusting = Adjusting { decay: 0.01, ..Adjusting::default() };
        let mut adam = AdamW::new(&weights, adjusting).unwrap();
        let scale = Tensor::new(&[1.0f32, 0.2, 3.0], &Device::Cpu).unwrap();
        for _ in 0..3 {
            let loss = (weight.sqr().unwrap() * &scale).unwrap().sum_all().unwrap();
            adam.step(&weights, &loss.backward().unwrap(), 0.1).unwrap();
        }
        let found = weight.to_vec1::<f32>().unwrap();
        for (found, expected) in found.iter().zip(TORCH) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    const TORCH: [f32; 3] = [0.696_902_8, -1.693_973, 0.199_470_67];

    #[test]
    fn a_weight_without_gradient_is_a_problem_and_nothing_moves() {
        let [used, unused] =
            [1.0f32, 2.0].map(|x| Var::from_tensor(&Tensor::new(&[x], &Device::Cpu).unwrap()));
        let (used, unused) = (used.unwrap(), unused.unwrap());
        let weights = Variables::from([("a".to_owned(), used.clone()), ("b".to_owned(), unused)]);
        let mut adam = AdamW::new(&weights, Adjusting::default()).unwrap();
        let gradients = used.sqr().unwrap().sum_all().unwrap().backward().unwrap();
        let problem = adam.step(&weights, &gradients, 0.1).unwrap_err();
        assert_eq!(problem.key(), "gradient-missing");
        assert_eq!(used.to_vec1::<f32>().unwrap(), [1.0]);
    }
}
