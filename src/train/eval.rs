//! How good a model is at the small world: it draws every combination that training never showed,
//! and a judge that knows no network says what the pictures show.

use super::autoencoder::decibels;
use super::pictures::Pictures;
use crate::drawings::{
    Combination, HELD_SEED, Judge, REFERENCES, Stage, World, pixel_distance, render, scene,
};
use crate::engine::model_folder::ModelFolder;
use crate::engine::vae::Vae;
use crate::engine::{Engine, Look, Place, Walk, next_together};
use crate::walk::{
    Asked, Dice, Evaluation, Frame, Picture, Problem, Scores, Taught, ThingScore, Watch,
};

/// Real drawings that the judge is measured on.
const JUDGED: u64 = 400;
/// Real drawings that go through the autoencoder.
const RECONSTRUCTED: usize = 64;
/// Walks that are carried out in step.
const TOGETHER: usize = 16;
/// The first seed; the others count on.
const FIRST_SEED: u64 = 7;

/// What is to be measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The model, the device and whatever else of a walk is not the default.
    pub asked: Asked,
    /// Seeds of each combination.
    pub seeds: usize,
    /// Only every so-manieth combination: 1 is all of them.
    pub every: usize,
}

/// Hears how many of how many pictures are drawn.
pub type Told<'a> = &'a dyn Fn(usize, usize);

/// A model that can be asked for pictures of the small world.
#[derive(Debug)]
pub struct Sitter {
    engine: Engine,
    asked: Asked,
    taught: Taught,
    world: &'static World,
}

impl Sitter {
    /// Opens a model.
    ///
    /// # Errors
    /// What opening meets; `eval-not-taught` for a model that says nothing of the words that it
    /// was taught.
    pub fn open(asked: &Asked, watch: &dyn Watch) -> Result<Self, Problem> {
        let world = World::get()?;
        let card = ModelFolder::open(asked.model.as_deref())?.card()?;
        let taught = card.taught.ok_or_else(|| not_taught(&card.name))?;
        let engine = Engine::open(asked, watch)?;
        let sitter = Self { engine, asked: asked.clone(), taught, world };
        if sitter.known(sitter.world.held_out()).next().is_none() {
            return Err(not_taught(&sitter.engine.card().name));
        }
        Ok(sitter)
    }

    /// Those combinations whose every word the model was taught.
    fn known<'a>(&'a self, all: &'a [Combination]) -> impl Iterator<Item = &'a Combination> {
        all.iter().filter(move |one| {
            has(&self.taught.things, one.thing)
                && has(&self.taught.colours, one.colour)
                && has(&self.taught.backgrounds, one.background)
        })
    }

    /// The pictures of these combinations with these seeds, at the model's own settings.
    ///
    /// # Errors
    /// What a walk meets, or cancelled.
    pub fn draw(
        &self,
        wanted: &[(Combination, u64)],
        watch: &dyn Watch,
        told: Told<'_>,
    ) -> Result<Vec<Picture>, Problem> {
        let mut pictures = Vec::with_capacity(wanted.len());
        for part in wanted.chunks(TOGETHER) {
            let walks: Result<Vec<Walk>, Problem> =
                part.iter().map(|(one, seed)| self.walk(one, *seed)).collect();
            pictures.extend(drawn_together(&mut walks?, watch)?);
            told(pictures.len(), wanted.len());
        }
        Ok(pictures)
    }

    fn walk(&self, one: &Combination, seed: u64) -> Result<Walk, Problem> {
        let prompt = Some(self.world.plain_caption(one));
        let asked = Asked { prompt, seed: Some(seed), ..self.asked.clone() };
        self.engine.walk(&self.engine.settle(&asked)?, Look::default())
    }

    /// Every thing in `colours` colours on changing backgrounds, thing by thing.
    pub fn survey(&self, colours: usize) -> Vec<Combination> {
        let inks = self.world.colours.iter().map(|colour| colour.name);
        let inks = inks.filter(|name| has(&self.taught.colours, name)).cycle();
        let grounds = self.world.backgrounds.iter().map(|ground| ground.name);
        let grounds: Vec<&str> =
            grounds.filter(|name| has(&self.taught.backgrounds, name)).collect();
        let things = self.world.things.iter().filter(|thing| has(&self.taught.things, thing));
        let places = things.enumerate().flat_map(|(row, thing)| {
            (0..colours).map(move |column| (row + column * 3, row + column * 5 + 1, *thing))
        });
        let combination = |(ink, ground, thing)| {
            let colour = inks.clone().nth(ink)?;
            let mut turn = grounds.iter().cycle().skip(ground).take(grounds.len());
            let background = *turn.find(|name| **name != colour)?;
            Some(Combination { colour, thing, background })
        };
        places.filter_map(combination).collect()
    }
}

fn has(list: &[String], word: &str) -> bool {
    list.iter().any(|other| other == word)
}

fn not_taught(name: &str) -> Problem {
    Problem::new("eval-not-taught").with("model", name)
}

/// Carries walks out in step and gives their pictures.
fn drawn_together(walks: &mut [Walk], watch: &dyn Watch) -> Result<Vec<Picture>, Problem> {
    let mut pictures: Vec<Option<Picture>> = walks.iter().map(|_| None).collect();
    loop {
        let mut under_way: Vec<&mut Walk> = walks.iter_mut().collect();
        let frames = next_together(&mut under_way, watch);
        if frames.iter().all(Option::is_none) {
            let missing = || Problem::new("compute-failed").with("reason", "a walk without an end");
            return pictures.into_iter().map(|picture| picture.ok_or_else(missing)).collect();
        }
        for (picture, frame) in pictures.iter_mut().zip(frames.into_iter().map(Option::transpose)) {
            if let Some(Frame::Image(image)) = frame? {
                *picture = image.picture();
            }
        }
    }
}

