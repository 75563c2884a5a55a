//! The small world: the same scenes and pictures as the scripts of `tests/pocket/`, and what a
//! comparison with them recognises.

#![expect(clippy::unwrap_used, reason = "the world inside the program can be read")]

use std::collections::HashSet;

use safelight::drawings::{
    Combination, Dice, HELD_SEED, Judge, Scene, Stage, World, render, scene,
};
use safelight::walk::Picture;

/// `world.scene` of `tests/pocket/world.py`, every field of it, for the seed, the number and the
/// stage (`world.Stage()`, `render.FIRST`) that stand beside it.
const SCENES: &str = include_str!("../../fixtures/reference/scenes.json");

/// `render.picture(world.scene(1, k))` of `tests/pocket/render.py`, k = 0, 1, 2, 3.
const PICTURES: [&[u8]; 4] = [
    include_bytes!("../../fixtures/reference/drawings/0.png"),
    include_bytes!("../../fixtures/reference/drawings/1.png"),
    include_bytes!("../../fixtures/reference/drawings/2.png"),
    include_bytes!("../../fixtures/reference/drawings/3.png"),
];

fn world() -> &'static World {
    World::get().unwrap()
}

#[test]
fn dice_fall_as_those_of_the_scripts() {
    let mut dice = Dice::new(&[3, 17]);
    assert_eq!(
        [dice.bits(), dice.bits()],
        [13_747_219_097_278_288_484, 11_028_437_146_766_477_324]
    );
    assert_eq!(dice.uniform(), 0.995_822_304_120_639_1);
    assert!((dice.normal() - 0.885_510_918_726_225).abs() < 1e-12);
    assert_eq!(dice.below(10), 7);
    assert_eq!(dice.below(0), 0);
}

#[test]
fn a_scene_is_that_of_the_scripts_in_every_number() {
    let told: Vec<serde_json::Value> = serde_json::from_str(SCENES).unwrap();
    assert_eq!(told.len(), 63);
    for told in told {
        let stage = if told["stage"] == "first" { Stage::first() } else { Stage::whole(world()) };
        let (seed, number) = (told["seed"].as_u64().unwrap(), told["number"].as_u64().unwrap());
        let ours = scene(world(), seed, number, &stage, told["held"] == true);
        assert_same(&ours, &told);
    }
}

fn assert_same(ours: &Scene, told: &serde_json::Value) {
    let words = [ours.shows.colour, ours.shows.thing, ours.shows.background, &ours.caption];
    for (name, word) in ["colour", "thing", "background", "caption"].into_iter().zip(words) {
        assert_eq!(told[name], word, "{name} of {told}");
    }
    assert_eq!(told["drawing"], ours.drawing, "{told}");
    assert_eq!(told["size"], ours.size, "{told}");
    assert_eq!(told["mirrored"], ours.mirrored, "{told}");
    let names = ["tilt", "scale", "x", "y", "light", "ground_light"];
    let numbers = [ours.tilt, ours.scale, ours.x, ours.y, ours.light, ours.ground_light];
    for (name, number) in names.into_iter().zip(numbers) {
        assert_eq!(told[name].as_f64().unwrap(), number, "{name} of {told}");
    }
}

#[test]
fn a_picture_is_that_of_the_scripts() {
    for (k, png) in (0..).zip(PICTURES) {
        let told = image::load_from_memory(png).unwrap().to_rgb8();
        let told = Picture::new(64, 64, told.into_raw()).unwrap();
        let ours = render(world(), &scene(world(), 1, k, &Stage::whole(world()), false)).unwrap();
        let pairs = ours.rgb().iter().zip(told.rgb());
        let off: f32 = pairs.map(|(a, b)| f32::from(a.abs_diff(*b))).sum();
        let off = off / ours.rgb().len() as f32;
        assert!(off < 0.5, "picture {k} is off by {off} of 255");
    }
}

#[test]
fn every_drawing_can_be_drawn_in_every_colour() {
    let first = scene(world(), 1, 0, &Stage::whole(world()), false);
    for thing in &world().things {
        for (drawing, colour) in (1..=world().drawings).zip(&world().colours) {
            let shows = Combination { colour: colour.name, thing, ..first.shows };
            let picture = render(world(), &Scene { shows, drawing, ..first.clone() }).unwrap();
            let colours: HashSet<[u8; 3]> =
                picture.rgb().as_chunks::<3>().0.iter().copied().collect();
            assert!(colours.len() > 4, "{thing} {drawing} in {}", colour.name);
        }
    }
}

#[test]
fn what_is_held_out_is_never_shown() {
    let held: HashSet<_> = world().held_out().iter().collect();
    assert_eq!((held.len(), world().combinations(false, usize::MAX).len()), (298, 2614));
    let stage = Stage::whole(world());
    assert!((0..3000).all(|k| !held.contains(&scene(world(), 1, k, &stage, false).shows)));
    assert!((0..300).all(|k| held.contains(&scene(world(), 2, k, &stage, true).shows)));
    let of_two = world().combinations(true, 2);
    assert!(of_two.iter().all(|one| ["cat", "fish"].contains(&one.thing)) && !of_two.is_empty());
}

/// How many of so many pictures the judge names right: thing, colour, background.
fn right(judge: &Judge, pictures: u64) -> [f32; 3] {
    let stage = Stage::whole(world());
    let mut right = [0.0; 3];
    for k in 0..pictures {
        let told = scene(world(), HELD_SEED, k, &stage, true);
        let seen = judge.verdict(&render(world(), &told).unwrap());
        let same = [
            seen.thing == told.shows.thing,
            seen.colour == told.shows.colour,
            seen.background == told.shows.background,
        ];
        right.iter_mut().zip(same).for_each(|(right, same)| *right += f32::from(u8::from(same)));
    }
    right.map(|right| right / pictures as f32)
}

#[test]
fn the_judge_names_drawings_that_it_never_saw() {
    let t = std::time::Instant::now();
    for n in [1000, 2000, 4000] {
        let judge = Judge::new(world(), n).unwrap();
        eprintln!("{n} {:?}", t.elapsed());
        let [thing, colour, background] = right(&judge, 400);
        eprintln!("{:?} {thing} {colour} {background}", t.elapsed());
    }
}
