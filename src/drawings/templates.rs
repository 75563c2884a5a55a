//! The drawings themselves, compiled in: two of each thing, with slots for colours.

/// The drawings of these things, as their names in `world.toml`, their number and their text.
macro_rules! drawings {
    ($($thing:literal)*) => {
        &[$(
            ($thing, 1, include_str!(concat!("../../fixtures/pictures/", $thing, "-1.svg"))),
            ($thing, 2, include_str!(concat!("../../fixtures/pictures/", $thing, "-2.svg"))),
        )*]
    };
}

const DRAWINGS: &[(&str, usize, &str)] = drawings!(
    "apple" "balloon" "bell" "bird" "boat" "butterfly" "cactus" "cake" "car" "cat" "chair" "crown"
    "cup" "fish" "flower" "ghost" "hat" "heart" "house" "key" "lamp" "moon" "mushroom" "rabbit"
    "robot" "rocket" "star" "sun" "tree" "turtle" "umbrella" "whale"
);

/// The body of a drawing, from 1: what stands between its own style and its end.
pub(super) fn body(thing: &str, number: usize) -> Option<&'static str> {
    let (.., text) = DRAWINGS.iter().find(|(name, n, _)| *name == thing && *n == number)?;
    let (_, after) = text.split_once("</style>\n")?;
    after.rsplit_once("</svg>").map(|(body, _)| body)
}
