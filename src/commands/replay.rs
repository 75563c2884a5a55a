//! `safelight replay FILE`: a recording on the screen, or printed.

use std::io::{IsTerminal, stdout};
use std::path::Path;

use super::keeping::{Keeping, places};
use super::log::Log;
use super::{DONE, caught, walk};
use crate::cli::Flags;
use crate::recording::read;
use crate::walk::Problem;
use crate::words::{Language, Words};

/// On the screen, unless stdout is none or something is to be printed or kept.
pub(super) fn replay(file: &str, flags: &Flags, language: Language) -> Result<u8, Problem> {
    let kept = flags.out.is_some() || flags.plots.is_some() || flags.record.is_some();
    let printed_asked = flags.json || flags.plain || flags.until.is_some() || kept;
    if printed_asked || !stdout().is_terminal() {
        caught(|| printed(file, flags, language))
    } else {
        walk::recorded(file, flags, language)
    }
}

/// The frames of a recording one after the other.
pub(super) fn printed(file: &str, flags: &Flags, language: Language) -> Result<u8, Problem> {
    let destination = places(flags)?;
    let log = Log::open(flags.log.as_deref())?;
    let recording = read(Path::new(file))?;
    log.line(&format!("opened {file}"));
    let (there, all) = (recording.frames.len(), recording.course().frames());
    let facts = (&recording.settings, &recording.card, recording.calls);
    let mut keeping = Keeping::begin(flags, Words::of(language), destination, facts)?;
    let wanted = keeping.wanted(recording.calls);
    for frame in recording.frames.into_iter().take(wanted) {
        if let Err(failure) = keeping.frame(frame) {
            return Err(keeping.failed(failure));
        }
    }
    if there < wanted {
        keeping
            .remark("cli.ends-early", &[("frames", &there.to_string()), ("all", &all.to_string())]);
    }
    keeping.finish()?;
    log.line("done");
    Ok(DONE)
}
