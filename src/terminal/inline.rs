//! Pictures among the lines of `run`, printed by viuer outside the interface: kitty's and iTerm2's
//! protocols where the terminal says that it has them, else half-blocks.

use std::io::{self, Write};

use image::{DynamicImage, RgbaImage};

use crate::walk::Picture;

/// Columns before the first picture, and between two.
const GAP: usize = 2;
/// How many pixels a cell gets where a protocol shows pixels, so that no terminal blurs them.
const DOTS: usize = 8;

/// Shows rows of pictures on stdout.
#[derive(Clone, Copy, Debug)]
pub struct Inline {
    pixels: bool,
    true_colour: bool,
}

impl Inline {
    /// `pixels`: whether kitty's or iTerm2's protocol may be tried (never where stdout is no
    /// terminal); `true_colour`: 24-bit colours, else 256.
    pub const fn new(pixels: bool, true_colour: bool) -> Self {
        Self { pixels, true_colour }
    }

    /// Whether the environment names a terminal with kitty's or iTerm2's protocol: viuer's own
    /// question would be shown as text by others.
    pub fn pixels_likely(environment: impl Fn(&str) -> Option<String>) -> bool {
        if environment("TMUX").is_some() || environment("ZELLIJ").is_some() {
            return false;
        }
        let names = |key: &str, names: &[&str]| {
            environment(key).is_some_and(|v| names.iter().any(|n| v.contains(n)))
        };
        environment("KITTY_WINDOW_ID").is_some()
            || names("TERM", &["kitty", "ghostty"])
            || names("TERM_PROGRAM", &["iTerm", "WezTerm", "ghostty"])
    }

    /// Puts one row of pictures on stdout; flush what was printed before. Pictures that the
    /// terminal refuses are left out: the numbers beside them stay.
    ///
    /// # Errors
    ///
    /// What writing to `out` meets.
    pub fn show(self, row: &[Picture], out: &mut dyn Write) -> io::Result<()> {
        let width = row.iter().map(|p| p.width() + GAP).sum::<usize>().saturating_sub(GAP);
        let height = row.iter().map(Picture::height).max().unwrap_or(0);
        if width == 0 || height == 0 {
            return Ok(());
        }
        out.flush()?;
        let scale = if self.pixels { DOTS } else { 1 };
        let Some(image) = side_by_side(row, width, height.next_multiple_of(2), scale) else {
            return Ok(());
        };
        let config = viuer::Config {
            transparent: true,
            absolute_offset: false,
            x: GAP as u16,
            width: u32::try_from(width).ok(),
            height: u32::try_from(height.div_ceil(2)).ok(),
            truecolor: self.true_colour,
            use_kitty: self.pixels,
            use_iterm: self.pixels,
            ..viuer::Config::default()
        };
        if let Err(viuer::ViuError::Io(error)) = viuer::print(&image, &config) {
            return Err(error);
        }
        Ok(())
    }
}

/// One image of all pictures, transparent between them.
fn side_by_side(
    row: &[Picture],
    width: usize,
    height: usize,
    scale: usize,
) -> Option<DynamicImage> {
    let (w, h) = (u32::try_from(width * scale).ok()?, u32::try_from(height * scale).ok()?);
    let mut image = RgbaImage::new(w, h);
    let mut left = 0;
    for picture in row {
        let (pw, ph) = (picture.width() * scale, picture.height() * scale);
        for y in 0..ph {
            for x in 0..pw {
                let [r, g, b] = picture.pixel(x / scale, y / scale);
                let at = (u32::try_from(left + x).ok()?, u32::try_from(y).ok()?);
                image.put_pixel(at.0, at.1, image::Rgba([r, g, b, 255]));
            }
        }
        left += (picture.width() + GAP) * scale;
    }
    Some(DynamicImage::ImageRgba8(image))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_stand_side_by_side_with_a_transparent_gap() {
        let red = Picture::from_fn(2, 2, |_, _| [255, 0, 0]);
        let image = side_by_side(&[red.clone(), red], 6, 2, 1).unwrap().to_rgba8();
        assert_eq!(image.get_pixel(1, 0).0, [255, 0, 0, 255]);
        assert_eq!(image.get_pixel(2, 0).0[3], 0);
        assert_eq!(image.get_pixel(4, 1).0, [255, 0, 0, 255]);
    }

    #[test]
    fn a_multiplexer_is_never_asked_for_pixels() {
        let kitty = |key: &str| (key == "TERM").then(|| "xterm-kitty".to_owned());
        assert!(Inline::pixels_likely(kitty));
        let inside = |key: &str| (key == "TMUX" || key == "KITTY_WINDOW_ID").then(String::new);
        assert!(!Inline::pixels_likely(inside));
    }
}
