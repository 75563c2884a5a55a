//! Fits a model's latent preview: the linear map from a latent cell to a colour that comes nearest
//! to what the VAE makes of it, by least squares over crops of a finished walk.
//!
//! Each crop is decoded by itself, small ones of few cells, so that a fit costs about as much as
//! two whole pictures and can stop between any two. Every fifth crop is not fitted on: R² is told
//! on these.

use std::sync::Arc;

use super::capture;
use super::open::Parts;
use super::pace::Pace;
use super::probe::Probe;
use crate::walk::{Grid, Preview, Problem, Stage, Watch};

/// Crops of a fit.
const CROPS: usize = 24;
/// Cells of a crop each way.
const SIDE: usize = 16;
/// One crop in so many is held out.
const HELD: usize = 5;
/// Four channels and one.
const TERMS: usize = 5;

/// A fit under way.
#[derive(Debug)]
pub struct Fitting {
    parts: Arc<Parts>,
    crops: Vec<Grid>,
    done: usize,
    sums: Sums,
}

impl Fitting {
    /// Over latents `[1,4,h,w]` in the common scale, in the order of the walk; `None` for none.
    pub(super) fn new(parts: Arc<Parts>, latents: &[Grid]) -> Option<Self> {
        let four = latents.first().is_some_and(|first| first.planes() + 1 == TERMS);
        let crops = (0..CROPS).filter_map(|i| {
            // Clean and noisy ones by turns, from the whole walk.
            let at = i * latents.len() / CROPS;
            Some(crop(latents.get(at)?, i))
        });
        four.then(|| Self { parts, crops: crops.collect(), done: 0, sums: Sums::default() })
    }

    /// Decodes one more crop; gives the preview after the last, if there is one that explains
    /// anything at all, and `Some(None)` if not.
    ///
    /// # Errors
    /// Cancelled (the crop can be asked for again), or a decoder that failed.
    pub fn step(&mut self, watch: &dyn Watch) -> Result<Option<Option<Preview>>, Problem> {
        let Some(latent) = self.crops.get(self.done) else { return Ok(Some(self.sums.solve())) };
        let networks = &self.parts.networks;
        let scaling = networks.scaling_factor() as f32;
        let input = capture::tensor(&latent.map(|x| x / scaling), networks.place())?;
        let pace = Pace::new(watch, Stage::Decode, 0);
        let image = capture::grid(&networks.decode(&input, &mut Probe::nothing(), &pace)?)?;
        self.sums.add(latent, &image, self.done % HELD == HELD - 1);
        self.done += 1;
        Ok((self.done == self.crops.len()).then(|| self.sums.solve()))
    }
}

/// Fits a preview on pairs of a clean latent `[1,4,h,w]` and its picture `[1,3,H,W]` in −1..1;
/// every fifth is held out for R². `None` where it explains nothing.
pub fn fit<'a>(pairs: impl Iterator<Item = (&'a Grid, &'a Grid)>) -> Option<Preview> {
    let mut sums = Sums::default();
    for (i, (latent, image)) in pairs.enumerate() {
        sums.add(latent, image, i % HELD == HELD - 1);
    }
    sums.solve()
}

/// A crop of at most `SIDE` cells each way, at a place that changes with `i`.
fn crop(latent: &Grid, i: usize) -> Grid {
    let (width, height) = (latent.width(), latent.height());
    let (w, h) = (width.min(SIDE), height.min(SIDE));
    let (left, top) = ((width - w) * (i * 5 % 7) / 6, (height - h) * (i * 3 % 5) / 4);
    Grid::from_fn(&[1, latent.planes(), h, w], |at| {
        let (x, y) = (at % w, at / w % h);
        latent.plane(at / (w * h))[(top + y) * width + left + x]
    })
}

/// The sums of the normal equations, and the cells that are held out.
#[derive(Debug, Default)]
struct Sums {
    /// `Σ x·xᵀ` over x = (four channels, 1).
    squares: [[f64; TERMS]; TERMS],
    /// `Σ x·yᵀ` over y = (red, green, blue).
    products: [[f64; 3]; TERMS],
    held: Vec<([f64; TERMS], [f64; 3])>,
}

impl Sums {
    /// Adds the cells of a latent `[1,4,h,w]` with the mean colours of their blocks of the
    /// decoder's output `[1,3,H,W]`.
    fn add(&mut self, latent: &Grid, image: &Grid, hold_out: bool) {
        let (w, h) = (latent.width(), latent.height());
        let factor = image.width() / w.max(1);
        if factor == 0 || image.height() != h * factor || image.planes() != 3 {
            return;
        }
        for cell in 0..w * h {
            let (x, y) = (cell % w * factor, cell / w * factor);
            let value = |c: usize| latent.plane(c).get(cell).map_or(0.0, |v| f64::from(*v));
            let terms: [f64; TERMS] =
                std::array::from_fn(|c| if c + 1 == TERMS { 1.0 } else { value(c) });
            let colour: [f64; 3] = std::array::from_fn(|c| {
                let plane = image.plane(c);
                let block = (0..factor * factor)
                    .map(|k| plane[(y + k / factor) * image.width() + x + k % factor]);
                let sum: f64 = block.map(|v| f64::from((v / 2.0 + 0.5).clamp(0.0, 1.0))).sum();
                sum / (factor * factor) as f64
            });
            if terms.iter().chain(&colour).any(|v| !v.is_finite()) {
                continue;
            }
            if hold_out {
                self.held.push((terms, colour));
            } else {
                self.count(&terms, &colour);
            }
        }
    }

