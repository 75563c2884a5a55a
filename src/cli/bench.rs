//! The flags of `safelight bench`: which networks, where, and how often.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::values;
use crate::engine::timing::{TimedFamily, Timing};
use crate::walk::{DeviceChoice, DtypeChoice};
use crate::words::Language;

/// What a user can say of a measurement.
#[derive(Args, Clone, Debug)]
pub struct BenchFlags {
    /// The family whose networks are timed; their numbers are made up, nothing is downloaded
    #[arg(long, value_parser = family(), value_name = "NAME", default_value = "sd15")]
    pub family: TimedFamily,
    /// Height and width of the picture in pixels [default: what the family was trained for]
    #[arg(long, value_name = "N")]
    pub size: Option<usize>,
    /// Where to compute [default: auto]
    #[arg(long, value_parser = values::device(), value_name = "NAME")]
    pub device: Option<DeviceChoice>,
    /// In which numbers [default: auto, by the device]
    #[arg(long, value_parser = values::dtype(), value_name = "NAME")]
    pub dtype: Option<DtypeChoice>,
    /// How many threads compute [default: the processor's cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024).map(usize::from))]
    pub threads: Option<usize>,
    /// How many steps are timed, each once without and once with probes
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u16).range(1..=1000).map(usize::from))]
    pub rounds: usize,
    /// One JSON object on stdout; the keys stand below
    #[arg(long)]
    pub json: bool,
    /// Language of every sentence [default: the locale's]
    #[arg(long, value_parser = values::language(), value_name = "CODE")]
    pub lang: Option<Language>,
    /// No remarks on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

impl BenchFlags {
    /// What is to be timed.
    pub const fn timing(&self) -> Timing {
        Timing { family: self.family, size: self.size, rounds: self.rounds }
    }
}

/// What `--json` prints.
pub(super) const FIGURES: &str = "\
With --json: safelight (version of this object), family, size, device, dtype, threads, rounds; \
text_seconds (two texts encoded), step_seconds (one step with guidance), decode_seconds (one \
latent decoded), gflops (10^9 multiplications and additions of a step a second, counted by the \
plain definition of each layer), peak_mb (most memory during the steps, with the noise predictor \
alone; null where the system does not say), probe_percent (how much longer a step takes in which \
attention is looked at). Times are the fastest of their rounds.";

fn family() -> impl TypedValueParser<Value = TimedFamily> {
    let names = TimedFamily::ALL.map(TimedFamily::name);
    PossibleValuesParser::new(names).try_map(|chosen| {
        TimedFamily::ALL.into_iter().find(|family| family.name() == chosen).ok_or(std::fmt::Error)
    })
}
