//! The same frames as files: plots and pictures.

pub mod plots;
pub mod png;
mod whole_file;
