//! In which order a grid is computed: what is nearest to the cursor first.

use super::{Axes, Place};

impl Axes {
    /// All places, nearest to `from` first: on its own page by the sum of the ways down and across
    /// (rows above and columns left of it before those opposite), then page by page outwards. Each
    /// place comes once; nothing is laid out.
    pub fn nearest_first(&self, from: Place) -> impl Iterator<Item = Place> + use<> {
        let (rows, columns) = (self.rows(), self.columns());
        let (row, column) = (from.row.min(rows - 1), from.column.min(columns - 1));
        outwards(from.page, self.pages()).flat_map(move |page| {
            let (most_down, most_across) =
                (row.max(rows - 1 - row), column.max(columns - 1 - column));
            (0..=most_down.saturating_add(most_across)).flat_map(move |way| {
                (way.saturating_sub(most_across)..=way.min(most_down)).flat_map(move |down| {
                    both(row, down, rows).flat_map(move |row| {
                        both(column, way - down, columns).map(move |column| Place {
                            page,
                            row,
                            column,
                        })
                    })
                })
            })
        })
    }
}

/// `from`, then one before and one behind, two before and two behind, as far as there are any.
fn outwards(from: usize, count: usize) -> impl Iterator<Item = usize> {
    let from = from.min(count.saturating_sub(1));
    (0..=from.max(count.saturating_sub(1) - from)).flat_map(move |way| both(from, way, count))
}

/// The one or two places at `way` from `from` among `count`.
fn both(from: usize, way: usize, count: usize) -> impl Iterator<Item = usize> {
    let before = from.checked_sub(way);
    let behind = from.checked_add(way).filter(|&place| way > 0 && place < count);
    before.into_iter().chain(behind)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::super::Axis;
    use super::*;
    use crate::walk::{Asked, Sampler};

    fn grid(columns: usize, rows: usize, pages: usize) -> Axes {
        let axes = vec![
            Axis::Seeds((0..columns as u64).collect()),
            Axis::Guidance((0..rows).map(|g| g as f64).collect()),
            Axis::Samplers(Sampler::ALL[..pages].to_vec()),
        ];
        Axes::new(Asked::default(), axes)
    }

    proptest! {
        #[test]
        fn every_cell_comes_once_and_never_a_nearer_one_after_a_farther(
            columns in 2usize..9, rows in 2usize..9, pages in 2usize..4,
            page in 0usize..4, row in 0usize..9, column in 0usize..9,
        ) {
            let axes = grid(columns, rows, pages);
            let from = Place { page, row, column };
            let order: Vec<Place> = axes.nearest_first(from).collect();
            let seen: HashSet<Place> = order.iter().copied().collect();
            prop_assert_eq!((order.len(), seen.len()), (axes.count(), axes.count()));
            let (page, row, column) =
                (page.min(pages - 1), row.min(rows - 1), column.min(columns - 1));
            let pages = |p: &Place| p.page.abs_diff(page);
            let way = |p: &Place| p.row.abs_diff(row) + p.column.abs_diff(column);
            for pair in order.windows(2) {
                let (a, b) = (&pair[0], &pair[1]);
                let in_order =
                    if a.page == b.page { way(a) <= way(b) } else { pages(a) <= pages(b) };
                prop_assert!(in_order);
            }
        }
    }

    #[test]
    fn the_first_cells_of_a_huge_grid_are_at_hand_at_once() {
        let seeds = |n| Axis::Seeds((0..n).collect());
        for axes in [vec![seeds(100_000)], vec![Axis::Steps(vec![1, 2]), seeds(100_000)]] {
            let axes = Axes::new(Asked::default(), axes);
            let place = axes.place(axes.count() / 2);
            assert_eq!(axes.nearest_first(place).next(), Some(place));
            assert_eq!(axes.nearest_first(place).count(), axes.count());
        }
    }
}
