//! Rows become columns: a picture's channels as tokens, and tokens as channels.

use rayon::prelude::*;

/// Columns that are turned together, so that what is read is read in whole lines of the cache.
const BLOCK: usize = 16;

/// Each matrix `[rows,columns]` of `from` as `[columns,rows]`; `beside`, of the result's shape,
/// is added.
pub(in crate::engine) fn exchange(
    from: &[f32],
    (rows, columns): (usize, usize),
    beside: Option<&[f32]>,
) -> Vec<f32> {
    let mut result = beside.map_or_else(|| vec![0.0; from.len()], <[f32]>::to_vec);
    let size = rows * columns;
    if size == 0 {
        return result;
    }
    let turn = |(matrix, first, to): (usize, usize, &mut [f32])| {
        let from = &from[matrix * size..][..size];
        let count = to.len() / rows;
        for (row, from) in from.chunks_exact(columns).enumerate() {
            for (i, x) in from[first..first + count].iter().enumerate() {
                to[i * rows + row] += x;
            }
        }
    };
    let mut blocks: Vec<(usize, usize, &mut [f32])> = Vec::new();
    for (matrix, to) in result.chunks_exact_mut(size).enumerate() {
        let parts = to.chunks_mut(BLOCK * rows).enumerate();
        blocks.extend(parts.map(|(i, to)| (matrix, i * BLOCK, to)));
    }
    if super::worth_threads(from.len() * 16) {
        blocks.into_par_iter().for_each(turn);
    } else {
        blocks.into_iter().for_each(turn);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_lands_in_its_place_in_each_matrix() {
        let (rows, columns) = (37, 21);
        let from: Vec<f32> = (0..2 * rows * columns).map(|i| i as f32).collect();
        let beside = vec![0.5; from.len()];
        let found = exchange(&from, (rows, columns), Some(&beside));
        for matrix in 0..2 {
            for row in 0..rows {
                for column in 0..columns {
                    let at = matrix * rows * columns;
                    let expected = from[at + row * columns + column] + 0.5;
                    assert_eq!(found[at + column * rows + row], expected);
                }
            }
        }
    }
}
