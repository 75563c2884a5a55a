//! The flags of `safelight train look`: one moment of the training in numbers.

use clap::Args;

use crate::cli::values;
use crate::walk::{Age, NoisingAsked};
use crate::words::Language;

/// Which moment is looked at.
#[derive(Args, Clone, Debug)]
pub struct LookFlags {
    /// The training picture, from 1
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub picture: u64,
    /// The timestep, 0 (hardly any noise) to 999 (hardly anything else)
    #[arg(long, value_name = "T", default_value_t = 500)]
    pub timestep: usize,
    /// The seed of the noise
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub noise: u64,
    /// One age only: untrained, early, half, final [default: all]
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub age: Option<Age>,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    /// Language of every word [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
}

fn age(name: &str) -> Result<Age, String> {
    Age::named(name).ok_or_else(|| Age::ALL.map(Age::name).join(", "))
}

impl LookFlags {
    /// The moment.
    pub const fn asked(&self) -> NoisingAsked {
        NoisingAsked {
            number: self.picture.saturating_sub(1),
            seed: self.noise,
            timestep: self.timestep,
        }
    }
}
