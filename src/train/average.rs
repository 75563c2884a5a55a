//! The running average of weights: calmer than the weights themselves, and what is kept.
//!
//! Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992, with a
//! memory that grows from nothing: after step k the average keeps `min(most, k / (k + 20))` of
//! itself.

use std::collections::BTreeMap;

use candle_core::{CpuStorage, InplaceOp2, Layout, Result, Tensor, Var};

use super::Variables;
use super::optimiser::{numbers, numbers_mut};
use crate::walk::Problem;

/// The averages of a set of weights, by their names.
#[derive(Debug)]
pub struct Average {
    weights: BTreeMap<String, Tensor>,
    most: f64,
}

impl Average {
    /// Begins at the weights as they are; in the end it keeps `most` of itself in each step.
    pub fn new(weights: &Variables, most: f64) -> std::result::Result<Self, Problem> {
        let copy = |(name, weight): (&String, &Var)| Ok((name.clone(), weight.copy()?.detach()));
        Ok(Self { weights: weights.iter().map(copy).collect::<Result<_>>()?, most })
    }

    /// The averages.
    pub const fn weights(&self) -> &BTreeMap<String, Tensor> {
        &self.weights
    }

    /// Goes along with the weights after step `step`, counted from 1.
    pub fn follow(&mut self, weights: &Variables, step: u64) -> std::result::Result<(), Problem> {
        let kept = self.most.min(step as f64 / (step as f64 + 20.0));
        for (name, average) in &mut self.weights {
            let Some(weight) = weights.get(name) else { continue };
            if average.device().is_cpu() {
                average.inplace_op2(weight.as_tensor(), &Towards((1.0 - kept) as f32))?;
            } else {
                let mixed = ((&*average * kept)? + (weight.as_tensor() * (1.0 - kept))?)?;
                *average = mixed.detach();
            }
        }
        Ok(())
    }

    /// Takes over averages of a checkpoint; `find` gives the tensor of a name and shape.
    pub fn restore(
        &mut self,
        mut find: impl FnMut(&str, &[usize]) -> std::result::Result<Tensor, Problem>,
    ) -> std::result::Result<(), Problem> {
        for (name, average) in &mut self.weights {
            *average = find(name, average.dims())?.to_device(average.device())?;
        }
        Ok(())
    }
}

/// Moves each number a share of the way to another.
struct Towards(f32);

impl InplaceOp2 for Towards {
    fn name(&self) -> &'static str {
        "towards"
    }

    fn cpu_fwd(
        &self,
        average: &mut CpuStorage,
        average_at: &Layout,
        weight: &CpuStorage,
        weight_at: &Layout,
    ) -> Result<()> {
        let weight = numbers(weight, weight_at)?;
        for (average, &weight) in numbers_mut(average, average_at)?.iter_mut().zip(weight) {
            *average += (weight - *average) * self.0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn it_begins_at_the_weights_and_remembers_more_with_every_step() {
        let weight = Var::from_tensor(&Tensor::new(&[0.0f32], &Device::Cpu).unwrap()).unwrap();
        let weights = Variables::from([("w".to_owned(), weight.clone())]);
        let mut average = Average::new(&weights, 0.998).unwrap();
        weight.set(&Tensor::new(&[21.0f32], &Device::Cpu).unwrap()).unwrap();
        average.follow(&weights, 1).unwrap();
        assert_eq!(average.weights()["w"].to_vec1::<f32>().unwrap(), [20.0]);
        average.follow(&weights, 1_000_000).unwrap();
        let after = average.weights()["w"].to_vec1::<f32>().unwrap()[0];
        assert!((after - 20.002).abs() < 1e-5, "{after}");
    }
}
