//! `safelight man`.

use clap_mangen::Man;

use super::print;
use crate::cli::Cli;
use crate::walk::Problem;

/// Prints the manual page; `safelight man | man -l -` shows it.
pub(super) fn man() -> Result<u8, Problem> {
    let mut text = Vec::new();
    Man::new(Cli::definition())
        .render(&mut text)
        .map_err(|error| Problem::new("stdout-failed").with("reason", error))?;
    print(&String::from_utf8_lossy(&text))
}
