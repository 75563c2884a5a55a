//! A picture as a description, made from its pixels alone: what colour lies behind, what stands
//! before it, where and how large. It never sees the prompt, and never guesses what a thing is.

use crate::walk::Picture;
use crate::words::Words;

use super::colour_name::{ColourName, oklab};

/// Pictures are described at this size at most: enough for what a sentence can say.
const LOOKED_AT: usize = 64;
/// Distance in Oklab from the background at which a pixel counts as figure. Lightness counts
/// half, so that a shaded background does not become a figure.
const STANDS_OUT: f32 = 0.11;
/// The share of the picture below which a figure is not worth a sentence.
const SMALLEST: f32 = 0.008;

/// What the pixels show.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Whether neighbouring pixels have next to nothing to do with each other.
    pub noise: bool,
    /// The colour along the border; `None` where no colour makes up half of it.
    pub background: Option<ColourName>,
    /// What stands before it, if anything.
    pub figure: Option<Figure>,
}

/// The largest connected thing that differs from the background.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its most frequent colour.
    pub colour: ColourName,
    /// Another colour that makes up a fifth of it or more.
    pub second: Option<ColourName>,
    /// Third of the picture across and down in which its middle lies, 0 to 2 each.
    pub place: (usize, usize),
    /// Share of all pixels that it covers.
    pub share: f32,
    /// Its extent in pixels of the picture, across and down.
    pub extent: (usize, usize),
}

impl Description {
    /// Looks at the pixels.
    pub fn of(picture: &Picture) -> Self {
        let (small, block) = picture.block_means(LOOKED_AT, LOOKED_AT);
        let lab: Vec<[f32; 3]> = pixels(&small).map(oklab).collect();
        let (w, h) = (small.width(), small.height());
        let noise = is_noise(&lab, w, h);
        let border = border(w, h);
        let background = majority(border.iter().map(|&i| pixel_at(&small, i)), 0.5);
        let figure =
            if noise { None } else { find_figure(&small, &lab, &border, background, block) };
        Self { width: picture.width(), height: picture.height(), noise, background, figure }
    }

    /// The description as sentences.
    pub fn sentence(&self, words: Words) -> String {
        let size = [("width", self.width.to_string()), ("height", self.height.to_string())];
        let mut said = fill(words, "print.describe.size", &size);
        if self.noise {
            said.push_str(words.text("print.describe.noise"));
            return said;
        }
        match self.background {
            Some(colour) => said.push_str(
                &words.fill("print.describe.background", &[("colour", words.text(colour.key()))]),
            ),
            None => said.push_str(words.text("print.describe.mixed")),
        }
        match &self.figure {
            Some(figure) => said.push_str(&figure.sentence(words)),
            None => said.push_str(words.text("print.describe.nothing")),
        }
        said
    }
}

/// The key of a place: third of the picture across and down, 0 to 2 each.
fn place(across: usize, down: usize) -> &'static str {
    const PLACES: [[&str; 3]; 3] = [
        ["print.place.top-left", "print.place.top", "print.place.top-right"],
        ["print.place.left", "print.place.middle", "print.place.right"],
        ["print.place.bottom-left", "print.place.bottom", "print.place.bottom-right"],
    ];
    PLACES[down.min(2)][across.min(2)]
}

/// The key of the same within a sentence.
pub fn whereabouts(across: usize, down: usize) -> &'static str {
    const PLACES: [[&str; 3]; 3] = [
        ["print.where.top-left", "print.where.top", "print.where.top-right"],
        ["print.where.left", "print.where.middle", "print.where.right"],
        ["print.where.bottom-left", "print.where.bottom", "print.where.bottom-right"],
    ];
    PLACES[down.min(2)][across.min(2)]
}

/// The most frequent colour of each of nine parts, row by row.
pub fn thirds(picture: &Picture) -> Vec<ColourName> {
    let (w, h) = (picture.width(), picture.height());
    let part = |at: usize| {
        let (x, y) = (at % 3, at / 3);
        let columns = w * x / 3..(w * (x + 1) / 3).max(w * x / 3 + 1).min(w);
        (h * y / 3..(h * (y + 1) / 3).max(h * y / 3 + 1).min(h))
            .flat_map(move |row| columns.clone().map(move |column| picture.pixel(column, row)))
    };
    (0..9).filter_map(|at| majority(part(at), 0.0)).collect()
}

