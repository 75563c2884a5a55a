//! The small world: the same scenes and pictures as the scripts of `tests/pocket/`, and what a
//! comparison with them recognises.

#![expect(clippy::unwrap_used, reason = "the world inside the program can be read")]

use std::collections::HashSet;

use safelight::drawings::{
    Combination, HELD_SEED, Judge, REFERENCES, SEED, Scene, Stage, World, nearest, read_folder,
    render, scene,
};
use safelight::walk::{Dice, Picture};

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
        // serde_json reads the last bit of a number now and then as its neighbour.
        assert!((told[name].as_f64().unwrap() - number).abs() < 1e-13, "{name} of {told}");
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

/// How many of so many pictures the judge names right, after something was done to them: thing,
/// colour, background.
fn right(judge: &Judge, pictures: u64, done: impl Fn(u64, &Picture) -> Picture) -> [f32; 3] {
    let stage = Stage::whole(world());
    let mut right = [0.0; 3];
    for k in 0..pictures {
        let told = scene(world(), HELD_SEED, k, &stage, true);
        let seen = judge.verdict(&done(k, &render(world(), &told).unwrap()));
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
    let judge = Judge::new(world(), 1000).unwrap();
    let [thing, colour, background] = right(&judge, 300, |_, picture| picture.clone());
    assert!(thing >= 0.98 && colour >= 0.98 && background == 1.0, "{thing} {colour} {background}");
}

/// A picture whose rows and columns are moved in waves, two pixels far, with a blot of another
/// place of it in four places.
fn bent_and_blotted(number: u64, picture: &Picture) -> Picture {
    let (width, height) = (picture.width(), picture.height());
    let wave = |at: usize, turn: f32| (at as f32 * 0.2 + turn).sin() * 2.0;
    let turn = number as f32;
    let near = |at: usize, by: f32, last: usize| (at as f32 + by).round().clamp(0.0, last as f32);
    let mut rgb: Vec<u8> = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .flat_map(|(x, y)| {
            let (dx, dy) = (wave(y, turn), wave(x, turn * 2.0));
            let (x, y) = (near(x, dx, width - 1), near(y, dy, height - 1));
            picture.pixel(x as usize, y as usize)
        })
        .collect();
    let mut dice = Dice::new(&[number]);
    let mut place = || (16 + dice.below(32), 16 + dice.below(32));
    for _ in 0..4 {
        let ((x, y), (from_x, from_y)) = (place(), place());
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let at = ((y + dy) * width + x + dx) * 3;
            rgb[at..at + 3].copy_from_slice(&picture.pixel(from_x, from_y));
        }
    }
    Picture::new(width, height, rgb).unwrap()
}

#[test]
fn the_judge_bears_lines_that_are_a_little_off() {
    let judge = Judge::new(world(), REFERENCES).unwrap();
    let [thing, colour, background] = right(&judge, 300, bent_and_blotted);
    assert!(thing >= 0.93 && colour >= 0.98 && background == 1.0, "{thing} {colour} {background}");
}

#[test]
fn a_training_picture_is_its_own_nearest() {
    let judge = Judge::new(world(), 300).unwrap();
    let told = scene(world(), SEED, 7, &Stage::whole(world()), false);
    let picture = render(world(), &told).unwrap();
    let near = nearest((world(), &judge), &picture, 2000, 3).unwrap();
    assert_eq!((near[0].number, near[0].distance, &near[0].scene), (7, 0.0, &told));
    assert!(near[1].distance > 0.5 && near[1].distance <= near[2].distance);
}

/// A file of a folder, by its name.
fn file(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) {
    std::fs::write(folder.path().join(name), bytes).unwrap();
}

/// A PNG that says it is so large, and ends within its first pixels.
fn begun(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    drop(encoder.write_header().unwrap());
    bytes.truncate(33);
    bytes.extend(b"\0\0\x10\0IDAT\x78\x9c");
    bytes
}

fn refused(folder: &tempfile::TempDir) -> &'static str {
    read_folder(folder.path()).unwrap_err().key()
}

#[test]
fn a_folder_that_teaches_nothing_is_refused_by_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(read_folder(&folder.path().join("not")).unwrap_err().key(), "folder-unreadable");
    file(&folder, "notes.txt", b"no picture");
    assert_eq!(refused(&folder), "pictures-none");
    file(&folder, "broken.png", &PICTURES[0][..400]);
    assert_eq!(refused(&folder), "picture-broken");
    file(&folder, "a.png", PICTURES[0]);
    assert_eq!(refused(&folder), "pictures-one");
    file(&folder, "b.PNG", PICTURES[1]);
    let found = read_folder(folder.path()).unwrap();
    let names: Vec<&str> = found.pictures.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a.png", "b.PNG"]);
    assert_eq!(found.skipped.len(), 1);
    assert!(found.skipped[0].facts()[0].1.ends_with("broken.png"));
}

#[test]
fn a_huge_picture_is_refused_by_its_header() {
    let folder = tempfile::tempdir().unwrap();
    file(&folder, "huge.png", &begun(20_000, 20_000));
    let problem = read_folder(folder.path()).unwrap_err();
    assert_eq!(problem.key(), "picture-too-large");
    assert!(problem.facts().contains(&("size", "20000×20000".to_owned())));
}

#[test]
fn a_picture_is_brought_to_size_whole_and_its_ground_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let wide = image::RgbImage::from_fn(256, 128, |x, y| {
        let inside = (64..192).contains(&x) && (32..96).contains(&y);
        image::Rgb(if inside { [200, 0, 0] } else { [0, 0, 100] })
    });
    for name in ["a.png", "b.jpg"] {
        wide.save(folder.path().join(name)).unwrap();
    }
    let found = read_folder(folder.path()).unwrap();
    let (_, picture) = &found.pictures[0];
    assert_eq!((picture.width(), picture.height()), (64, 64));
    for (x, y, colour) in
        [(0, 0, [0, 0, 100]), (0, 32, [0, 0, 100]), (32, 32, [200, 0, 0]), (20, 25, [200, 0, 0])]
    {
        assert_eq!(picture.pixel(x, y), colour, "{x}, {y}");
    }
}
