//! Lessons: those that ship have no mistakes and are the same in every language; on the screen a
//! question comes before what answers it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use safelight::app::{self, App, Code, Effect, Event, Key, News, Scene, update};
use safelight::engine::{ModelFolder, tokenize};
use safelight::lesson::{Lesson, Question, QuestionKind, Verdict, World, check, fill, shipped};
use safelight::source::{Order, Source, live};
use safelight::walk::{Asked, DeviceChoice, Stage};
use safelight::words::{Language, Tongues};

use crate::played::Play;

struct Here;

impl World for Here {
    fn pieces(&self, prompt: &str) -> Vec<String> {
        let tokens = tokenize(&ModelFolder::pocket(), prompt).unwrap();
        tokens.encoders[0].prompt.pieces.iter().map(|piece| piece.text.clone()).collect()
    }

    // What ships does without: the model inside stands in.
    fn has_recording(&self, _: &str) -> bool {
        true
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

/// A lesson on the engine itself: what it shows is computed.
struct Room {
    app: App,
    source: Source,
    news: Receiver<(u64, News)>,
}

/// No answer within this time is a failure.
const PATIENCE: Duration = Duration::from_mins(2);

impl Room {
    fn of(lesson: Lesson) -> Self {
        let (told, news) = channel();
        let source = live(move |generation, news| drop(told.send((generation, news))));
        let asked = Asked { device: DeviceChoice::Cpu, ..Asked::default() };
        let mut room = Self { app: App::new(Language::En, asked), source, news };
        let effects = app::begin_lesson(&mut room.app, lesson);
        room.carry_out(effects);
        room.settle();
        room
    }

    fn press(&mut self, code: Code) {
        let effects = update(&mut self.app, Event::Key(Key::plain(code)));
        self.carry_out(effects);
        self.settle();
    }

    fn carry_out(&self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Begin(asked) => self.source.order(Order::Begin(asked)),
                Effect::Next => self.source.order(Order::Next),
                Effect::Runs(runs) => self.source.order(Order::Runs(runs)),
                Effect::Training(asked) => self.source.order(Order::Training(asked)),
                Effect::Cancel => self.source.cancel(),
                _ => {}
            }
        }
    }

    /// Whether anything is still being computed.
    fn busy(&self) -> bool {
        let comparison = self.app.comparison.as_ref();
        let runs = comparison.is_some_and(|c| !c.under_way.is_empty() || !c.pending.is_empty());
        let waits = self.app.lesson_now().is_some_and(app::OpenLesson::waits);
        let walk = self.app.walk.computing || self.app.walk.goal.is_some();
        walk || waits || (runs && self.app.scene == Scene::Compare) || self.app.training.pending
    }

    fn settle(&mut self) {
        while self.busy() {
            let (generation, news) = self.news.recv_timeout(PATIENCE).unwrap();
            let beside = matches!(news, News::Run { .. } | News::Training(_) | News::Teaching(_));
            if beside || generation == self.source.generation() {
                let effects = update(&mut self.app, Event::News(news));
                self.carry_out(effects);
            }
            assert_eq!(self.app.problem, None);
        }
    }

    /// Puts down what the key says.
    fn answer(&mut self, question: &Question) {
        let typed = match question.kind {
            QuestionKind::Choice | QuestionKind::Order => question.answer.replace(' ', ""),
            QuestionKind::Number => fill(&question.answer, &self.app.facts()).replace(',', ""),
            QuestionKind::Thought => "because".to_owned(),
        };
        for letter in typed.chars() {
            self.press(Code::Char(letter));
        }
        self.press(Code::Enter);
    }
}

/// A choice that is answered by what comes after is known; a number may be one of what is shown
/// only then, and is typed on the second try.
#[test]
fn every_lesson_runs_to_its_end_with_the_answers_of_its_key() {
    let chinese = all(Language::Zh);
    for (lesson, chinese) in all(Language::En).into_iter().zip(chinese) {
        let name = lesson.name.clone();
        let open = lesson.beats.iter().filter_map(|beat| beat.question.as_ref());
        let judged = open.filter(|question| question.kind != QuestionKind::Thought).count();
        let mut room = Room::of(lesson);
        let mut beats = 0;
        while let Some(open) = room.app.lesson_now() {
            let at = open.at;
            let mut tries = 0;
            while let Some(question) =
                room.app.lesson_now().and_then(|open| open.question()).cloned()
            {
                let known = !question.answer.contains('{');
                room.answer(&question);
                assert!(room.app.lesson_now().unwrap().question().is_none(), "{name} {at}");
                if !known && tries == 0 {
                    room.press(Code::PageUp);
                }
                tries += 1;
            }
            let facts = room.app.facts();
            let open = room.app.lesson_now().unwrap();
            if let Some(question) = open.beat().and_then(|beat| beat.question.as_ref()) {
                let thought = question.kind == QuestionKind::Thought;
                let wanted = if thought { Verdict::Open } else { Verdict::Right };
                let given = &open.answers[&at];
                assert_eq!(open.verdict(), Some(wanted), "{name}, beat {}: {given:?}", at + 1);
            }
            for lesson in [&room.app.lesson_now().unwrap().lesson, &chinese] {
                let beat = &lesson.beats[at];
                for text in [&beat.said, &beat.explained] {
                    let said = fill(text, &facts);
                    let whole = !said.contains(['{', '}'])
                        && said.matches('…').count() == text.matches('…').count();
                    assert!(whole, "{name}, beat {}: {said}", at + 1);
                }
            }
            beats += 1;
            assert!(beats < 100);
            room.press(Code::PageDown);
        }
        let open = room.app.lesson.as_ref().unwrap();
        assert_eq!(beats, open.lesson.beats.len(), "{name}");
        assert_eq!(open.score(), (judged, judged), "{name}");
    }
}

