//! Lessons: those that ship have no mistakes and are the same in every language; on the screen a
//! question comes before what answers it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use safelight::app::{self, App, Code, Effect, Event, Key, News, update};
use safelight::engine::{ModelFolder, tokenize};
use safelight::lesson::{Lesson, QuestionKind, World, check, shipped};
use safelight::source::Recorded;
use safelight::walk::{Asked, Stage};
use safelight::words::Language;

use super::frames;

struct Here;

impl World for Here {
    fn pieces(&self, prompt: &str) -> Vec<String> {
        let tokens = tokenize(&ModelFolder::pocket(), prompt).unwrap();
        tokens.encoders[0].prompt.pieces.iter().map(|piece| piece.text.clone()).collect()
    }

    fn has_recording(&self, _: &str) -> bool {
        false
    }
}

fn all(language: Language) -> Vec<Lesson> {
    shipped(language).map(|shipped| Lesson::read(shipped.name, shipped.text).unwrap()).collect()
}

#[test]
fn the_lessons_that_ship_have_no_mistakes() {
    for language in Language::ALL {
        for lesson in all(language) {
            assert_eq!(check(&lesson, &Here), [], "{} in {}", lesson.name, language.code());
        }
    }
}

#[test]
fn every_language_shows_and_asks_the_same() {
    let english = all(Language::En);
    assert!(!english.is_empty());
    for language in Language::ALL {
        let lessons = all(language);
        assert_eq!(lessons.len(), english.len());
        for (lesson, english) in lessons.iter().zip(&english) {
            assert_eq!(lesson.head.minutes, english.head.minutes);
            assert_eq!(lesson.head.walk, english.head.walk);
            assert_eq!(lesson.beats.len(), english.beats.len(), "{}", lesson.name);
            for (beat, other) in lesson.beats.iter().zip(&english.beats) {
                assert_eq!(beat.show, other.show, "{}", beat.title);
                let key = |beat: &safelight::lesson::Beat| {
                    let question = beat.question.clone()?;
                    let QuestionParts { kind, answer, tolerance, count } = parts(&question);
                    Some((kind, answer, tolerance.to_bits(), count))
                };
                assert_eq!(key(beat), key(other), "{}", beat.title);
                assert_eq!(beat.notes.is_empty(), other.notes.is_empty(), "{}", beat.title);
            }
        }
    }
}

struct QuestionParts {
    kind: QuestionKind,
    answer: String,
    tolerance: f64,
    count: usize,
}

fn parts(question: &safelight::lesson::Question) -> QuestionParts {
    QuestionParts {
        kind: question.kind,
        answer: question.answer.clone(),
        tolerance: question.tolerance,
        count: question.choices.len(),
    }
}

/// A lesson on a source that answers at once with a recorded walk.
struct Play {
    app: App,
    recorded: Recorded,
    given: usize,
}

impl Play {
    fn of(lesson: Lesson) -> Self {
        let app = App::new(Language::En, Asked::default());
        let mut play = Self { app, recorded: frames::walk(), given: 0 };
        let effects = app::begin_lesson(&mut play.app, lesson);
        play.answer(effects);
        play
    }

    fn press(&mut self, code: Code) {
        let effects = update(&mut self.app, Event::Key(Key::plain(code)));
        self.answer(effects);
    }

    fn answer(&mut self, mut effects: Vec<Effect>) {
        while let Some(effect) = effects.pop() {
            let news = match effect {
                Effect::Begin(_) => {
                    self.given = 0;
                    News::Opened {
                        card: Box::new(self.recorded.card.clone()),
                        settings: Box::new(self.recorded.settings.clone()),
                        calls: self.recorded.calls,
                        note: None,
                    }
                }
                Effect::Next => {
                    self.given += 1;
                    match self.recorded.frames.get(self.given - 1) {
                        Some(frame) => News::Frame(Box::new(frame.clone())),
                        None => News::Finished,
                    }
                }
                _ => continue,
            };
            effects.extend(update(&mut self.app, Event::News(news)));
        }
    }
}

#[test]
fn every_lesson_runs_to_its_end_with_the_answers_of_its_key() {
    for language in Language::ALL {
        for lesson in all(language) {
            let questions = lesson.questions();
            let mut play = Play::of(lesson);
            let mut beats = 0;
            while let Some(open) = play.app.lesson_now() {
                if let Some(question) = open.question().cloned() {
                    for letter in question.letters().unwrap() {
                        let letter = char::from(b'a' + u8::try_from(letter).unwrap());
                        play.press(Code::Char(letter));
                    }
                    play.press(Code::Enter);
                    assert!(play.app.lesson_now().unwrap().question().is_none());
                }
                beats += 1;
                assert!(beats < 100);
                play.press(Code::Right);
            }
            let open = play.app.lesson.as_ref().unwrap();
            assert_eq!(open.score(&play.app.facts()), (questions, questions));
            assert_eq!(beats, open.lesson.beats.len());
        }
    }
}

#[test]
fn nothing_is_shown_before_the_question_is_answered_and_it_can_be_tried_again() {
    let mut play = Play::of(all(Language::En).remove(0));
    assert!(play.app.walk.frames.is_empty() && play.app.lesson_now().unwrap().asking);
    play.press(Code::Down);
    play.press(Code::Enter);
    assert_eq!(play.app.walk.stage(), Stage::Tokens);
    assert_eq!(play.app.lesson.as_ref().unwrap().score(&play.app.facts()), (0, 1));
    play.press(Code::Left);
    play.press(Code::Char('b'));
    play.press(Code::Enter);
    assert_eq!(play.app.lesson.as_ref().unwrap().score(&play.app.facts()), (1, 1));
}

#[test]
fn a_lesson_is_left_for_free_play_and_taken_up_where_it_was() {
    let mut play = Play::of(all(Language::En).remove(0));
    play.press(Code::Enter);
    play.press(Code::Right);
    let at = play.app.lesson.as_ref().unwrap().at;
    play.press(Code::Esc);
    assert!(play.app.lesson_now().is_none());
    play.press(Code::Right);
    assert_eq!(play.app.walk.stage(), Stage::Schedule, "the keys are the walk's again");
    play.press(Code::Char('J'));
    assert_eq!(play.app.lesson_now().unwrap().at, at);
    assert_eq!(play.app.walk.stage(), Stage::Embeddings);
}
