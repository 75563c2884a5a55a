//! Runs laid side by side: what the comparison on screen knows, and what it still waits for.

use super::setting::Setting;
use super::state::WalkState;
use crate::compare::{Alignment, Plane, Reason, Run};
use crate::walk::{Course, ModelsApart, RunAsked, Stage};

/// Walks side by side, with one cursor for all.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// The runs, in the order in which they stand; of a grid row by row, page by page.
    pub runs: Vec<Run>,
    /// Which run the others are held against: a place in `runs`.
    pub reference: usize,
    /// Which run is chosen: a place in `runs`.
    pub chosen: usize,
    /// The call of the reference that all runs are looked at; beyond its last one it stays with
    /// the newest. [`Comparison::call`] tells which that is.
    pub cursor: usize,
    /// What "the same moment" of two runs means.
    pub alignment: Alignment,
    /// The stage that is compared.
    pub stage: Option<Stage>,
    /// What stands over the columns and beside the rows, where the runs make a grid.
    pub heads: Option<Heads>,
    /// Whether differences from the reference are shown in place of the pictures.
    pub difference: bool,
    /// Whether the reference's picture is shown in the place of the chosen one.
    pub flip: bool,
    /// Whether the paths are shown in their common plane.
    pub plane: bool,
    /// That plane, or why there is none; computed while it is shown.
    pub paths: Option<Result<Plane, Reason>>,
    /// Models that were held against each other.
    pub models_apart: Vec<ModelsApart>,
    /// Runs that wait to be ordered.
    pub pending: Vec<RunAsked>,
    /// Runs that were ordered and have not ended.
    pub under_way: Vec<RunAsked>,
    /// Whether nothing more is ordered until someone goes on.
    pub paused: bool,
    /// How many runs are ordered together, at most.
    pub batch: usize,
    /// The runs that were read from files, by id.
    pub recorded: Vec<usize>,
    /// The run whose frames are those of the walk on screen, by id.
    pub walk: Option<usize>,
    /// The settings in which runs were asked to differ from the walk on screen.
    pub differing: Vec<Setting>,
    /// The walk that was on screen before a run took its place, and its number.
    pub begun: Option<(usize, Box<WalkState>)>,
}

/// The labels of a grid's axes. The runs of a comparison fill it row by row, page by page; runs
/// after the last page were added later and stand on a page of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    /// Over the columns, such as `seed 1`.
    pub across: Vec<String>,
    /// Beside the rows; empty for a single row without a label.
    pub down: Vec<String>,
    /// Over the pages; empty for one page without a label.
    pub pages: Vec<String>,
}

impl Heads {
    /// Columns and rows of a page.
    pub fn size(&self) -> (usize, usize) {
        (self.across.len().max(1), self.down.len().max(1))
    }

    /// How many runs all pages hold.
    pub fn cells(&self) -> usize {
        let (columns, rows) = self.size();
        columns * rows * self.pages.len().max(1)
    }
}

/// Where a run stands in a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The page.
    pub page: usize,
    /// The row on it.
    pub row: usize,
    /// The column.
    pub column: usize,
}

impl Comparison {
    /// A comparison of these runs; `pending` are those of them that have to be computed yet.
    /// Recordings laid side by side have nothing pending.
    pub fn new(runs: Vec<Run>, heads: Option<Heads>, pending: Vec<RunAsked>) -> Self {
        let waits = |id: usize| pending.iter().any(|asked| asked.id == id);
        Self {
            recorded: runs.iter().map(|run| run.id).filter(|id| !waits(*id)).collect(),
            runs,
            heads,
            pending,
            cursor: usize::MAX,
            stage: Some(Stage::Image),
            batch: 1,
            ..Self::default()
        }
    }

    /// The run that the others are held against.
    pub fn reference_run(&self) -> Option<&Run> {
        self.runs.get(self.reference)
    }

    /// The chosen run.
    pub fn chosen_run(&self) -> Option<&Run> {
        self.runs.get(self.chosen)
    }

