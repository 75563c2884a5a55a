//! What of a picture is compared: its background, the directions of its edges with its silhouette,
//! and the share of each palette colour.

mod edges;
mod silhouette;

use crate::drawings::world::World;
use crate::walk::Picture;

/// Colours of the drawings that no palette has: wood, leaf, gold, glass, cream.
const ACCENTS: [[u8; 3]; 5] =
    [[122, 74, 33], [76, 175, 80], [243, 198, 74], [191, 230, 247], [246, 234, 208]];

/// The colours that are looked for.
#[derive(Debug)]
pub(super) struct Palette {
    inks: Vec<[f32; 3]>,
    grounds: Vec<[f32; 3]>,
}

impl Palette {
    /// Every shade of every colour, the accents, and the backgrounds.
    pub(super) fn of(world: &World) -> Self {
        let shades = world.colours.iter().flat_map(|colour| colour.shades);
        Self {
            inks: shades.chain(ACCENTS).map(|rgb| rgb.map(f32::from)).collect(),
            grounds: world.backgrounds.iter().map(|ground| ground.rgb.map(f32::from)).collect(),
        }
    }

    fn nearest(&self, colour: [f32; 3]) -> usize {
        nearest(&self.inks, |ink| zip(*ink, colour).map(|(a, b)| (a - b).powi(2)).sum())
    }
}

/// What of a picture is compared.
#[derive(Clone, Debug)]
pub(super) struct Features {
    /// Which background of the world is nearest.
    pub(super) ground: usize,
    /// Directions of edges and silhouette: see [`edges::shape`].
    shape: Vec<f32>,
    /// Share of each ink inside the silhouette.
    inks: Vec<f32>,
}

impl Features {
    pub(super) fn of(picture: &Picture, palette: &Palette) -> Self {
        let colour = border_colour(picture);
        let far = |ground: &[f32; 3]| zip(*ground, colour).map(|(a, b)| (a - b).abs()).sum();
        let mask = silhouette::of(picture, colour);
        Self {
            ground: nearest(&palette.grounds, far),
            shape: edges::shape(picture, &mask, colour),
            inks: inks(picture, &mask, palette),
        }
    }

    /// The squared distance of two shapes.
    pub(super) fn shape_distance(&self, other: &Self) -> f32 {
        self.shape.iter().zip(&other.shape).map(|(a, b)| (a - b).powi(2)).sum()
    }

    /// The sum of differences between two shares of inks, 0 to 2.
    pub(super) fn ink_distance(&self, other: &Self) -> f32 {
        self.inks.iter().zip(&other.inks).map(|(a, b)| (a - b).abs()).sum()
    }
}

fn zip(a: [f32; 3], b: [f32; 3]) -> impl Iterator<Item = (f32, f32)> {
    a.into_iter().zip(b)
}

fn nearest(colours: &[[f32; 3]], far: impl Fn(&[f32; 3]) -> f32) -> usize {
    let all = colours.iter().enumerate().map(|(at, colour)| (at, far(colour)));
    all.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(at, _)| at)
}

fn floats(picture: &Picture, x: usize, y: usize) -> [f32; 3] {
    picture.pixel(x, y).map(f32::from)
}

/// The median colour of a border three pixels wide.
fn border_colour(picture: &Picture) -> [f32; 3] {
    let (width, height) = (picture.width(), picture.height());
    let lines = |length: usize| (0..3).flat_map(move |k| [k, (length - 1).saturating_sub(k)]);
    let rows = lines(height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let columns = lines(width).flat_map(|x| (0..height).map(move |y| (x, y)));
    let border: Vec<[f32; 3]> = rows.chain(columns).map(|(x, y)| floats(picture, x, y)).collect();
    [0, 1, 2].map(|channel| {
        let mut values: Vec<f32> = border.iter().map(|colour| colour[channel]).collect();
        values.sort_by(f32::total_cmp);
        percentile(&values, 0.5)
    })
}

/// The value that this share of sorted values lies below, in a straight line between neighbours.
fn percentile(sorted: &[f32], share: f32) -> f32 {
    let place = share * sorted.len().saturating_sub(1) as f32;
    let at = |k: usize| sorted.get(k).or(sorted.last()).copied().unwrap_or(0.0);
    let low = at(place as usize);
    low + (at(place as usize + 1) - low) * place.fract()
}

/// Share of each ink inside the silhouette.
fn inks(picture: &Picture, mask: &[bool], palette: &Palette) -> Vec<f32> {
    let mut shares = vec![0.0; palette.inks.len()];
    let (pixels, _) = picture.rgb().as_chunks::<3>();
    let inside = || pixels.iter().zip(mask).filter(|(_, inside)| **inside);
    let part = 1.0 / inside().count().max(1) as f32;
    for (pixel, _) in inside() {
        shares[palette.nearest(pixel.map(f32::from))] += part;
    }
    shares
}
