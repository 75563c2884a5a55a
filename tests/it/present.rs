//! What a room sees: one thing a screen at 64 × 18, questions with a show of hands, and both
//! languages together; and what the teacher's second terminal sees of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;
use safelight::app::{self, App, Code, Comparison, Event, Key, Scene, update};
use safelight::compare::Run;
use safelight::lesson::{Answer, Lesson, Told, shipped};
use safelight::source::Recorded;
use safelight::views::{self, Colours, Ground, Marks, Presenter};
use safelight::walk::{Asked, Stage};
use safelight::words::{Language, Tongues};

use super::frames;
use crate::drawn::{buffer, lines, text, text_on};
use crate::played::{Play, first};

const ROOM: (u16, u16) = (64, 18);

/// A walk with all its frames, at the first frame of a stage, before a room.
fn at(stage: Stage, tongues: Tongues, walk: Recorded) -> App {
    let mut app = App::new(tongues.first, Asked::default());
    app.speak(tongues);
    app.present = true;
    app.scene = Scene::Walk;
    app.walk.card = Some(walk.card);
    app.walk.settings = Some(walk.settings);
    app.walk.calls = walk.calls;
    app.walk.frames = walk.frames;
    app.walk.at = app.walk.place_of(stage);
    app.look.piece = 3;
    app
}

fn check(name: &str, app: &App, size: (u16, u16)) {
    insta::assert_snapshot!(name, text(app, size));
}

fn both() -> Tongues {
    Tongues::from_code("en+zh").unwrap()
}

#[test]
fn each_stage_is_one_thing() {
    for language in Language::ALL {
        let stages = Stage::ALL.into_iter().filter(|stage| *stage != Stage::Encode);
        for stage in stages {
            let app = at(stage, Tongues::one(language), frames::walk());
            let name = format!("room_{}_64x18_{}", stage.stem(), language.code());
            check(&name, &app, ROOM);
        }
    }
    let mut last = at(Stage::Step, Tongues::default(), frames::walk());
    last.walk.at += 19;
    check("room_step-last_64x18_en", &last, ROOM);
    let encode = at(Stage::Encode, Tongues::default(), frames::from_picture());
    check("room_encode_64x18_en", &encode, ROOM);
}

#[test]
fn more_room_makes_it_larger() {
    for stage in [Stage::Tokens, Stage::Schedule, Stage::Step, Stage::Image] {
        let app = at(stage, Tongues::default(), frames::walk());
        check(&format!("room_{}_100x28_en", stage.stem()), &app, (100, 28));
    }
    check("room_step_160x45_en", &at(Stage::Step, Tongues::default(), frames::walk()), (160, 45));
}

#[test]
fn terminals_without_colours_or_blocks_can_be_read_from_afar_too() {
    let ground = Ground { colours: Colours::None, marks: Marks::Ascii, ..Ground::default() };
    for stage in [Stage::Tokens, Stage::Step] {
        let shown = text_on(&at(stage, Tongues::default(), frames::walk()), ground, ROOM);
        assert!(!shown.contains(|sign| "█▀▄▌●".contains(sign)), "{shown}");
        insta::assert_snapshot!(format!("room_{}_ascii", stage.stem()), shown);
    }
}

#[test]
fn two_languages_share_a_room() {
    for stage in [Stage::Tokens, Stage::Schedule, Stage::Step, Stage::Image] {
        let app = at(stage, both(), frames::walk());
        check(&format!("room_{}_64x18_en+zh", stage.stem()), &app, ROOM);
    }
}

