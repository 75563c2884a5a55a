//! What tells runs apart in curves and paths: a sign of its own for each, and a colour that the
//! colour-blind can tell from its neighbours' (Okabe & Ito 2008).

use ratatui::style::Style;

use crate::views::parts::theme::Ground;

const SIGNS: [char; 8] = ['●', '▲', '■', '◆', '○', '△', '□', '◇'];
const DARK: [[u8; 3]; 8] = [
    [240, 236, 228],
    [86, 180, 233],
    [230, 130, 60],
    [70, 190, 140],
    [204, 140, 190],
    [240, 228, 90],
    [120, 150, 255],
    [190, 190, 180],
];
const LIGHT: [[u8; 3]; 8] = [
    [40, 38, 36],
    [0, 100, 170],
    [190, 80, 0],
    [0, 120, 85],
    [150, 60, 130],
    [130, 110, 0],
    [50, 60, 190],
    [110, 110, 100],
];

/// The sign of the run at this place.
pub(super) const fn sign(place: usize) -> char {
    SIGNS[place % SIGNS.len()]
}

/// Its colour; where signs begin anew, they come in other colours.
pub(super) fn style(place: usize, ground: &Ground) -> Style {
    let colours = if ground.light { &LIGHT } else { &DARK };
    let at = (place + place / SIGNS.len()) % colours.len();
    ground.fact().fg(ground.rgb(colours[at]))
}
