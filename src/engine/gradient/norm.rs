//! Group norm (with SiLU where it follows) and layer norm, backward: what changes mean or
//! variance of a group gives nothing, the rest is scaled (Ioffe and Szegedy 2015, section 3).

use rayon::prelude::*;

use super::Operation;
use super::activation::swish_slope;
use crate::engine::kernels::norm::{Affine, group_norm, layer_norm, mean_and_factor};
use crate::engine::kernels::{widest, worth_threads};

/// Group norm of input `[B,C,h,w]`, weight and bias, then SiLU if asked.
pub(in crate::engine) struct GroupNorm {
    /// The input's shape.
    pub(in crate::engine) dims: [usize; 4],
    /// Groups of neighbouring channels.
    pub(in crate::engine) groups: usize,
    /// Added to the variance.
    pub(in crate::engine) epsilon: f64,
    /// Whether SiLU follows.
    pub(in crate::engine) silu: bool,
}

impl Operation<3> for GroupNorm {
    const NAME: &'static str = "group norm";

    fn dims(&self) -> Vec<usize> {
        self.dims.to_vec()
    }

    fn forward(&self, [x, weight, bias]: [&[f32]; 3]) -> Vec<f32> {
        let affine = Affine { weight, bias, epsilon: self.epsilon };
        group_norm(x, self.dims[2] * self.dims[3], self.groups, affine, self.silu)
    }

    fn backward(
        &self,
        [x, weight, bias]: [&[f32]; 3],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        let [batch, channels, h, w] = self.dims;
        let (pixels, each) = (h * w, channels / self.groups);
        let size = each * pixels;
        let mut result = gradient.to_vec();
        // For each plane: the gradient's sum, and its product with the normed input.
        let mut sums = vec![[0.0; 2]; batch * channels];
        let work = |at: usize, group: &mut [f32], x: &[f32], sums: &mut [[f32; 2]]| {
            let first = at % self.groups * each;
            let (mean, factor) = mean_and_factor(x, self.epsilon);
            let (mut total, mut along) = (0.0, 0.0);
            let planes = group.chunks_exact_mut(pixels).zip(x.chunks_exact(pixels));
            for (((g, x), sums), c) in planes.zip(sums).zip(first..) {
                if self.silu {
                    let scale = weight[c] * factor;
                    let shift = bias[c] - mean * scale;
                    widest(|| {
                        for (g, x) in g.iter_mut().zip(x) {
                            *g *= swish_slope(x * scale + shift, 1.0);
                        }
                    });
                }
                let (sum, product) = sum_and_product(g, x, mean);
                *sums = [sum, product * factor];
                total += f64::from(sum * weight[c]);
                along += f64::from(product * factor * weight[c]);
            }
            let (total, along) = ((total / size as f64) as f32, (along / size as f64) as f32);
            let planes = group.chunks_exact_mut(pixels).zip(x.chunks_exact(pixels));
            for ((g, x), c) in planes.zip(first..) {
                give_back(
                    g,
                    x,
                    [weight[c] * factor, total * factor, along * factor * factor],
                    mean,
                );
            }
        };
        if worth_threads(x.len() * 16) {
            let groups = result.par_chunks_exact_mut(size).zip(x.par_chunks_exact(size));
            let groups = groups.zip(sums.par_chunks_exact_mut(each)).enumerate();
            groups.for_each(|(at, ((group, x), sums))| work(at, group, x, sums));
        } else {
            let groups = result.chunks_exact_mut(size).zip(x.chunks_exact(size));
            let groups = groups.zip(sums.chunks_exact_mut(each)).enumerate();
            groups.for_each(|(at, ((group, x), sums))| work(at, group, x, sums));
        }
        let over_pictures = |place: usize| {
            let mut total = vec![0.0; channels];
            for row in sums.chunks_exact(channels) {
                total.iter_mut().zip(row).for_each(|(t, sums)| *t += sums[place]);
            }
            total
        };
        [
            wanted[0].then_some(result),
            wanted[1].then(|| over_pictures(1)),
            wanted[2].then(|| over_pictures(0)),
        ]
    }
}

