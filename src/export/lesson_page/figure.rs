//! A figure of a page: a picture, the pieces of a prompt, or a curve, each with a caption that is
//! said in the page's languages.

use std::fmt::Write as _;

use crate::export::markup::escaped;
use crate::export::png;
use crate::walk::Picture;
use crate::words::{Words, visible};

/// The longest edge of a picture on the page, in pixels.
const EDGE: usize = 512;
/// The size of a curve in its own units; the page scales it.
const CURVE: (f32, f32) = (320.0, 120.0);

/// What stands under a figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Caption {
    /// A key of the catalogue with its facts.
    Key(&'static str, Vec<(&'static str, String)>),
    /// Words as they are.
    Said(String),
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// Pixels.
    Picture {
        /// The pixels.
        picture: Picture,
        /// What it is.
        caption: Caption,
        /// Whether it is a picture of something, which can be told in words.
        seen: bool,
    },
    /// The pieces of a prompt with their ids.
    Pieces {
        /// Text and id.
        pieces: Vec<(String, u32)>,
        /// Which one is chosen, from 0.
        chosen: Option<usize>,
        /// What it is.
        caption: Caption,
    },
    /// Numbers, one after another.
    Curve {
        /// The numbers.
        values: Vec<f32>,
        /// What it is.
        caption: Caption,
    },
    /// A sentence in place of a figure.
    Note(Caption),
}

impl Caption {
    /// The caption in a language, not yet escaped.
    pub(super) fn text(&self, words: Words) -> String {
        match self {
            Self::Key(key, facts) => {
                let facts: Vec<(&str, &str)> =
                    facts.iter().map(|(name, fact)| (*name, fact.as_str())).collect();
                visible(&words.fill(key, &facts))
            }
            Self::Said(text) => visible(text),
        }
    }
}

impl Figure {
    /// What stands under it.
    pub(super) const fn caption(&self) -> &Caption {
        match self {
            Self::Picture { caption, .. }
            | Self::Pieces { caption, .. }
            | Self::Curve { caption, .. }
            | Self::Note(caption) => caption,
        }
    }

    /// The figure without its caption; `said` is read to who does not see it.
    pub(super) fn markup(&self, said: &str) -> String {
        match self {
            Self::Picture { picture, .. } => {
                let (small, _) = picture.block_means(EDGE, EDGE);
                let Some(address) = png::data_address(&small) else { return String::new() };
                let (wide, high) = (small.width(), small.height());
                // A few pixels are shown as what they are; nothing is blurred to look bigger.
                let class = match (wide, high) {
                    _ if wide >= 4 * high => " class=\"cells strip\"",
                    _ if wide.max(high) <= 64 => " class=\"cells\"",
                    _ => "",
                };
                let said = escaped(said);
                format!(
                    "<img src=\"{address}\"{class} width=\"{wide}\" height=\"{high}\" alt=\"{said}\">"
                )
            }
            Self::Pieces { pieces, chosen, .. } => list(pieces, *chosen),
            Self::Curve { values, .. } => curve(values, said),
            Self::Note(_) => String::new(),
        }
    }
}

fn list(pieces: &[(String, u32)], chosen: Option<usize>) -> String {
    let mut markup = String::from("<ul class=\"pieces\">");
    for (place, (text, id)) in pieces.iter().enumerate() {
        let class = if chosen == Some(place) { " class=\"chosen\"" } else { "" };
        let text = escaped(&visible(text));
        let _ = write!(markup, "<li{class}><b>{text}</b> <span>{id}</span></li>");
    }
    markup + "</ul>"
}

/// A curve from the lower left, its largest and smallest number beside it.
fn curve(values: &[f32], said: &str) -> String {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let high = finite().fold(f32::NEG_INFINITY, f32::max);
    let low = finite().fold(f32::INFINITY, f32::min).min(0.0);
    if values.len() < 2 || high <= low {
        return String::new();
    }
    let (width, height) = CURVE;
    let mut points = String::new();
    for (place, value) in values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
        let x = 2.0 + (width - 4.0) * place as f32 / (values.len() - 1) as f32;
        let y = 2.0 + (height - 4.0) * (high - value) / (high - low);
        let _ = write!(points, "{x:.1},{y:.1} ");
    }
    format!(
        "<div class=\"curve\"><span>{high:.2}</span><svg viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"{}\"><polyline points=\"{}\"/></svg><span>{low:.2}</span></div>",
        escaped(said),
        points.trim_end()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_text() {
        let pieces = vec![("<b>&\u{202e}".to_owned(), 7)];
        let figure = Figure::Pieces { pieces, chosen: Some(0), caption: Caption::Said("x".into()) };
        assert_eq!(
            figure.markup(""),
            "<ul class=\"pieces\"><li class=\"chosen\"><b>&lt;b&gt;&amp;\\u{202E}</b> \
             <span>7</span></li></ul>"
        );
    }

    #[test]
    fn a_curve_without_a_height_is_none() {
        assert_eq!(curve(&[0.0, 0.0], ""), "");
        assert_eq!(curve(&[f32::NAN], ""), "");
        assert!(curve(&[14.6, f32::NAN, 0.0], "\"").contains("aria-label=\"&quot;\""));
    }
}