    fn count(&mut self, terms: &[f64; TERMS], colour: &[f64; 3]) {
        for (i, term) in terms.iter().enumerate() {
            for (sum, other) in self.squares[i].iter_mut().zip(terms) {
                *sum += term * other;
            }
            for (sum, value) in self.products[i].iter_mut().zip(colour) {
                *sum += term * value;
            }
        }
    }

    /// The map with the smallest sum of squares, and its R² on the cells held out; `None` where
    /// the equations have no single answer or it explains nothing.
    fn solve(&self) -> Option<Preview> {
        let map = eliminate(self.squares, self.products)?;
        let r2 = self.r2(&map)?;
        let [matrix @ .., bias] = map.map(|row| row.map(|v| v as f32));
        Some(Preview { matrix: matrix.to_vec(), bias, r2: r2 as f32 })
    }

    fn r2(&self, map: &[[f64; 3]; TERMS]) -> Option<f64> {
        let count = self.held.len() as f64;
        let (mut left, mut all) = (0.0, 0.0);
        for c in 0..3 {
            let mean = self.held.iter().map(|(_, colour)| colour[c]).sum::<f64>() / count;
            for (terms, colour) in &self.held {
                let told: f64 = terms.iter().zip(map).map(|(term, row)| term * row[c]).sum();
                left += (colour[c] - told).powi(2);
                all += (colour[c] - mean).powi(2);
            }
        }
        let r2 = 1.0 - left / all;
        (r2 > 0.0).then_some(r2)
    }
}

/// Solves `a·x = b` by elimination with the largest pivot first; `None` where it is singular.
fn eliminate(mut a: [[f64; TERMS]; TERMS], mut b: [[f64; 3]; TERMS]) -> Option<[[f64; 3]; TERMS]> {
    let largest = a.iter().flatten().fold(0.0f64, |most, v| most.max(v.abs()));
    for i in 0..TERMS {
        let pivot = (i..TERMS).max_by(|&p, &q| a[p][i].abs().total_cmp(&a[q][i].abs()))?;
        a.swap(i, pivot);
        b.swap(i, pivot);
        if a[i][i].abs() <= largest * 1e-12 {
            return None;
        }
        for row in (0..TERMS).filter(|row| *row != i) {
            let factor = a[row][i] / a[i][i];
            let (from, with) = (a[i], b[i]);
            a[row].iter_mut().zip(from).for_each(|(v, p)| *v -= factor * p);
            b[row].iter_mut().zip(with).for_each(|(v, p)| *v -= factor * p);
        }
    }
    Some(std::array::from_fn(|i| b[i].map(|v| v / a[i][i])))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A decoder that is a linear map itself, blown up by two.
    fn image(latent: &Grid) -> Grid {
        let (w, h) = (latent.width() * 2, latent.height() * 2);
        Grid::from_fn(&[1, 3, h, w], |at| {
            let cell = at / w % h / 2 * latent.width() + at % w / 2;
            let c = at / (w * h);
            0.1 * latent.plane(c)[cell] - 0.2 * latent.plane(3)[cell] + 0.05 * c as f32
        })
    }

    fn latent(seed: usize) -> Grid {
        Grid::from_fn(&[1, 4, 5, 6], |i| ((i + seed) * 7919 % 1009) as f32 / 500.0 - 1.0)
    }

    #[test]
    fn a_decoder_that_is_linear_is_found_again_with_an_r2_of_one() {
        let mut sums = Sums::default();
        for seed in 0..10 {
            let latent = latent(seed * 31);
            sums.add(&latent, &image(&latent), seed % HELD == HELD - 1);
        }
        let preview = sums.solve().expect("one answer");
        assert!((preview.r2 - 1.0).abs() < 1e-6, "{}", preview.r2);
        assert!((preview.matrix[1][1] - 0.05).abs() < 1e-5, "{:?}", preview.matrix);
        assert!((preview.matrix[3][2] + 0.1).abs() < 1e-5 && preview.matrix[0][1].abs() < 1e-5);
        assert!((preview.bias[2] - 0.55).abs() < 1e-5, "{:?}", preview.bias);
    }

    #[test]
    fn latents_of_one_value_have_no_single_answer() {
        let mut sums = Sums::default();
        let flat = Grid::filled(&[1, 4, 4, 4], 0.5);
        sums.add(&flat, &image(&flat), false);
        sums.add(&flat, &image(&flat), true);
        assert!(sums.solve().is_none());
    }
}
