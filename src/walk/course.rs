//! Which frames a walk has, and in which order: one for each stage, and at the steps one for each
//! call of the network.

use super::Stage;

/// The course of a walk. Before the number of calls is known, all behind the noise are steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// How many calls of the network there are; 0 while unknown.
    pub calls: usize,
    /// Whether the walk begins from a picture, which is encoded first.
    pub encodes: bool,
}

impl Course {
    /// How many frames stand before the first step.
    pub const fn before_steps(self) -> usize {
        if self.encodes { 5 } else { 4 }
    }

    /// How many frames the whole walk has.
    pub const fn frames(self) -> usize {
        self.before_steps() + self.calls + 2
    }

    /// The stages of the walk, in their order.
    pub fn stages(self) -> impl Iterator<Item = Stage> {
        Stage::ALL.into_iter().filter(move |stage| self.encodes || *stage != Stage::Encode)
    }

    /// The stage of the frame at this place; past the end, the last one.
    pub fn stage_of(self, place: usize) -> Stage {
        let first = self.before_steps();
        match place {
            0 => Stage::Tokens,
            1 => Stage::Embeddings,
            2 => Stage::Schedule,
            3 if self.encodes => Stage::Encode,
            n if n < first => Stage::Noise,
            n if self.calls == 0 || n < first + self.calls => Stage::Step,
            n if n == first + self.calls => Stage::Decode,
            _ => Stage::Image,
        }
    }

    /// The place of a stage's first frame; of a stage that the walk does not have, that of the one
    /// behind it.
    pub const fn place_of(self, stage: Stage) -> usize {
        let first = self.before_steps();
        match stage {
            Stage::Tokens => 0,
            Stage::Embeddings => 1,
            Stage::Schedule => 2,
            Stage::Encode => 3,
            Stage::Noise => first - 1,
            Stage::Step => first,
            Stage::Decode => first + self.calls,
            Stage::Image => first + self.calls + 1,
        }
    }

    /// The call, from 0, whose frame stands at this place; none where it is no step.
    pub fn call_at(self, place: usize) -> Option<usize> {
        let call = place.checked_sub(self.before_steps())?;
        (self.calls == 0 || call < self.calls).then_some(call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_has_a_stage_and_every_stage_its_first_frame() {
        for (calls, encodes) in [(1, false), (1, true), (8, false), (8, true)] {
            let course = Course { calls, encodes };
            let all: Vec<Stage> = (0..course.frames()).map(|n| course.stage_of(n)).collect();
            let mut once = all.clone();
            once.dedup();
            assert_eq!(once, course.stages().collect::<Vec<_>>());
            assert_eq!(all.iter().filter(|stage| **stage == Stage::Step).count(), calls);
            for stage in course.stages() {
                assert_eq!(
                    all.iter().position(|other| *other == stage),
                    Some(course.place_of(stage))
                );
            }
            let steps: Vec<usize> =
                (0..course.frames()).filter_map(|n| course.call_at(n)).collect();
            assert_eq!(steps, (0..calls).collect::<Vec<_>>());
        }
    }
}