#[test]
fn nothing_is_shown_before_the_question_is_answered_and_it_can_be_tried_again() {
    let mut play = Play::of(all(Language::En).remove(0), Tongues::default(), false);
    assert!(play.app.walk.frames.is_empty() && play.app.lesson_now().unwrap().asking);
    play.press(Code::Down);
    play.press(Code::Enter);
    assert_eq!(play.app.walk.stage(), Stage::Tokens);
    assert_eq!(play.app.lesson.as_ref().unwrap().score(), (0, 1));
    play.press(Code::Left);
    play.press(Code::Char('b'));
    play.press(Code::Enter);
    assert_eq!(play.app.lesson.as_ref().unwrap().score(), (1, 1));
}

#[test]
fn a_lesson_is_left_for_free_play_and_taken_up_where_it_was() {
    let mut play = Play::of(all(Language::En).remove(0), Tongues::default(), false);
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

/// A beat with everything that a show can hold, each of which is broken in turn below.
const CROWDED: &str = r#"+++
format = 1
title = "t"
minutes = 5
teaches = ["x"]
walk = { prompt = "a red cat on a blue background", seed = 7, steps = 20 }
+++
## One
```show
stage = "tokens"
piece = "cat"
```
There are {pieces}.
## Two
```ask
kind = "choice"
question = "Which?"
choices = ["x", "y"]
answer = "b"
```
```show
stage = "step"
call = 3
piece = "cat"
attention = true
turn = 1
picture = 2
channel = 2
beside = [{ seed = 8 }]
fork = { call = 5, off = "cat", way = "masked" }
align = "noise"
```
> It is {first-angle}, {apart}.
## Three
```show
training = { picture = 3, noise = 700, age = "early" }
```
The error is {training-error}.
## Four
```show
drawings = { thing = "cat" }
```
Drawings.
## Five
```show
teach = "snail"
```
A word.
"#;

#[test]
fn a_lesson_with_mistakes_is_opened_anyway_and_never_breaks() {
    assert_eq!(check(&Lesson::read("x", CROWDED).unwrap(), &Here), []);
    for (from, to) in [
        ("stage = \"tokens\"\n", ""),
        ("stage = \"tokens\"", "stage = \"dreams\""),
        ("piece = \"cat\"\n```\nThere", "piece = \"dog\"\n```\nThere"),
        ("call = 3", "call = 0"),
        ("call = 3", "call = 99999999"),
        ("turn = 1", "turn = 9999"),
        ("picture = 2", "picture = 9999"),
        ("channel = 2", "channel = 0"),
        ("call = 5", "call = 0"),
        ("call = 5", "call = 777"),
        ("off = \"cat\"", "off = \"dog\""),
        ("way = \"masked\"", "way = \"x\""),
        ("answer = \"b\"", "answer = \"z\""),
        ("choices = [\"x\", \"y\"]", "choices = []"),
        ("kind = \"choice\"", "kind = \"order\""),
        ("noise = 700", "noise = 999999"),
        ("picture = 3", "picture = 18446744073709"),
        ("age = \"early\"", "age = \"x\""),
        ("thing = \"cat\"", "thing = \"\\u00e9\""),
        ("teach = \"snail\"", "teach = \"\""),
        ("{pieces}", "{nothing} {"),
    ] {
        let broken = CROWDED.replacen(from, to, 1);
        assert_ne!(broken, CROWDED, "{from}");
        let mut play = Play::of(Lesson::read("x", &broken).unwrap(), Tongues::default(), false);
        for _ in 0..8 {
            for code in [Code::Char('a'), Code::Down, Code::Up, Code::Enter, Code::Tab] {
                play.press(code);
            }
            play.press(Code::PageDown);
        }
        for code in [Code::Esc, Code::Char('J'), Code::PageUp, Code::Esc] {
            play.press(code);
        }
    }
}

#[test]
fn a_beat_shows_its_recording_where_it_is_at_hand_and_its_walk_where_it_is_not() {
    let text = "+++\nformat = 1\ntitle = \"t\"\nminutes = 5\nteaches = [\"x\"]\nwalk = { seed = 7 }\n+++\n\
                ## One\nRead.\n```show\nstage = \"noise\"\nrecording = \"big.safetensors\"\n```\n";
    let mut lesson = Lesson::read("x", text).unwrap();
    let mut app = App::new(Language::En, Asked::default());
    let effects = app::begin_lesson(&mut app, lesson.clone());
    assert!(matches!(effects.as_slice(), [Effect::Begin(asked)] if asked.seed == Some(7)));
    assert_eq!(app.toast.as_ref().unwrap().0, "lesson.no-recording");

    lesson.recordings.insert("big.safetensors".into(), "there/big.safetensors".into());
    let mut app = App::new(Language::En, Asked::default());
    let effects = app::begin_lesson(&mut app, lesson);
    assert_eq!(effects, [Effect::OpenRecording("there/big.safetensors".into())]);
    let effects = update(&mut app, Event::RecordingOpened("big.safetensors".into()));
    assert_eq!(effects, [Effect::Replay]);
    assert_eq!(app.walk.goal, Some(app::Goal::Stage(Stage::Noise)));
}
