//! What the views share: colours with fixed meaning, pictures of numbers, plots, text in cells.

pub(crate) mod bars;
pub(crate) mod changes;
pub(crate) mod dots;
pub(crate) mod field;
pub(crate) mod heatmap;
pub(crate) mod histogram;
pub(crate) mod large;
pub(crate) mod layout;
pub(crate) mod numbers;
pub(crate) mod paint;
pub(crate) mod panel;
pub(crate) mod picture;
pub(crate) mod plot;
pub(crate) mod text;
pub(crate) mod theme;
pub(crate) mod working;
