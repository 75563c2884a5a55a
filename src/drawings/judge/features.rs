//! What of a picture is compared: its background, its silhouette with the edges inside, and the
//! share of each palette colour.

use crate::drawings::world::World;
use crate::walk::Picture;

/// Silhouette and edges are compared on a grid of so many cells a side.
const GRID: usize = 24;
/// A pixel belongs to the thing if a channel differs from the background by more than this.
const APART: f32 = 30.0;
/// A silhouette of fewer pixels is nothing.
const FEWEST: usize = 30;
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
    /// Silhouette − ½, edges, and the logarithm of height over width.
    shape: Vec<f32>,
    /// Share of each ink inside the silhouette.
    inks: Vec<f32>,
}

impl Features {
    pub(super) fn of(picture: &Picture, palette: &Palette) -> Self {
        let colour = border_colour(picture);
        let far = |ground: &[f32; 3]| zip(*ground, colour).map(|(a, b)| (a - b).abs()).sum();
        let mask = silhouette(picture, colour);
        Self {
            ground: nearest(&palette.grounds, far),
            shape: shape(picture, &mask),
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

/// Row by row, whether the picture differs from its background.
fn silhouette(picture: &Picture, ground: [f32; 3]) -> Vec<bool> {
    let differs = |x, y| zip(floats(picture, x, y), ground).any(|(a, b)| (a - b).abs() > APART);
    let places = (0..picture.height()).flat_map(|y| (0..picture.width()).map(move |x| (x, y)));
    places.map(|(x, y)| differs(x, y)).collect()
}

/// Silhouette and edges inside the bounding box, on a small grid.
fn shape(picture: &Picture, mask: &[bool]) -> Vec<f32> {
    let width = picture.width();
    let inside = || mask.iter().enumerate().filter(|(_, inside)| **inside).map(|(at, _)| at);
    if inside().count() < FEWEST {
        return vec![0.0; 2 * GRID * GRID + 1];
    }
    let (top, bottom) = ends(inside().map(|at| at / width));
    let (left, right) = ends(inside().map(|at| at % width));
    let edges = edges(picture, mask);
    let (tall, wide) = (bottom - top + 1, right - left + 1);
    let cell = |of: &dyn Fn(usize) -> f32, row: usize, column: usize| {
        let (ys, xs) = (part(row, tall), part(column, wide));
        let count = ys.len() * xs.len();
        let places = ys.flat_map(|y| xs.clone().map(move |x| (top + y) * width + left + x));
        places.map(of).sum::<f32>() / count as f32
    };
    let cells = || (0..GRID).flat_map(|row| (0..GRID).map(move |column| (row, column)));
    let solid = |at: usize| f32::from(u8::from(mask[at]));
    let edge = |at: usize| edges[at];
    let ratio = (tall as f32 / wide as f32).ln() * GRID as f32 * 0.5;
    let solids = cells().map(|(row, column)| cell(&solid, row, column) - 0.5);
    solids.chain(cells().map(|(row, column)| cell(&edge, row, column))).chain([ratio]).collect()
}

/// First and last place that count: stray specks at the rim do not stretch the box.
fn ends(places: impl Iterator<Item = usize>) -> (usize, usize) {
    let mut sorted: Vec<f32> = places.map(|place| place as f32).collect();
    sorted.sort_by(f32::total_cmp);
    (percentile(&sorted, 0.005) as usize, percentile(&sorted, 0.995) as usize)
}

/// The pixels of a length that a cell of the grid covers.
const fn part(cell: usize, length: usize) -> std::ops::Range<usize> {
    cell * length / GRID..((cell + 1) * length).div_ceil(GRID)
}

/// The slope of the grey picture inside the silhouette, 1 where it is steepest.
fn edges(picture: &Picture, mask: &[bool]) -> Vec<f32> {
    let (width, height) = (picture.width(), picture.height());
    let grey = |x: usize, y: usize| floats(picture, x, y).iter().sum::<f32>() / 3.0;
    let slope = |x: usize, y: usize| {
        let (left, right) = (x.saturating_sub(1), (x + 1).min(width - 1));
        let (above, below) = (y.saturating_sub(1), (y + 1).min(height - 1));
        let across = (grey(right, y) - grey(left, y)) / (right - left).max(1) as f32;
        let down = (grey(x, below) - grey(x, above)) / (below - above).max(1) as f32;
        across.hypot(down)
    };
    let of = |(at, inside): (usize, &bool)| {
        if *inside { slope(at % width, at / width) } else { 0.0 }
    };
    let slopes: Vec<f32> = mask.iter().enumerate().map(of).collect();
    let steepest = slopes.iter().copied().fold(0.0, f32::max) + 1e-6;
    slopes.into_iter().map(|slope| slope / steepest).collect()
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
