//! Who watches a teaching without a screen: a progress bar with the loss, and a small picture every
//! so often.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::{Flags, TeachFlags};
use crate::commands::interrupt::Interrupt;
use crate::commands::printing::Shown;
use crate::commands::remark;
use crate::print::Pictures;
use crate::walk::{Learning, LearningStep, Onlooker, Picture};
use crate::words::Words;

/// Hears the news of a teaching.
pub(super) struct Watching {
    bar: ProgressBar,
    words: Words,
    quiet: bool,
    /// How pictures are shown; none where stdout is kept for the end alone.
    pictures: Option<Flags>,
    interrupt: Interrupt,
}

impl Watching {
    /// A bar that is seen only where stderr is a terminal.
    pub(super) fn new(flags: &TeachFlags, words: Words, interrupt: Interrupt) -> Self {
        let bar = if !flags.quiet && stderr().is_terminal() {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        bar.set_message(words.text("waiting.opening").to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        let shown = Flags { color: flags.color, protocol: flags.protocol, ..Flags::default() };
        let alone = flags.json || flags.plain || flags.quiet;
        Self { bar, words, quiet: flags.quiet, pictures: (!alone).then_some(shown), interrupt }
    }

    /// A remark beside the bar.
    pub(super) fn say(&self, sentence: &str) {
        if !self.quiet {
            self.bar.suspend(|| remark(sentence));
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn step(&self, step: &LearningStep) {
        self.bar.set_position(step.step);
        let (loss, rate) = (format!("{:.4}", step.average), format!("{:.4}", step.rate));
        self.bar.set_message(self.words.fill("teach.step", &[("loss", &loss), ("rate", &rate)]));
    }

    fn sample(&self, step: u64, caption: &str, picture: &Picture) {
        let step = step.to_string();
        self.say(&self.words.fill("teach.sample", &[("step", &step), ("caption", caption)]));
        let Some(flags) = &self.pictures else { return };
        self.bar.suspend(|| {
            let mut out = stdout().lock();
            // A picture on the way that cannot be shown ends nothing.
            drop(Shown::of(flags).show(&[picture.block_means(32, 32).0], &mut out));
            drop(out.flush());
        });
    }
}

impl Onlooker for Watching {
    fn hear(&self, news: Learning) {
        match news {
            Learning::Began(plan) => {
                let (weights, steps) = (plan.weights.to_string(), plan.steps.to_string());
                let facts = [("weights", &*weights), ("steps", &*steps)];
                self.say(&self.words.fill("teach.begins", &facts));
                self.bar.set_length(plan.steps);
                if let Ok(style) =
                    ProgressStyle::with_template("{bar:24} {percent:>3} %  {msg}  {eta}")
                {
                    self.bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
                }
            }
            Learning::Measured { .. } => {}
            Learning::Step(step) => self.step(&step),
            Learning::Sample { step, caption, picture } => self.sample(step, &caption, &picture),
            Learning::Note(problem) => self.say(&self.words.problem(&problem)),
            Learning::Kept { file, .. } => {
                self.say(&self.words.fill("cli.written", &[("file", &file)]));
            }
            Learning::Finished { written } => {
                for file in written {
                    self.say(&self.words.fill("cli.written", &[("file", &file)]));
                }
            }
        }
    }

    fn cancelled(&self) -> bool {
        self.interrupt.wanted()
    }
}