#[test]
fn a_question_takes_a_show_of_hands_and_the_answer_stands_beside_it() {
    for language in Language::ALL {
        let code = language.code();
        let mut play = Play::of(first(language), Tongues::one(language), true);
        check(&format!("room_question_64x18_{code}"), &play.app, ROOM);
        play.type_in("a12b9c7");
        check(&format!("room_hands_64x18_{code}"), &play.app, ROOM);
        assert_eq!(play.app.lesson_now().unwrap().hands.of(0), Some(&[12, 9, 7][..]));
        play.press(Code::PageDown);
        let open = play.app.lesson_now().unwrap();
        assert!(!open.asking && open.answers.is_empty(), "the hands of a room are nobody's answer");
        check(&format!("room_reveal_64x18_{code}"), &play.app, ROOM);
        let told = play.told.last().unwrap();
        assert_eq!((told.beat, told.asking, &*told.hands), (0, false, &[12, 9, 7][..]));
    }
    let mut play = Play::of(first(Language::En), both(), true);
    check("room_question_64x18_en+zh", &play.app, ROOM);
    play.type_in("a3b14");
    check("room_hands_64x18_en+zh", &play.app, ROOM);
    play.press(Code::PageDown);
    check("room_reveal_64x18_en+zh", &play.app, ROOM);
}

#[test]
fn without_hands_the_right_answer_is_marked_and_a_letter_alone_still_answers() {
    let mut play = Play::of(first(Language::En), Tongues::default(), true);
    play.press(Code::PageDown);
    let shown = text(&play.app, ROOM);
    assert!(shown.contains("✓ b  a few whole numbers"), "{shown}");
    play.press(Code::PageUp);
    play.type_in("b");
    play.press(Code::PageDown);
    assert_eq!(play.app.lesson_now().unwrap().answers.get(&0), Some(&Answer::Choice(1)));
}

#[test]
fn digits_choose_nothing_where_there_is_no_room() {
    let mut play = Play::of(first(Language::En), Tongues::default(), false);
    play.type_in("a12");
    assert_eq!(play.app.lesson_now().unwrap().hands.of(0), None);
    assert_eq!(play.app.lesson_now().unwrap().chosen, Some(0));
}

#[test]
fn two_keys_of_a_remote_lead_through_a_lesson_and_back() {
    let mut play = Play::of(first(Language::En), Tongues::default(), true);
    let beats = play.app.lesson.as_ref().unwrap().lesson.beats.len();
    let mut presses = 0;
    while play.app.lesson_now().is_some() {
        play.press(Code::PageDown);
        presses += 1;
        assert!(presses < 100);
    }
    let open = play.app.lesson.as_ref().unwrap();
    assert_eq!(open.at + 1, beats);
    assert_eq!(presses, beats + open.lesson.questions());
    let mut play = Play::of(first(Language::En), Tongues::default(), true);
    for _ in 0..4 {
        play.press(Code::PageDown);
    }
    for _ in 0..10 {
        play.press(Code::PageUp);
    }
    assert_eq!(play.app.lesson_now().unwrap().at, 0);
    // Some remotes send these to make the screen black.
    play.press(Code::PageDown);
    play.type_in("b.");
    assert!(!play.app.look.by_hand);
}

#[test]
fn both_languages_fit_where_one_does() {
    for size in [(80, 24), (120, 40)] {
        let named = |name: &str| format!("both_{name}_{}x{}", size.0, size.1);
        for stage in [Stage::Tokens, Stage::Schedule, Stage::Step, Stage::Image] {
            let mut app = at(stage, both(), frames::walk());
            app.present = false;
            check(&named(stage.stem()), &app, size);
        }
        let mut play = Play::of(first(Language::En), both(), false);
        check(&named("question"), &play.app, size);
        play.type_in("b");
        play.press(Code::Enter);
        check(&named("answer"), &play.app, size);
    }
}