    /// The run with this number.
    pub fn run(&self, id: usize) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == id)
    }

    /// The stage that is compared.
    pub fn stage(&self) -> Stage {
        self.stage.unwrap_or(Stage::Step)
    }

    /// The frames that the runs have, the encoder's where any of them begins from a picture.
    pub fn course(&self) -> Course {
        let encodes = self.runs.iter().any(|run| run.course().encodes);
        Course { calls: self.calls(), encodes }
    }

    /// How many calls of the reference are there.
    pub fn calls(&self) -> usize {
        self.reference_run().map_or(0, |run| run.steps().count())
    }

    /// The call of the reference at which the runs are looked at.
    pub fn call(&self) -> usize {
        self.cursor.min(self.calls().saturating_sub(1))
    }

    /// Where a run stands in the grid; `None` without a grid, and for runs added to it.
    pub fn cell(&self, place: usize) -> Option<Cell> {
        let heads = self.heads.as_ref().filter(|heads| place < heads.cells())?;
        let (columns, rows) = heads.size();
        Some(Cell {
            page: place / (columns * rows),
            row: place / columns % rows,
            column: place % columns,
        })
    }

    /// The places of the runs that stand on the chosen one's page.
    pub fn page(&self) -> std::ops::Range<usize> {
        let all = self.runs.len();
        let Some(heads) = &self.heads else { return 0..all };
        let (columns, rows) = heads.size();
        match self.cell(self.chosen) {
            Some(cell) => {
                let first = cell.page * columns * rows;
                first..(first + columns * rows).min(all)
            }
            None => heads.cells().min(all)..all,
        }
    }

    /// How many runs will be computed before this one, itself counted: 1 is next. `None` where it
    /// does not wait.
    pub fn place_in_queue(&self, id: usize) -> Option<usize> {
        let at = self.pending.iter().position(|asked| asked.id == id)?;
        let far = self.distance(id);
        let before = |(i, asked): &(usize, &RunAsked)| (self.distance(asked.id), *i) < (far, at);
        Some(self.pending.iter().enumerate().filter(before).count() + 1)
    }

    /// What waits, in the order of computing: nearest to the chosen run first.
    pub fn queue(&self) -> Vec<&RunAsked> {
        let mut queue: Vec<&RunAsked> = self.pending.iter().collect();
        queue.sort_by_cached_key(|asked| self.distance(asked.id));
        queue
    }

    /// How far a run stands from the chosen one: pages count most.
    fn distance(&self, id: usize) -> usize {
        // The runs of a grid stand at their numbers; those that were added need not.
        let at_its_number = self.runs.get(id).is_some_and(|run| run.id == id);
        let place =
            if at_its_number { Some(id) } else { self.runs.iter().position(|run| run.id == id) };
        let Some(place) = place else { return usize::MAX };
        match (self.cell(place), self.cell(self.chosen)) {
            (Some(a), Some(b)) => {
                let on_page = a.row.abs_diff(b.row) + a.column.abs_diff(b.column);
                a.page.abs_diff(b.page).saturating_mul(10_000).saturating_add(on_page)
            }
            _ => place.abs_diff(self.chosen),
        }
    }

    /// Fits the plane on all runs as they are now, where it is shown.
    pub(super) fn fit_plane(&mut self) {
        self.paths = self.plane.then(|| Plane::of(&self.runs));
    }

    /// A number that no run has.
    pub fn free_id(&self) -> usize {
        self.runs.iter().map(|run| run.id + 1).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(columns: usize, rows: usize, pages: usize) -> Comparison {
        let names = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
        let heads = Heads { across: names(columns), down: names(rows), pages: names(pages) };
        let runs =
            (0..heads.cells()).map(|id| Run::waiting(id, id.to_string())).collect::<Vec<_>>();
        let asked = |id| RunAsked {
            id,
            asked: crate::walk::Asked::default(),
            fork: None,
            keep: None,
            turn: None,
        };
        let pending = (0..heads.cells()).map(asked).collect();
        Comparison::new(runs, Some(heads), pending)
    }

    #[test]
    fn the_nearest_cells_are_computed_first_and_the_page_on_screen_before_others() {
        let mut comparison = grid(3, 2, 2);
        comparison.chosen = 4;
        let order: Vec<usize> = comparison.queue().iter().map(|asked| asked.id).collect();
        assert_eq!(order[..4], [4, 1, 3, 5]);
        assert!(order[6..].iter().all(|id| *id >= 6), "{order:?}");
        assert_eq!(comparison.place_in_queue(4), Some(1));
        assert_eq!(comparison.cell(10), Some(Cell { page: 1, row: 1, column: 1 }));
        assert_eq!(comparison.page(), 0..6);
    }

    #[test]
    fn runs_added_to_a_grid_stand_on_a_page_of_their_own() {
        let mut comparison = grid(2, 2, 1);
        comparison.runs.push(Run::waiting(9, "another".into()));
        comparison.chosen = 4;
        assert_eq!((comparison.cell(4), comparison.page()), (None, 4..5));
        assert_eq!(comparison.free_id(), 10);
    }
}
