//! How fast a training goes: pictures a second, and the time that is left at this pace.

use std::collections::VecDeque;

/// Over this many seconds of late.
const WINDOW: f64 = 20.0;

/// The steps of late: seconds and pictures of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Tempo {
    late: VecDeque<(f64, usize)>,
    seconds: f64,
    pictures: usize,
}

impl Tempo {
    /// A step took so long and saw so many pictures.
    pub(super) fn add(&mut self, seconds: f64, pictures: usize) {
        self.late.push_back((seconds, pictures));
        self.seconds += seconds;
        self.pictures += pictures;
        while self.seconds > WINDOW && self.late.len() > 1 {
            if let Some((seconds, pictures)) = self.late.pop_front() {
                self.seconds -= seconds;
                self.pictures -= pictures;
            }
        }
    }

    /// Pictures a second; 0 before the first step.
    pub(super) fn per_second(&self) -> f32 {
        if self.seconds > 0.0 { (self.pictures as f64 / self.seconds) as f32 } else { 0.0 }
    }

    /// Seconds for so many more steps.
    pub(super) fn left(&self, steps: u64) -> Option<f32> {
        let count = self.late.len();
        (count > 0).then(|| (self.seconds / count as f64 * steps as f64) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_steps_of_late_count() {
        let mut tempo = Tempo::default();
        assert_eq!((tempo.per_second(), tempo.left(3)), (0.0, None));
        tempo.add(10.0, 1);
        for _ in 0..40 {
            tempo.add(0.5, 16);
        }
        assert_eq!((tempo.per_second(), tempo.left(10)), (32.0, Some(5.0)));
    }
}
