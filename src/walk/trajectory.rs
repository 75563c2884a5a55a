//! The walk seen as a curve: what changes from call to call, as plain numbers.
//!
//! Distances are root mean squares over all numbers of a latent, so that models of different sizes
//! can be compared; angles are in degrees. This is the one place that computes them.

use super::statistics::{Statistics, angle_degrees, cosine};
use super::{Grid, Step};

/// What one call of the noise predictor did, next to the calls before and after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waypoint {
    /// The call, from 0.
    pub call: usize,
    /// The step that it belongs to, from 0.
    pub step: usize,
    /// Noise level σ before the call.
    pub sigma: f32,
    /// How far x0 moved since the call before (root mean square); `None` at the first call.
    pub moved: Option<f32>,
    /// How far x0 is from the one of the last call (root mean square); `None` until the walk has
    /// made its last call.
    pub to_final: Option<f32>,
    /// Angle between the answers without and with the prompt, both as noise, in degrees; `None`
    /// where guidance is off.
    pub angle: Option<f32>,
    /// L2 norm of the noise that the answer with the prompt claims.
    pub norm_text: f32,
    /// L2 norm of the noise that the answer without the prompt claims.
    pub norm_uncond: Option<f32>,
    /// L2 norm of the noise that the guided answer claims.
    pub norm_guided: f32,
}

/// One waypoint a call, in the order of the calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trajectory {
    /// The waypoints.
    pub points: Vec<Waypoint>,
}

impl Trajectory {
    /// Measures the steps so far, which must come in the order of their calls.
    pub fn of<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Self {
        let steps: Vec<&Step> = steps.into_iter().collect();
        let last = steps.last().filter(|step| step.call + 1 == step.calls).map(|step| &step.x0);
        let points = steps
            .iter()
            .enumerate()
            .map(|(i, step)| {
                let before = i.checked_sub(1).and_then(|b| steps.get(b));
                waypoint(step, before.map(|b| &b.x0), last)
            })
            .collect();
        Self { points }
    }

    /// The waypoint of a call.
    pub fn at(&self, call: usize) -> Option<&Waypoint> {
        self.points.iter().find(|point| point.call == call)
    }
}

fn waypoint(step: &Step, before: Option<&Grid>, last: Option<&Grid>) -> Waypoint {
    let text = step.epsilon_of(&step.pred_text);
    let uncond = step.pred_uncond.as_ref().map(|answer| step.epsilon_of(answer));
    let norm = |grid: &Grid| Statistics::of(grid).norm;
    Waypoint {
        call: step.call,
        step: step.step,
        sigma: step.sigma,
        moved: before.map(|other| distance(&step.x0, other)),
        to_final: last.map(|other| distance(&step.x0, other)),
        angle: uncond.as_ref().map(|other| angle_degrees(other.data(), text.data())),
        norm_text: norm(&text),
        norm_uncond: uncond.as_ref().map(norm),
        norm_guided: norm(&step.epsilon_of(&step.pred)),
    }
}

/// Root mean square of the difference of two grids; 0 where their sizes differ.
pub fn distance(a: &Grid, b: &Grid) -> f32 {
    if a.len() != b.len() || a.is_empty() {
        return 0.0;
    }
    let sum: f64 =
        a.data().iter().zip(b.data()).map(|(&x, &y)| (f64::from(x) - f64::from(y)).powi(2)).sum();
    (sum / a.len() as f64).sqrt() as f32
}

/// Cosine of the noise that a step's guided answer claims and the seed's noise: 1 would be the
/// same noise again.
pub fn likeness_to_seed(step: &Step, noise: &Grid) -> f32 {
    cosine(step.epsilon_of(&step.pred).data(), noise.data())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::{Formula, Prediction, Quantity, Term};

    fn step(call: usize, x0: f32, uncond: Option<[f32; 4]>) -> Step {
        let shape = [1, 4, 1, 1];
        let grid = |v: f32| Grid::filled(&shape, v);
        Step {
            call,
            step: call,
            calls: 3,
            steps: 3,
            timestep: 1.0,
            sigma: 1.0,
            sigma_next: 0.5,
            latent: grid(0.0),
            input: grid(0.0),
            pred_uncond: uncond.and_then(|v| Grid::new(&shape, v.to_vec())),
            pred_text: Grid::from_fn(&shape, |i| if i == 0 { 2.0 } else { 0.0 }),
            pred: grid(1.0),
            x0: grid(x0),
            next: grid(0.0),
            extra_noise: None,
            formula: Formula {
                prediction: Prediction::Epsilon,
                guidance: 4.0,
                input_scale: 1.0,
                x0: [1.0, -1.0],
                epsilon: [0.0, 1.0],
                common_scale: 1.0,
                next_common_scale: 1.0,
                next: vec![Term { factor: 1.0, of: Quantity::Latent }],
            },
            attention: None,
            x0_image: None,
            seconds: 0.0,
            peak_mb: None,
            probes: Vec::new(),
        }
    }

    #[test]
    fn distances_are_per_number_and_the_final_one_is_known_at_the_end_only() {
        let steps = [step(0, 0.0, None), step(1, 2.0, None), step(2, 3.0, None)];
        let whole = Trajectory::of(&steps);
        let moved: Vec<_> = whole.points.iter().map(|p| p.moved).collect();
        let to_final: Vec<_> = whole.points.iter().map(|p| p.to_final).collect();
        assert_eq!(moved, [None, Some(2.0), Some(1.0)]);
        assert_eq!(to_final, [Some(3.0), Some(1.0), Some(0.0)]);
        assert!(Trajectory::of(&steps[..2]).points.iter().all(|p| p.to_final.is_none()));
    }

    #[test]
    fn the_angle_is_between_the_two_answers() {
        let steps = [step(0, 0.0, Some([0.0, 1.0, 0.0, 0.0])), step(1, 0.0, None)];
        let angles: Vec<_> = Trajectory::of(&steps).points.iter().map(|p| p.angle).collect();
        assert!((angles[0].unwrap_or(0.0) - 90.0).abs() < 1e-3);
        assert_eq!(angles[1], None);
    }
}
