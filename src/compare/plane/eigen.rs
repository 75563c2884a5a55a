//! Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations.

/// The most sweeps over all pairs; a dozen are enough for any matrix met so far.
const SWEEPS: usize = 40;

/// Eigenvalues with their eigenvectors (length 1), largest first, of the symmetric n × n matrix
/// `a` in row-major order: cyclic Jacobi (Golub & Van Loan, Matrix Computations, 8.5), until what
/// stands off the diagonal is below rounding.
pub(super) fn symmetric(mut a: Vec<f64>, n: usize) -> Vec<(f64, Vec<f64>)> {
    // Row k holds the k-th eigenvector: rotations turn two rows, which lie whole in memory.
    let mut vectors = vec![0.0; n * n];
    for i in 0..n {
        vectors[i * n + i] = 1.0;
    }
    let size: f64 = a.iter().map(|x| x * x).sum();
    for _ in 0..SWEEPS {
        let off: f64 = (0..n)
            .flat_map(|i| (0..i).map(move |j| i * n + j))
            .map(|place| a[place] * a[place])
            .sum();
        if off <= size * 1e-28 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                // Too small to change either of its two diagonal numbers.
                if a[p * n + q].powi(2) > size * 1e-34 {
                    rotate(&mut a, &mut vectors, n, p, q);
                }
            }
        }
    }
    let mut pairs: Vec<(f64, Vec<f64>)> =
        (0..n).map(|k| (a[k * n + k], vectors[k * n..(k + 1) * n].to_vec())).collect();
    pairs.sort_by(|x, y| y.0.total_cmp(&x.0));
    pairs
}

/// Turns the plane of axes `p` and `q` so that their product off the diagonal is zero.
fn rotate(a: &mut [f64], vectors: &mut [f64], n: usize, p: usize, q: usize) {
    let (app, aqq, apq) = (a[p * n + p], a[q * n + q], a[p * n + q]);
    let tau = (aqq - app) / (2.0 * apq);
    let t = tau.signum() / (tau.abs() + tau.mul_add(tau, 1.0).sqrt());
    let cos = 1.0 / t.mul_add(t, 1.0).sqrt();
    let sin = t * cos;
    turn_rows(a, n, (p, q), (cos, sin));
    for k in 0..n {
        let (x, y) = (a[k * n + p], a[k * n + q]);
        a[k * n + p] = cos * x - sin * y;
        a[k * n + q] = sin * x + cos * y;
    }
    turn_rows(vectors, n, (p, q), (cos, sin));
}

fn turn_rows(a: &mut [f64], n: usize, (p, q): (usize, usize), (cos, sin): (f64, f64)) {
    let (above, below) = a.split_at_mut(q * n);
    for (x, y) in above[p * n..(p + 1) * n].iter_mut().zip(&mut below[..n]) {
        (*x, *y) = (cos * *x - sin * *y, sin * *x + cos * *y);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_are_eigenpairs_orthogonal_and_in_order(
            (n, numbers) in (1usize..9).prop_flat_map(|n| {
                (Just(n), prop::collection::vec(-3.0f64..3.0, n * n))
            }),
        ) {
            let at = |i: usize, j: usize| numbers[i * n + j] + numbers[j * n + i];
            let matrix = (0..n * n).map(|k| at(k / n, k % n)).collect();
            let pairs = symmetric(matrix, n);
            let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(a, b)| a * b).sum::<f64>();
            for (k, (value, vector)) in pairs.iter().enumerate() {
                for i in 0..n {
                    let row: Vec<f64> = (0..n).map(|j| at(i, j)).collect();
                    prop_assert!((dot(&row, vector) - value * vector[i]).abs() < 1e-9);
                }
                for (j, (_, other)) in pairs.iter().enumerate() {
                    let expected = f64::from(u8::from(j == k));
                    prop_assert!((dot(vector, other) - expected).abs() < 1e-10);
                }
            }
            prop_assert!(pairs.windows(2).all(|w| w[0].0 >= w[1].0));
        }
    }
}
