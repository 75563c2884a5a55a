//! The networks, samplers and noise: settings in, frames out. Knows no terminal.

pub mod generate;

pub use generate::{Engine, Look, Walk};
