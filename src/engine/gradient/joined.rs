//! Two pictures' channels one after the other; backward the gradient is cut in two.

use super::Operation;

/// Channels of `[B,C₁,h,w]` and `[B,C₂,h,w]` joined to `[B,C₁+C₂,h,w]`.
pub(in crate::engine) struct Joined {
    /// Channels of the two.
    pub(in crate::engine) channels: [usize; 2],
    /// Batch, height and width of both.
    pub(in crate::engine) sizes: [usize; 3],
}

impl Operation<2> for Joined {
    const NAME: &'static str = "joined channels";

    fn dims(&self) -> Vec<usize> {
        let [batch, h, w] = self.sizes;
        vec![batch, self.channels[0] + self.channels[1], h, w]
    }

    fn forward(&self, [a, b]: [&[f32]; 2]) -> Vec<f32> {
        let [first, second] = self.lengths();
        let mut result = Vec::with_capacity(a.len() + b.len());
        for (a, b) in a.chunks_exact(first).zip(b.chunks_exact(second)) {
            result.extend_from_slice(a);
            result.extend_from_slice(b);
        }
        result
    }

    fn backward(
        &self,
        _: [&[f32]; 2],
        gradient: &[f32],
        wanted: [bool; 2],
    ) -> [Option<Vec<f32>>; 2] {
        let [first, second] = self.lengths();
        let pictures = || gradient.chunks_exact(first + second);
        [
            wanted[0].then(|| pictures().flat_map(|g| &g[..first]).copied().collect()),
            wanted[1].then(|| pictures().flat_map(|g| &g[first..]).copied().collect()),
        ]
    }
}

impl Joined {
    /// Numbers of one picture in each of the two.
    fn lengths(&self) -> [usize; 2] {
        self.channels.map(|channels| channels * self.sizes[1] * self.sizes[2])
    }
}

#[cfg(test)]
mod tests {
    use super::super::differences::check;
    use super::*;

    #[test]
    fn joined_channels() {
        check(&Joined { channels: [3, 5], sizes: [2, 4, 3] }, [72, 120], "3 + 5");
    }
}