/// Measures a model; the sitter is already open.
///
/// # Errors
/// What a walk or a drawing meets, or cancelled.
pub fn evaluate(
    sitter: &Sitter,
    measured: &Measured,
    watch: &dyn Watch,
    told: Told<'_>,
) -> Result<Evaluation, Problem> {
    let world = sitter.world;
    let judge = Judge::new(world, REFERENCES)?;
    let every = measured.every.max(1);
    let chosen: Vec<Combination> = sitter.known(world.held_out()).step_by(every).copied().collect();
    let seeds = (0..measured.seeds as u64).map(|k| FIRST_SEED + k);
    let wanted: Vec<(Combination, u64)> =
        seeds.flat_map(|seed| chosen.iter().map(move |one| (*one, seed))).collect();
    let pictures = sitter.draw(&wanted, watch, told)?;
    let seen: Vec<Combination> = pictures.iter().map(|picture| judge.verdict(picture)).collect();
    let verdicts: Vec<[bool; 3]> =
        wanted.iter().zip(&seen).map(|((one, _), seen)| compared(one, seen)).collect();
    let first = wanted.first().ok_or_else(|| not_taught(&sitter.engine.card().name))?;
    let settings = sitter.walk(&first.0, first.1)?.settings().clone();
    Ok(Evaluation {
        model: sitter.engine.card().name.clone(),
        pictures: pictures.len(),
        combinations: chosen.len(),
        seeds: measured.seeds,
        settings: (settings.steps, settings.guidance),
        drawn: Scores::of(&verdicts),
        judge: judges_own(&judge, world)?,
        judged: JUDGED as usize,
        things: by_thing(world, &wanted, &seen),
        seed_ratio: seed_ratio(&pictures, chosen.len()),
        psnr: reconstruction(world, &measured.asked)?,
    })
}

fn compared(told: &Combination, seen: &Combination) -> [bool; 3] {
    [told.thing == seen.thing, told.colour == seen.colour, told.background == seen.background]
}

/// How often the judge is right on real drawings that training does not show.
fn judges_own(judge: &Judge, world: &World) -> Result<Scores, Problem> {
    let stage = Stage::whole(world);
    let verdicts: Result<Vec<[bool; 3]>, Problem> = (0..JUDGED)
        .map(|k| {
            let real = scene(world, HELD_SEED, k, &stage, true);
            Ok(compared(&real.shows, &judge.verdict(&render(world, &real)?)))
        })
        .collect();
    Ok(Scores::of(&verdicts?))
}

/// Thing by thing: how often it was recognised, and what it was taken for.
fn by_thing(world: &World, wanted: &[(Combination, u64)], seen: &[Combination]) -> Vec<ThingScore> {
    let score = |thing: &&'static str| {
        let of = wanted.iter().zip(seen).filter(|((one, _), _)| one.thing == *thing);
        let mut score = ThingScore { thing: (*thing).to_owned(), ..ThingScore::default() };
        for (_, seen) in of {
            score.pictures += 1;
            if seen.thing == *thing {
                score.right += 1;
            } else if let Some((_, times)) =
                score.mistaken.iter_mut().find(|(other, _)| other == seen.thing)
            {
                *times += 1;
            } else {
                score.mistaken.push((seen.thing.to_owned(), 1));
            }
        }
        score.mistaken.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        score
    };
    world.things.iter().map(score).filter(|score| score.pictures > 0).collect()
}

/// The mean pixel distance of two seeds of one prompt, over that of two prompts with one seed,
/// each paired with another one by chance. `pictures` holds all prompts with the first seed, then
/// all with the second, and so on.
fn seed_ratio(pictures: &[Picture], prompts: usize) -> Option<f32> {
    let (first, rest) = pictures.split_at_checked(prompts)?;
    let second = rest.get(..prompts).filter(|_| prompts > 1)?;
    let mut dice = Dice::new(&[0]);
    let (mut between, mut apart) = (0.0, 0.0);
    for (at, (one, other)) in first.iter().zip(second).enumerate() {
        between += pixel_distance(one, other);
        let skipped = dice.below(prompts - 1);
        apart += pixel_distance(one, first.get(skipped + usize::from(skipped >= at))?);
    }
    (apart > 0.0).then_some(between / apart)
}

/// How well drawings that training does not show come back from the model's autoencoder, in dB.
fn reconstruction(world: &'static World, asked: &Asked) -> Result<f32, Problem> {
    let folder = ModelFolder::open(asked.model.as_deref())?;
    let place = Place::find(asked.device, asked.dtype)?;
    let vae = Vae::load(&folder, &place)?;
    Ok(decibels(&Pictures::whole(world), RECONSTRUCTED, &vae, &place)? as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(value: u8) -> Picture {
        Picture::from_fn(2, 2, |_, _| [value; 3])
    }

    #[test]
    fn the_ratio_is_that_of_seeds_over_prompts() {
        let pictures = [plain(0), plain(100), plain(20), plain(120)];
        assert_eq!(seed_ratio(&pictures, 2), Some(0.2));
        assert_eq!(seed_ratio(&pictures[..2], 2), None);
        assert_eq!(seed_ratio(&pictures[..2], 1), None);
    }
}
