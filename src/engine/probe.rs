//! What is looked at inside a network while it computes; what nobody asked for costs nothing.

use candle_core::Tensor;

use super::capture;
use super::kernels::attention::Keep;
use super::weights::compute_failed;
use crate::walk::{Attention, Grid, Level, Problem};

/// Cells whose attention is added together.
const TOGETHER: usize = 16;

/// What a probe is to collect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The outputs of the UNet's modules (`unet.…`) and every cross-attention's probabilities
    /// (`attn.…`), whole.
    pub blocks: bool,
    /// The mean over layers and heads of what each latent cell took from each piece.
    pub mean: Option<Mean>,
    /// The decoder's levels, made small.
    pub levels: bool,
    /// The decoder's levels, whole (`decode.…`), and the encoder's end (`encode.…`).
    pub whole_levels: bool,
}

/// For which pieces and onto which grid attention is averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mean {
    /// Pieces between start and end mark, at most 75.
    pub kept: usize,
    /// Height and width of the latent.
    pub size: (usize, usize),
    /// The place among the 77 that is masked: the networks then have one column less.
    pub masked: Option<usize>,
}

/// The collector that goes through a network with one call.
#[derive(Debug, Default)]
pub struct Probe {
    wanted: Wanted,
    named: Vec<(String, Grid)>,
    levels: Vec<Level>,
    sums: Vec<Sum>,
}

/// A mean in the making.
#[derive(Debug)]
struct Sum {
    mean: Mean,
    /// The row of the batch that it is of; none: the last.
    row: Option<usize>,
    rows: Vec<f32>,
    maps: usize,
}

impl Probe {
    /// Collects nothing.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Collects what is wanted.
    pub fn new(wanted: Wanted) -> Self {
        let sum = |mean| Sum { mean, row: None, rows: Vec::new(), maps: 0 };
        Self { wanted, sums: wanted.mean.map(sum).into_iter().collect(), ..Self::default() }
    }

    /// Averages the attention of these rows of a batch, each for pieces of its own.
    pub fn of_rows(rows: impl IntoIterator<Item = (usize, Mean)>) -> Self {
        let sum = |(row, mean)| Sum { mean, row: Some(row), rows: Vec::new(), maps: 0 };
        Self { sums: rows.into_iter().map(sum).collect(), ..Self::default() }
    }

    /// Which probabilities of attention are of use to anyone.
    pub(super) const fn keeps(&self) -> Keep {
        if self.wanted.blocks {
            Keep::Heads
        } else if self.sums.is_empty() {
            Keep::Nothing
        } else {
            Keep::Mean
        }
    }

    /// A module's output, under its name in recordings.
    pub(super) fn block(
        &mut self,
        name: impl FnOnce() -> String,
        tensor: &Tensor,
    ) -> Result<(), Problem> {
        if self.wanted.blocks {
            self.named.push((name(), capture::grid(tensor)?));
        }
        Ok(())
    }

    /// A cross-attention's probabilities `[B,heads,h·w,77]`, or their mean over the heads
    /// `[B,h·w,77]`, on a grid of `size`; the last row of the batch is the prompt's.
    pub(super) fn attention(
        &mut self,
        path: &str,
        probabilities: &Tensor,
        size: (usize, usize),
    ) -> Result<(), Problem> {
        if self.wanted.blocks {
            self.named.push((format!("attn.{path}"), capture::grid(probabilities)?));
        }
        for sum in &mut self.sums {
            let row =
                probabilities.dim(0).and_then(|b| probabilities.get(sum.row.unwrap_or(b - 1)));
            let over_heads = row.and_then(|p| if p.rank() == 3 { p.mean(0) } else { Ok(p) });
            let over_heads = over_heads.map_err(|e| compute_failed(&e))?;
            sum.add(&capture::grid(&over_heads)?, size);
        }
        Ok(())
    }