#[test]
fn every_lesson_in_both_languages_fits_the_smallest_whole_screen() {
    for (one, two) in shipped(Language::En).zip(shipped(Language::Zh)) {
        let english = Lesson::read(one.name, one.text).unwrap();
        let chinese = Lesson::read(two.name, two.text).unwrap();
        let held = vec![(Language::En, english.clone()), (Language::Zh, chinese.clone())];
        for (size, present) in [((80, 24), false), (ROOM, true)] {
            for at in 0..english.beats.len() {
                let mut app = App::new(Language::En, Asked::default());
                app.speak(both());
                app.present = present;
                app::begin_lesson(&mut app, english.clone());
                app.hold_translations(held.clone());
                // A question has the screen to itself, whatever the first beat shows.
                app.scene = Scene::Walk;
                let open = app.lesson.as_mut().unwrap();
                open.at = at;
                open.asking = true;
                if english.beats[at].question.is_none() {
                    continue;
                }
                let shown = text(&app, size);
                let body: Vec<&str> = shown.lines().skip(2).collect();
                // A figure that is not known yet is an ellipsis as well.
                let beats = [&english.beats[at], &chinese.beats[at]];
                let soon: usize = beats.iter().map(|beat| beat.said.matches('{').count()).sum();
                let whole = body[..body.len() - 1].join("\n").matches('…').count() <= soon;
                assert!(whole, "{} {at} {size:?}:\n{shown}", one.name);
                for beat in beats {
                    let question = beat.question.as_ref().unwrap();
                    let begins: String = question.question.chars().take(8).collect();
                    assert!(shown.contains(&begins), "{} {at} {size:?}:\n{shown}", one.name);
                }
            }
        }
    }
}

#[test]
fn the_key_turns_through_the_languages_and_the_lesson_with_them() {
    let mut play = Play::of(first(Language::En), Tongues::default(), true);
    play.press(Code::PageDown);
    let mut seen = Vec::new();
    for _ in 0..3 {
        play.press(Code::Char('L'));
        seen.push((play.app.spoken().code(), text(&play.app, ROOM)));
    }
    let codes: Vec<&str> = seen.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["zh", "en+zh", "en"]);
    let title = |language| first(language).beats[0].title.chars().take(10).collect::<String>();
    assert!(seen[0].1.contains(&title(Language::Zh)), "{}", seen[0].1);
    assert!(seen[2].1.contains(&title(Language::En)), "{}", seen[2].1);
}

#[test]
fn a_lesson_with_other_beats_is_no_translation() {
    let mut app = App::new(Language::En, Asked::default());
    app::begin_lesson(&mut app, first(Language::En));
    let mut other = first(Language::Zh);
    other.beats.pop();
    app.hold_translations(vec![(Language::Zh, other)]);
    assert!(app.lesson.unwrap().translations.is_empty());
}

#[test]
fn each_change_is_told_once() {
    let mut play = Play::of(first(Language::En), Tongues::default(), true);
    assert_eq!(play.told.len(), 1);
    play.press(Code::Char('?'));
    play.press(Code::Esc);
    assert_eq!(play.told.len(), 1, "nothing of the lesson has changed");
    play.press(Code::PageDown);
    assert!(!play.told.last().unwrap().asking);
    play.press(Code::PageDown);
    assert_eq!(play.told.last().unwrap().beat, 1);
    play.press(Code::Esc);
    assert!(play.told.last().unwrap().away);
    assert_eq!(play.told.len(), 4);
}

fn presenter(tongues: Tongues, told: Option<Told>) -> Presenter {
    let lessons = tongues.all().map(|language| (language, first(language))).collect();
    let problem = told
        .is_none()
        .then(|| safelight::walk::Problem::new("told-missing").with("file", "lesson.json"));
    Presenter { lessons, told, problem, seconds: 227, scroll: 0 }
}

