//! The small world that the pocket model is taught: its words, its drawings, what a picture of it
//! shows and how that is said, and what in a picture can be recognised without any network.
//!
//! `fixtures/pictures/` is compiled in. Everything is a function of a seed and a number, so that a
//! training can stop anywhere and the scripts of `tests/pocket/` come to the same pictures.

// In reading order: words, one scene, its picture, and what a picture shows.
mod templates;
mod world;

mod caption;
mod scene;

mod render;

mod judge;
mod nearest;

mod folder;
mod one_thing;

mod lesson;

pub use caption::caption;
pub use folder::{FEWEST_PICTURES, Found, read_folder};
pub use judge::{Judge, REFERENCES, WRONG};
pub use lesson::lesson_pictures;
pub use nearest::{Near, TRAINING_PICTURES, nearest, pixel_distance};
pub use one_thing::scenes_of;
pub use render::{EDGE, render, svg};
pub use scene::{HELD_SEED, SEED, Scene, Stage, scene};
pub use world::{Combination, Ground, Inks, Pattern, Rgb, World};
