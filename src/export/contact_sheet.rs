//! A contact sheet: labelled pictures in rows and columns on one page, at whole-number scales.

use std::path::Path;

use super::canvas::{Align, Canvas, scaled};
use super::lettering::{GREY, INK, line_height, width};
use super::png;
use crate::walk::{Picture, Problem, Settings};

/// What stands on a sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// The line on top, in larger letters.
    pub title: String,
    /// Lines under the title: settings, and what the pictures are.
    pub notes: Vec<String>,
    /// One head a column; none: the columns have no heads.
    pub columns: Vec<String>,
    /// The rows, each with its head (may be empty).
    pub rows: Vec<(String, Vec<Cell>)>,
    /// About how many pixels the longer edge of a picture takes: small ones are enlarged and large
    /// ones averaged, by whole numbers. [`EDGE`] is a good one.
    pub edge: usize,
}

/// One place of a sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// Its picture; none: an empty frame (the label says why).
    pub picture: Option<Picture>,
    /// What stands under it; lines are parted by `\n`, each is shortened to the cell.
    pub label: String,
}

/// A good edge for pictures on a sheet.
pub const EDGE: usize = 192;

/// The largest sheet, in pixels.
pub const MOST_PIXELS: usize = 100_000_000;

const MARGIN: usize = 28;
const GAP: usize = 16;
const TITLE: usize = 22;
const NOTE: usize = 13;
const HEAD: usize = 15;
const LABEL: usize = 12;
/// The widest head of a row.
const HEAD_MOST: usize = 260;
/// The narrowest cell: room for a label.
const NARROWEST: usize = 96;

/// Draws `sheet` and writes it as PNG, with the settings that all its pictures share in the text
/// chunks, where there are such.
///
/// # Errors
///
/// `export-sheet-too-large` for more than [`MOST_PIXELS`], `export-empty` for a sheet without
/// cells, else what writing a file can meet.
pub fn write(path: &Path, sheet: &Sheet, settings: Option<&Settings>) -> Result<(), Problem> {
    let plan = Plan::of(sheet);
    let (width, height) = plan.size();
    if plan.columns == 0 {
        return Err(Problem::new("export-empty").with("file", path.display()));
    }
    if width.saturating_mul(height) > MOST_PIXELS {
        return Err(Problem::new("export-sheet-too-large")
            .with("file", path.display())
            .with("width", width)
            .with("height", height));
    }
    let drawn = plan
        .draw(sheet)
        .ok_or_else(|| Problem::new("export-not-drawn").with("file", path.display()))?;
    png::write(&drawn, 1, settings, path)
}

/// Draws `sheet`; `None` for one without cells or larger than [`MOST_PIXELS`].
pub fn draw(sheet: &Sheet) -> Option<Picture> {
    let plan = Plan::of(sheet);
    let (width, height) = plan.size();
    if plan.columns == 0 || width.saturating_mul(height) > MOST_PIXELS {
        return None;
    }
    plan.draw(sheet)
}

/// Where everything stands.
struct Plan {
    /// Room for the head of a row, with the gap after it.
    left: usize,
    /// Room for title and notes.
    top: usize,
    /// Room for the heads of the columns.
    heads: usize,
    /// A picture's room.
    cell: (usize, usize),
    /// Room for the lines under it.
    label: usize,
    columns: usize,
    rows: usize,
}

