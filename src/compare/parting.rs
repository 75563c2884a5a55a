//! Where two runs part: how far they are apart at every aligned call, as a curve.

use super::{Alignment, Measured, Moment, Reason, Run, between_steps};
use crate::walk::Stage;

/// How two runs part.
#[derive(Clone, Debug, PartialEq)]
pub struct Parting {
    /// What was measured.
    pub measured: Measured,
    /// One point for each call of the reference that has one beside it, both being there.
    pub points: Vec<PartingPoint>,
    /// The distance that counts as parted; see [`Parting::THRESHOLD`].
    pub threshold: f32,
}

/// How far apart two runs are at one pair of calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartingPoint {
    /// Where the reference stands.
    pub reference: Moment,
    /// Where the other stands.
    pub other: Moment,
    /// ‖Δ‖: the L2 norm of the difference.
    pub norm: f32,
    /// Root mean square of the difference: how far one number moved, typically.
    pub rms: f32,
    /// Cosine of the two.
    pub cosine: f32,
}

impl Parting {
    /// A tenth of the deviation that a latent's numbers have in the common scale (about 1): a
    /// difference that can be seen in the picture, chosen by eye and printed wherever it is used.
    pub const THRESHOLD: f32 = 0.1;

    /// Measures `run` against `reference` at every aligned call that both have.
    pub fn of(
        reference: &Run,
        run: &Run,
        alignment: Alignment,
        measured: Measured,
    ) -> Result<Self, Reason> {
        let mut points = Vec::new();
        for (here, there) in alignment.pairs(reference, run) {
            let (Some(a), Some(b)) = (reference.step_at(here.call), run.step_at(there.call)) else {
                continue;
            };
            let apart = between_steps(a, b, measured)?;
            points.push(PartingPoint {
                reference: here,
                other: there,
                norm: apart.norm,
                rms: apart.rms,
                cosine: apart.cosine,
            });
        }
        if points.is_empty() {
            return Err(Reason::Missing(Stage::Step));
        }
        Ok(Self { measured, points, threshold: Self::THRESHOLD })
    }

    /// The first point at which the root mean square of the difference is larger than the
    /// threshold; `None` where the two never part so far.
    pub fn exceeds(&self) -> Option<&PartingPoint> {
        self.points.iter().find(|p| p.rms > self.threshold)
    }

    /// The point before which the root mean square grew most since the aligned call before it
    /// (the first of equals); `None` where it never grows.
    pub fn grows_most(&self) -> Option<&PartingPoint> {
        let growth = |pair: &[PartingPoint]| pair[1].rms - pair[0].rms;
        let pairs = self.points.windows(2).filter(|pair| growth(pair) > 0.0);
        let most = pairs.reduce(|a, b| if growth(b) > growth(a) { b } else { a })?;
        most.get(1)
    }
}
