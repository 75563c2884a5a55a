//! The contact sheet of a comparison: a grid with its heads, or runs with what parts them.

use super::contact_sheet::{Cell, EDGE, Sheet};
use crate::compare::{Axes, Axis, Label, Place, Psnr, Run, State, between_pictures, decided};
use crate::walk::colour_map::{diverging, sequential};
use crate::walk::{Image, Picture, Problem, Settings};
use crate::words::Words;

/// The most cells of a sheet: at the smallest scale, about as many as a sheet may have pixels for.
const MOST_CELLS: usize = 8_000;

/// Runs in one row.
const ACROSS: usize = 6;

/// The sheet of a grid, all its pages one below the other. `run` gives the run at a place, where
/// it is there; a cell without a picture keeps its frame and says why.
pub fn grid_sheet<'a>(
    axes: &Axes,
    run: &dyn Fn(Place) -> Option<&'a Run>,
    words: Words,
) -> Result<Sheet, Problem> {
    if axes.count() > MOST_CELLS {
        return Err(Problem::new("compare-sheet-too-large")
            .with("cells", axes.count())
            .with("most", MOST_CELLS));
    }
    let (columns, rows) = (axes.columns(), axes.rows());
    let lines = axes.pages() * rows;
    let named = |labels: &[Label]| {
        let names: Vec<String> = labels.iter().map(|label| name(label, words)).collect();
        names.join(" · ")
    };
    let mut known = Vec::new();
    let mut notes_of_swaps = Vec::new();
    let mut sheet_rows = Vec::with_capacity(lines);
    for line in 0..lines {
        let (page, row) = (line / rows, line % rows);
        let runs: Vec<Option<&Run>> =
            (0..columns).map(|column| run(Place { page, row, column })).collect();
        known.extend(runs.iter().flatten().filter_map(|run| run.settings.as_ref()));
        let mut labels = axes.page_labels(page);
        labels.extend(axes.row_label(row));
        sheet_rows.push((named(&labels), runs.iter().map(|run| cell(*run, words)).collect()));
        if let Some(row) = decided_row(axes, &runs, words) {
            sheet_rows.push((words.text("export.compare.decided-row").to_owned(), row));
            notes_of_swaps = vec![words.text("export.compare.decided-note").to_owned()];
        }
    }
    let heads = (0..columns).filter_map(|i| axes.column_label(i));
    Ok(Sheet {
        title: shared(&known, |s| s.prompt.clone()).unwrap_or_else(|| swapped(axes, &known)),
        notes: [notes(&known, words), notes_of_swaps].concat(),
        columns: heads.map(|label| named(&[label])).collect(),
        rows: sheet_rows,
        edge: edge(lines * columns),
    })
}

/// The two prompts of a swap.
fn swapped(axes: &Axes, known: &[&Settings]) -> String {
    let other = axes.axes().iter().find_map(|axis| match axis {
        Axis::SwapAt { prompt, .. } => Some(prompt.as_str()),
        _ => None,
    });
    let first = known.iter().find(|s| s.fork.is_none()).map(|s| s.prompt.as_str());
    first.zip(other).map_or_else(String::new, |(first, other)| format!("{first} → {other}"))
}

/// Where prompts are swapped across: below each picture, which parts of it were decided before.
fn decided_row(axes: &Axes, runs: &[Option<&Run>], words: Words) -> Option<Vec<Cell>> {
    let Some(Axis::SwapAt { after, .. }) = axes.axes().first() else { return None };
    let at = |wanted: usize| {
        let column = after.iter().position(|after| *after == wanted)?;
        picture(runs.get(column).copied().flatten()?)
    };
    let (from_start, never) = (at(0)?, at(usize::MAX)?);
    let cell = |run: Option<&Run>| {
        let card = run.and_then(|run| run.card.as_ref());
        let (swapped, card) = run.and_then(picture).zip(card)?;
        let seen = decided(&never, &from_start, &swapped, card.vae_factor).ok()?;
        let (values, w) = (seen.blocks.data(), seen.blocks.width());
        let drawn = Picture::from_fn(never.width(), never.height(), |x, y| {
            let value = values[y / seen.block * w + x / seen.block];
            if value.is_nan() { SILENT } else { sequential(value, 0.0, 1.0) }
        });
        let share = seen.share.map_or_else(|| "–".to_owned(), |s| format!("{:.0}", s * 100.0));
        let label = words.fill("export.compare.decided", &[("share", &share)]);
        Some(Cell { picture: Some(drawn), label })
    };
    Some(runs.iter().map(|run| cell(*run).unwrap_or_default()).collect())
}

/// Blocks that say nothing.
const SILENT: [u8; 3] = [190, 190, 190];

