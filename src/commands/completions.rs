//! `safelight completions SHELL`.

use clap_complete::{Shell, generate};

use super::print;
use crate::cli::Cli;
use crate::walk::Problem;

/// Prints the completions for a shell.
pub(super) fn completions(shell: Shell) -> Result<u8, Problem> {
    let mut text = Vec::new();
    generate(shell, &mut Cli::definition(), "safelight", &mut text);
    print(&String::from_utf8_lossy(&text))
}
