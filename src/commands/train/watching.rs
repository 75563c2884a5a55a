//! Who watches a training without a screen: a progress bar, remarks, sample sheets.

use std::io::{IsTerminal, stderr};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::TrainFlags;
use crate::commands::interrupt::Interrupt;
use crate::commands::remark;
use crate::export::contact_sheet::{self, Cell, Sheet};
use crate::print::loss::clock;
use crate::walk::{Learning, LearningPlan, LearningStep, Onlooker, Picture, Problem};
use crate::words::Words;

/// Pictures on a sheet beside each other.
const COLUMNS: usize = 4;
/// The edge of a picture on it.
const EDGE: usize = 128;

/// Hears the news of a training.
#[derive(Debug)]
pub(super) struct Watching {
    bar: ProgressBar,
    words: Words,
    quiet: bool,
    interrupt: Interrupt,
    folder: PathBuf,
    heard: Mutex<Heard>,
}

#[derive(Debug, Default)]
struct Heard {
    /// The losses of each training that was begun, a step each.
    losses: Vec<(String, Vec<f32>)>,
    samples: Vec<(String, Picture)>,
    /// The step of the samples.
    step: u64,
    /// A sheet that could not be written.
    problem: Option<Problem>,
}

impl Watching {
    /// A bar that is seen only where stderr is a terminal.
    pub(super) fn new(flags: &TrainFlags, words: Words, interrupt: Interrupt) -> Self {
        let bar = if !flags.quiet && stderr().is_terminal() {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        bar.set_message(words.text("train.reading").to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        let (quiet, folder) = (flags.quiet, flags.out.clone());
        Self { bar, words, quiet, interrupt, folder, heard: Mutex::default() }
    }

    /// Takes the bar away and writes the last sheet.
    pub(super) fn end(&self) {
        self.sheet();
        self.bar.finish_and_clear();
    }

    /// The losses so far of each training, by its name, a step each.
    pub(super) fn losses(&self) -> Vec<(String, Vec<f32>)> {
        self.heard.lock().map(|heard| heard.losses.clone()).unwrap_or_default()
    }

    /// What went wrong with a sheet.
    pub(super) fn problem(&self) -> Option<Problem> {
        self.heard.lock().ok()?.problem.take()
    }

    fn say(&self, sentence: &str) {
        if !self.quiet {
            self.bar.suspend(|| remark(sentence));
        }
    }

    fn began(&self, plan: LearningPlan) {
        for (key, files) in [("train.reads", &plan.reads), ("train.writes", &plan.writes)] {
            for file in files {
                self.say(&self.words.fill(key, &[("file", file)]));
            }
        }
        let weights = plan.weights.to_string();
        let [done, steps] = [plan.done, plan.steps].map(|n| n.to_string());
        let facts = [("weights", &*weights), ("done", &*done), ("steps", &*steps)];
        let key = if plan.done > 0 { "train.goes-on" } else { "train.begins" };
        self.say(&self.words.fill(key, &facts));
        self.bar.set_length(plan.steps);
        self.bar.set_position(plan.done);
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {percent:>3} %  {msg}") {
            self.bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
        }
        if let Ok(mut heard) = self.heard.lock() {
            heard.losses.push((plan.name, plan.losses));
        }
    }

    fn step(&self, step: &LearningStep) {
        if let Ok(mut heard) = self.heard.lock()
            && let Some((_, losses)) = heard.losses.last_mut()
        {
            losses.push(step.loss);
        }
        self.bar.set_position(step.step);
        let [loss, pace] = [format!("{:.4}", step.average), format!("{:.0}", step.per_second)];
        let left = step.left.map_or_else(|| "–".to_owned(), clock);
        let facts = [("loss", &*loss), ("pace", &*pace), ("left", &*left)];
        self.bar.set_message(self.words.fill("train.bar", &facts));
    }

    /// Writes the sheet of the samples heard so far.
    fn sheet(&self) {
        let Ok(mut heard) = self.heard.lock() else { return };
        let samples = std::mem::take(&mut heard.samples);
        if samples.is_empty() {
            return;
        }
        let name = heard.losses.last().map_or("", |(name, _)| name);
        let path = self.folder.join(format!("{}samples-{:06}.png", before(name), heard.step));
        let drawn = before(name).is_empty();
        let title = if drawn { "export.losses.sheet" } else { "export.losses.sheet-beside" };
        let step = heard.step.to_string();
        let cells: Vec<Cell> = samples
            .into_iter()
            .map(|(label, picture)| Cell { picture: Some(picture), label })
            .collect();
        let sheet = Sheet {
            title: self.words.fill(title, &[("step", &step)]),
            rows: cells.chunks(COLUMNS).map(|row| (String::new(), row.to_vec())).collect(),
            edge: if drawn { EDGE } else { 2 * EDGE },
            ..Sheet::default()
        };
        if let Err(problem) = contact_sheet::write(&path, &sheet, None) {
            heard.problem = Some(problem);
        }
    }
}

/// What stands before the names of a training's pictures: the model's own have nothing there.
pub(super) fn before(name: &str) -> String {
    if name == "pocket" { String::new() } else { format!("{name}-") }
}

impl Onlooker for Watching {
    fn hear(&self, news: Learning) {
        if let Learning::Sample { step, caption, picture } = news {
            if let Ok(mut heard) = self.heard.lock() {
                heard.step = step;
                heard.samples.push((caption, picture));
            }
            return;
        }
        self.sheet();
        match news {
            Learning::Began(plan) => self.began(*plan),
            Learning::Step(step) => self.step(&step),
            Learning::Note(problem) => self.say(&self.words.problem(&problem)),
            Learning::Measured { decibels } => {
                let decibels = format!("{decibels:.1}");
                self.say(&self.words.fill("train.measured", &[("decibels", &decibels)]));
            }
            Learning::Finished { written } => {
                let files = self.words.list(&written);
                self.say(&self.words.fill("train.written", &[("files", &files)]));
            }
            Learning::Kept { .. } | Learning::Sample { .. } => {}
        }
    }

    fn cancelled(&self) -> bool {
        self.interrupt.wanted()
    }
}
