//! Training pictures for the screen: drawn when they are asked for, from nothing but their numbers.

use std::sync::OnceLock;

use crate::drawings::{
    HELD_SEED, Judge, REFERENCES, SEED, Scene, Stage, TRAINING_PICTURES, WRONG, World, nearest,
    pixel_distance, render, scene,
};
use crate::walk::{
    NearPictures, Picture, PicturesAsked, PicturesFound, Problem, Seen, TrainingNeighbour,
    TrainingPicture, Unsaid,
};

/// How many near pictures are looked for.
const NEAR: usize = 3;

/// A stretch of what training shows, or of what it never shows.
///
/// # Errors
/// A drawing that cannot be drawn.
pub(super) fn found(asked: &PicturesAsked) -> Result<PicturesFound, Problem> {
    let world = World::get()?;
    let scenes = if asked.never_shown { held_out(world, asked) } else { shown(world, asked) };
    let (total, scenes, captions) = scenes;
    let pictures = scenes
        .into_iter()
        .map(|(number, scene)| Ok(plain(number, &scene, render(world, &scene)?)))
        .collect::<Result<_, Problem>>()?;
    Ok(PicturesFound {
        asked: asked.clone(),
        total,
        things: world.things.iter().map(|&thing| thing.to_owned()).collect(),
        drawings: world.drawings,
        captions,
        pictures,
    })
}

/// How many fit, the scenes of the stretch by number, and the captions of all, where listed.
type Scenes = (u64, Vec<(u64, Scene)>, Vec<String>);

fn shown(world: &World, asked: &PicturesAsked) -> Scenes {
    let stage = Stage::whole(world);
    let drawn = |number: u64| (number, scene(world, SEED, number, &stage, false));
    let end = asked.first.saturating_add(asked.count);
    let Some(thing) = &asked.thing else {
        let numbers = asked.first.min(TRAINING_PICTURES)..end.min(TRAINING_PICTURES);
        return (TRAINING_PICTURES, numbers.map(drawn).collect(), Vec::new());
    };
    let place = world.things.iter().position(|known| known == thing);
    let numbers =
        place.and_then(|at| numbers_by_thing(world).get(at)).map_or(&[][..], Vec::as_slice);
    let skip = usize::try_from(asked.first).unwrap_or(usize::MAX);
    let take = usize::try_from(asked.count).unwrap_or(usize::MAX);
    let stretch = numbers.iter().skip(skip).take(take).map(|&number| drawn(number)).collect();
    (numbers.len() as u64, stretch, Vec::new())
}

/// For each thing of the world, the numbers of the training pictures that show it.
fn numbers_by_thing(world: &World) -> &'static [Vec<u64>] {
    static NUMBERS: OnceLock<Vec<Vec<u64>>> = OnceLock::new();
    NUMBERS.get_or_init(|| {
        let stage = Stage::whole(world);
        let mut numbers = vec![Vec::new(); world.things.len()];
        for number in 0..TRAINING_PICTURES {
            let shows = scene(world, SEED, number, &stage, false).shows;
            if let Some(at) = world.things.iter().position(|thing| *thing == shows.thing) {
                numbers[at].push(number);
            }
        }
        numbers
    })
}

/// The combinations that were kept from training, one picture each.
fn held_out(world: &World, asked: &PicturesAsked) -> Scenes {
    let stage = Stage::whole(world);
    let wanted = |thing: &str| asked.thing.as_ref().is_none_or(|only| only == thing);
    let all: Vec<(u64, _)> =
        (0..).zip(world.held_out()).filter(|(_, one)| wanted(one.thing)).collect();
    let captions = all.iter().map(|(_, one)| world.plain_caption(one)).collect();
    let skip = usize::try_from(asked.first).unwrap_or(usize::MAX);
    let take = usize::try_from(asked.count).unwrap_or(usize::MAX);
    let stretch = all.iter().skip(skip).take(take).map(|&(number, one)| {
        let posed = scene(world, HELD_SEED, number, &stage, true);
        (number, Scene { shows: *one, caption: world.plain_caption(one), ..posed })
    });
    (all.len() as u64, stretch.collect(), captions)
}

fn plain(number: u64, scene: &Scene, picture: Picture) -> TrainingPicture {
    TrainingPicture {
        number,
        caption: scene.caption.clone(),
        colour: scene.shows.colour.to_owned(),
        thing: scene.shows.thing.to_owned(),
        background: scene.shows.background.to_owned(),
        unsaid: Unsaid {
            drawing: scene.drawing,
            mirrored: scene.mirrored,
            tilt: scene.tilt,
            scale: scene.scale,
            x: scene.x,
            y: scene.y,
            light: scene.light,
            ground_light: scene.ground_light,
        },
        picture,
    }
}

/// What the judge sees in a picture; it draws what it compares with at the first look.
pub(super) fn seen(picture: &Picture) -> Option<Seen> {
    static JUDGE: OnceLock<Option<Judge>> = OnceLock::new();
    let judge = JUDGE.get_or_init(|| Judge::new(World::get().ok()?, REFERENCES).ok());
    let seen = judge.as_ref()?.verdict(picture);
    let [colour, thing, background] = [seen.colour, seen.thing, seen.background].map(str::to_owned);
    Some(Seen { colour, thing, background, wrong: WRONG })
}

/// The training pictures nearest to a picture.
///
/// # Errors
/// A drawing that cannot be drawn.
pub(super) fn near(picture: &Picture) -> Result<NearPictures, Problem> {
    let world = World::get()?;
    let judge = Judge::new(world, REFERENCES)?;
    let pictures: Vec<TrainingNeighbour> =
        nearest((world, &judge), picture, TRAINING_PICTURES, NEAR)?
            .into_iter()
            .map(|near| TrainingNeighbour {
                shown: plain(near.number, &near.scene, near.picture),
                distance: near.distance,
            })
            .collect();
    let apart = match pictures.as_slice() {
        [first, second, ..] => Some(pixel_distance(&first.shown.picture, &second.shown.picture)),
        _ => None,
    };
    Ok(NearPictures { among: TRAINING_PICTURES, pictures, apart })
}
