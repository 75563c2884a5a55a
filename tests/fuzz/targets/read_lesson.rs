//! A lesson from anywhere: read, checked, and every text of it filled in.

#![no_main]

use libfuzzer_sys::fuzz_target;
use safelight::lesson::{Facts, Lesson, World, check, fill};

/// Prompts in words, no recordings.
struct Here;

impl World for Here {
    fn pieces(&self, prompt: &str) -> Vec<String> {
        prompt.split(' ').map(str::to_owned).collect()
    }

    fn has_recording(&self, _: &str) -> bool {
        false
    }
}

fuzz_target!(|text: &str| {
    let Ok(lesson) = Lesson::read("fuzz", text) else { return };
    for mistake in check(&lesson, &Here) {
        assert!(mistake.line <= text.lines().count() + 1);
    }
    let control = |c: char| c.is_control() && c != '\n';
    for beat in &lesson.beats {
        for said in [&beat.title, &beat.said, &beat.explained, &beat.notes] {
            assert!(!fill(said, &Facts::new()).contains(control));
        }
    }
});
