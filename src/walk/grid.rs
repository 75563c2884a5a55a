//! A block of numbers with a shape: the plain form in which every tensor leaves the engine.

use std::sync::Arc;

/// Numbers in row-major order with their shape; cheap to clone, never changed in place.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    shape: Vec<usize>,
    data: Arc<[f32]>,
}

impl Grid {
    /// Puts `data` into `shape`; `None` where the count of numbers does not fit the shape.
    pub fn new(shape: &[usize], data: Vec<f32>) -> Option<Self> {
        let count = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d))?;
        (count == data.len()).then(|| Self { shape: shape.to_vec(), data: data.into() })
    }

    /// A grid of one value everywhere.
    pub fn filled(shape: &[usize], value: f32) -> Self {
        let count = shape.iter().product();
        Self { shape: shape.to_vec(), data: vec![value; count].into() }
    }

    /// A grid whose numbers are given by their place in row-major order.
    pub fn from_fn(shape: &[usize], f: impl FnMut(usize) -> f32) -> Self {
        let count = shape.iter().product();
        Self { shape: shape.to_vec(), data: (0..count).map(f).collect() }
    }

    /// The sizes of the axes, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// All numbers in row-major order.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are no numbers at all.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The size of axis `i` counted from the end (0 is the innermost); 1 where there is none.
    pub fn axis_from_end(&self, i: usize) -> usize {
        self.shape.iter().rev().nth(i).copied().unwrap_or(1)
    }

    /// Width of the innermost plane.
    pub fn width(&self) -> usize {
        self.axis_from_end(0)
    }

    /// Height of the innermost plane.
    pub fn height(&self) -> usize {
        self.axis_from_end(1)
    }

    /// How many planes of height × width lie one behind the other.
    pub fn planes(&self) -> usize {
        self.len().checked_div(self.width() * self.height()).unwrap_or(0)
    }

    /// The numbers of plane `i` (all outer axes taken as one); empty where there is none.
    pub fn plane(&self, i: usize) -> &[f32] {
        self.chunk(i, self.width() * self.height())
    }

    /// The numbers of row `i` (all axes but the innermost taken as one); empty where there is none.
    pub fn row(&self, i: usize) -> &[f32] {
        self.chunk(i, self.width())
    }

    /// The sub-grid at `i` of the outermost axis; `None` past its end.
    pub fn at(&self, i: usize) -> Option<Self> {
        let (&outer, inner) = self.shape.split_first()?;
        if i >= outer {
            return None;
        }
        let size = inner.iter().product();
        Self::new(inner, self.chunk(i, size).to_vec())
    }

    /// The same numbers in another shape of equal count.
    pub fn reshaped(&self, shape: &[usize]) -> Option<Self> {
        let count: usize = shape.iter().product();
        (count == self.len()).then(|| Self { shape: shape.to_vec(), data: Arc::clone(&self.data) })
    }

    /// Applies `f` to every number.
    #[must_use]
    pub fn map(&self, f: impl Fn(f32) -> f32) -> Self {
        Self { shape: self.shape.clone(), data: self.data.iter().map(|&x| f(x)).collect() }
    }

    /// Joins two grids of one shape number by number; `None` where the shapes differ.
    pub fn zip(&self, other: &Self, f: impl Fn(f32, f32) -> f32) -> Option<Self> {
        (self.shape == other.shape).then(|| Self {
            shape: self.shape.clone(),
            data: self.data.iter().zip(other.data.iter()).map(|(&a, &b)| f(a, b)).collect(),
        })
    }

    /// `Σ factorᵢ · gridᵢ`, the sum that every sampler's formula is; `None` for no terms or
    /// shapes that differ.
    pub fn weighted_sum(terms: &[(f32, &Self)]) -> Option<Self> {
        let (&(factor, first), rest) = terms.split_first()?;
        rest.iter().try_fold(first.map(|x| x * factor), |sum, &(factor, grid)| {
            sum.zip(grid, |a, b| a + factor * b)
        })
    }

    /// Each plane averaged over whole blocks so that no plane is larger than `max_width` ×
    /// `max_height`; gives the grid `[planes, h, w]` and the block's edge (1: unchanged).
    pub fn block_means(&self, max_width: usize, max_height: usize) -> (Self, usize) {
        let (w, h) = (self.width(), self.height());
        let block = w.div_ceil(max_width.max(1)).max(h.div_ceil(max_height.max(1))).max(1);
        let (ow, oh) = (w.div_ceil(block), h.div_ceil(block));
        let mut data = Vec::with_capacity(self.planes() * ow * oh);
        for p in 0..self.planes() {
            let plane = self.plane(p);
            for y in 0..oh {
                for x in 0..ow {
                    data.push(block_mean(plane, w, h, x * block, y * block, block));
                }
            }
        }
        (Self { shape: vec![self.planes(), oh, ow], data: data.into() }, block)
    }

    fn chunk(&self, i: usize, size: usize) -> &[f32] {
        let start = i.saturating_mul(size);
        self.data.get(start..start.saturating_add(size)).unwrap_or(&[])
    }
}

fn block_mean(plane: &[f32], w: usize, h: usize, x0: usize, y0: usize, block: usize) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0);
    for y in y0..(y0 + block).min(h) {
        for x in x0..(x0 + block).min(w) {
            sum += plane[y * w + x];
            count += 1.0;
        }
    }
    sum / count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_that_does_not_fit_is_refused() {
        assert!(Grid::new(&[2, 3], vec![0.0; 5]).is_none());
        assert!(Grid::new(&[usize::MAX, 2], vec![]).is_none());
    }

    #[test]
    fn block_means_keep_the_mean_of_whole_blocks() {
        let grid = Grid::from_fn(&[1, 4, 4], |i| i as f32);
        let (small, block) = grid.block_means(2, 2);
        assert_eq!((small.shape(), block), (&[1, 2, 2][..], 2));
        assert_eq!(small.data(), &[2.5, 4.5, 10.5, 12.5]);
    }

    #[test]
    fn planes_and_rows_past_the_end_are_empty() {
        let grid = Grid::filled(&[2, 2, 2], 1.0);
        assert!(grid.plane(2).is_empty() && grid.row(4).is_empty() && grid.at(2).is_none());
    }
}
