//! Where the runs stand: in a row with the reference first, or as the grid that they were asked
//! for, with its heads. What does not fit is reached by moving the choice.

use ratatui::layout::Rect;

use crate::app::Comparison;
use crate::views::parts::layout;

/// Where everything stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arrangement {
    /// The runs that are shown, by place, each with its cells.
    pub(super) runs: Vec<(usize, Rect)>,
    /// Heads over columns and beside rows.
    pub(super) heads: Vec<(String, Rect)>,
    /// Whether each run bears its own name, since no heads do.
    pub(super) named: bool,
    /// What is left under the runs.
    pub(super) rest: Rect,
    /// Whether runs of this page stand outside.
    pub(super) more: bool,
}

/// The narrowest place of a run in a row.
const NARROWEST: u16 = 24;
/// The smallest place of a run in a grid.
const SMALLEST: (u16, u16) = (18, 4);

/// Arranges an area for runs of `wanted` rows each, leaving what they do not take.
pub(super) fn arrange(comparison: &Comparison, area: Rect, wanted: u16) -> Arrangement {
    match comparison.cell(comparison.chosen) {
        Some(_) if comparison.page().len() > 1 => grid(comparison, area, wanted),
        _ => in_a_row(comparison, area, wanted),
    }
}

/// The reference first, then those around the chosen one.
fn in_a_row(comparison: &Comparison, area: Rect, wanted: u16) -> Arrangement {
    let page = comparison.page();
    let count = page.len().max(1);
    let fits = usize::from((area.width + 2) / (NARROWEST + 2)).clamp(1, count);
    let others: Vec<usize> = page.clone().filter(|place| *place != comparison.reference).collect();
    let mut shown: Vec<usize> = Vec::new();
    if page.contains(&comparison.reference)
        && (fits > 1 || comparison.chosen == comparison.reference)
    {
        shown.push(comparison.reference);
    }
    let room = fits - shown.len();
    if room > 0 {
        let chosen = others.iter().position(|place| *place == comparison.chosen).unwrap_or(0);
        let first = (chosen - chosen % room).min(others.len().saturating_sub(room));
        shown.extend(others.iter().skip(first).take(room));
    }
    let (runs, rest) = layout::top(area, wanted);
    let columns = layout::columns(runs, shown.len().max(1) as u16, 2);
    Arrangement {
        more: shown.len() < page.len(),
        runs: shown.into_iter().zip(columns).collect(),
        heads: Vec::new(),
        named: true,
        rest,
    }
}

/// Heads above and at the left; where not all columns or rows fit, those around the chosen run.
fn grid(comparison: &Comparison, area: Rect, wanted: u16) -> Arrangement {
    let (Some(heads), Some(chosen)) = (&comparison.heads, comparison.cell(comparison.chosen))
    else {
        return Arrangement::default();
    };
    let (columns, rows) = heads.size();
    let labels = heads.down.iter().map(|head| crate::views::parts::text::width(head)).max();
    let beside = labels.map_or(0, |wide| (wide + 1).min(area.width / 5));
    let (top, body) = layout::top(area, 1);
    let across = usize::from((area.width - beside) / SMALLEST.0).clamp(1, columns);
    let down = usize::from(body.height / SMALLEST.1).clamp(1, rows);
    let first = |at: usize, fits: usize, all: usize| (at / fits * fits).min(all - fits);
    let (left, upper) = (first(chosen.column, across, columns), first(chosen.row, down, rows));
    let each = (body.height / down as u16).min(wanted.max(SMALLEST.1));
    let (_, right_of_labels) = layout::left(body, beside, 0);
    let places = layout::columns(right_of_labels, across as u16, 1);
    let mut found = Arrangement { named: false, ..Arrangement::default() };
    for (i, place) in places.iter().enumerate() {
        if let Some(head) = heads.across.get(left + i) {
            // Over the picture, not over the bar at its left.
            let over = layout::left(*place, 1, 0).1;
            found.heads.push((head.clone(), Rect { y: top.y, height: top.height, ..over }));
        }
    }
    for j in 0..down {
        let band = layout::top(layout::top(body, each * j as u16).1, each).0;
        if let Some(head) = heads.down.get(upper + j) {
            let label = layout::row(layout::left(band, beside.saturating_sub(1), 0).0, 0);
            found.heads.push((head.clone(), label));
        }
        for (i, place) in places.iter().enumerate() {
            let run = chosen.page * columns * rows + (upper + j) * columns + left + i;
            if run < comparison.runs.len() {
                found.runs.push((run, Rect { y: band.y, height: band.height, ..*place }));
            }
        }
    }
    found.more = across < columns || down < rows;
    found.rest = layout::top(body, each * down as u16).1;
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Heads;
    use crate::compare::Run;

    fn comparison(columns: usize, rows: usize) -> Comparison {
        let names = |n: usize| (0..n).map(|i| format!("seed {i}")).collect::<Vec<_>>();
        let heads = Heads { across: names(columns), down: names(rows), pages: Vec::new() };
        let runs = (0..columns * rows).map(|id| Run::waiting(id, String::new())).collect();
        Comparison::new(runs, (rows > 0).then_some(heads), Vec::new())
    }

    #[test]
    fn a_small_screen_holds_nine_cells_and_three_in_a_row() {
        let area = Rect::new(1, 3, 78, 16);
        let grid = arrange(&comparison(3, 3), area, 30);
        assert_eq!((grid.runs.len(), grid.heads.len(), grid.more), (9, 6, false));
        let mut row = comparison(0, 0);
        row.runs = (0..5).map(|id| Run::waiting(id, String::new())).collect();
        (row.heads, row.chosen, row.reference) = (None, 4, 1);
        let shown: Vec<usize> = arrange(&row, area, 11).runs.iter().map(|run| run.0).collect();
        assert_eq!(shown, [1, 3, 4], "the reference stays, the chosen one is there");
    }

    #[test]
    fn the_chosen_run_is_always_there_and_nothing_leaves_the_area() {
        for (width, height) in [(1, 1), (20, 6), (78, 16), (118, 32), (300, 90)] {
            let area = Rect::new(2, 1, width, height);
            for (columns, rows) in [(1, 1), (3, 3), (20, 1), (2, 30)] {
                let mut grid = comparison(columns, rows);
                for chosen in 0..columns * rows {
                    grid.chosen = chosen;
                    let found = arrange(&grid, area, 12);
                    assert!(found.runs.iter().any(|(place, _)| *place == chosen));
                    let places = found.runs.iter().map(|run| run.1);
                    let places = places.chain(found.heads.iter().map(|head| head.1));
                    for place in places.chain([found.rest]) {
                        assert!(place.is_empty() || area.union(place) == area, "{place}");
                    }
                }
            }
        }
    }
}