    /// A decoder's level `[1,C,h,w]`; `name` without `decode.`.
    pub(super) fn level(&mut self, name: &str, tensor: &Tensor) -> Result<(), Problem> {
        if self.wanted.levels {
            self.levels.push(capture::level(name, tensor)?);
        }
        if self.wanted.whole_levels {
            self.named.push((format!("decode.{name}"), capture::grid(tensor)?));
        }
        Ok(())
    }

    /// What the encoder ends with, under its name in recordings.
    pub(super) fn encoded(&mut self, name: &str, tensor: &Tensor) -> Result<(), Problem> {
        if self.wanted.whole_levels {
            self.named.push((format!("encode.{name}"), capture::grid(tensor)?));
        }
        Ok(())
    }

    /// The whole tensors by name, in the order in which they were computed; gives them away.
    pub fn take_named(&mut self) -> Vec<(String, Grid)> {
        std::mem::take(&mut self.named)
    }

    /// The decoder's levels; gives them away.
    pub fn take_levels(&mut self) -> Vec<Level> {
        std::mem::take(&mut self.levels)
    }

    /// The averaged attention; `None` where none was asked for or the network has none.
    pub fn mean_attention(&self) -> Option<Attention> {
        self.attention_of(0)
    }

    /// The averaged attention of one of the rows that were asked for, by its place among them.
    pub fn attention_of(&self, place: usize) -> Option<Attention> {
        self.sums.get(place)?.attention()
    }
}

impl Sum {
    fn attention(&self) -> Option<Attention> {
        let Mean { kept, size: (h, w), .. } = self.mean;
        let count = (self.maps > 0).then_some(self.maps as f32)?;
        let rows = self.rows.iter().map(|x| x / count).collect();
        Grid::new(&[kept + 3, h, w], rows).map(|rows| Attention { rows })
    }

    /// Adds one map `[h·w,77]`, each latent cell taking the value of the cell it lies in.
    fn add(&mut self, map: &Grid, (h, w): (usize, usize)) {
        let mean = self.mean;
        let (height, width) = mean.size;
        let cells = height * width;
        self.rows.resize((mean.kept + 3) * cells, 0.0);
        self.maps += 1;
        let places = map.shape().last().copied().unwrap_or(0);
        for y in 0..height {
            let line = y * h / height * w;
            // A few cells at a time: their rows stay in the first cache.
            for first in (0..width).step_by(TOGETHER) {
                let cell = y * width + first;
                for place in 0..places {
                    let before = mean.masked.is_some_and(|masked| place >= masked);
                    let r = (place + usize::from(before)).min(mean.kept + 2);
                    let to = &mut self.rows[r * cells + cell..][..TOGETHER.min(width - first)];
                    for (i, to) in to.iter_mut().enumerate() {
                        *to += map.data()[(line + (first + i) * w / width) * places + place];
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn averaged_rows_add_up_to_one_in_every_cell() {
        let mean = Mean { kept: 2, size: (4, 4), masked: None };
        let mut probe = Probe::new(Wanted { mean: Some(mean), ..Wanted::default() });
        for (h, w) in [(4, 4), (2, 2)] {
            let flat = Tensor::full(1.0f32 / 77.0, (2, 3, h * w, 77), &Device::Cpu).expect("fits");
            probe.attention("mid.0", &flat, (h, w)).expect("taken");
        }
        let rows = probe.mean_attention().expect("asked for").rows;
        assert_eq!(rows.shape(), [5, 4, 4]);
        for cell in 0..16 {
            let sum: f32 = (0..5).map(|r| rows.plane(r)[cell]).sum();
            assert!((sum - 1.0).abs() < 1e-5);
        }
        assert!((rows.plane(4)[0] - 73.0 / 77.0).abs() < 1e-5, "padding is one sum");
    }

    #[test]
    fn what_nobody_asked_for_is_not_kept() {
        let mut probe = Probe::nothing();
        let one = Tensor::ones((1, 1, 1, 77), candle_core::DType::F32, &Device::Cpu).expect("fits");
        probe.block(|| unreachable!("no name is made"), &one).expect("ignored");
        probe.attention("mid.0", &one, (1, 1)).expect("ignored");
        assert!(probe.take_named().is_empty() && probe.mean_attention().is_none());
    }
}