impl Plan {
    fn of(sheet: &Sheet) -> Self {
        let cells = || sheet.rows.iter().flat_map(|(_, cells)| cells);
        let size = |picture: &Picture| {
            let longer = picture.width().max(picture.height()).max(1);
            let (w, h) = (picture.width(), picture.height());
            if longer > sheet.edge {
                let block = longer.div_ceil(sheet.edge.max(1));
                (w.div_ceil(block), h.div_ceil(block))
            } else {
                let scale = sheet.edge / longer;
                (w * scale, h * scale)
            }
        };
        let sizes = || cells().filter_map(|cell| cell.picture.as_ref()).map(size);
        let (wide, high) = (sizes().map(|s| s.0).max(), sizes().map(|s| s.1).max());
        let heads = sheet.rows.iter().map(|(head, _)| width(head, HEAD)).max().unwrap_or(0);
        let lines = cells().map(|cell| cell.label.lines().count()).max().unwrap_or(0);
        let notes = sheet.notes.len() * line_height(NOTE);
        let title = if sheet.title.is_empty() { 0 } else { line_height(TITLE) + 2 };
        let above = title + notes;
        Self {
            left: if heads == 0 { 0 } else { heads.min(HEAD_MOST) + GAP },
            top: if above == 0 { 0 } else { above + GAP },
            heads: if sheet.columns.is_empty() { 0 } else { line_height(HEAD) + 6 },
            cell: (wide.unwrap_or(sheet.edge).max(NARROWEST), high.unwrap_or(sheet.edge)),
            label: if lines == 0 { 0 } else { lines * line_height(LABEL) + 4 },
            columns: sheet.rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0),
            rows: sheet.rows.len(),
        }
    }

    /// Pixels across and down.
    fn size(&self) -> (usize, usize) {
        let (across, down) = self.step();
        let width = self.columns.saturating_mul(across).saturating_sub(GAP);
        let height = self.rows.saturating_mul(down).saturating_sub(GAP);
        (
            width.saturating_add(2 * MARGIN + self.left),
            height.saturating_add(2 * MARGIN + self.top + self.heads),
        )
    }

    /// From one cell to the next, across and down.
    const fn step(&self) -> (usize, usize) {
        (self.cell.0 + GAP, self.cell.1 + self.label + GAP)
    }

    fn draw(&self, sheet: &Sheet) -> Option<Picture> {
        let (width, height) = self.size();
        let mut canvas = Canvas::new(width, height);
        let room = (width - 2 * MARGIN, Align::Left);
        canvas.write(&sheet.title, (TITLE, INK), (MARGIN, MARGIN), room);
        let mut y = MARGIN + if sheet.title.is_empty() { 0 } else { line_height(TITLE) + 2 };
        for note in &sheet.notes {
            canvas.write(note, (NOTE, GREY), (MARGIN, y), room);
            y += line_height(NOTE);
        }
        let (across, down) = self.step();
        let (x0, y0) = (MARGIN + self.left, MARGIN + self.top);
        for (i, head) in sheet.columns.iter().take(self.columns).enumerate() {
            let room = (self.cell.0, Align::Middle);
            canvas.write(head, (HEAD, INK), (x0 + i * across, y0), room);
        }
        for (row, (head, cells)) in sheet.rows.iter().enumerate() {
            let y = y0 + self.heads + row * down;
            let middle = y + (self.cell.1.saturating_sub(line_height(HEAD))) / 2;
            let room = (self.left.saturating_sub(GAP), Align::Right);
            canvas.write(head, (HEAD, INK), (MARGIN, middle), room);
            for (column, cell) in cells.iter().enumerate() {
                self.put(&mut canvas, cell, (x0 + column * across, y), sheet.edge);
            }
        }
        canvas.picture()
    }

    /// A picture in the middle of its room, its label under it.
    fn put(&self, canvas: &mut Canvas, cell: &Cell, (x, y): (usize, usize), edge: usize) {
        let (wide, high) = self.cell;
        match &cell.picture {
            Some(picture) => {
                let picture = scaled(picture, edge);
                let at = (x + (wide - picture.width()) / 2, y + (high - picture.height()) / 2);
                canvas.frame(at, (picture.width(), picture.height()));
                canvas.lay(&picture, at);
            }
            None => canvas.frame((x, y), (wide, high)),
        }
        for (i, line) in cell.label.lines().enumerate() {
            let ink = if i == 0 { INK } else { GREY };
            let y = y + high + 5 + i * line_height(LABEL);
            canvas.write(line, (LABEL, ink), (x, y), (wide + GAP - 4, Align::Middle));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(edge: usize) -> Sheet {
        let cell = |n: usize| Cell {
            picture: (n != 3).then(|| Picture::from_fn(8, 4, |x, y| [(x * 30) as u8, y as u8, 9])),
            label: format!("cell {n}\nσ 1.2"),
        };
        Sheet {
            title: "a red cat".to_owned(),
            notes: vec!["seed 7".to_owned()],
            columns: vec!["cfg 1".to_owned(), "cfg 4".to_owned()],
            rows: vec![
                ("seed 1".to_owned(), vec![cell(0), cell(1)]),
                ("seed 2".to_owned(), vec![cell(2), cell(3)]),
            ],
            edge,
        }
    }

    #[test]
    fn every_picture_stands_on_the_sheet_at_a_whole_scale() {
        let sheet = sheet(100);
        let drawn = draw(&sheet).expect("cells");
        let picture = sheet.rows[0].1[0].picture.clone().expect("a picture").enlarged(12);
        let found = (0..drawn.height() - 48)
            .flat_map(|y| (0..drawn.width() - 96).map(move |x| (x, y)))
            .filter(|&(x, y)| {
                (0..48).all(|dy| {
                    let at = ((y + dy) * drawn.width() + x) * 3;
                    drawn.rgb()[at..at + 96 * 3] == picture.rgb()[dy * 96 * 3..(dy + 1) * 96 * 3]
                })
            });
        assert_eq!(found.count(), 3);
    }

    #[test]
    fn a_sheet_without_cells_or_beyond_all_bounds_is_refused() {
        assert_eq!(draw(&Sheet::default()), None);
        assert_eq!(draw(&sheet(60_000)), None);
    }
}
