//! How well an autoencoder gives back pictures that it never saw.

use candle_core::{D, Tensor};

use super::{Pictures, floats};
use crate::drawings::Scene;
use crate::engine::pace::Pace;
use crate::engine::probe::Probe;
use crate::engine::vae::Vae;
use crate::engine::{Place, capture};
use crate::train::pictures::encoded;
use crate::walk::{Picture, Problem, Stage, Unwatched};

/// Pictures at a time.
const AT_ONCE: usize = 16;
/// Pictures that are shown on the way.
const SHOWN: usize = 8;

/// The mean over `count` held-out pictures of the signal-to-noise ratio in dB, for values in 0..1.
pub fn decibels(
    pictures: &Pictures,
    count: usize,
    vae: &Vae,
    place: &Place,
) -> Result<f64, Problem> {
    let (mut sum, mut from) = (0.0, 0);
    while from < count {
        let to = (from + AT_ONCE).min(count);
        let scenes: Vec<Scene> = (from..to).map(|number| pictures.held_out(number)).collect();
        let x = floats(&pictures.draw(&scenes)?, place)?;
        let error = ((given_back(&x, vae)?.clamp(-1.0, 1.0)? - x)? * 0.5)?;
        let squares = error.sqr()?.flatten_from(1)?.mean(D::Minus1)?.to_vec1::<f32>()?;
        sum += squares.iter().map(|&square| -10.0 * f64::from(square).log10()).sum::<f64>();
        from = to;
    }
    Ok(sum / count.max(1) as f64)
}

/// Some held-out pictures, each beside what the autoencoder makes of it.
pub(super) fn beside(
    pictures: &Pictures,
    vae: &Vae,
    place: &Place,
) -> Result<Vec<(String, Picture)>, Problem> {
    let scenes: Vec<Scene> = (0..SHOWN).map(|number| pictures.held_out(number)).collect();
    let drawn = pictures.draw(&scenes)?;
    let given = given_back(&floats(&drawn, place)?, vae)?;
    let mut shown = Vec::with_capacity(SHOWN);
    for (k, (scene, drawn)) in scenes.into_iter().zip(drawn).enumerate() {
        let given = capture::grid(&given.narrow(0, k, 1)?.contiguous()?)?;
        let given = Picture::from_decoder(&given).ok_or_else(|| Problem::new("compute-failed"))?;
        let width = drawn.width();
        let pixel = |x, y| if x < width { drawn.pixel(x, y) } else { given.pixel(x - width, y) };
        shown.push((scene.caption, Picture::from_fn(2 * width, drawn.height(), pixel)));
    }
    Ok(shown)
}

fn given_back(x: &Tensor, vae: &Vae) -> Result<Tensor, Problem> {
    let z = (encoded(x, vae)? / vae.scaling_factor())?;
    vae.decode(&z, &mut Probe::nothing(), &Pace::new(&Unwatched, Stage::Decode, 0))
}