/// The sheet of runs side by side: each picture, and below it what parts it from the picture of
/// the run at place `reference`.
pub fn runs_sheet(runs: &[Run], reference: usize, words: Words) -> Sheet {
    let known: Vec<&Settings> = runs.iter().filter_map(|run| run.settings.as_ref()).collect();
    let first = runs.get(reference).or(runs.first()).and_then(picture);
    let mut rows = Vec::new();
    for part in runs.chunks(ACROSS) {
        let pictures = part.iter().map(|run| {
            let cell = cell(Some(run), words);
            let facts = run.settings.as_ref().map(|s| facts(s, words)).unwrap_or_default();
            Cell { label: format!("{}\n{facts}\n{}", run.name, cell.label), ..cell }
        });
        rows.push((String::new(), pictures.collect()));
        let apart = part.iter().map(|run| apart(first.as_ref(), picture(run).as_ref(), words));
        rows.push((String::new(), apart.collect()));
    }
    let mut notes = notes(&known, words);
    notes.push(words.text("export.compare.what").to_owned());
    Sheet {
        title: shared(&known, |s| s.prompt.clone()).unwrap_or_default(),
        notes,
        columns: Vec::new(),
        rows,
        edge: edge(runs.len() * 2),
    }
}

/// The more, the smaller.
const fn edge(cells: usize) -> usize {
    match cells {
        0..=60 => EDGE,
        61..=240 => EDGE / 2,
        _ => EDGE / 3,
    }
}

fn name(label: &Label, words: Words) -> String {
    words.fill(label.key, &[("value", &label.value)])
}

fn picture(run: &Run) -> Option<Picture> {
    run.image().and_then(Image::picture)
}

/// A run's picture, or why there is none.
fn cell(run: Option<&Run>, words: Words) -> Cell {
    let picture = run.and_then(picture);
    let label = match run.map(|run| &run.state) {
        Some(State::Failed(problem)) => words.problem(problem),
        _ if picture.is_none() => words.text("export.compare.missing").to_owned(),
        _ => String::new(),
    };
    Cell { picture, label }
}

/// What parts two pictures, as a picture.
fn apart(reference: Option<&Picture>, other: Option<&Picture>, words: Words) -> Cell {
    let Some((a, b)) = reference.zip(other) else { return Cell::default() };
    let apart = match between_pictures(a, b) {
        Err(reason) => {
            return Cell { picture: None, label: words.problem(&reason.problem()) };
        }
        Ok(apart) => apart,
    };
    let Psnr::Decibels(psnr) = apart.psnr else {
        let label = words.text("export.compare.identical").to_owned();
        return Cell { picture: None, label };
    };
    let (values, w) = (apart.lightness.data(), a.width());
    let drawn =
        Picture::from_fn(w, a.height(), |x, y| diverging(values[y * w + x], apart.limit, true));
    let facts = [("psnr", format!("{psnr:.1}")), ("limit", format!("{:.0}", apart.limit))];
    let facts = facts.each_ref().map(|(name, value)| (*name, value.as_str()));
    Cell { picture: Some(drawn), label: words.fill("export.compare.difference", &facts) }
}

/// What all settings have in common; none where they differ or there are none.
fn shared<T: PartialEq>(known: &[&Settings], of: impl Fn(&Settings) -> T) -> Option<T> {
    let (first, rest) = known.split_first()?;
    let value = of(first);
    rest.iter().all(|s| of(s) == value).then_some(value)
}

/// A line of those settings that all runs share.
fn notes(known: &[&Settings], words: Words) -> Vec<String> {
    let size = |s: &Settings| {
        let (width, height) = (s.width.to_string(), s.height.to_string());
        words.fill("export.compare.size", &[("width", &width), ("height", &height)])
    };
    let facts: Vec<String> = [
        shared(known, |s| s.model.clone()),
        shared(known, |s| value("seed", &s.seed.to_string(), words)),
        shared(known, |s| value("steps", &s.steps.to_string(), words)),
        shared(known, |s| s.sampler.name().to_owned()),
        shared(known, |s| value("guidance", &s.guidance.to_string(), words)),
        shared(known, size),
    ]
    .into_iter()
    .flatten()
    .collect();
    if facts.is_empty() { Vec::new() } else { vec![facts.join(" · ")] }
}

fn value(axis: &str, value: &str, words: Words) -> String {
    words.fill(&format!("compare.axis.{axis}"), &[("value", value)])
}

/// What decides a run, short enough to stand under a picture.
fn facts(settings: &Settings, words: Words) -> String {
    let guidance = value("guidance", &settings.guidance.to_string(), words);
    [
        value("seed", &settings.seed.to_string(), words),
        value("steps", &settings.steps.to_string(), words),
        settings.sampler.name().to_owned(),
        guidance,
    ]
    .join(" · ")
}