/// The gradient `g` of the normed and scaled numbers becomes that of the numbers `x`:
/// `g·scale − total − (x − mean)·along`.
fn give_back(g: &mut [f32], x: &[f32], [scale, total, along]: [f32; 3], mean: f32) {
    widest(|| {
        for (g, x) in g.iter_mut().zip(x) {
            *g = *g * scale - total - (x - mean) * along;
        }
    });
}

/// The sum of `g`, and of `g·(x − mean)`, in 16 lanes.
fn sum_and_product(g: &[f32], x: &[f32], mean: f32) -> (f32, f32) {
    widest(|| {
        let ((whole_g, rest_g), (whole_x, rest_x)) = (g.as_chunks::<16>(), x.as_chunks::<16>());
        let (mut sums, mut products) = ([0.0f32; 16], [0.0f32; 16]);
        for (g, x) in whole_g.iter().zip(whole_x) {
            for i in 0..16 {
                sums[i] += g[i];
                products[i] += g[i] * (x[i] - mean);
            }
        }
        let rest = rest_g.iter().zip(rest_x).map(|(g, x)| g * (x - mean));
        (sums.iter().chain(rest_g).sum::<f32>(), products.iter().sum::<f32>() + rest.sum::<f32>())
    })
}

/// Layer norm of input, weight and bias.
pub(in crate::engine) struct LayerNorm {
    /// The input's shape; the last is the width.
    pub(in crate::engine) dims: Vec<usize>,
    /// Added to the variance.
    pub(in crate::engine) epsilon: f64,
}

impl Operation<3> for LayerNorm {
    const NAME: &'static str = "layer norm";

    fn dims(&self) -> Vec<usize> {
        self.dims.clone()
    }

    fn forward(&self, [x, weight, bias]: [&[f32]; 3]) -> Vec<f32> {
        layer_norm(x, Affine { weight, bias, epsilon: self.epsilon })
    }

    fn backward(
        &self,
        [x, weight, _]: [&[f32]; 3],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        let width = weight.len();
        let mut result = gradient.to_vec();
        let (mut of_weight, mut of_bias) = (vec![0.0; width], vec![0.0; width]);
        for (g, x) in result.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
            let (mean, factor) = mean_and_factor(x, self.epsilon);
            widest(|| {
                let sums = of_weight.iter_mut().zip(of_bias.iter_mut()).zip(weight);
                for ((g, x), ((of_weight, of_bias), weight)) in g.iter_mut().zip(x).zip(sums) {
                    *of_weight += *g * (x - mean) * factor;
                    *of_bias += *g;
                    *g *= weight;
                }
            });
            let (sum, product) = sum_and_product(g, x, mean);
            let (total, along) = (sum / width as f32, product * factor / width as f32);
            give_back(g, x, [factor, total * factor, along * factor * factor], mean);
        }
        [wanted[0].then_some(result), wanted[1].then_some(of_weight), wanted[2].then_some(of_bias)]
    }
}

#[cfg(test)]
mod tests {
    use super::super::differences::check;
    use super::*;

    #[test]
    fn group_norm_with_and_without_silu() {
        for (channels, groups, h, w) in [(4, 2, 3, 5), (6, 1, 1, 2), (8, 8, 5, 5), (40, 8, 9, 7)] {
            for silu in [false, true] {
                let dims = [2, channels, h, w];
                let norm = GroupNorm { dims, groups, epsilon: 1e-5, silu };
                let sizes = [2 * channels * h * w, channels, channels];
                check(&norm, sizes, &format!("{dims:?} {silu}"));
            }
        }
    }

    #[test]
    fn layer_norm_of_every_width() {
        for width in [3, 16, 37, 64] {
            let norm = LayerNorm { dims: vec![2, 5, width], epsilon: 1e-5 };
            check(&norm, [10 * width, width, width], &format!("{width}"));
        }
    }
}
