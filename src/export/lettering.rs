//! Text as pictures, in the two fonts of our own: for plots, sheets and frames alike.
//!
//! plotters draws without anti-aliasing: lines are drawn at three times the size and averaged down.

use std::sync::OnceLock;

use plotters::prelude::*;
use plotters::style::register_font;

use crate::walk::Picture;

/// Drawn so many times larger, then averaged.
pub(super) const OVER: usize = 3;

/// Dark on a light ground, apart in lightness too: after Okabe & Ito (2008).
pub(super) const INK: RGBColor = RGBColor(38, 38, 44);
/// What stands beside the main thing.
pub(super) const GREY: RGBColor = RGBColor(120, 118, 125);
/// What lies behind.
pub(super) const GROUND: RGBColor = RGBColor(253, 252, 250);
/// Hairlines.
pub(super) const MESH: RGBColor = RGBColor(226, 224, 219);

static FONT: &[u8] = include_bytes!("../../fixtures/fonts/DejaVuSans-plots.ttf");
static HAN: &[u8] = include_bytes!("../../fixtures/fonts/NotoSansSC-plots.otf");

/// Registers the fonts once; `None` where plotters refuses them.
pub(super) fn fonts() -> Option<()> {
    static READY: OnceLock<bool> = OnceLock::new();
    let ready = *READY.get_or_init(|| {
        register_font("latin", FontStyle::Normal, FONT).is_ok()
            && register_font("han", FontStyle::Normal, HAN).is_ok()
    });
    ready.then_some(())
}

/// The font that has all characters of a text.
pub(super) fn family(text: &str) -> &'static str {
    if text.chars().any(is_han) { "han" } else { "latin" }
}

fn is_han(c: char) -> bool {
    u32::from(c) >= 0x2e80
}

/// The size to ask plotters for, at the drawn scale: the em of Noto is set in a taller line than
/// that of `DejaVu`, and plotters scales by the line.
pub(super) fn drawn_size(family: &str, size: usize) -> usize {
    OVER * if family == "han" { size * 4 / 3 } else { size }
}

/// Stretches of a text that one font has.
fn runs(text: &str) -> Vec<(&'static str, String)> {
    let mut runs: Vec<(&'static str, String)> = Vec::new();
    for c in text.chars().map(|c| if c.is_control() { '\u{b7}' } else { c }) {
        let name = if is_han(c) { "han" } else { "latin" };
        match runs.last_mut() {
            Some((last, run)) if *last == name => run.push(c),
            _ => runs.push((name, c.to_string())),
        }
    }
    runs
}

/// Pixels across of a line, at the drawn scale.
fn drawn_width(text: &str, size: usize) -> usize {
    let width = |(name, run): (&str, String)| {
        let font = (name, drawn_size(name, size) as i32).into_font();
        font.box_size(&run).map_or(0, |(width, _)| width as usize)
    };
    runs(text).into_iter().map(width).sum()
}

/// Pixels across of a line of this size.
pub(super) fn width(text: &str, size: usize) -> usize {
    fonts().map_or(0, |()| drawn_width(text, size).div_ceil(OVER))
}

/// Pixels from one line of this size to the next.
pub(super) const fn line_height(size: usize) -> usize {
    size * 3 / 2
}

/// The text as far as it fits, with an ellipsis where it was cut.
pub(super) fn shortened(text: &str, size: usize, most: usize) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let cut = |count: usize| {
        let kept: String = characters.iter().take(count).collect();
        format!("{}…", kept.trim_end())
    };
    // The longest that fits; a longer one is never narrower.
    let (mut fits, mut too_long) = (0, characters.len());
    while fits + 1 < too_long {
        let middle = fits.midpoint(too_long);
        if width(&cut(middle), size) <= most {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    cut(fits)
}

/// One line as a picture on the ground, as wide as its text; `None` where there is nothing to
/// draw.
pub(super) fn line(text: &str, size: usize, ink: RGBColor) -> Option<Picture> {
    fonts()?;
    let (w, h) = (drawn_width(text, size).div_ceil(OVER) + 1, line_height(size));
    let mut pixels = vec![0u8; w * h * OVER * OVER * 3];
    {
        let size_drawn = ((w * OVER) as u32, (h * OVER) as u32);
        let area = BitMapBackend::with_buffer(&mut pixels, size_drawn).into_drawing_area();
        area.fill(&GROUND).ok()?;
        // plotters puts the baseline half a size below the place that it is given.
        let baseline = (h * OVER * 7 / 10) as i32;
        let mut x = 0;
        for (name, run) in runs(text) {
            let size = drawn_size(name, size) as i32;
            let style = TextStyle::from((name, size).into_font()).color(&ink);
            area.draw_text(&run, &style, (x, baseline - size / 2)).ok()?;
            x += style.font.box_size(&run).map_or(0, |(width, _)| width as i32);
        }
        area.present().ok()?;
    }
    let drawn = Picture::new(w * OVER, h * OVER, pixels)?;
    Some(drawn.block_means(w, h).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_to_what_fits_and_a_short_one_is_not() {
        assert_eq!(shortened("cat", 12, 100), "cat");
        let long = "a red cat on a blue background, 一只红色的猫".repeat(9);
        for most in [40, 100, 333] {
            let cut = shortened(&long, 12, most);
            assert!(cut.ends_with('…') && width(&cut, 12) <= most, "{cut}");
            assert!(width(&format!("{}mm", cut.trim_end_matches('…')), 12) + 24 > most);
        }
        assert_eq!(shortened("cat", 12, 0), "…");
    }

    #[test]
    fn a_line_is_as_high_as_its_size_says_and_has_ink() {
        for text in ["σ 1.23", "第 3 步 σ 1.23", "\u{1b}[31m\n"] {
            let drawn = line(text, 14, INK).expect("fonts are there");
            assert_eq!(drawn.height(), line_height(14));
            assert!(drawn.rgb().iter().any(|v| *v < 128), "{text}");
        }
    }
}
