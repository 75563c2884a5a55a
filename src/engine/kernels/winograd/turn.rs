//! The three transforms of Winograd's F(4 × 4, 3 × 3) (Lavin and Gray 2016), on many tiles or
//! kernels at once, one a lane: input, weights, and back.

#![expect(
    clippy::inline_always,
    reason = "a loop takes the vectors of the function that it is inlined into"
)]

use super::super::product::DEEP;

/// Cells of a tile's edge, before and after.
pub(super) const IN: usize = 6;
pub(super) const OUT: usize = 4;
/// Numbers of a transformed tile.
pub(super) const PLACES: usize = IN * IN;
/// Room for the cells under the widest panel's tiles.
pub(super) const WINDOW: usize = OUT * 32 + 8;
/// The points at which the polynomials are multiplied are 0, ±A, ±B and infinity. Lavin and Gray
/// take 1 and 2.
const A: f32 = 1.0;
const B: f32 = 2.0;

/// Bᵀ on six numbers: the coefficients of the input's polynomial at each point.
#[inline(always)]
pub(super) fn turn_line<const V: usize>(x: &[[f32; V]; IN]) -> [[f32; V]; IN] {
    const BOTH: f32 = A * A * B * B;
    const SUM: f32 = A * A + B * B;
    let mut y = [[0.0; V]; IN];
    for v in 0..V {
        let [x0, x1, x2, x3, x4, x5] = [x[0][v], x[1][v], x[2][v], x[3][v], x[4][v], x[5][v]];
        let (even, odd) = (x4 - B * B * x2, A * (x3 - B * B * x1));
        let (even2, odd2) = (x4 - A * A * x2, B * (x3 - A * A * x1));
        y[0][v] = BOTH * x0 - SUM * x2 + x4;
        y[1][v] = even + odd;
        y[2][v] = even - odd;
        y[3][v] = even2 + odd2;
        y[4][v] = even2 - odd2;
        y[5][v] = BOTH * x1 - SUM * x3 + x5;
    }
    y
}

/// G on three weights.
#[inline(always)]
pub(super) fn turn_weights<const V: usize>(g: &[[f32; V]; 3]) -> [[f32; V]; IN] {
    const AT0: f32 = 1.0 / (A * A * B * B);
    const AT_A: f32 = 1.0 / (2.0 * A * A * (A * A - B * B));
    const AT_B: f32 = 1.0 / (2.0 * B * B * (B * B - A * A));
    let mut y = [[0.0; V]; IN];
    for v in 0..V {
        let [g0, g1, g2] = [g[0][v], g[1][v], g[2][v]];
        let (even, odd) = ((g0 + A * A * g2) * AT_A, A * AT_A * g1);
        let (even2, odd2) = ((g0 + B * B * g2) * AT_B, B * AT_B * g1);
        y[0][v] = g0 * AT0;
        y[1][v] = even + odd;
        y[2][v] = even - odd;
        y[3][v] = even2 + odd2;
        y[4][v] = even2 - odd2;
        y[5][v] = g2;
    }
    y
}

/// Aᵀ on six numbers: back to four cells.
#[inline(always)]
pub(super) fn turn_back<const V: usize>(m: &[[f32; V]; IN]) -> [[f32; V]; OUT] {
    let mut y = [[0.0; V]; OUT];
    for v in 0..V {
        let (sum, difference) = (m[1][v] + m[2][v], m[1][v] - m[2][v]);
        let (sum2, difference2) = (m[3][v] + m[4][v], m[3][v] - m[4][v]);
        y[0][v] = m[0][v] + sum + sum2;
        y[1][v] = A * difference + B * difference2;
        y[2][v] = A * A * sum + B * B * sum2;
        y[3][v] = A * A * A * difference + B * B * B * difference2 + m[5][v];
    }
    y
}

/// The 3 × 3 weights of eight input channels side by side; zeros behind the last channel.
#[inline(always)]
pub(super) fn eight_kernels(own: &[f32]) -> [[[f32; DEEP]; 3]; 3] {
    let mut kernels = [[[0.0; DEEP]; 3]; 3];
    if let Some(all) = own.first_chunk::<{ 9 * DEEP }>() {
        for i in 0..9 {
            for k in 0..DEEP {
                kernels[i / 3][i % 3][k] = all[k * 9 + i];
            }
        }
    } else {
        for (k, kernel) in own.chunks_exact(9).enumerate() {
            for i in 0..9 {
                kernels[i / 3][i % 3][k] = kernel[i];
            }
        }
    }
    kernels
}

#[inline(always)]
pub(super) fn column_of<const V: usize, const N: usize>(
    lines: &[[[f32; V]; N]; IN],
    at: usize,
) -> [[f32; V]; IN] {
    [lines[0][at], lines[1][at], lines[2][at], lines[3][at], lines[4][at], lines[5][at]]
}

#[inline(always)]
pub(super) fn spread<const V: usize>(
    window: &[f32; WINDOW],
    lane: usize,
    tiles: usize,
    cells: &mut [[f32; V]; IN],
) {
    for v in 0..tiles {
        for dx in 0..IN {
            cells[dx][lane + v] = window[OUT * v + dx];
        }
    }
}

#[inline(always)]
pub(super) fn gather<const V: usize>(
    cells: &[[f32; V]; OUT],
    lane: usize,
    tiles: usize,
    window: &mut [f32; WINDOW],
) {
    for v in 0..tiles {
        for x in 0..OUT {
            window[OUT * v + x] = cells[x][lane + v];
        }
    }
}
