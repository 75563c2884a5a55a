//! Colour maps: numbers to colours, readable by the colour-blind and in grey.
//!
//! Signed data goes blue – neutral – vermilion, with symmetrical limits; unsigned data along one
//! perceptually even map. The anchor colours are picked by hand after Okabe & Ito (2008) for the
//! diverging map, and sampled from viridis (Smith & van der Walt, 2015) for the sequential one.

/// A colour as red, green, blue.
pub type Rgb = [u8; 3];

/// Blue (negative) over a neutral middle to vermilion (positive), for dark backgrounds.
const DIVERGING_DARK: [Rgb; 7] = [
    [120, 200, 255],
    [40, 130, 220],
    [22, 66, 120],
    [34, 34, 38],
    [122, 50, 22],
    [222, 96, 30],
    [255, 190, 120],
];

/// The same with a light middle, for light backgrounds.
const DIVERGING_LIGHT: [Rgb; 7] = [
    [8, 48, 107],
    [33, 113, 181],
    [140, 190, 225],
    [244, 243, 240],
    [245, 175, 130],
    [213, 94, 0],
    [115, 40, 0],
];

/// Viridis at nine even places.
const SEQUENTIAL: [Rgb; 9] = [
    [68, 1, 84],
    [71, 45, 123],
    [59, 82, 139],
    [44, 114, 142],
    [33, 145, 140],
    [40, 174, 128],
    [94, 201, 98],
    [173, 220, 48],
    [253, 231, 37],
];

/// A signed value as colour; `limit` (> 0) is the value at which the colour is full.
pub fn diverging(value: f32, limit: f32, light_background: bool) -> Rgb {
    let anchors = if light_background { &DIVERGING_LIGHT } else { &DIVERGING_DARK };
    let place = if limit > 0.0 && value.is_finite() { value / limit } else { 0.0 };
    between(anchors, place.clamp(-1.0, 1.0) / 2.0 + 0.5)
}

/// An unsigned value as colour, from `low` to `high`.
pub fn sequential(value: f32, low: f32, high: f32) -> Rgb {
    let place = if high > low && value.is_finite() { (value - low) / (high - low) } else { 0.0 };
    between(&SEQUENTIAL, place.clamp(0.0, 1.0))
}

/// Perceived lightness of a colour, 0 to 1 (Rec. 709 weights on the encoded values: good enough
/// to choose between black and white text, or a shade of grey).
pub fn lightness([r, g, b]: Rgb) -> f32 {
    (0.2126 * f32::from(r) + 0.7152 * f32::from(g) + 0.0722 * f32::from(b)) / 255.0
}

fn between(anchors: &[Rgb], place: f32) -> Rgb {
    let at = place * (anchors.len() - 1) as f32;
    let i = (at as usize).min(anchors.len() - 2);
    let share = at - i as f32;
    std::array::from_fn(|c| {
        let (a, b) = (f32::from(anchors[i][c]), f32::from(anchors[i + 1][c]));
        (a + (b - a) * share).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequential_map_gets_steadily_lighter() {
        let steps: Vec<f32> =
            (0..=40).map(|i| lightness(sequential(i as f32, 0.0, 40.0))).collect();
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn zero_is_the_neutral_middle_and_signs_differ() {
        for light in [false, true] {
            let [lo, mid, hi] = [-1.0, 0.0, 1.0].map(|v| diverging(v, 1.0, light));
            assert!(lo[2] > lo[0] && hi[0] > hi[2]);
            assert!(mid.iter().max().unwrap_or(&0) - mid.iter().min().unwrap_or(&0) < 8);
        }
        assert_eq!(diverging(f32::NAN, 1.0, false), diverging(0.0, 1.0, false));
    }
}
