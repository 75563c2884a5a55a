//! `safelight compare`: runs side by side, on the screen, in a dialogue of lines, or printed.

mod folder;
mod headless;
mod layers;
mod size;

use std::io::{IsTerminal, stdin, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::Files;
use super::interrupt::Interrupt;
use super::{DONE, caught};
use crate::app::{Comparison, Heads};
use crate::cli::{CompareFlags, Compared};
use crate::compare::{Axes, Cell, Label, Place, Run, State};
use crate::engine::ModelFolder;
use crate::recording::{Precision, read};
use crate::source::{live, watch};
use crate::terminal::{self, Options};
use crate::walk::{Change, Frame, Problem, RunAsked};
use crate::words::{Language, Words};

/// How many cells the screen asks of the network at once, where nothing else is said.
const BATCH: usize = 4;

/// What is laid side by side, ready to be shown or computed.
struct Prepared {
    /// All runs; those of a grid row by row, page by page.
    runs: Vec<Run>,
    /// The grid that they make, if they make one: a run stands at its place in reading order.
    axes: Option<Axes>,
    /// What has to be computed.
    pending: Vec<RunAsked>,
    /// Where runs come from that another program computes, by id.
    watched: Vec<(usize, PathBuf)>,
}

/// Lays runs side by side.
pub(super) fn compare(flags: &CompareFlags, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    if flags.layers {
        return caught(|| layers::print(flags, words));
    }
    let attended = !flags.unattended() && stdin().is_terminal() && stdout().is_terminal();
    let mut most = size::MOST;
    let prepared = match flags.compared()? {
        Compared::Grid(axes) => {
            let first = axes.cells().next().map(|cell| cell.asked).unwrap_or_default();
            let card = ModelFolder::of(&first)?.card()?;
            most = size::most_in_memory(&axes, &card);
            if attended && axes.count() > most {
                return Err(size::too_many_for_screen(&axes, most));
            }
            if !size::agreed(&axes, flags, words)? {
                return Ok(DONE);
            }
            grid(&axes, &card.hash, flags, words)?
        }
        Compared::Recordings(files) => recordings(&files)?,
        Compared::Folder(folder) => union(&folder, flags, attended, words)?,
    };
    if attended {
        sitting(prepared, flags, language)
    } else {
        caught(|| headless::compute(prepared, most, (flags, words), &Interrupt::listen()))
    }
}

/// The runs of a grid. Of a share, only its own cells.
fn grid(axes: &Axes, hash: &str, flags: &CompareFlags, words: Words) -> Result<Prepared, Problem> {
    if let Some(folder) = &flags.keep {
        folder::lay_out(folder, axes, hash)?;
    }
    let mut prepared = Prepared {
        runs: Vec::new(),
        axes: Some(axes.clone()),
        pending: Vec::new(),
        watched: Vec::new(),
    };
    let ours = |id: usize| flags.shard.is_none_or(|shard| id % shard.of == shard.which - 1);
    for (id, cell) in axes.cells().enumerate().filter(|(id, _)| ours(*id)) {
        prepared.runs.push(Run::waiting(id, name(&cell, words)));
    }
    let nearest = axes.nearest_first(Place::default()).map(|place| (axes.index(place), place));
    for (id, place) in nearest.filter(|(id, _)| ours(*id)) {
        let Some(cell) = axes.cell(place) else { continue };
        let keep = flags.keep.as_deref().map(|folder| folder::file_of(folder, &cell, hash));
        let turn = cell
            .swap
            .map(|swap| (swap.after, Change { prompt: Some(swap.prompt), ..Change::default() }));
        prepared.pending.push(RunAsked { id, asked: cell.asked, fork: None, keep, turn });
    }
    Ok(prepared)
}

/// A grid that is kept in a folder: what is there of it, and what may still come. For a sheet
/// alone its pictures are enough, of however many cells.
fn union(
    folder: &Path,
    flags: &CompareFlags,
    attended: bool,
    words: Words,
) -> Result<Prepared, Problem> {
    let (axes, hash) = folder::read_grid(folder)?;
    let pictures = !attended && !headless::prints(flags);
    if !pictures && axes.count() > size::MOST {
        let key = if attended { "compare-folder-too-large" } else { "compare-too-many-to-print" };
        return Err(Problem::usage(key).with("cells", axes.count()).with("most", size::MOST));
    }
    let mut prepared = Prepared {
        runs: Vec::new(),
        axes: Some(axes.clone()),
        pending: Vec::new(),
        watched: Vec::new(),
    };
    for (id, cell) in axes.cells().enumerate() {
        let file = folder::file_of(folder, &cell, &hash);
        let run = if file.is_file() {
            let mut run = recorded(id, name(&cell, words), &file);
            run.frames.retain(|frame| !pictures || matches!(frame, Frame::Image(_)));
            run
        } else {
            prepared.watched.push((id, file));
            Run::waiting(id, name(&cell, words))
        };
        prepared.runs.push(run);
    }
    Ok(prepared)
}

/// Recordings side by side.
fn recordings(files: &[PathBuf]) -> Result<Prepared, Problem> {
    if files.len() < 2 {
        return Err(Problem::usage("compare-too-few"));
    }
    let runs: Vec<Run> =
        files.iter().enumerate().map(|(id, file)| recorded(id, file_name(file), file)).collect();
    if let Some(State::Failed(problem)) = runs.first().map(|run| run.state.clone()) {
        return Err(problem);
    }
    Ok(Prepared { runs, axes: None, pending: Vec::new(), watched: Vec::new() })
}

/// A recording as a run; one that cannot be read says why in its place.
fn recorded(id: usize, name: String, file: &Path) -> Run {
    match read(file) {
        Ok(recording) => Run {
            settings: Some(recording.settings),
            card: Some(recording.card),
            calls: recording.calls,
            frames: recording.frames,
            state: State::Done,
            ..Run::waiting(id, name)
        },
        Err(problem) => Run { state: State::Failed(problem), ..Run::waiting(id, name) },
    }
}

fn file_name(file: &Path) -> String {
    let name = file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy();
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// What tells a cell from the others.
fn name(cell: &Cell, words: Words) -> String {
    let labels: Vec<String> = cell.labels.iter().map(|label| text(label, words)).collect();
    labels.join(" · ")
}

fn text(label: &Label, words: Words) -> String {
    words.fill(label.key, &[("value", &label.value)])
}

/// The labels along the axes.
fn heads(axes: &Axes, words: Words) -> Heads {
    let labels = |page| -> Vec<String> {
        axes.page_labels(page).iter().map(|label| text(label, words)).collect()
    };
    let label = |label: Label| text(&label, words);
    Heads {
        across: (0..axes.columns()).filter_map(|i| axes.column_label(i).map(label)).collect(),
        down: (0..axes.rows()).filter_map(|i| axes.row_label(i).map(label)).collect(),
        pages: if axes.pages() > 1 {
            (0..axes.pages()).map(|page| labels(page).join(" · ")).collect()
        } else {
            Vec::new()
        },
    }
}

/// Opens the screen, or the dialogue.
fn sitting(prepared: Prepared, flags: &CompareFlags, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    let heads = prepared.axes.as_ref().map(|axes| heads(axes, words));
    let mut comparison = Comparison::new(prepared.runs, heads, prepared.pending);
    comparison.batch = flags.batch.unwrap_or(BATCH).max(1);
    comparison.alignment = flags.align.unwrap_or_default();
    let options = Options {
        comparison: Some(comparison),
        language,
        second: flags.lang.and_then(|lang| lang.second),
        present: flags.present,
        colours: flags.color.unwrap_or_default().0,
        protocol: flags.protocol.unwrap_or_default(),
        marks: flags.marks(),
        log: flags.log.clone(),
        ..Options::default()
    };
    let watched = prepared.watched;
    let source = move |listener: terminal::Listener| {
        let listener = Arc::new(listener);
        let theirs = Arc::clone(&listener);
        if !watched.is_empty() {
            watch(watched, move |news| theirs(0, news));
        }
        live(move |generation, news| listener(generation, news))
    };
    let models = flags.models_asked();
    let outside = Arc::new(Files {
        precision: Precision::Compact,
        language,
        models,
        answers: None,
        teller: None,
    });
    let ending = if flags.plain {
        terminal::talk(&options, source, outside)
    } else {
        terminal::run(&options, source, outside)
    };
    Ok(ending?.code())
}
