//! Levels an autoencoder's latents: mean zero, deviation one, no correlation between channels. An
//! affine map is folded into the last layer of the encoder and its inverse into the first of the
//! decoder, which changes no picture (whitening; the root is the symmetrical one).

use std::collections::BTreeMap;

use candle_core::Tensor;

use super::{Pictures, latents_of};
use crate::engine::Place;
use crate::engine::vae::Vae;
use crate::walk::Problem;

const CHANNELS: usize = 4;
/// Pictures that the latents are measured on, and how many at a time.
const MEASURED: usize = 4096;
const AT_ONCE: usize = 32;

type Matrix = [[f64; CHANNELS]; CHANNELS];

/// The weights with level latents; `vae` computes with the weights as they are.
pub fn levelled(
    weights: &BTreeMap<String, Tensor>,
    vae: &Vae,
    pictures: &Pictures,
    count: usize,
    place: &Place,
) -> Result<BTreeMap<String, Tensor>, Problem> {
    let (centre, spread) = measured(vae, pictures, count.min(MEASURED), place)?;
    let (forth, back) = roots(spread);
    let mut levelled = weights.clone();
    let mut change = |name: &str, changed: &dyn Fn(&mut [f64])| -> Result<(), Problem> {
        let Some(tensor) = levelled.get_mut(name) else {
            return Err(Problem::new("tensor-missing").with("file", "vae").with("tensor", name));
        };
        let mut numbers: Vec<f64> =
            tensor.flatten_all()?.to_vec1::<f32>()?.into_iter().map(f64::from).collect();
        changed(&mut numbers);
        let numbers: Vec<f32> = numbers.into_iter().map(|x| x as f32).collect();
        *tensor = Tensor::from_vec(numbers, tensor.dims(), tensor.device())?;
        Ok(())
    };
    change("vae/quant_conv.weight", &|w| {
        // Rows are channels; the means come first, over all eight of the input.
        let (old, width) = (w.to_vec(), 2 * CHANNELS);
        for i in 0..CHANNELS {
            for j in 0..width {
                w[i * width + j] = (0..CHANNELS).map(|k| forth[i][k] * old[k * width + j]).sum();
            }
        }
    })?;
    change("vae/quant_conv.bias", &|b| {
        let old = b.to_vec();
        for i in 0..CHANNELS {
            b[i] = (0..CHANNELS).map(|k| forth[i][k] * (old[k] - centre[k])).sum();
            // The log-variances of mixed channels: those of the unmixed ones, scaled.
            b[CHANNELS + i] += 2.0 * forth[i][i].ln();
        }
    })?;
    let Some(post) = weights.get("vae/post_quant_conv.weight") else { return Ok(levelled) };
    let post: Vec<f64> = post.flatten_all()?.to_vec1::<f32>()?.into_iter().map(f64::from).collect();
    change("vae/post_quant_conv.bias", &|b| {
        for (i, b) in b.iter_mut().enumerate() {
            *b += (0..CHANNELS).map(|k| post[i * CHANNELS + k] * centre[k]).sum::<f64>();
        }
    })?;
    change("vae/post_quant_conv.weight", &|w| {
        for i in 0..CHANNELS {
            for j in 0..CHANNELS {
                w[i * CHANNELS + j] =
                    (0..CHANNELS).map(|k| post[i * CHANNELS + k] * back[k][j]).sum();
            }
        }
    })?;
    Ok(levelled)
}

/// Mean and covariance (divisor n − 1) of the latents' channels over all cells.
fn measured(
    vae: &Vae,
    pictures: &Pictures,
    count: usize,
    place: &Place,
) -> Result<([f64; CHANNELS], Matrix), Problem> {
    let (mut sums, mut products, mut cells) = ([0.0; CHANNELS], Matrix::default(), 0.0);
    let all: Vec<usize> = (0..count).collect();
    for numbers in all.chunks(AT_ONCE) {
        let latents = latents_of(vae, pictures, numbers, place)?;
        for picture in latents.flatten_from(2)?.to_vec3::<f32>()? {
            let [a, b, c, d] = picture.as_slice() else { continue };
            for (((a, b), c), d) in a.iter().zip(b).zip(c).zip(d) {
                let cell = [*a, *b, *c, *d].map(f64::from);
                cells += 1.0;
                for i in 0..CHANNELS {
                    sums[i] += cell[i];
                    for j in 0..CHANNELS {
                        products[i][j] += cell[i] * cell[j];
                    }
                }
            }
        }
    }
    let centre = sums.map(|sum| sum / cells);
    let mut spread = Matrix::default();
    for i in 0..CHANNELS {
        for j in 0..CHANNELS {
            spread[i][j] = (products[i][j] - cells * centre[i] * centre[j]) / (cells - 1.0);
        }
    }
    Ok((centre, spread))
}

/// The symmetrical roots of a covariance: `S^(−1/2)` and `S^(1/2)`.
fn roots(spread: Matrix) -> (Matrix, Matrix) {
    let (values, vectors) = eigen(spread);
    let of = |power: f64| {
        let mut root = Matrix::default();
        for (i, row) in root.iter_mut().enumerate() {
            for (j, entry) in row.iter_mut().enumerate() {
                *entry = (0..CHANNELS)
                    .map(|k| vectors[i][k] * values[k].max(1e-12).powf(power) * vectors[j][k])
                    .sum();
            }
        }
        root
    };
    (of(-0.5), of(0.5))
}

/// Eigenvalues and eigenvectors (columns) of a symmetrical matrix, by Jacobi's rotations.
fn eigen(mut a: Matrix) -> ([f64; CHANNELS], Matrix) {
    const SWEEPS: usize = 30;
    let mut vectors = Matrix::default();
    for (i, row) in vectors.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    for _ in 0..SWEEPS {
        for p in 0..CHANNELS {
            for q in p + 1..CHANNELS {
                if a[p][q] == 0.0 {
                    continue;
                }
                let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                for row in a.iter_mut().chain(&mut vectors) {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
                let (x, y) = (a[p], a[q]);
                a[p] = std::array::from_fn(|k| c * x[k] - s * y[k]);
                a[q] = std::array::from_fn(|k| s * x[k] + c * y[k]);
            }
        }
    }
    (std::array::from_fn(|i| a[i][i]), vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roots_multiply_to_what_they_are_roots_of() {
        let spread = [
            [4.0, 1.0, 0.5, 0.0],
            [1.0, 3.0, 0.2, -0.4],
            [0.5, 0.2, 2.0, 0.3],
            [0.0, -0.4, 0.3, 1.0],
        ];
        let (forth, back) = roots(spread);
        let product = |a: Matrix, b: Matrix| {
            let entry = |i: usize, j: usize| (0..CHANNELS).map(|k| a[i][k] * b[k][j]).sum::<f64>();
            std::array::from_fn::<_, CHANNELS, _>(|i| {
                std::array::from_fn::<_, CHANNELS, _>(|j| entry(i, j))
            })
        };
        let (square, unit) = (product(back, back), product(forth, back));
        for i in 0..CHANNELS {
            for j in 0..CHANNELS {
                assert!((square[i][j] - spread[i][j]).abs() < 1e-12);
                assert!((unit[i][j] - f64::from(u8::from(i == j))).abs() < 1e-12);
            }
        }
    }
}
