//! The banner of the first screen: out of noise, from left to right, a lamp comes up.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::views::parts::dots::{self, Dot, Fit};
use crate::views::parts::theme::Ground;
use crate::walk::colour_map::{Rgb, lightness};

/// Draws the banner over the whole area.
pub(super) fn draw(ground: &Ground, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let (width, height) = (usize::from(area.width), usize::from(area.height) * 2);
    let fit = Fit { area, block: 1, scale: 1 };
    dots::paint(fit, ground, buf, |x, y| {
        let along = x as f32 / width.max(2) as f32;
        let rgb = mixed(
            along,
            noise(x, y),
            glow(x as f32, y as f32, width as f32, height as f32),
            ground.light,
        );
        Some(Dot { colour: ground.rgb(rgb), shade: lightness(rgb), signed: false })
    });
}

/// Noise at the left, the lamp at the right, mixed as a sampler mixes them: by √(1−ᾱ) and √ᾱ.
fn mixed(along: f32, noise: [f32; 3], glow: Rgb, light: bool) -> Rgb {
    let kept = (along * 1.25).clamp(0.0, 1.0).powi(2);
    let (signal, rest) = (kept.sqrt(), (1.0 - kept).sqrt());
    let middle = if light { 190.0 } else { 74.0 };
    let grey = noise.iter().sum::<f32>() / 3.0;
    std::array::from_fn(|c| {
        let grain = (0.5 * noise[c] + 0.8 * grey) * if light { 60.0 } else { 66.0 };
        let ground = middle * (1.0 - signal);
        (ground + f32::from(glow[c]) * signal + grain * rest).clamp(0.0, 255.0) as u8
    })
}

/// Three numbers from −1 to 1 that depend on the place alone.
fn noise(x: usize, y: usize) -> [f32; 3] {
    std::array::from_fn(|c| {
        let mut h = (x as u64) << 32 ^ (y as u64) << 8 ^ c as u64;
        h = (h ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        h = (h ^ (h >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((h >> 40) as f32 / (1u64 << 23) as f32) - 1.0
    })
}

/// The lamp: an amber disc three quarters along, and its light on a dark wall.
fn glow(x: f32, y: f32, width: f32, height: f32) -> Rgb {
    let radius = height * 0.34;
    let (dx, dy) = (x - width * 0.78, y - height * 0.5 + 0.5);
    let distance = dx.hypot(dy);
    if distance < radius {
        let edge = (distance / radius).powi(2);
        return [255, (214.0 - 40.0 * edge) as u8, (140.0 - 80.0 * edge) as u8];
    }
    let light = 1.0 / (1.0 + ((distance - radius) / (height * 0.55)).powi(2));
    [(24.0 + 190.0 * light) as u8, (20.0 + 96.0 * light) as u8, (18.0 + 18.0 * light) as u8]
}