#[test]
fn the_teachers_screen_has_notes_key_hands_and_time() {
    let told = |beat, hands: &[u32]| Told {
        beat,
        asking: true,
        hands: hands.to_vec(),
        ..Told::of("from-words-to-picture", "en", 8)
    };
    let screens = [
        ("waiting_en", presenter(Tongues::default(), None)),
        ("notes_en", presenter(Tongues::default(), Some(told(0, &[12, 9, 7])))),
        ("notes_zh", presenter(Tongues::one(Language::Zh), Some(told(1, &[])))),
        ("notes_en+zh", presenter(both(), Some(told(7, &[])))),
    ];
    for (name, presenter) in screens {
        let area = Rect::new(0, 0, 80, 24);
        let mut buf = Buffer::empty(area);
        views::draw_presenter(&presenter, &Ground::default(), area, &mut buf);
        insta::assert_snapshot!(format!("teacher_{name}"), lines(&buf));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn no_size_makes_a_room_fail(
        (width, height) in (1u16..170, 1u16..60),
        (stage, tongues, colours) in (0usize..8, 0usize..4, 0usize..4),
        (light, ascii, turned) in (any::<bool>(), any::<bool>(), 0usize..9),
        (by_hand, attention, asks) in (any::<bool>(), any::<bool>(), any::<bool>()),
    ) {
        let tongues = Tongues::named()[tongues].1;
        let mut app = at(Stage::ALL[stage], tongues, frames::from_picture());
        app.look.by_hand = by_hand;
        app.look.attention = attention;
        app.look.picture = turned;
        if asks {
            app::begin_lesson(&mut app, first(tongues.first));
        }
        let colours = [Colours::None, Colours::Ansi16, Colours::Ansi256, Colours::True][colours];
        let marks = if ascii { Marks::Ascii } else { Marks::Braille };
        let ground = Ground { light, colours, marks, bold: false };
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        for slot in views::draw(&app, &ground, area, &mut buf) {
            prop_assert!(area.union(slot.area) == area, "{slot:?}");
        }
        let told = Told { hands: vec![1, 2], ..Told::of("x", "en", 8) };
        let teacher = presenter(tongues, Some(told));
        views::draw_presenter(&teacher, &ground, area, &mut buf);
    }
}

#[test]
fn nothing_in_a_room_is_faint() {
    let dim = Ground::default().dim().fg;
    for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Encode) {
        let app = at(stage, both(), frames::walk());
        let (buf, _) = buffer(&app, Ground::default(), ROOM);
        let faint = buf.content().iter().filter(|cell| {
            let written = cell.symbol().chars().all(char::is_alphanumeric);
            written && Some(cell.fg) == dim && cell.fg != Color::Reset
        });
        assert_eq!(faint.count(), 0, "{}", stage.stem());
    }
}

#[test]
fn one_number_by_hand_and_two_runs_leave_the_words_their_room() {
    let mut app = at(Stage::Step, Tongues::default(), frames::walk());
    app.look.by_hand = true;
    app.look.lens = (5, 5);
    check("room_by-hand_64x18_en", &app, ROOM);
    let runs = [
        (0, "seed 7", frames::PLAIN),
        (1, "seed 8", frames::Variation { seed: 8, ..frames::PLAIN }),
    ];
    let runs: Vec<Run> = runs
        .into_iter()
        .map(|(id, name, variation)| {
            let walk = frames::varied(variation);
            let mut run = Run::waiting(id, name.to_owned());
            run.settings = Some(walk.settings);
            run.card = Some(walk.card);
            run.calls = walk.calls;
            run.frames = walk.frames;
            run
        })
        .collect();
    for (stage, keys) in [(Stage::Image, 0), (Stage::Step, 6), (Stage::Noise, 30)] {
        let mut app = App::comparing(Language::En, Comparison::new(runs.clone(), None, Vec::new()));
        app.present = true;
        if let Some(comparison) = &mut app.comparison {
            comparison.stage = Some(stage);
            comparison.cursor = keys;
        }
        check(&format!("room_compare-{}_64x18_en", stage.stem()), &app, ROOM);
    }
    // The remote goes on through the moments, where the same key turns pages elsewhere.
    let mut app = App::comparing(Language::En, Comparison::new(runs, None, Vec::new()));
    app.present = true;
    update(&mut app, Event::Key(Key::plain(Code::PageUp)));
    let comparison = app.comparison.unwrap();
    assert_eq!((comparison.stage(), comparison.call()), (Stage::Image, frames::CALLS - 2));
}
