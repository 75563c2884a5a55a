//! The learning rate over a training: up at the start, then even, then down over the last part.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// How the learning rate goes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// At its highest.
    pub peak: f64,
    /// Steps until it gets there, in a straight line.
    pub warm_up: u64,
    /// How it falls at the end.
    #[serde(default)]
    pub fall: Fall,
    /// The last part of the training in which it falls, 0..1.
    #[serde(default)]
    pub part: f64,
    /// The share of the peak that it never falls below.
    #[serde(default)]
    pub least: f64,
}

/// The way down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fall {
    /// A straight line.
    #[default]
    Straight,
    /// Half a period of the cosine.
    Cosine,
}

impl Rate {
    /// The rate of a step, counted from 0, of so many.
    pub fn at(&self, step: u64, steps: u64) -> f64 {
        let up = ((step + 1) as f64 / self.warm_up.max(1) as f64).min(1.0);
        let done = step as f64 / steps.max(1) as f64;
        let left = if self.part > 0.0 { ((1.0 - done) / self.part).clamp(0.0, 1.0) } else { 1.0 };
        let down = match self.fall {
            Fall::Straight => left,
            Fall::Cosine => 0.5 - 0.5 * (PI * left).cos(),
        };
        self.peak * up * down.max(self.least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_stays_and_falls() {
        let rate = Rate { peak: 1.0, warm_up: 10, fall: Fall::Straight, part: 0.25, least: 0.01 };
        let at = |step| rate.at(step, 1000);
        assert_eq!((at(0), at(4), at(9), at(500), at(750)), (0.1, 0.5, 1.0, 1.0, 1.0));
        assert!((at(875) - 0.5).abs() < 1e-12);
        assert_eq!(at(999), 0.01);
        let cosine = Rate { fall: Fall::Cosine, part: 1.0, least: 0.0, ..rate };
        assert!((cosine.at(500, 1000) - 0.5).abs() < 1e-12);
    }
}
