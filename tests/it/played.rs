//! A lesson that is played on a source that answers at once, with a walk made by hand.

#![expect(clippy::unwrap_used, reason = "a lesson that ships is there")]

use safelight::app::{self, App, Code, Effect, Event, Key, News, update};
use safelight::lesson::{Lesson, Told, shipped};
use safelight::walk::Asked;
use safelight::words::{Language, Tongues};

use crate::frames;

/// The first of the lessons that ship.
pub(crate) fn first(language: Language) -> Lesson {
    let first = shipped(language).next().unwrap();
    Lesson::read(first.name, first.text).unwrap()
}

/// A lesson under way.
pub(crate) struct Play {
    pub(crate) app: App,
    /// How many frames were given.
    given: usize,
    /// What the teacher's second terminal was told.
    pub(crate) told: Vec<Told>,
}

impl Play {
    /// A lesson in one language, or in two, before a room or not.
    pub(crate) fn of(lesson: Lesson, tongues: Tongues, present: bool) -> Self {
        let mut app = App::new(tongues.first, Asked::default());
        app.speak(tongues);
        app.present = present;
        app.telling = Some(app::Telling::default());
        let mut play = Self { app, given: 0, told: Vec::new() };
        let mut effects = app::begin_lesson(&mut play.app, lesson);
        let all = Language::ALL.map(|language| (language, first(language)));
        play.app.hold_translations(all.into());
        effects.extend(app::tell(&mut play.app));
        play.answer(effects);
        play
    }

    pub(crate) fn press(&mut self, code: Code) {
        let effects = update(&mut self.app, Event::Key(Key::plain(code)));
        self.answer(effects);
    }

    pub(crate) fn type_in(&mut self, text: &str) {
        for c in text.chars() {
            self.press(Code::Char(c));
        }
    }

    fn answer(&mut self, mut effects: Vec<Effect>) {
        let walk = frames::walk();
        while let Some(effect) = effects.pop() {
            let news = match effect {
                Effect::Begin(_) => {
                    self.given = 0;
                    News::Opened {
                        card: Box::new(walk.card.clone()),
                        settings: Box::new(walk.settings.clone()),
                        calls: walk.calls,
                        note: None,
                    }
                }
                Effect::Next => {
                    self.given += 1;
                    match walk.frames.get(self.given - 1) {
                        Some(frame) => News::Frame(Box::new(frame.clone())),
                        None => News::Finished,
                    }
                }
                Effect::Tell { told, .. } => {
                    self.told.push(*told);
                    continue;
                }
                _ => continue,
            };
            effects.extend(update(&mut self.app, Event::News(news)));
        }
    }
}
