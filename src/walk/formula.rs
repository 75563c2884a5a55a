//! A sampler's arithmetic as data: each quantity of a step as a weighted sum of others.
//!
//! A view can show one number by hand, a recording can leave out what follows from the rest, and
//! the engine itself evaluates nothing else.

use serde::{Deserialize, Serialize};

use super::{Grid, Prediction, Statistics};

/// The arithmetic of one step: every quantity as a weighted sum of others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Formula {
    /// How the network's answer is read.
    pub prediction: Prediction,
    /// Guidance scale; 1 where guidance is off.
    pub guidance: f32,
    /// How far the guided answer is brought back to the deviation of the prompt's answer, 0 to 1.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub guidance_rescale: f32,
    /// `input = latent · input_scale`.
    pub input_scale: f32,
    /// `x0 = latent · x0[0] + pred · x0[1]`.
    pub x0: [f32; 2],
    /// `ε = latent · epsilon[0] + pred · epsilon[1]`.
    pub epsilon: [f32; 2],
    /// `latent · common_scale` is the latent as `√ᾱ·x0 + √(1−ᾱ)·ε`: the scale in which latents
    /// are shown and compared.
    pub common_scale: f32,
    /// The same for `next`.
    pub next_common_scale: f32,
    /// `next` as a weighted sum.
    pub next: Vec<Term>,
}

/// One term of a sampler's weighted sum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// Its factor.
    pub factor: f32,
    /// What it multiplies.
    pub of: Quantity,
}

/// What a sampler's formula can draw on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// The latent before this step.
    Latent,
    /// The latent before an earlier call (PNDM's second call starts again from its first, each second one of Heun too).
    LatentOfCall(usize),
    /// This step's guided answer.
    Pred,
    /// The guided answer of an earlier call.
    PredOfCall(usize),
    /// This step's x0.
    X0,
    /// x0 of an earlier call.
    X0OfCall(usize),
    /// ε of this step, from the answer.
    Epsilon,
    /// The noise drawn inside this step.
    ExtraNoise,
}

impl Quantity {
    /// The same of another call, where it is of an earlier one.
    #[must_use]
    pub fn of_call_moved(self, moved: impl Fn(usize) -> usize) -> Self {
        match self {
            Self::LatentOfCall(call) => Self::LatentOfCall(moved(call)),
            Self::PredOfCall(call) => Self::PredOfCall(moved(call)),
            Self::X0OfCall(call) => Self::X0OfCall(moved(call)),
            Self::Latent | Self::Pred | Self::X0 | Self::Epsilon | Self::ExtraNoise => self,
        }
    }
}

fn is_zero(x: &f32) -> bool {
    *x == 0.0
}

impl Formula {
    /// What the network is shown.
    pub fn input(&self, latent: &Grid) -> Grid {
        if self.input_scale == 1.0 { latent.clone() } else { latent.map(|x| x * self.input_scale) }
    }

    /// The guided answer: `u + guidance · (t − u)`, or the prompt's alone; `None` where the two
    /// have different shapes. With `guidance_rescale`, times what [`Self::rescaling`] says.
    pub fn guided(&self, uncond: Option<&Grid>, text: &Grid) -> Option<Grid> {
        let Some(uncond) = uncond else { return Some(text.clone()) };
        let mixed = uncond.zip(text, |u, t| u + self.guidance * (t - u))?;
        if self.guidance_rescale == 0.0 {
            return Some(mixed);
        }
        let factor = self.rescaling(uncond, text)?;
        Some(mixed.map(|x| x * factor))
    }

    /// By how much the mixture is multiplied: `r·std(text)/std(mixture) + 1 − r` (Lin et al. 2023,
    /// equations 15 and 16); `None` where the two answers have different shapes.
    pub fn rescaling(&self, uncond: &Grid, text: &Grid) -> Option<f32> {
        let mixed = uncond.zip(text, |u, t| u + self.guidance * (t - u))?;
        let ratio = Statistics::of(text).std / Statistics::of(&mixed).std;
        // A mixture without any deviation has none to give back.
        let ratio = if ratio.is_finite() { ratio } else { 1.0 };
        Some(self.guidance_rescale * ratio + 1.0 - self.guidance_rescale)
    }