impl Figure {
    fn sentence(&self, words: Words) -> String {
        let colour = words.text(self.colour.key());
        let colours = self.second.map_or_else(
            || colour.to_owned(),
            |second| {
                words.fill(
                    "print.describe.two-colours",
                    &[("colour", colour), ("second", words.text(second.key()))],
                )
            },
        );
        let share = format!("{:.0}", (self.share * 100.0).max(1.0));
        let facts = [
            ("place", words.text(place(self.place.0, self.place.1)).to_owned()),
            ("colours", colours),
            ("share", share),
            ("width", self.extent.0.to_string()),
            ("height", self.extent.1.to_string()),
        ];
        fill(words, "print.describe.figure", &facts)
    }
}

/// Fills placeholders from owned values.
fn fill(words: Words, key: &str, facts: &[(&str, String)]) -> String {
    let facts: Vec<(&str, &str)> = facts.iter().map(|(n, v)| (*n, v.as_str())).collect();
    words.fill(key, &facts)
}

fn pixels(picture: &Picture) -> impl Iterator<Item = [u8; 3]> {
    picture.rgb().chunks_exact(3).map(|p| [p[0], p[1], p[2]])
}

fn pixel_at(picture: &Picture, i: usize) -> [u8; 3] {
    let w = picture.width().max(1);
    picture.pixel(i % w, i / w)
}

/// The outermost ring, a sixteenth of the picture wide.
fn border(w: usize, h: usize) -> Vec<usize> {
    let ring = (w.min(h) / 16).max(1);
    (0..w * h)
        .filter(|i| {
            let (x, y) = (i % w, i / w);
            x < ring || y < ring || x + ring >= w || y + ring >= h
        })
        .collect()
}

/// The most frequent name, where its share is at least `least`.
fn majority(colours: impl Iterator<Item = [u8; 3]>, least: f32) -> Option<ColourName> {
    let ranks = ranked(colours);
    let total: usize = ranks.iter().map(|(_, n)| n).sum();
    ranks.first().filter(|(_, n)| *n as f32 >= least * total as f32).map(|(name, _)| *name)
}

/// Names by how often they occur, most frequent first.
fn ranked(colours: impl Iterator<Item = [u8; 3]>) -> Vec<(ColourName, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for rgb in colours {
        *counts.entry(ColourName::of(rgb)).or_insert(0usize) += 1;
    }
    let mut ranks: Vec<_> = counts.into_iter().collect();
    ranks.sort_by_key(|&(name, n)| (std::cmp::Reverse(n), name));
    ranks
}

/// In noise a pixel differs from its neighbour as much as from any other: the mean square
/// difference of neighbours is twice the variance. In a picture it is a small part of that; small
/// previews of real latents were measured at 1.0 to 1.4 times, latents still full of noise at 1.8
/// and more.
fn is_noise(lab: &[[f32; 3]], w: usize, h: usize) -> bool {
    if w < 4 || h < 4 {
        return false;
    }
    let n = lab.len() as f32;
    let across = (0..h).flat_map(|y| (1..w).map(move |x| (y * w + x - 1, y * w + x)));
    let down = (1..h).flat_map(|y| (0..w).map(move |x| (y * w + x - w, y * w + x)));
    let pairs: Vec<(usize, usize)> = across.chain(down).collect();
    let (mut between, mut all) = (0.0, 0.0);
    for c in 0..3 {
        let mean = lab.iter().map(|p| p[c]).sum::<f32>() / n;
        all += lab.iter().map(|p| (p[c] - mean).powi(2)).sum::<f32>() / n;
        between += pairs.iter().map(|&(i, j)| (lab[i][c] - lab[j][c]).powi(2)).sum::<f32>()
            / pairs.len() as f32;
    }
    all > 1e-4 && between > 1.6 * all
}

