//! A picture as a PNG file at a whole-number scale, with the settings that made it in text chunks.

use std::io::{self, Write};
use std::path::Path;

use ::png::{BitDepth, ColorType, Encoder};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::walk::{Picture, Problem, Settings};

use super::parameters::parameters;
use super::whole_file;

/// The text chunk that holds all settings as JSON, keys as the long flags.
pub const SETTINGS_KEY: &str = "safelight";
/// The text chunk that AUTOMATIC1111, Civitai and many others read.
pub const PARAMETERS_KEY: &str = "parameters";

/// Writes `picture` to `path`, every pixel repeated `scale` times both ways. With settings, the
/// file says how it was made: `Software`, `Title` (the prompt), [`PARAMETERS_KEY`] and
/// [`SETTINGS_KEY`].
///
/// # Errors
///
/// `export-empty` for a picture without pixels; else what [`std::fs`] refuses, with the file's
/// name.
pub fn write(
    picture: &Picture,
    scale: usize,
    settings: Option<&Settings>,
    path: &Path,
) -> Result<(), Problem> {
    if picture.width() == 0 || picture.height() == 0 {
        return Err(Problem::new("export-empty").with("file", path.display()));
    }
    let picture = picture.enlarged(scale);
    whole_file::write(path, |out| encode(&picture, settings, out))
}

/// The picture as an address that holds it whole, for a page; `None` for one without pixels.
pub(super) fn data_address(picture: &Picture) -> Option<String> {
    let mut file = Vec::new();
    encode(picture, None, &mut file).ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(&file)))
}

/// The bytes of the file.
fn encode(picture: &Picture, settings: Option<&Settings>, out: &mut dyn Write) -> io::Result<()> {
    let size = |n: usize| u32::try_from(n).map_err(io::Error::other);
    let mut encoder = Encoder::new(out, size(picture.width())?, size(picture.height())?);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let software = concat!("safelight ", env!("CARGO_PKG_VERSION"));
    encoder.add_text_chunk("Software".to_owned(), software.to_owned())?;
    if let Some(settings) = settings {
        let json = serde_json::to_string(settings).map_err(io::Error::other)?;
        encoder.add_itxt_chunk("Title".to_owned(), without_nul(&settings.prompt))?;
        // As the web UI does: Latin-1 where the text allows it, else UTF-8.
        let text = without_nul(&parameters(settings));
        if text.chars().all(|c| u32::from(c) <= 0xff) {
            encoder.add_text_chunk(PARAMETERS_KEY.to_owned(), text)?;
        } else {
            encoder.add_itxt_chunk(PARAMETERS_KEY.to_owned(), text)?;
        }
        encoder.add_itxt_chunk(SETTINGS_KEY.to_owned(), json)?;
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(picture.rgb())?;
    Ok(writer.finish()?)
}

/// A text chunk cannot hold the character that ends it.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
