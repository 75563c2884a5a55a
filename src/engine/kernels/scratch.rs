//! Room that kernels work in, kept by each thread from one call to the next. Fresh memory is
//! cleared by the system and cleared again by whoever asks for zeros: of a large convolution that
//! was a seventh of its time.

use std::cell::RefCell;

/// Rooms that a thread keeps.
const MOST: usize = 4;
/// Numbers in a line of the cache, at which a room begins.
const LINE: usize = 64 / size_of::<f32>();

thread_local! {
    static KEPT: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// Numbers that hold whatever was left in them; given back when dropped.
pub(super) struct Scratch {
    numbers: Vec<f32>,
    /// Where the first line of the cache begins.
    first: usize,
}

impl Scratch {
    /// Room for `count` blocks of `N` times `V` numbers.
    pub(super) fn of<const V: usize, const N: usize>(count: usize) -> Self {
        let size = count * V * N + LINE;
        let kept = KEPT.try_with(|kept| kept.borrow_mut().pop()).ok().flatten();
        let mut numbers = kept.unwrap_or_default();
        if numbers.len() < size {
            // What was kept goes first: two rooms at once would be more memory than before.
            drop(numbers);
            numbers = vec![0.0; size];
        }
        // What was left there must not reach a result: the kernels' tests find it if it does.
        #[cfg(test)]
        numbers.fill(f32::NAN);
        let first = numbers.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
        Self { numbers, first }
    }

    /// The blocks that there is room for, at least as many as were asked for.
    pub(super) fn blocks<const V: usize, const N: usize>(&mut self) -> &mut [[[f32; V]; N]] {
        self.numbers[self.first..].as_chunks_mut().0.as_chunks_mut().0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let numbers = std::mem::take(&mut self.numbers);
        // A thread that ends keeps nothing.
        let _ = KEPT.try_with(|kept| {
            let mut kept = kept.borrow_mut();
            if kept.len() < MOST {
                kept.push(numbers);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_large_enough_and_begins_at_a_line_of_the_cache() {
        for count in [1, 7, 1000, 3] {
            let mut room = Scratch::of::<32, 8>(count);
            let blocks = room.blocks::<32, 8>();
            assert!(blocks.len() >= count);
            assert_eq!(blocks.as_ptr().align_offset(64), 0);
            blocks[count - 1][7][31] = count as f32;
        }
    }

    #[test]
    fn rooms_that_are_held_at_once_are_not_one() {
        let (mut one, mut other) = (Scratch::of::<8, 1>(2), Scratch::of::<8, 1>(2));
        one.blocks::<8, 1>()[0][0][0] = 1.0;
        other.blocks::<8, 1>()[0][0][0] = 2.0;
        assert_eq!(one.blocks::<8, 1>()[0][0][0], 1.0);
    }
}
