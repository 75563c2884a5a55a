//! Decoding in tiles: the same where one tile holds everything, near where several do.

#![expect(clippy::unwrap_used, reason = "the model is the project's own")]

use candle_core::Tensor;

use safelight::engine::ModelFolder;
use safelight::engine::capture;
use safelight::engine::device::Place;
use safelight::engine::pace::Pace;
use safelight::engine::probe::Probe;
use safelight::engine::vae::Vae;
use safelight::walk::{Grid, Stage, Unwatched};

/// The autoencoder inside the program, and a latent of 32 × 32 cells: its sample four times.
fn sample() -> (Vae, Tensor) {
    let (folder, place) = (ModelFolder::pocket(), Place::cpu());
    let vae = Vae::load(&folder, &place).unwrap();
    let picture = folder.sample().unwrap().unwrap();
    let (w, h) = (picture.width(), picture.height());
    let pixel = |i: usize| f32::from(picture.rgb()[i % (w * h) * 3 + i / (w * h)]) / 127.5 - 1.0;
    let pixels = Grid::from_fn(&[1, 3, h, w], pixel);
    let pace = Pace::new(&Unwatched, Stage::Encode, 0);
    let moments = vae.encode(&capture::tensor(&pixels, &place).unwrap(), &pace).unwrap();
    (vae, moments.mean.repeat((1, 1, 2, 2)).unwrap())
}

fn in_tiles(vae: &Vae, latent: &Tensor, side: usize) -> Grid {
    let pace = Pace::new(&Unwatched, Stage::Decode, 0);
    let image = vae.decode_in_tiles(latent, side, &mut Probe::nothing(), &pace).unwrap();
    capture::grid(&image).unwrap()
}

#[test]
fn tiles_are_near_the_whole_and_one_tile_is_the_whole() {
    let (vae, latent) = sample();
    let pace = Pace::new(&Unwatched, Stage::Decode, 0);
    let whole = vae.decode(&latent, &mut Probe::nothing(), &pace).unwrap();
    let whole = capture::grid(&whole).unwrap();
    assert_eq!(in_tiles(&vae, &latent, 32), whole);
    let tiled = in_tiles(&vae, &latent, 16);
    assert_eq!(tiled.shape(), whole.shape());
    let apart: Vec<f32> =
        tiled.data().iter().zip(whole.data()).map(|(a, b)| (a - b).abs()).collect();
    let mean = apart.iter().sum::<f32>() / apart.len() as f32;
    let levels = mean * 127.5;
    // Each tile has its own norms, so that it is near and not the same; levels of 255.
    assert!(levels < 6.0 && levels > 0.0, "{levels}");
}
