//! Pictures as shades of text, where a terminal shows no colours or is none at all.

use std::io::{self, Write};

use crate::walk::Picture;
use crate::walk::colour_map::lightness;

use super::Pictures;

/// Draws each picture with five shades along the line in colour space on which its pixels differ
/// most: red on blue of the same lightness stays visible, and signed data runs from empty (most
/// negative) to full.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shades;

const RAMP: [char; 5] = [' ', '░', '▒', '▓', '█'];
/// Below this spread (of 255) a picture counts as one colour.
const FLAT: f32 = 6.0;

impl Pictures for Shades {
    fn show(&mut self, row: &[Picture], out: &mut dyn Write) -> io::Result<()> {
        let shaded: Vec<Shaded> = row.iter().map(Shaded::of).collect();
        let lines = row.iter().map(|p| p.height().div_ceil(2)).max().unwrap_or(0);
        for line in 0..lines {
            let parts: Vec<String> = shaded.iter().map(|picture| picture.line(line)).collect();
            writeln!(out, "  {}", parts.join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// A picture's pixels as places on the ramp, 0 to 1.
struct Shaded {
    width: usize,
    height: usize,
    places: Vec<f32>,
}

impl Shaded {
    fn of(picture: &Picture) -> Self {
        let pixels: Vec<[f32; 3]> =
            picture.rgb().chunks_exact(3).map(|p| [p[0], p[1], p[2]].map(f32::from)).collect();
        let n = pixels.len().max(1) as f32;
        let mean: [f32; 3] = std::array::from_fn(|c| pixels.iter().map(|p| p[c]).sum::<f32>() / n);
        let away: Vec<[f32; 3]> =
            pixels.iter().map(|p| std::array::from_fn(|c| p[c] - mean[c])).collect();
        let axis = main_axis(&away);
        let along: Vec<f32> = away.iter().map(|p| dot(p, &axis)).collect();
        let low = along.iter().copied().fold(f32::INFINITY, f32::min);
        let high = along.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let places = if high - low > FLAT {
            along.iter().map(|x| (x - low) / (high - low)).collect()
        } else {
            picture.rgb().chunks_exact(3).map(|p| lightness([p[0], p[1], p[2]])).collect()
        };
        Self { width: picture.width(), height: picture.height(), places }
    }

    /// One line of cells: each the mean of a pixel and the one below it.
    fn line(&self, line: usize) -> String {
        let at = |x: usize, y: usize| self.places.get(y * self.width + x).copied();
        (0..self.width)
            .map(|x| {
                let Some(upper) = at(x, line * 2) else { return ' ' };
                let below = line * 2 + 1;
                let lower = if below < self.height { at(x, below) } else { None };
                let place = f32::midpoint(upper, lower.unwrap_or(upper)) * RAMP.len() as f32;
                RAMP[(place as usize).min(RAMP.len() - 1)]
            })
            .collect()
    }
}

/// The direction of greatest variance, by power iteration, turned so that red and green rise.
fn main_axis(away: &[[f32; 3]]) -> [f32; 3] {
    let mut covariance = [[0.0f32; 3]; 3];
    for p in away {
        for (i, row) in covariance.iter_mut().enumerate() {
            for (j, cell) in row.iter_mut().enumerate() {
                *cell += p[i] * p[j];
            }
        }
    }
    let mut axis = [0.6, 0.7, 0.4];
    for _ in 0..24 {
        let next = covariance.map(|row| dot(&row, &axis));
        let size = dot(&next, &next).sqrt();
        if size <= f32::EPSILON {
            return axis;
        }
        axis = next.map(|x| x / size);
    }
    if axis[0] + axis[1] < 0.0 { axis.map(|x| -x) } else { axis }
}

fn dot(a: &[f32; 3], b: &[f32; 3]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_one_lightness_stay_apart() {
        let picture =
            Picture::from_fn(4, 2, |x, _| if x < 2 { [40, 80, 200] } else { [210, 40, 40] });
        let mut out = Vec::new();
        Shades.show(&[picture], &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "    ██\n");
    }

    #[test]
    fn one_colour_is_one_shade_and_no_pixels_are_no_lines() {
        let mut out = Vec::new();
        let grey = Picture::from_fn(3, 1, |_, _| [128; 3]);
        Shades.show(&[grey, Picture::from_fn(0, 0, |_, _| [0; 3])], &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "  ▒▒▒\n");
    }
}
