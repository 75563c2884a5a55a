//! The one door through which tensors leave the engine: here they become plain data.

use candle_core::{DType, Device, Tensor};

use super::device::Place;
use super::weights::compute_failed;
use crate::walk::{Grid, Level, Problem, Statistics};

/// How many channels of a decoder level are kept beside the root mean square.
const CHANNELS_KEPT: usize = 8;

/// The largest side of a kept plane.
const PLANE_LIMIT: usize = 64;

/// A tensor as plain 32-bit numbers on the processor, in its own shape.
pub fn grid(tensor: &Tensor) -> Result<Grid, Problem> {
    let numbers = tensor
        .to_device(&Device::Cpu)
        .and_then(|t| t.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>())
        .map_err(|e| compute_failed(&e))?;
    Grid::new(tensor.dims(), numbers)
        .ok_or_else(|| Problem::new("compute-failed").with("reason", "shape"))
}

/// Plain numbers as a tensor of the place's type, on its device.
pub fn tensor(grid: &Grid, place: &Place) -> Result<Tensor, Problem> {
    Tensor::from_slice(grid.data(), grid.shape(), &Device::Cpu)
        .and_then(|t| t.to_dtype(place.dtype)?.to_device(&place.device))
        .map_err(|e| compute_failed(&e))
}

/// A decoder's level `[1,C,h,w]`, made small: statistics of the whole, the root mean square over
/// the channels, and the channels of greatest variance, at most 64 × 64 each.
pub fn level(name: &str, tensor: &Tensor) -> Result<Level, Problem> {
    let whole = grid(tensor)?;
    let (channels, h, w) = (whole.planes(), whole.height(), whole.width());
    let mut by_variance: Vec<(usize, f32)> =
        (0..channels).map(|c| (c, Statistics::of_slice(whole.plane(c)).std)).collect();
    by_variance.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let kept: Vec<usize> = by_variance.iter().take(CHANNELS_KEPT).map(|(c, _)| *c).collect();
    let mut planes = root_mean_square(&whole);
    for &c in &kept {
        planes.extend_from_slice(whole.plane(c));
    }
    let planes = Grid::new(&[kept.len() + 1, h, w], planes)
        .ok_or_else(|| Problem::new("compute-failed").with("reason", "shape"))?;
    Ok(Level {
        name: name.to_owned(),
        shape: [channels, h, w],
        statistics: Statistics::of(&whole),
        planes: planes.block_means(PLANE_LIMIT, PLANE_LIMIT).0,
        channels: kept,
    })
}

fn root_mean_square(whole: &Grid) -> Vec<f32> {
    let mut sums = vec![0.0f32; whole.width() * whole.height()];
    for p in 0..whole.planes() {
        for (sum, x) in sums.iter_mut().zip(whole.plane(p)) {
            *sum += x * x;
        }
    }
    let count = whole.planes().max(1) as f32;
    sums.into_iter().map(|sum| (sum / count).sqrt()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_keeps_the_liveliest_channels_and_its_own_statistics() {
        let data: Vec<f32> =
            (0..2 * 128 * 128).map(|i| if i < 128 * 128 { 3.0 } else { (i % 2) as f32 }).collect();
        let tensor = Tensor::from_vec(data, (1, 2, 128, 128), &Device::Cpu).expect("fits");
        let level = level("up.0", &tensor).expect("a level");
        assert_eq!((level.shape, level.channels), ([2, 128, 128], vec![1, 0]));
        assert_eq!(level.planes.shape(), [3, 64, 64]);
        assert_eq!(level.statistics.max, 3.0);
        assert!((level.planes.at(2).expect("plane").data()[0] - 3.0).abs() < 1e-6);
    }
}