fn find_figure(
    picture: &Picture,
    lab: &[[f32; 3]],
    border: &[usize],
    background: Option<ColourName>,
    block: usize,
) -> Option<Figure> {
    let w = picture.width();
    let ground = mean_of(
        lab,
        border.iter().copied().filter(|&i| {
            background.is_none_or(|name| ColourName::of(pixel_at(picture, i)) == name)
        }),
    )?;
    let stands_out = |p: &[f32; 3]| {
        let [l, a, b] = std::array::from_fn(|c| p[c] - ground[c]);
        (l * l / 4.0 + a * a + b * b).sqrt() > STANDS_OUT
    };
    let mask: Vec<bool> = lab.iter().map(stands_out).collect();
    let inside = largest_part(&mask, w);
    let share = inside.len() as f32 / lab.len().max(1) as f32;
    if share < SMALLEST {
        return None;
    }
    let ranks = ranked(inside.iter().map(|&i| pixel_at(picture, i)));
    let &(colour, _) = ranks.first()?;
    let second = ranks.get(1).filter(|(_, n)| *n * 5 >= inside.len()).map(|(name, _)| *name);
    let across = inside.iter().map(|i| i % w);
    let down = inside.iter().map(|i| i / w);
    let third = |sum: usize, size: usize| (sum * 3 / (inside.len() * size).max(1)).min(2);
    let place = (third(across.clone().sum(), w), third(down.clone().sum(), picture.height()));
    let span = |low: Option<usize>, high: Option<usize>| {
        (high.unwrap_or(0) + 1).saturating_sub(low.unwrap_or(0)) * block
    };
    let extent = (span(across.clone().min(), across.max()), span(down.clone().min(), down.max()));
    Some(Figure { colour, second, place, share, extent })
}

fn mean_of(lab: &[[f32; 3]], places: impl Iterator<Item = usize>) -> Option<[f32; 3]> {
    let (mut sum, mut count) = ([0.0; 3], 0.0f32);
    for i in places {
        for (s, v) in sum.iter_mut().zip(lab[i]) {
            *s += v;
        }
        count += 1.0;
    }
    (count > 0.0).then(|| sum.map(|s| s / count))
}

/// The largest set of marked cells that hang together, corners included.
fn largest_part(mask: &[bool], w: usize) -> Vec<usize> {
    let h = mask.len().checked_div(w).unwrap_or(0);
    let mut seen = vec![false; mask.len()];
    let mut best: Vec<usize> = Vec::new();
    for start in 0..mask.len() {
        if !mask[start] || seen[start] {
            continue;
        }
        let (mut part, mut open) = (Vec::new(), vec![start]);
        seen[start] = true;
        while let Some(i) = open.pop() {
            part.push(i);
            let (x, y) = (i % w, i / w);
            for ny in y.saturating_sub(1)..=(y + 1).min(h - 1) {
                for nx in x.saturating_sub(1)..=(x + 1).min(w - 1) {
                    let j = ny * w + nx;
                    if mask[j] && !seen[j] {
                        seen[j] = true;
                        open.push(j);
                    }
                }
            }
        }
        if part.len() > best.len() {
            best = part;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disc(cx: i32, cy: i32, radius: i32, colour: [u8; 3], ground: [u8; 3]) -> Picture {
        Picture::from_fn(64, 64, |x, y| {
            let (dx, dy) = (x as i32 - cx, y as i32 - cy);
            if dx * dx + dy * dy <= radius * radius { colour } else { ground }
        })
    }

    #[test]
    fn a_disc_has_its_colour_its_place_and_its_size() {
        let seen = Description::of(&disc(50, 12, 8, [210, 40, 40], [40, 80, 200]));
        assert_eq!(seen.background, Some(ColourName::Blue));
        let figure = seen.figure.unwrap();
        assert_eq!((figure.colour, figure.second), (ColourName::Red, None));
        assert_eq!((figure.place, figure.extent), ((2, 0), (17, 17)));
        assert!((figure.share - 201.0 / 4096.0).abs() < 0.01);
    }

    #[test]
    fn a_shaded_ground_is_no_figure() {
        let shaded = Picture::from_fn(64, 64, |x, y| [20, 90 + (x / 2) as u8, 120 + y as u8]);
        assert_eq!(Description::of(&shaded).figure, None);
    }

    #[test]
    fn noise_is_called_noise_and_an_empty_picture_does_no_harm() {
        let noise = Picture::from_fn(32, 32, |x, y| {
            let h = (x * 7919 + y * 104_729) * 2_654_435_761 % 16_777_213;
            [h as u8, (h >> 8) as u8, (h >> 16) as u8]
        });
        assert!(Description::of(&noise).noise);
        assert!(Description::of(&Picture::from_fn(0, 0, |_, _| [0; 3])).figure.is_none());
    }
}
