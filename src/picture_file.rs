//! Picture files from anywhere: PNG and JPEG, read within bounds, turned as their EXIF says.
//!
//! A file's size is looked at before it is read, and a picture's before it is unpacked.

use std::fs;
use std::io::{BufRead, Read, Seek};
use std::path::Path;

use image::imageops::{FilterType, crop_imm, resize};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use crate::walk::{Picture, Problem};

/// A picture of more pixels is not unpacked.
const MOST_PIXELS: u64 = 64_000_000;
/// A file of more bytes is not read.
const MOST_BYTES: u64 = 64 << 20;

/// The bytes of a picture file.
///
/// # Errors
/// A file that is not there or cannot be read, is no regular file, or is too large.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Problem> {
    let about = |key| Problem::new(key).with("file", path.display());
    let broken = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => about("file-missing"),
        _ => about("picture-broken").with("reason", error),
    };
    let large = || about("file-too-large").with("limit", MOST_BYTES >> 20);
    // Looked at before it is opened: opening a pipe would wait for someone to write.
    let there = fs::metadata(path).map_err(broken)?;
    if !there.is_file() {
        return Err(about("file-not-regular"));
    }
    if there.len() > MOST_BYTES {
        return Err(large());
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(broken)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(broken)?;
    if bytes.len() as u64 > MOST_BYTES { Err(large()) } else { Ok(bytes) }
}

/// The picture in a file; what is transparent shows white. `about` begins a problem that names the
/// file.
///
/// # Errors
/// No PNG and no JPEG, a damaged one, or one of too many pixels.
pub fn decoded(
    file: impl BufRead + Seek,
    about: impl Fn(&'static str) -> Problem,
) -> Result<RgbImage, Problem> {
    let broken = |reason: &dyn std::fmt::Display| {
        let reason: String = reason.to_string().chars().take(160).collect();
        about("picture-broken").with("reason", reason)
    };
    let reader = ImageReader::new(file);
    let reader = reader.with_guessed_format().map_err(|error| broken(&error))?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(about("picture-format"));
    }
    let mut decoder = reader.into_decoder().map_err(|error| broken(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        let size = format!("{width}×{height}");
        return Err(about("picture-too-large")
            .with("size", size)
            .with("limit", MOST_PIXELS / 1_000_000));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_PIXELS * 16);
    decoder.set_limits(limits).map_err(|error| broken(&error))?;
    let orientation = decoder.orientation().map_err(|error| broken(&error))?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| broken(&error))?;
    image.apply_orientation(orientation);
    Ok(on_white(&image))
}

/// What is transparent shows white.
fn on_white(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let pixels = image.to_rgba8();
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [r, g, b, alpha] = pixels.get_pixel(x, y).0.map(u32::from);
        image::Rgb([r, g, b].map(|v| ((v * alpha + 255 * (255 - alpha) + 127) / 255) as u8))
    })
}

/// The picture at this size: the largest part of this form is cut from its middle, and scaled with
/// Lanczos' filter of three lobes. A picture that has the size already is left as it is.
pub fn covering(image: &RgbImage, width: u32, height: u32) -> Picture {
    let cut = cut(image, width.max(1), height.max(1));
    // Cut first: scaling a picture of one pixel by millions would otherwise take all memory.
    let scaled = if cut.dimensions() == (width, height) {
        cut
    } else {
        resize(&cut, width, height, FilterType::Lanczos3)
    };
    let (width, height) = (scaled.width() as usize, scaled.height() as usize);
    Picture::from_fn(width, height, |x, y| scaled.get_pixel(x as u32, y as u32).0)
}

/// The largest part of the form `width` : `height` in the middle of a picture.
fn cut(image: &RgbImage, width: u32, height: u32) -> RgbImage {
    let (w, h) = (u64::from(image.width()), u64::from(image.height()));
    let (to_w, to_h) = (u64::from(width), u64::from(height));
    let across = (h * to_w / to_h).clamp(1, w.max(1));
    let down = (w * to_h / to_w).clamp(1, h.max(1));
    let (left, top) = ((w - across.min(w)) / 2, (h - down.min(h)) / 2);
    crop_imm(image, left as u32, top as u32, across as u32, down as u32).to_image()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn striped(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 7]))
    }

    #[test]
    fn a_picture_of_the_right_size_is_left_alone_and_others_are_cut_in_the_middle() {
        let same = covering(&striped(8, 6), 8, 6);
        assert_eq!((same.pixel(3, 5), same.width()), ([3, 5, 7], 8));
        let cut = covering(&striped(20, 6), 6, 6);
        assert_eq!((cut.pixel(0, 0), cut.pixel(5, 5)), ([7, 0, 7], [12, 5, 7]));
        let tall = covering(&striped(6, 21), 6, 6);
        assert_eq!(tall.pixel(0, 0), [0, 7, 7]);
    }

    #[test]
    fn a_line_of_pixels_becomes_a_picture_without_ado() {
        let line = covering(&striped(100_000, 1), 64, 64);
        assert_eq!((line.width(), line.height()), (64, 64));
        let column = covering(&striped(1, 100_000), 16, 8);
        assert_eq!((column.width(), column.height()), (16, 8));
    }

    #[test]
    fn what_is_no_png_and_no_jpeg_is_named() {
        let about = |key| Problem::new(key);
        let gif = std::io::Cursor::new(b"GIF89a\x01\0\x01\0\0\0\0;".to_vec());
        assert_eq!(decoded(gif, about).expect_err("a GIF").key(), "picture-format");
        let text = std::io::Cursor::new(b"not a picture".to_vec());
        assert_eq!(decoded(text, about).expect_err("text").key(), "picture-format");
        let cut = std::io::Cursor::new(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec());
        assert_eq!(decoded(cut, about).expect_err("cut").key(), "picture-broken");
    }
}
