//! What a grid would take, said before it is begun.

use crate::walk::Sampler;

use super::{Axes, Axis};

/// What one run takes, as measured or guessed by whoever asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Steps where the grid does not say.
    pub default_steps: usize,
    /// Seconds for a call of the network, with guidance as the grid has it.
    pub seconds_per_call: f64,
    /// Seconds for the rest of a run: text and decoder.
    pub seconds_per_run: f64,
    /// Bytes on disk for a call.
    pub bytes_per_call: u64,
    /// Bytes on disk for the rest of a run.
    pub bytes_per_run: u64,
}

/// What the whole grid takes. Counts stop at the largest number there is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Runs.
    pub cells: u64,
    /// Calls of the network in all; an upper bound where runs share a past.
    pub calls: u64,
    /// Seconds, one run after the other.
    pub seconds: f64,
    /// Bytes on disk.
    pub bytes: u64,
}

impl Axes {
    /// What this grid takes. No cell is made for it: calls depend on steps and sampler alone.
    pub fn estimate(&self, cost: &Cost) -> Estimate {
        let (mut steps, mut samplers, mut others) = (Vec::new(), Vec::new(), 1u64);
        for axis in self.axes() {
            match axis {
                Axis::Steps(values) => steps.clone_from(values),
                Axis::Samplers(values) => samplers = values.iter().copied().map(Some).collect(),
                _ => others = others.saturating_mul(axis.len() as u64),
            }
        }
        if steps.is_empty() {
            steps.push(self.asked().steps.unwrap_or(cost.default_steps));
        }
        if samplers.is_empty() {
            samplers.push(self.asked().sampler);
        }
        let each = samplers
            .iter()
            .flat_map(|&sampler| steps.iter().map(move |&steps| calls(sampler, steps) as u64));
        let calls = each.fold(0u64, u64::saturating_add).saturating_mul(others);
        let cells = self.count() as u64;
        let bytes = calls.saturating_mul(cost.bytes_per_call);
        Estimate {
            cells,
            calls,
            seconds: calls as f64 * cost.seconds_per_call + cells as f64 * cost.seconds_per_run,
            bytes: bytes.saturating_add(cells.saturating_mul(cost.bytes_per_run)),
        }
    }
}

/// Some samplers ask the network more often than they have steps.
fn calls(sampler: Option<Sampler>, steps: usize) -> usize {
    sampler.map_or(steps, |sampler| sampler.calls(steps))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::Asked;

    const COST: Cost = Cost {
        default_steps: 20,
        seconds_per_call: 0.5,
        seconds_per_run: 1.0,
        bytes_per_call: 10,
        bytes_per_run: 100,
    };

    #[test]
    fn calls_are_counted_without_making_cells() {
        let axes = vec![
            Axis::Steps(vec![5, 10]),
            Axis::Seeds(vec![1, 2, 3]),
            Axis::Samplers(vec![Sampler::Ddim, Sampler::Pndm]),
        ];
        let estimate = Axes::new(Asked::default(), axes).estimate(&COST);
        // Three seeds, each with 5 + 10 + 6 + 11 calls.
        assert_eq!((estimate.cells, estimate.calls), (12, 96));
        assert_eq!((estimate.seconds, estimate.bytes), (96.0 * 0.5 + 12.0, 960 + 1200));
    }

    #[test]
    fn a_grid_past_all_numbers_is_still_a_sentence() {
        let axes = (0..7).map(|_| Axis::Seeds((0..100_000).collect())).collect();
        let estimate = Axes::new(Asked::default(), axes).estimate(&COST);
        assert_eq!((estimate.cells, estimate.bytes), (u64::MAX, u64::MAX));
        assert!(estimate.seconds.is_finite());
    }
}