    /// The clean latent that `pred` implies; `None` where the shapes differ.
    pub fn x0_of(&self, latent: &Grid, pred: &Grid) -> Option<Grid> {
        Grid::weighted_sum(&[(self.x0[0], latent), (self.x0[1], pred)])
    }

    /// The noise that `pred` claims; `None` where the shapes differ.
    pub fn epsilon_of(&self, latent: &Grid, pred: &Grid) -> Option<Grid> {
        Grid::weighted_sum(&[(self.epsilon[0], latent), (self.epsilon[1], pred)])
    }

    /// The latent after the step. `earlier` gives what earlier calls left: it is asked only for
    /// [`Quantity::LatentOfCall`], [`Quantity::PredOfCall`] and [`Quantity::X0OfCall`].
    /// `None` where something is missing or shapes differ.
    pub fn next_of(
        &self,
        latent: &Grid,
        pred: &Grid,
        extra_noise: Option<&Grid>,
        earlier: &dyn Fn(Quantity) -> Option<Grid>,
    ) -> Option<Grid> {
        let operands = self
            .next
            .iter()
            .map(|term| {
                let grid = match term.of {
                    Quantity::Latent => latent.clone(),
                    Quantity::Pred => pred.clone(),
                    Quantity::X0 => self.x0_of(latent, pred)?,
                    Quantity::Epsilon => self.epsilon_of(latent, pred)?,
                    Quantity::ExtraNoise => extra_noise?.clone(),
                    Quantity::LatentOfCall(_) | Quantity::PredOfCall(_) | Quantity::X0OfCall(_) => {
                        earlier(term.of)?
                    }
                };
                Some((term.factor, grid))
            })
            .collect::<Option<Vec<_>>>()?;
        let terms: Vec<(f32, &Grid)> = operands.iter().map(|(f, grid)| (*f, grid)).collect();
        Grid::weighted_sum(&terms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_lacks_an_operand_is_no_latent() {
        let one = Grid::filled(&[1], 1.0);
        let formula = Formula {
            prediction: Prediction::Epsilon,
            guidance: 3.0,
            guidance_rescale: 0.0,
            input_scale: 0.5,
            x0: [2.0, -1.0],
            epsilon: [0.0, 1.0],
            common_scale: 1.0,
            next_common_scale: 1.0,
            next: vec![
                Term { factor: 3.0, of: Quantity::X0 },
                Term { factor: 10.0, of: Quantity::PredOfCall(0) },
            ],
        };
        let two = Grid::filled(&[1], 2.0);
        let next = formula.next_of(&two, &one, None, &|_| Some(one.clone())).expect("complete");
        assert_eq!(next.data(), &[3.0 * (2.0 * 2.0 - 1.0) + 10.0]);
        assert!(formula.next_of(&two, &one, None, &|_| None).is_none());
        assert_eq!(formula.guided(Some(&one), &two).expect("one shape").data(), &[4.0]);
        assert_eq!(formula.guided(None, &two), Some(two));
    }

    #[test]
    fn a_rescaled_mixture_has_the_deviation_of_the_prompts_answer() {
        let uncond = Grid::new(&[4], vec![0.1, -0.4, 0.9, 0.3]).expect("four");
        let text = Grid::new(&[4], vec![-1.0, 0.5, 2.0, 0.25]).expect("four");
        let with = |guidance_rescale| Formula {
            prediction: Prediction::V,
            guidance: 7.5,
            guidance_rescale,
            input_scale: 1.0,
            x0: [1.0, 0.0],
            epsilon: [0.0, 1.0],
            common_scale: 1.0,
            next_common_scale: 1.0,
            next: Vec::new(),
        };
        let deviation = |share| {
            let mixed = with(share).guided(Some(&uncond), &text).expect("one shape");
            Statistics::of(&mixed).std
        };
        assert!((deviation(1.0) / Statistics::of(&text).std - 1.0).abs() < 1e-6);
        assert!(deviation(0.0) > deviation(0.5) && deviation(0.5) > deviation(1.0));
    }
}
