//! What the VAE's encoder makes of a picture: not a latent but a normal distribution for each of
//! its numbers, of which one draw is taken (Kingma & Welling 2013, section 2.3).

use super::{Grid, Picture};

/// The logarithms of variances are kept within these limits before they are used.
const LOG_VARIANCE: [f32; 2] = [-30.0, 20.0];

/// The picture that a walk begins from, and its latent.
#[derive(Clone, Debug, PartialEq)]
pub struct Encode {
    /// `[1,3,H,W]` in −1..1: the picture as the encoder sees it.
    pub image: Grid,
    /// `[1,8,h,w]`: the means of the latent's four channels, then the logarithms of their variances,
    /// as the encoder answers.
    pub moments: Grid,
    /// `[1,4,h,w]`, unit normal: the first draw of the seed.
    pub noise: Grid,
    /// What latents are multiplied by after encoding.
    pub scaling: f32,
    /// The decoder's answer to this latent, where it costs little: what encoding keeps of a picture.
    pub back: Option<Picture>,
    /// Whole tensors by name (`encode.…`), if asked for.
    pub whole: Vec<(String, Grid)>,
    /// Wall time in seconds.
    pub seconds: f32,
}

impl Encode {
    /// `[1,4,h,w]`: the means, before scaling.
    pub fn mean(&self) -> Grid {
        self.half(0).unwrap_or_else(|| Grid::filled(self.noise.shape(), 0.0))
    }

    /// `[1,4,h,w]`: the standard deviations, before scaling.
    pub fn deviation(&self) -> Grid {
        let [low, high] = LOG_VARIANCE;
        let logs = self.half(1).unwrap_or_else(|| Grid::filled(self.noise.shape(), low));
        logs.map(|log| (0.5 * log.clamp(low, high)).exp())
    }

    /// `[1,4,h,w]`: `(mean + deviation · noise) · scaling`, the latent that noise is added to.
    pub fn latent(&self) -> Grid {
        let drawn = self.deviation().zip(&self.noise, |deviation, noise| deviation * noise);
        let sum = drawn.and_then(|drawn| self.mean().zip(&drawn, |mean, drawn| mean + drawn));
        sum.unwrap_or_else(|| self.noise.clone()).map(|x| x * self.scaling)
    }

    /// The picture; `None` only for a malformed grid.
    pub fn picture(&self) -> Option<Picture> {
        Picture::from_decoder(&self.image)
    }

    /// By how much the picture that comes back differs, on average over all red, green and blue
    /// values of 0 to 255.
    pub fn lost(&self) -> Option<f32> {
        let (before, after) = (self.picture()?, self.back.as_ref()?);
        if before.rgb().len() != after.rgb().len() {
            return None;
        }
        let pairs = before.rgb().iter().zip(after.rgb());
        let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        Some(sum as f32 / before.rgb().len().max(1) as f32)
    }

    fn half(&self, which: usize) -> Option<Grid> {
        let size = self.noise.len();
        let numbers = self.moments.data().get(which * size..(which + 1) * size)?;
        Grid::new(self.noise.shape(), numbers.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latent_is_mean_and_deviation_times_noise_scaled() {
        let moments = Grid::new(&[1, 8, 1, 1], vec![1.0, 2.0, 3.0, 4.0, 0.0, 0.0, -99.0, 99.0]);
        let encode = Encode {
            image: Grid::filled(&[1, 3, 2, 2], 1.0),
            moments: moments.expect("fits"),
            noise: Grid::filled(&[1, 4, 1, 1], 2.0),
            scaling: 0.5,
            back: Some(Picture::from_fn(2, 2, |_, _| [255, 255, 252])),
            whole: Vec::new(),
            seconds: 0.0,
        };
        assert_eq!(encode.mean().data(), [1.0, 2.0, 3.0, 4.0]);
        let deviation = encode.deviation();
        assert_eq!(deviation.data()[..2], [1.0, 1.0]);
        // Clamped to e^−15 and e^10.
        assert!((deviation.data()[2] - 3.059e-7).abs() < 1e-10);
        assert!((deviation.data()[3] - 22_026.465).abs() < 0.01);
        assert_eq!(encode.latent().data()[..2], [1.5, 2.0]);
        assert_eq!(encode.lost(), Some(1.0));
    }
}
