//! Ctrl-C: what is under way stops within one block of a network; a second one ends the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::INTERRUPTED;
use crate::walk::Problem;

/// Whether the user wants an end.
#[derive(Clone, Debug)]
pub(super) struct Interrupt {
    wanted: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens to the signals. Where the system refuses, they end the program as they always do.
    pub(super) fn listen() -> Self {
        let wanted = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // The order matters: the second signal finds the flag set by the first.
            let second = flag::register_conditional_shutdown(
                signal,
                INTERRUPTED.into(),
                Arc::clone(&wanted),
            );
            if second.is_ok() {
                drop(flag::register(signal, Arc::clone(&wanted)));
            }
        }
        Self { wanted }
    }

    /// Whether a signal came.
    pub(super) fn wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// What a problem is after an interrupt: whatever broke off did so because of it.
    pub(super) fn problem(&self, problem: Problem) -> Problem {
        if self.wanted() && !problem.is_usage() { Problem::new("interrupted") } else { problem }
    }
}
