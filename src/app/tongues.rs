//! The languages on screen: one, or two together for a mixed class, where notes, questions and
//! answers stand in both and everything else in the first.

use super::lessons::OpenLesson;
use super::state::App;
use crate::lesson::{Beat, Lesson};
use crate::words::{Language, Tongues};

impl App {
    /// The languages of notes, questions and answers, the first first.
    pub fn tongues(&self) -> Vec<Language> {
        self.spoken().all().collect()
    }

    /// The same as one.
    pub const fn spoken(&self) -> Tongues {
        Tongues { first: self.language, second: self.second }
    }

    /// Speaks from now on.
    pub const fn speak(&mut self, tongues: Tongues) {
        self.language = tongues.first;
        self.second = tongues.second;
    }

    /// The same lesson in other languages, for the key that turns through them.
    pub fn hold_translations(&mut self, translations: Vec<(Language, Lesson)>) {
        if let Some(open) = &mut self.lesson {
            let alike = |lesson: &Lesson| is_alike(&open.lesson, lesson);
            open.translations = translations.into_iter().filter(|(_, text)| alike(text)).collect();
        }
    }
}

impl OpenLesson {
    /// Its text in a language, as it was opened where it has none in this one.
    pub fn text_in(&self, language: Language) -> &Lesson {
        let held = self.translations.iter().find(|(of, _)| *of == language);
        held.map_or(&self.lesson, |(_, lesson)| lesson)
    }

    /// The beat on screen in a language.
    pub fn beat_in(&self, language: Language) -> Option<&Beat> {
        self.text_in(language).beats.get(self.at)
    }

    /// The beat on screen in each of these languages; once where two of them have the same text.
    pub fn beats_in(&self, languages: &[Language]) -> Vec<&Beat> {
        let mut beats: Vec<&Beat> = Vec::new();
        for beat in languages.iter().filter_map(|language| self.beat_in(*language)) {
            if !beats.iter().any(|other| std::ptr::eq(*other, beat)) {
                beats.push(beat);
            }
        }
        beats
    }
}

/// Whether two lessons have the same beats with the same questions: then one can be read as the
/// translation of the other.
fn is_alike(one: &Lesson, other: &Lesson) -> bool {
    let shape = |beat: &Beat| {
        beat.question.as_ref().map(|question| (question.kind, question.choices.len()))
    };
    let shapes = |lesson: &Lesson| lesson.beats.iter().map(shape).collect::<Vec<_>>();
    shapes(one) == shapes(other)
}
