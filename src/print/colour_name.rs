//! The name that a person would give to a colour.
//!
//! Hue, chroma and lightness are taken in Oklab (Ottosson 2020), where equal distances look
//! equal; the borders between the names were placed by hand on the colours that CSS names.

/// A colour's everyday name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ColourName {
    /// Without hue, darkest.
    Black,
    /// Without hue, between.
    Grey,
    /// Without hue, lightest.
    White,
    /// Hue about 29° in Oklab.
    Red,
    /// Hue about 60°, light.
    Orange,
    /// Hue about 60°, dark.
    Brown,
    /// Hue about 110°.
    Yellow,
    /// Hue about 142°.
    Green,
    /// Between green and blue.
    Turquoise,
    /// Hue about 264°.
    Blue,
    /// Between blue and red.
    Purple,
    /// Reddish and light.
    Pink,
}

impl ColourName {
    /// Its key in the catalogue, under `print.colour`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Black => "print.colour.black",
            Self::Grey => "print.colour.grey",
            Self::White => "print.colour.white",
            Self::Red => "print.colour.red",
            Self::Orange => "print.colour.orange",
            Self::Brown => "print.colour.brown",
            Self::Yellow => "print.colour.yellow",
            Self::Green => "print.colour.green",
            Self::Turquoise => "print.colour.turquoise",
            Self::Blue => "print.colour.blue",
            Self::Purple => "print.colour.purple",
            Self::Pink => "print.colour.pink",
        }
    }

    /// The name of an sRGB colour.
    pub fn of(rgb: [u8; 3]) -> Self {
        let [lightness, a, b] = oklab(rgb);
        let chroma = a.hypot(b);
        if chroma < 0.045 || lightness < 0.2 {
            return match lightness {
                l if l < 0.32 => Self::Black,
                l if l > 0.9 => Self::White,
                _ => Self::Grey,
            };
        }
        Self::of_hue(b.atan2(a).to_degrees().rem_euclid(360.0), chroma, lightness)
    }

    fn of_hue(hue: f32, chroma: f32, lightness: f32) -> Self {
        match hue {
            h if h < 18.0 => {
                if lightness > 0.68 {
                    Self::Pink
                } else {
                    Self::Red
                }
            }
            h if h < 46.0 => match (lightness, chroma) {
                (l, _) if l > 0.78 => Self::Pink,
                (l, c) if l < 0.5 && c < 0.11 => Self::Brown,
                _ => Self::Red,
            },
            h if h < 84.0 => {
                if lightness < 0.62 {
                    Self::Brown
                } else {
                    Self::Orange
                }
            }
            h if h < 118.0 => match lightness {
                l if l < 0.5 => Self::Brown,
                l if l < 0.66 => Self::Green,
                _ => Self::Yellow,
            },
            h if h < 170.0 => Self::Green,
            h if h < 218.0 => Self::Turquoise,
            h if h < 286.0 => Self::Blue,
            h if h < 345.0 => {
                if h > 315.0 && lightness > 0.68 {
                    Self::Pink
                } else {
                    Self::Purple
                }
            }
            _ => {
                if lightness > 0.6 {
                    Self::Pink
                } else {
                    Self::Red
                }
            }
        }
    }
}

/// sRGB as Oklab: lightness 0..1, then green–red and blue–yellow.
pub(crate) fn oklab(rgb: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(|v| {
        let v = f32::from(v) / 255.0;
        if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    });
    let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_get_the_names_that_people_give_them() {
        use ColourName as Name;
        for (rgb, name) in [
            ([0, 0, 0], Name::Black),
            ([128, 128, 128], Name::Grey),
            ([255, 255, 255], Name::White),
            ([220, 20, 60], Name::Red),
            ([255, 0, 0], Name::Red),
            ([139, 0, 0], Name::Red),
            ([255, 165, 0], Name::Orange),
            ([139, 69, 19], Name::Brown),
            ([255, 255, 0], Name::Yellow),
            ([255, 215, 0], Name::Yellow),
            ([0, 128, 0], Name::Green),
            ([144, 238, 144], Name::Green),
            ([64, 224, 208], Name::Turquoise),
            ([0, 0, 255], Name::Blue),
            ([135, 206, 235], Name::Blue),
            ([0, 0, 128], Name::Blue),
            ([128, 0, 128], Name::Purple),
            ([238, 130, 238], Name::Pink),
            ([255, 105, 180], Name::Pink),
            ([255, 192, 203], Name::Pink),
        ] {
            assert_eq!(ColourName::of(rgb), name, "{rgb:?}");
        }
    }
}
