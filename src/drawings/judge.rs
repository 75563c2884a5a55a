//! Names what a picture shows by comparing it with drawings: no network is asked, least of all the
//! model's own.
//!
//! background: the palette colour nearest to the middle of the border; thing: the five nearest
//! references by the directions of their edges and by their silhouette; colour: the five nearest
//! shares of palette colours inside the silhouette. A port of `tests/pocket/judge.py`, where the
//! way to compare was chosen: on real drawings that were bent, blurred and blotted on purpose, and
//! on nothing that a model drew.

mod features;

use rayon::prelude::*;

use self::features::{Features, Palette};
use super::render::render;
use super::scene::{SEED, Scene, Stage, scene};
use super::world::{Combination, World};
use crate::walk::{Picture, Problem};

/// How many training pictures the judge compares with: the first ones, which are mixed.
pub const REFERENCES: u64 = 2000;
/// How many things of 100 the judge calls wrong where the truth is known: in real drawings whose
/// lines were bent by two pixels, and by three, as what a model draws is at times. Of drawings as
/// they are it called 400 of 400 right (`tests/pocket/judge.py` measures all three).
pub const WRONG: [u32; 2] = [2, 15];
/// How many of the nearest have a say.
const NEAREST: usize = 5;

/// Holds what is compared of every reference picture.
#[derive(Debug)]
pub struct Judge {
    world: &'static World,
    palette: Palette,
    references: Vec<(Combination, Features)>,
}

impl Judge {
    /// Draws `references` training pictures and looks at them; about a millisecond each, on all
    /// threads.
    ///
    /// # Errors
    /// A drawing that cannot be drawn.
    pub fn new(world: &'static World, references: u64) -> Result<Self, Problem> {
        let (stage, palette) = (Stage::whole(world), Palette::of(world));
        let seen = |k: u64| {
            let one: Scene = scene(world, SEED, k, &stage, false);
            let picture = render(world, &one)?;
            Ok::<_, Problem>((one.shows, Features::of(&picture, &palette)))
        };
        let references = (0..references).into_par_iter().map(seen).collect::<Result<_, _>>()?;
        Ok(Self { world, palette, references })
    }

    /// What the picture shows, as the judge sees it. Every picture gets an answer, even one of
    /// nothing.
    pub fn verdict(&self, picture: &Picture) -> Combination {
        let seen = Features::of(picture, &self.palette);
        let thing = self.majority(|other| seen.shape_distance(other), |one| one.thing);
        let colour = self.majority(|other| seen.ink_distance(other), |one| one.colour);
        let ground = self.world.backgrounds.get(seen.ground);
        Combination { colour, thing, background: ground.map_or("", |ground| ground.name) }
    }

    /// What most of the nearest references say; among equals the one that came first.
    fn majority(
        &self,
        distance: impl Fn(&Features) -> f32,
        word: impl Fn(&Combination) -> &'static str,
    ) -> &'static str {
        let mut far: Vec<(f32, &Combination)> =
            self.references.iter().map(|(one, other)| (distance(other), one)).collect();
        far.sort_by(|a, b| a.0.total_cmp(&b.0));
        let near: Vec<&'static str> = far.iter().take(NEAREST).map(|(_, one)| word(one)).collect();
        let votes = |word: &str| near.iter().filter(|other| **other == word).count();
        near.iter().rev().copied().max_by_key(|word| votes(word)).unwrap_or_default()
    }
}
