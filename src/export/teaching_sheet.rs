//! A teaching on one page: each prompt before and after, and the nearest of its own pictures.

use std::path::Path;

use super::contact_sheet::{self, Cell, EDGE, Sheet};
use crate::walk::{BeforeAfter, Problem, TaughtReport};
use crate::words::Words;

/// Writes the page as PNG.
///
/// # Errors
/// What writing a file can meet.
pub fn write(path: &Path, report: &TaughtReport, words: Words) -> Result<(), Problem> {
    let pair = |of: &BeforeAfter| {
        let distance = format!("{:.1}", of.distance);
        let label = words.fill("teach.distance", &[("distance", &distance)]);
        let cells = vec![
            Cell { picture: Some(of.before.clone()), label: words.text("teach.before").to_owned() },
            Cell { picture: Some(of.after.clone()), label },
        ];
        (of.prompt.clone(), cells)
    };
    let mut rows: Vec<(String, Vec<Cell>)> = report.word_prompts.iter().map(pair).collect();
    rows.push(pair(&report.other));
    let near = report.nearest.iter().take(2).map(|near| Cell {
        picture: Some(near.picture.clone()),
        label: format!("{}\n{:.1}", near.name, near.distance),
    });
    rows.push((words.text("teach.nearest").to_owned(), near.collect()));
    let sheet = Sheet {
        title: words.fill("teach.title", &[("word", &report.word)]),
        rows,
        edge: EDGE,
        ..Sheet::default()
    };
    contact_sheet::write(path, &sheet, None)
}
