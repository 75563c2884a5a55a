//! How far the walk is, on stderr where that is a terminal.

use std::io::{IsTerminal, stderr};
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt::Interrupt;
use crate::walk::{self, Watch};
use crate::words::Words;

/// Marks of the bar for each frame.
const FINE: u64 = 100;

/// Shows progress and hands on the wish to end.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    words: Words,
    interrupt: Interrupt,
    frames: Mutex<u64>,
}

impl Progress {
    /// A bar that is seen only where `shown` and stderr is a terminal.
    pub(super) fn new(words: Words, shown: bool, interrupt: Interrupt) -> Self {
        let bar = if shown && stderr().is_terminal() {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        bar.set_message(words.text("waiting.opening").to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar, words, interrupt, frames: Mutex::new(0) }
    }

    /// From here on a walk of this many frames is under way.
    pub(super) fn walk_of(&self, frames: usize) {
        self.bar.set_length(frames as u64 * FINE);
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {percent:>3} %  {msg}  {eta}") {
            self.bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
        }
    }

    /// From here on a file is written; how far it is comes by [`Self::part`].
    pub(super) fn file(&self, name: &str) {
        self.walk_of(1);
        self.bar.reset_eta();
        self.bar.set_position(0);
        self.bar.set_message(name.to_owned());
    }

    /// So many parts of the file are done.
    pub(super) fn part(&self, done: usize, all: usize) {
        self.bar.set_position((done as u64 * FINE).checked_div(all as u64).unwrap_or(0));
    }

    /// A frame is whole.
    pub(super) fn frame(&self) {
        if let Ok(mut frames) = self.frames.lock() {
            *frames += 1;
            self.bar.set_position(*frames * FINE);
        }
    }

    /// Writes something without the bar getting between.
    pub(super) fn beside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn progress(&self, progress: walk::Progress) {
        let stage = self.words.text(&format!("rail.{}", progress.stage.stem())).to_owned();
        self.bar.set_message(stage);
        let part = (progress.done as u64 * FINE).checked_div(progress.total as u64).unwrap_or(0);
        if let Ok(frames) = self.frames.lock() {
            self.bar.set_position(*frames * FINE + part.min(FINE));
        }
    }

    fn cancelled(&self) -> bool {
        self.interrupt.wanted()
    }
}
