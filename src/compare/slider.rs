//! Guidance mixed again: a step's recorded pair of answers with another scale, without the network.
//!
//! Exact for this step only: with another scale the walk would have come to other latents, and the
//! network would have been asked about those from the next step on.

use super::{Reason, Run};
use crate::walk::{Formula, Grid, Quantity, Stage};

/// A step with another guidance scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Remixed {
    /// Which call, from 0: the only one for which this is exact.
    pub call: usize,
    /// The scale.
    pub scale: f32,
    /// The guided answer, `u + scale·(t − u)`; at 1 and below the prompt's alone, as in a walk.
    pub pred: Grid,
    /// The clean latent that it implies.
    pub x0: Grid,
    /// The latent after the step.
    pub next: Grid,
    /// Whether the pair was read from 16-bit numbers: then exact up to their rounding.
    pub from_16_bit: bool,
}

/// Mixes the answers of one call again (Ho & Salimans 2022, in the form `u + scale·(t − u)`).
/// `from_16_bit` says that the run was read from a compact recording. A multistep sampler draws on
/// the earlier calls as they were.
pub fn remix(run: &Run, call: usize, scale: f32, from_16_bit: bool) -> Result<Remixed, Reason> {
    let step = run.step_at(call).ok_or(Reason::Missing(Stage::Step))?;
    let uncond = step.pred_uncond.as_ref().ok_or(Reason::NoGuidance)?;
    let formula = Formula { guidance: scale, ..step.formula.clone() };
    let unequal = || Reason::LatentSize(uncond.shape().to_vec(), step.pred_text.shape().to_vec());
    let uncond = (scale > 1.0).then_some(uncond);
    let pred = formula.guided(uncond, &step.pred_text).ok_or_else(unequal)?;
    let x0 = formula.x0_of(&step.latent, &pred).ok_or_else(unequal)?;
    let earlier = |quantity| match quantity {
        Quantity::LatentOfCall(k) => run.step_at(k).map(|s| s.latent.clone()),
        Quantity::PredOfCall(k) => run.step_at(k).map(|s| s.pred.clone()),
        Quantity::X0OfCall(k) => run.step_at(k).map(|s| s.x0.clone()),
        Quantity::Latent
        | Quantity::Pred
        | Quantity::X0
        | Quantity::Epsilon
        | Quantity::ExtraNoise => None,
    };
    let next = formula
        .next_of(&step.latent, &pred, step.extra_noise.as_ref(), &earlier)
        .ok_or(Reason::EarlierCall)?;
    Ok(Remixed { call, scale, pred, x0, next, from_16_bit })
}
