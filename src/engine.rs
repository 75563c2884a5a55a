//! The networks, samplers and noise: settings in, frames out. Knows no terminal.
