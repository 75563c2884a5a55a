//! A picture as 8-bit red, green and blue.

use std::sync::Arc;

use super::Grid;

/// Pixels in rows from the top, three bytes each; cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Arc<[u8]>,
}

impl Picture {
    /// Takes `width × height × 3` bytes; `None` where the count does not fit.
    pub fn new(width: usize, height: usize, rgb: Vec<u8>) -> Option<Self> {
        let count = width.checked_mul(height)?.checked_mul(3)?;
        (count == rgb.len()).then(|| Self { width, height, rgb: rgb.into() })
    }

    /// A picture given pixel by pixel.
    pub fn from_fn(
        width: usize,
        height: usize,
        mut pixel: impl FnMut(usize, usize) -> [u8; 3],
    ) -> Self {
        let rgb = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .flat_map(|(x, y)| pixel(x, y))
            .collect();
        Self { width, height, rgb }
    }

    /// The decoder's output `[1,3,H,W]` in −1..1 as a picture: `clamp(v/2 + 0.5, 0, 1)`, rounded
    /// to 8 bits as diffusers does. `None` for any other shape.
    pub fn from_decoder(image: &Grid) -> Option<Self> {
        let [.., 3, height, width] = *image.shape() else { return None };
        if image.planes() != 3 {
            return None;
        }
        let to_byte = |v: f32| ((v / 2.0 + 0.5).clamp(0.0, 1.0) * 255.0).round_ties_even() as u8;
        let [r, g, b] = [0, 1, 2].map(|c| image.plane(c));
        Some(Self::from_fn(width, height, |x, y| {
            let i = y * width + x;
            [to_byte(r[i]), to_byte(g[i]), to_byte(b[i])]
        }))
    }

    /// Pixels in a row.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub const fn height(&self) -> usize {
        self.height
    }

    /// All bytes, row by row, red green blue.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The pixel at `x`, `y`; black outside.
    pub fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        if x >= self.width || y >= self.height {
            return [0; 3];
        }
        let i = (y * self.width + x) * 3;
        [self.rgb[i], self.rgb[i + 1], self.rgb[i + 2]]
    }

    /// Every pixel repeated `scale` times both ways: nothing is blurred to look bigger than it is.
    #[must_use]
    pub fn enlarged(&self, scale: usize) -> Self {
        let scale = scale.max(1);
        Self::from_fn(self.width * scale, self.height * scale, |x, y| {
            self.pixel(x / scale, y / scale)
        })
    }

    /// Averaged over whole blocks so that it is no larger than asked; gives the block's edge too.
    pub fn block_means(&self, max_width: usize, max_height: usize) -> (Self, usize) {
        let block = self
            .width
            .div_ceil(max_width.max(1))
            .max(self.height.div_ceil(max_height.max(1)))
            .max(1);
        let small =
            Self::from_fn(self.width.div_ceil(block), self.height.div_ceil(block), |x, y| {
                self.mean_of(x * block, y * block, block)
            });
        (small, block)
    }

    fn mean_of(&self, x0: usize, y0: usize, block: usize) -> [u8; 3] {
        let (mut sum, mut count) = ([0usize; 3], 0usize);
        for y in y0..(y0 + block).min(self.height) {
            for x in x0..(x0 + block).min(self.width) {
                for (s, v) in sum.iter_mut().zip(self.pixel(x, y)) {
                    *s += usize::from(v);
                }
                count += 1;
            }
        }
        sum.map(|s| u8::try_from((s + count / 2).checked_div(count).unwrap_or(0)).unwrap_or(255))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoders_output_is_clamped_and_rounded() {
        let image = Grid::new(&[1, 3, 1, 1], vec![-3.0, 0.0, 1.0]).expect("fits");
        let picture = Picture::from_decoder(&image).expect("a picture");
        assert_eq!(picture.pixel(0, 0), [0, 128, 255]);
    }

    #[test]
    fn block_means_average() {
        let picture = Picture::from_fn(2, 2, |x, y| [(x * 100) as u8, (y * 100) as u8, 7]);
        assert_eq!(picture.block_means(1, 1).0.pixel(0, 0), [50, 50, 7]);
    }
}
