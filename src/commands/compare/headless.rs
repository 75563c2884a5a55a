//! A comparison without a screen: runs are computed with a progress bar, then written as a sheet,
//! as JSON or as lines.

use std::io::stdout;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::super::interrupt::Interrupt;
use super::super::keeping::{can_be_written, shown_name};
use super::super::printing::{Shown, form};
use super::super::progress_bar::Progress;
use super::super::{DONE, FAILED, drawings, not_printed, remark};
use super::Prepared;
use crate::cli::{CompareFlags, Flags};
use crate::compare::{Run, State};
use crate::export::contact_sheet::{self, Sheet};
use crate::export::{grid_sheet, runs_sheet};
use crate::print::compare::{Comparison, compare as print_comparison};
use crate::source::{Order, Source, live};
use crate::walk::{Eyes, Frame, News, Problem, RunAsked, Watch};
use crate::words::Words;

/// Computes what is pending and writes what was asked for. Exit code 1 where a run failed.
pub(super) fn compute(
    mut prepared: Prepared,
    most: usize,
    (flags, words): (&CompareFlags, Words),
    interrupt: &Interrupt,
) -> Result<u8, Problem> {
    if let Some(out) = &flags.out {
        can_be_written(out)?;
    }
    let share = flags.shard.is_some();
    let numbers = prints(flags);
    if numbers && prepared.runs.len() > most {
        return Err(Problem::usage("compare-too-many-to-print")
            .with("cells", prepared.runs.len())
            .with("most", most));
    }
    let kept = match (share, numbers) {
        (true, _) => Kept::Nothing,
        (_, true) => Kept::Frames,
        _ => Kept::Picture,
    };
    let pending = std::mem::take(&mut prepared.pending);
    let progress = Progress::new(words, !flags.quiet, interrupt.clone());
    walk(&mut prepared.runs, pending, flags.batch.unwrap_or(BATCH), kept, &progress);
    progress.finish();
    if interrupt.wanted() {
        return Err(Problem::new("interrupted"));
    }
    let failed = say_failures(&prepared.runs, words);
    if share {
        let done = prepared.runs.iter().filter(|run| run.state == State::Done).count();
        if !flags.quiet {
            let facts =
                [("done", &*done.to_string()), ("cells", &*prepared.runs.len().to_string())];
            remark(&words.fill("compare.share-done", &facts));
        }
        return Ok(if failed { FAILED } else { DONE });
    }
    if let Some(out) = &flags.out {
        contact_sheet::write(out, &sheet(&prepared, words)?, None)?;
        if !flags.quiet {
            remark(&words.fill("cli.written", &[("file", &shown_name(out))]));
        }
    }
    if numbers {
        printed(&prepared.runs, flags, words)?;
    }
    Ok(if failed { FAILED } else { DONE })
}

/// Whether numbers are printed: they need every frame of every run.
pub(super) fn prints(flags: &CompareFlags) -> bool {
    flags.shard.is_none() && (flags.json || flags.plain || flags.out.is_none())
}

/// The labelled sheet of a grid, or of recordings.
fn sheet(prepared: &Prepared, words: Words) -> Result<Sheet, Problem> {
    let Some(axes) = &prepared.axes else {
        return Ok(runs_sheet(&prepared.runs, 0, words));
    };
    grid_sheet(axes, &|place| prepared.runs.get(axes.index(place)), words)
}

/// The numbers, on stdout.
fn printed(runs: &[Run], flags: &CompareFlags, words: Words) -> Result<(), Problem> {
    let shown = Flags {
        json: flags.json,
        plain: flags.plain,
        color: flags.color,
        protocol: flags.protocol,
        ..Flags::default()
    };
    let alignment = flags.align.unwrap_or_default();
    let eyes = Some(drawings::seen as Eyes);
    let comparison = Comparison { runs, reference: 0, alignment, eyes };
    let mut out = stdout().lock();
    print_comparison(&comparison, form(&shown), words, &mut Shown::of(&shown), &mut out)
        .map_err(|error| not_printed(&error))
}

/// One sentence for each run that failed.
fn say_failures(runs: &[Run], words: Words) -> bool {
    let mut failed = false;
    for run in runs {
        if let State::Failed(problem) = &run.state
            && problem.key() != TAKEN
        {
            failed = true;
            remark(&format!("{}: {}", run.name, words.problem(problem)));
        }
    }
    failed
}

/// How many cells are asked of the network at once, where nothing else is said: twice as many as
/// on the screen, where somebody waits for the first ones.
const BATCH: usize = 8;

/// What is kept of a run in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Every frame: all numbers are compared.
    Frames,
    /// The picture: it goes onto the sheet.
    Picture,
    /// Nothing: all of it is in its folder.
    Nothing,
}

impl Kept {
    /// Whether this news are taken.
    fn takes(self, news: &News) -> bool {
        match (self, news) {
            (Self::Picture, News::Frame(frame)) => matches!(**frame, Frame::Image(_)),
            (Self::Nothing, News::Frame(_)) => false,
            _ => true,
        }
    }
}

/// Another program has this cell.
const TAKEN: &str = "cell-taken";

/// Computes runs, batch by batch.
fn walk(runs: &mut [Run], pending: Vec<RunAsked>, batch: usize, kept: Kept, progress: &Progress) {
    let (told, news) = channel();
    let source = live(move |_, news| drop(told.send(news)));
    let all = pending.len();
    let mut left = pending;
    progress.walk_of(all);
    while !left.is_empty() && !progress.cancelled() {
        let together = next_batch(&mut left, batch.max(1));
        let count = together.len();
        source.order(Order::Runs(together));
        hear(runs, &news, &source, (count, kept), progress);
    }
}

/// The next cells that are computed together: those that agree in all but seed, guidance and words.
fn next_batch(left: &mut Vec<RunAsked>, batch: usize) -> Vec<RunAsked> {
    let Some(first) = left.first().cloned() else { return Vec::new() };
    let mut count = 0;
    let (together, rest) = std::mem::take(left).into_iter().partition(|run| {
        let (a, b) = (&run.asked, &first.asked);
        let alike =
            (a.steps, a.sampler, a.width, a.height) == (b.steps, b.sampler, b.width, b.height);
        let chosen = alike && count < batch;
        count += usize::from(chosen);
        chosen
    });
    *left = rest;
    together
}

/// Takes news until so many runs have ended.
fn hear(
    runs: &mut [Run],
    news: &Receiver<News>,
    source: &Source,
    (mut open, kept): (usize, Kept),
    progress: &Progress,
) {
    while open > 0 {
        if progress.cancelled() {
            source.cancel();
        }
        let Ok(News::Run { id, news }) = news.recv_timeout(Duration::from_millis(200)) else {
            continue;
        };
        let Some(run) = runs.iter_mut().find(|run| run.id == id) else { continue };
        let ended = matches!(*news, News::Finished | News::Failed(_) | News::Cancelled);
        if kept.takes(&news) {
            run.take(*news);
        }
        if ended {
            open -= 1;
            progress.frame();
        }
    }
}
