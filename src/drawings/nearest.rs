//! The training pictures nearest to a picture, so that "is it a collage?" gets an answer.

use rayon::prelude::*;

use super::judge::Judge;
use super::render::render;
use super::scene::{SEED, Scene, Stage, scene};
use super::world::World;
use crate::walk::{Picture, Problem};

/// How many pictures the shipped training shows.
pub const TRAINING_PICTURES: u64 = 48_000;

/// A training picture near another one.
#[derive(Clone, Debug)]
pub struct Near {
    /// Its number in the training.
    pub number: u64,
    /// What it shows, its caption with it.
    pub scene: Scene,
    /// The picture.
    pub picture: Picture,
    /// The mean difference of a channel of a pixel, 0 (the same) to 255.
    pub distance: f32,
}

/// The `count` nearest of the first `among` training pictures, nearest first, by
/// [`pixel_distance`]. Only those are drawn whose thing or whose colour is what the judge sees in
/// the picture, on the background that it sees: on another one every pixel around the thing would
/// differ.
///
/// # Errors
/// A drawing that cannot be drawn.
pub fn nearest(
    (world, judge): (&World, &Judge),
    picture: &Picture,
    among: u64,
    count: usize,
) -> Result<Vec<Near>, Problem> {
    let seen = judge.verdict(picture);
    let stage = Stage::whole(world);
    let alike = |scene: &Scene| {
        let shows = scene.shows;
        let thing = shows.thing == seen.thing || shows.colour == seen.colour;
        thing && shows.background == seen.background
    };
    let drawn = (0..among).into_par_iter().filter_map(|number| {
        let scene = scene(world, SEED, number, &stage, false);
        alike(&scene).then(|| {
            let other = render(world, &scene)?;
            let distance = pixel_distance(picture, &other);
            Ok(Near { number, scene, picture: other, distance })
        })
    });
    let mut near = drawn.collect::<Result<Vec<Near>, Problem>>()?;
    near.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.number.cmp(&b.number)));
    near.truncate(count);
    Ok(near)
}

/// The mean difference of a channel of a pixel, 0 (the same) to 255, which is also what pictures of
/// different sizes have.
pub fn pixel_distance(a: &Picture, b: &Picture) -> f32 {
    if (a.width(), a.height()) != (b.width(), b.height()) || a.rgb().is_empty() {
        return 255.0;
    }
    let sum: u64 = a.rgb().iter().zip(b.rgb()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    (sum as f64 / a.rgb().len() as f64) as f32
}
