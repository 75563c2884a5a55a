//! Curves over the steps of a walk: what "why does step 12 matter" asks. One place computes them
//! for every view, line, file and comparison.

use super::statistics::{Statistics, angle_degrees, cosine};
use super::{Frame, Grid, Step};

/// One point a step frame, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trajectory {
    /// The points.
    pub points: Vec<TrajectoryPoint>,
}

/// Numbers of one call. Distances are L2 norms divided by the square root of the count of
/// numbers: how far a number moved, typically.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrajectoryPoint {
    /// The call, from 0.
    pub call: usize,
    /// Noise level σ before it.
    pub sigma: f32,
    /// L2 norm of the latent in the common scale.
    pub latent_norm: f32,
    /// L2 norm of ε without the prompt; only with guidance on.
    pub uncond_norm: Option<f32>,
    /// L2 norm of ε with the prompt.
    pub text_norm: f32,
    /// L2 norm of the guided ε.
    pub guided_norm: f32,
    /// The angle between ε with and without the prompt, in degrees; only with guidance on.
    pub angle: Option<f32>,
    /// L2 norm of the difference of the two; only with guidance on.
    pub difference_norm: Option<f32>,
    /// How far x0 moved since the call before; none at the first.
    pub x0_moved: Option<f32>,
    /// How far x0 is from the last one computed; none while the walk goes on.
    pub x0_from_final: Option<f32>,
    /// Cosine of the guided ε with the seed's noise: it is not the seed's noise that comes back.
    pub cosine_with_seed: Option<f32>,
}

impl Trajectory {
    /// Computes it from the frames of a walk. Without the noise frame the cosine is left out, and
    /// before the decode frame the distance from the final x0.
    pub fn of<'a>(frames: impl IntoIterator<Item = &'a Frame>) -> Self {
        let (mut seed, mut steps, mut whole) = (None, Vec::new(), false);
        for frame in frames {
            match frame {
                Frame::Noise(noise) => seed = Some(&noise.noise),
                Frame::Step(step) => {
                    whole = step.call + 1 == step.calls;
                    steps.push(step.as_ref());
                }
                _ => {}
            }
        }
        let last = steps.last().filter(|_| whole).map(|step| &step.x0);
        let points = steps
            .iter()
            .enumerate()
            .map(|(i, step)| {
                let before = i.checked_sub(1).and_then(|i| steps.get(i)).map(|s| &s.x0);
                point(step, before, last, seed)
            })
            .collect();
        Self { points }
    }
}

/// The root mean square of `a − b`; `None` where the shapes differ.
pub fn distance(a: &Grid, b: &Grid) -> Option<f32> {
    let difference = a.zip(b, |x, y| x - y)?;
    let count = difference.len().max(1) as f32;
    Some(Statistics::of(&difference).norm / count.sqrt())
}

fn point(
    step: &Step,
    before: Option<&Grid>,
    last: Option<&Grid>,
    seed: Option<&Grid>,
) -> TrajectoryPoint {
    let norm = |grid: &Grid| Statistics::of(grid).norm;
    let uncond = step.pred_uncond.as_ref().map(|pred| step.epsilon_of(pred));
    let text = step.epsilon_of(&step.pred_text);
    let guided = step.epsilon_of(&step.pred);
    TrajectoryPoint {
        call: step.call,
        sigma: step.sigma,
        latent_norm: norm(&step.common_latent()),
        uncond_norm: uncond.as_ref().map(norm),
        text_norm: norm(&text),
        guided_norm: norm(&guided),
        angle: uncond.as_ref().map(|u| angle_degrees(u.data(), text.data())),
        difference_norm: step.difference().as_ref().map(norm),
        x0_moved: before.and_then(|b| distance(&step.x0, b)),
        x0_from_final: last.and_then(|l| distance(&step.x0, l)),
        cosine_with_seed: seed.map(|noise| cosine(guided.data(), noise.data())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::{Formula, Noise, Prediction};

    fn step(call: usize, x0: f32) -> Frame {
        let grid = |value| Grid::filled(&[1, 4, 1, 1], value);
        Frame::Step(Box::new(Step {
            call,
            step: call,
            calls: 2,
            steps: 2,
            timestep: 1.0,
            sigma: 1.0,
            sigma_next: 0.0,
            latent: grid(1.0),
            input: grid(1.0),
            pred_uncond: Some(grid(1.0)),
            pred_text: grid(2.0),
            pred: grid(2.0),
            x0: grid(x0),
            next: grid(0.0),
            extra_noise: None,
            formula: Formula {
                prediction: Prediction::Epsilon,
                guidance: 1.0,
                guidance_rescale: 0.0,
                input_scale: 1.0,
                x0: [1.0, -1.0],
                epsilon: [0.0, 1.0],
                common_scale: 1.0,
                next_common_scale: 1.0,
                next: Vec::new(),
            },
            attention: None,
            x0_image: None,
            seconds: 0.0,
            peak_mb: None,
            probes: Vec::new(),
        }))
    }

    #[test]
    fn distances_are_per_number_and_the_final_one_is_known_only_at_the_end() {
        let noise = Noise { noise: Grid::filled(&[1, 4, 1, 1], -1.0), seed: 1 };
        let frames = [Frame::Noise(noise), step(0, 1.0), step(1, 4.0)];
        let whole = Trajectory::of(&frames);
        assert_eq!(whole.points[1].x0_moved, Some(3.0));
        assert_eq!(whole.points[0].x0_from_final, Some(3.0));
        assert_eq!(whole.points[0].cosine_with_seed, Some(-1.0));
        assert_eq!(whole.points[0].difference_norm, Some(2.0));
        let part = Trajectory::of(&frames[..2]);
        assert_eq!((part.points[0].x0_from_final, part.points[0].x0_moved), (None, None));
    }
}
