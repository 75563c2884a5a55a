//! What a row of swapped prompts shows: which parts of the picture were already decided.
//!
//! Three pictures of one seed: A with the first prompt to the end, B with the second from the first
//! step on, and S with the second from step k on. Where S still looks like A, the first k steps had
//! decided; where it looks like B, nothing was decided yet.

use super::{Reason, between_pictures};
use crate::walk::{Grid, Picture};

/// Which parts of a picture were decided before the prompt was swapped.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// `[1,bh,bw]`, one number a block: `1 − ‖S−A‖/‖B−A‖` over its pixels and colours, kept within
    /// 0..1; 1 where the block stands as without a swap, 0 where it changed as much as it could
    /// have. NaN where A and B hardly differ ([`Decided::SILENT`]): there it says nothing.
    pub blocks: Grid,
    /// Edge of a block in pixels.
    pub block: usize,
    /// The same over the whole picture; `None` where A and B hardly differ.
    pub share: Option<f32>,
    /// How many blocks say nothing.
    pub silent: usize,
}

impl Decided {
    /// Two pictures hardly differ where the root mean square of their difference is below this
    /// many 8-bit levels.
    pub const SILENT: f32 = 4.0;
}

/// Compares the picture of a swapped run with the one that was never swapped and the one that had
/// the second prompt from the start, block by block; `block` is the edge in pixels (that of a
/// latent cell, or 8).
pub fn decided(
    never: &Picture,
    from_start: &Picture,
    swapped: &Picture,
    block: usize,
) -> Result<Decided, Reason> {
    let block = block.max(1);
    let whole = between_pictures(never, from_start)?.grid;
    let part = between_pictures(never, swapped)?.grid;
    let (w, h) = (never.width(), never.height());
    let (across, down) = (w.div_ceil(block), h.div_ceil(block));
    // Sums of squares a block.
    let squares = |grid: &Grid| {
        let mut sums = vec![0.0f64; across * down];
        for (i, x) in grid.data().iter().enumerate() {
            let (row, column) = (i / w % h, i % w);
            sums[row / block * across + column / block] += f64::from(*x).powi(2);
        }
        sums
    };
    let (could, did) = (squares(&whole), squares(&part));
    let floor = f64::from(Decided::SILENT).powi(2);
    let blocks = Grid::from_fn(&[1, down, across], |i| {
        let (row, column) = (i / across, i % across);
        let pixels = block.min(h - row * block) * block.min(w - column * block);
        share(did[i], could[i], floor * 3.0 * pixels as f64).unwrap_or(f32::NAN)
    });
    let silent = blocks.data().iter().filter(|x| x.is_nan()).count();
    let total = |sums: &[f64]| sums.iter().sum::<f64>();
    let share = share(total(&did), total(&could), floor * whole.len() as f64);
    Ok(Decided { blocks, block, share, silent })
}

fn share(did: f64, could: f64, floor: f64) -> Option<f32> {
    (could > 0.0 && could >= floor).then(|| (1.0 - (did / could).sqrt()).clamp(0.0, 1.0) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_stays_was_decided_and_one_that_follows_was_not() {
        // Four blocks: above, the prompts differ; below, they draw the same.
        let paint = |above: [u8; 2]| {
            Picture::from_fn(4, 4, |x, y| if y < 2 { [above[x / 2]; 3] } else { [9; 3] })
        };
        let (never, start) = (paint([0, 0]), paint([100, 100]));
        let seen = decided(&never, &start, &paint([0, 50]), 2).expect("one size");
        assert_eq!(seen.blocks.data()[..2], [1.0, 0.5]);
        assert!(seen.blocks.data()[2..].iter().all(|x| x.is_nan()));
        assert_eq!((seen.silent, seen.block), (2, 2));
        // A quarter of what could have changed did, in squares an eighth: 1 − √(1/8).
        assert!(seen.share.is_some_and(|s| (s - (1.0 - 0.125f32.sqrt())).abs() < 1e-6));
        let all = decided(&never, &start, &start, 2).expect("one size");
        assert_eq!((all.blocks.data()[0], all.share), (0.0, Some(0.0)));
        assert_eq!(decided(&never, &never, &never, 2).expect("one size").share, None);
        assert!(decided(&never, &start, &never.enlarged(2), 2).is_err());
    }
}
