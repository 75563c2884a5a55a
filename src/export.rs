//! The same frames as files: plots and pictures.
