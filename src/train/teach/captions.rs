//! What is said of a picture beside the word: its colour and its background, where they can be
//! told from the pixels, so that the word does not swallow them.

use crate::drawings::World;
use crate::walk::{Picture, Taught};

/// A background farther from every colour of the world has no name.
const FAR: i32 = 90;
/// A pixel nearer to the background than this is background.
const GROUND: i32 = 60;
/// The share of the figure that one colour must have to be named.
const SHARE: f32 = 0.4;
/// The place of the outline among the four shades of a colour: near black in all of them.
const OUTLINE: usize = 3;

/// The words for colours that a model was taught.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    taught: Taught,
}

impl Naming {
    /// Only words of this list are used.
    pub const fn new(taught: Taught) -> Self {
        Self { taught }
    }

    /// Colour and background of a picture in words that the model knows.
    pub fn of(&self, world: &World, picture: &Picture) -> [Option<String>; 2] {
        let [colour, background] = seen(world, picture);
        let known = |word: Option<&'static str>, list: &[String]| {
            word.filter(|word| list.iter().any(|known| known == word)).map(str::to_owned)
        };
        [known(colour, &self.taught.colours), known(background, &self.taught.backgrounds)]
    }
}

/// Colour and background of a picture by the nearest colours of the world; `None` where none is
/// near, or no colour has a clear share of the figure.
pub fn seen(world: &World, picture: &Picture) -> [Option<&'static str>; 2] {
    let pixels: Vec<[i32; 3]> =
        picture.rgb().as_chunks::<3>().0.iter().map(|rgb| rgb.map(i32::from)).collect();
    let border = middle(&pixels, picture.width());
    let background = world
        .backgrounds
        .iter()
        .map(|ground| (distance(border, ground.rgb.map(i32::from)), ground.name))
        .min()
        .filter(|(far, _)| *far < FAR)
        .map(|(_, name)| name);
    let mut votes: Vec<(usize, &'static str)> =
        world.colours.iter().map(|inks| (0, inks.name)).collect();
    let figure = pixels.iter().filter(|pixel| distance(**pixel, border) > GROUND);
    for pixel in figure {
        let shades = world.colours.iter().enumerate().flat_map(|(i, inks)| {
            let shades = inks.shades.iter().enumerate();
            shades.map(move |(k, shade)| (distance(*pixel, shade.map(i32::from)), k, i))
        });
        let nearest = shades.min().filter(|(_, shade, _)| *shade != OUTLINE);
        if let Some(vote) = nearest.and_then(|(_, _, colour)| votes.get_mut(colour)) {
            vote.0 += 1;
        }
    }
    let all: usize = votes.iter().map(|(count, _)| count).sum();
    let most = votes.into_iter().max_by_key(|(count, _)| *count);
    let colour = most.filter(|(count, _)| *count > 0 && *count as f32 >= SHARE * all as f32);
    [colour.map(|(_, name)| name), background]
}

/// The median of each channel along the rim.
fn middle(pixels: &[[i32; 3]], width: usize) -> [i32; 3] {
    let height = pixels.len() / width.max(1);
    let rim = pixels.iter().enumerate().filter(|(i, _)| {
        let (x, y) = (i % width, i / width);
        x == 0 || y == 0 || x + 1 == width || y + 1 == height
    });
    let rim: Vec<[i32; 3]> = rim.map(|(_, pixel)| *pixel).collect();
    [0, 1, 2].map(|channel| {
        let mut values: Vec<i32> = rim.iter().map(|pixel| pixel[channel]).collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or(0)
    })
}

/// The length of the difference of two colours.
fn distance(a: [i32; 3], b: [i32; 3]) -> i32 {
    let square: i32 = a.iter().zip(b).map(|(a, b)| (a - b).pow(2)).sum();
    square.isqrt()
}

/// `a red snail on a blue background`, as far as the words are there.
pub(super) fn caption(colour: Option<&str>, word: &str, background: Option<&str>) -> String {
    let thing = match colour {
        Some(colour) => format!("{} {colour} {word}", article(colour)),
        None => format!("{} {word}", article(word)),
    };
    match background {
        Some(ground) => format!("{thing} on {} {ground} background", article(ground)),
        None => thing,
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}
