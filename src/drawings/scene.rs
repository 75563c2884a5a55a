//! What one training picture shows, and how it is said: a function of a seed and a number.

use super::caption::{caption, with_a_stranger};
use super::world::{Combination, World};
use crate::walk::Dice;

/// The seed of the pictures that training shows.
pub const SEED: u64 = 1;
/// The seed of the pictures that it never shows.
pub const HELD_SEED: u64 = 2;

/// How often a caption says the size where it can.
const SIZE_SAID: f64 = 0.4;
/// How often a word that is not in the world stands before the rest.
const STRANGER: f64 = 0.04;
/// For small and for big: the least and the greatest scale, and how far from the middle.
const PLACES: [(f64, f64, f64); 2] = [(0.50, 0.56, 15.0), (0.76, 0.87, 5.0)];

/// How much of the world a part of the training shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The first so many things.
    pub things: usize,
    /// The first so many drawings of each.
    pub drawings: usize,
    /// Which sizes: 0 small, 1 big.
    pub sizes: Vec<usize>,
}

impl Stage {
    /// The whole world.
    pub fn whole(world: &World) -> Self {
        Self { things: world.things.len(), drawings: world.drawings, sizes: vec![0, 1] }
    }

    /// The first part of the recipe: 24 things, one drawing each, big.
    pub fn first() -> Self {
        Self { things: 24, drawings: 1, sizes: vec![1] }
    }
}

/// One picture: what its caption says, and what it does not say.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Colour, thing and background.
    pub shows: Combination,
    /// Which drawing of the thing, from 1.
    pub drawing: usize,
    /// 0 small, 1 big.
    pub size: usize,
    /// Left and right changed.
    pub mirrored: bool,
    /// Degrees, clockwise.
    pub tilt: f64,
    /// The drawing's share of the picture's edge.
    pub scale: f64,
    /// How far right of the middle, in hundredths of the edge.
    pub x: f64,
    /// How far below the middle, in hundredths of the edge.
    pub y: f64,
    /// The thing's colours are multiplied by this.
    pub light: f64,
    /// The background's colour is multiplied by this.
    pub ground_light: f64,
    /// The sentence that training reads beside it.
    pub caption: String,
}

/// The scene of this number. The order of the draws is part of the recipe.
pub fn scene(world: &World, seed: u64, number: u64, stage: &Stage, held: bool) -> Scene {
    let mut dice = Dice::new(&[seed, number]);
    let open_to = world.combinations(held, stage.things);
    let at = dice.below(open_to.len());
    let nothing = Combination { colour: "", thing: "", background: "" };
    let shows = open_to.get(at).copied().unwrap_or(nothing);
    let drawing = 1 + dice.below(stage.drawings);
    let at = dice.below(stage.sizes.len());
    let size = stage.sizes.get(at).copied().unwrap_or(1).min(1);
    let mirrored = dice.below(2) == 1;
    let tilt = dice.uniform(-9.0, 9.0);
    let (low, high, reach) = PLACES[size];
    let scale = dice.uniform(low, high);
    let (x, y) = (dice.uniform(-reach, reach), dice.uniform(-reach, reach));
    let (light, ground_light) = (dice.uniform(0.94, 1.05), dice.uniform(0.94, 1.04));
    let caption = said(world, &shows, size, &mut dice);
    Scene { shows, drawing, size, mirrored, tilt, scale, x, y, light, ground_light, caption }
}

/// One of the ways to put it; now and then with the size, now and then with a strange word.
fn said(world: &World, shows: &Combination, size: usize, dice: &mut Dice) -> String {
    let mut pick = dice.unit();
    let chosen = world.patterns.iter().find(|form| {
        pick -= form.share;
        pick < 0.0
    });
    let pattern = chosen.or(world.patterns.last()).map_or("", |form| form.text);
    let says_size = dice.unit() < SIZE_SAID;
    let words = world.sizes.get(size).map_or(&[] as &[&str], Vec::as_slice);
    let word = words.get(dice.below(words.len())).copied().unwrap_or_default();
    let word = if says_size { format!("{word} ") } else { String::new() };
    let text = caption(pattern, shows, &word);
    if dice.unit() < STRANGER { with_a_stranger(&text) } else { text }
}
