//! A picture at a noise level: what the network met in training, made visible.
//!
//! In training the noise is added to the latent. Here the same two factors mix the picture's own
//! pixels with noise, because pixels are what can be seen.

use crate::walk::{Picture, Schedule};

/// `√ᾱ · pixel + √(1−ᾱ) · noise` for pixels in −1..1. The noise is the same at every level, so
/// that only the factors change.
pub(super) fn noised(picture: &Picture, sigma: f32) -> Picture {
    let (signal, noise) = Schedule::factors(sigma);
    let width = picture.width();
    Picture::from_fn(width, picture.height(), |x, y| {
        let pixel = picture.pixel(x, y);
        std::array::from_fn(|c| {
            let value = f32::from(pixel[c]) / 127.5 - 1.0;
            let mixed = signal * value + noise * unit_normal(((y * width + x) * 3 + c) as u64);
            ((mixed + 1.0) * 127.5).round().clamp(0.0, 255.0) as u8
        })
    })
}

/// A unit normal number for a place: splitmix64 twice, then Box and Muller's transform.
fn unit_normal(place: u64) -> f32 {
    let even = |n: u64| (splitmix(n) >> 40) as f32 / 16_777_216.0;
    let (u, v) = (1.0 - even(2 * place), even(2 * place + 1));
    (-2.0 * u.ln()).sqrt() * (std::f32::consts::TAU * v).cos()
}

const fn splitmix(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::statistics::Statistics;

    #[test]
    fn no_noise_leaves_the_picture_alone_and_much_hides_it() {
        let picture = Picture::from_fn(8, 8, |x, y| [(x * 30) as u8, (y * 30) as u8, 200]);
        assert_eq!(noised(&picture, 0.0), picture);
        let other = Picture::from_fn(8, 8, |_, _| [0, 0, 0]);
        assert_eq!(noised(&picture, 1e6), noised(&other, 1e6));
    }

    #[test]
    fn the_noise_is_unit_normal() {
        let numbers: Vec<f32> = (0..20_000).map(unit_normal).collect();
        let statistics = Statistics::of_slice(&numbers);
        assert!(statistics.mean.abs() < 0.03 && (statistics.std - 1.0).abs() < 0.03);
    }
}
