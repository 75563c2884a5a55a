//! The table of keys holds: one meaning a key and place, words for every row in every language,
//! and nothing that a person can do without a key.

use safelight::app::keys::{self, Bar, Meaning, TABLE};
use safelight::app::teaching::Phase;
use safelight::app::{
    Action, Adding, AddingRow, App, Code, Comparison, Doors, ForkRow, Key, Overlay, PathPurpose,
    Place, Scene, begin_lesson,
};
use safelight::lesson::Lesson;
use safelight::walk::{Asked, Stage};
use safelight::words::{Language, Words};

use super::frames;

/// One beat, without and with a question.
const LESSON: &str = "+++\nformat = 1\ntitle = \"t\"\nminutes = 1\nteaches = [\"t\"]\n+++\n## One\n```show\nstage = \"tokens\"\n```\nSaid.\n";
const QUESTION: &str = "LESSON```ask\nkind = \"KIND\"\nquestion = \"?\"\nchoices = [\"x\", \"y\"]\nanswer = \"a\"\n```\n> Because.\n";

fn stages_of(row: &keys::Row) -> Vec<Stage> {
    if row.stages.is_empty() { Stage::ALL.to_vec() } else { row.stages.to_vec() }
}

/// A state in which keys go to `place`.
fn app_at(place: Place) -> App {
    let asked = Asked { prompt: Some("a cat".into()), ..Asked::default() };
    let mut app = App::new(Language::En, asked);
    let (text, cursor) = (String::new(), 0);
    let settings = |editing| Overlay::Settings { chosen: 0, draft: Box::default(), editing };
    match place {
        Place::Doors => app.scene = Scene::Doors,
        Place::DoorsBox => {
            app.scene = Scene::Doors;
            app.doors = Doors { chosen: 1, ..Doors::default() };
        }
        Place::Walk => {}
        Place::Training => app.scene = Scene::Training,
        Place::Help => app.overlay = Some(Overlay::Help { scroll: 0 }),
        Place::Glossary => app.overlay = Some(Overlay::Glossary { chosen: 0 }),
        Place::Lessons => app.overlay = Some(Overlay::Lessons { chosen: 0 }),
        Place::Taught => app.overlay = Some(Overlay::Taught(Box::default())),
        Place::Settings => app.overlay = Some(settings(None)),
        Place::SettingsBox => app.overlay = Some(settings(Some(text))),
        Place::PromptBox => app.overlay = Some(Overlay::Prompt { text, cursor }),
        Place::Box => {
            let purpose = PathPurpose::OpenRecording;
            app.overlay = Some(Overlay::Path { purpose, text, cursor });
        }
        Place::CommandLine => app.overlay = Some(Overlay::CommandLine { line: text }),
        Place::Compare => {
            app.scene = Scene::Compare;
            app.comparison = Some(Comparison::default());
        }
        Place::Lesson | Place::Question | Place::QuestionBox => {
            let kind = if place == Place::Question { "choice" } else { "thought" };
            let asked = QUESTION.replace("LESSON", LESSON).replace("KIND", kind);
            let text = if place == Place::Lesson { LESSON } else { &asked };
            if let Ok(lesson) = Lesson::read("x", text) {
                begin_lesson(&mut app, lesson);
            }
        }
        Place::LessonBeside => {
            if let Ok(lesson) = Lesson::read("x", LESSON) {
                begin_lesson(&mut app, lesson);
            }
            app.scene = Scene::Training;
        }
        Place::Layers => app.overlay = Some(Overlay::Layers),
        Place::Drawings => app.scene = Scene::Drawings,
        Place::TeachForm | Place::TeachBox | Place::Learning | Place::Learned => {
            app.scene = Scene::Teaching;
            app.teaching.form.chosen = usize::from(place == Place::TeachForm);
            app.teaching.phase = match place {
                Place::Learning => Phase::Learning,
                Place::Learned => Phase::Learned,
                _ => Phase::Form,
            };
        }
        Place::Form | Place::FormBox => {
            let editing = (place == Place::FormBox).then_some(text);
            app.overlay = Some(Overlay::Adding(Box::new(Adding {
                chosen: 0,
                draft: Asked::default(),
                from: Box::new(frames::settings()),
                path: String::new(),
                editing,
            })));
        }
    }
    assert_eq!(keys::place(&app), place);
    app
}

#[test]
fn no_key_has_two_meanings_in_one_place() {
    for place in Place::ALL {
        for stage in Stage::ALL {
            let mut seen: Vec<(Key, Action)> = Vec::new();
            for row in TABLE.iter().filter(|row| row.places.contains(&place)) {
                let staged = matches!(place, Place::Walk | Place::Compare);
                if staged && !stages_of(row).contains(&stage) {
                    continue;
                }
                for key in row.keys {
                    let before = seen.iter().find(|(known, _)| known == key);
                    assert!(before.is_none(), "{key:?} at {place:?}: {before:?} and {row:?}");
                    seen.push((*key, row.action));
                }
            }
        }
    }
}

#[test]
fn every_row_has_a_key_a_place_a_hint_and_a_help_line_in_every_language() {
    for language in Language::ALL {
        let words = Words::of(language);
        for row in TABLE {
            assert!(!row.keys.is_empty() && !row.places.is_empty(), "{row:?}");
            for part in ["hint", "help"] {
                let key = format!("keys.{}.{part}", row.stem);
                assert!(words.find(&key).is_some_and(|t| !t.trim().is_empty()), "{key}");
            }
        }
        for place in Place::ALL {
            assert!(words.find(&format!("place.{}", place.stem())).is_some(), "{place:?}");
        }
        for row in AddingRow::ALL {
            assert!(words.find(&format!("setting.{}-note", row.stem())).is_some(), "{row:?}");
        }
        for row in ForkRow::ALL {
            for key in [row.stem().to_owned(), format!("{}-note", row.stem())] {
                assert!(words.find(&format!("fork.{key}")).is_some(), "fork.{key}");
            }
        }
        for setting in safelight::app::Setting::ALL {
            for key in [setting.stem().to_owned(), format!("{}-note", setting.stem())] {
                assert!(words.find(&format!("setting.{key}")).is_some(), "setting.{key}");
            }
        }
    }
}

#[test]
fn no_words_are_kept_for_keys_that_are_gone() {
    for key in Words::of(Language::En).keys("keys.") {
        let stem = key.split('.').nth(1).unwrap_or_default();
        assert!(TABLE.iter().any(|row| row.stem == stem), "{key}");
    }
}

#[test]
fn the_help_shows_every_key_of_the_table_once() {
    let words = Words::of(Language::En);
    let lines = keys::help_lines(words);
    let shown: usize = lines.iter().map(|line| line.keys.split("  ").count()).sum();
    assert!(shown > 0 && lines.first().is_some_and(|line| line.heading.is_some()));
    for row in TABLE {
        let text = words.text(&format!("keys.{}.help", row.stem)).to_owned();
        let line = lines.iter().find(|line| line.text == text);
        let keys = &line.unwrap_or_else(|| panic!("no line for {row:?}")).keys;
        let summed = TABLE.iter().filter(|other| other.stem == row.stem).find_map(|other| {
            if let Bar::As(signs) | Bar::HelpAs(signs) = other.bar { Some(signs) } else { None }
        });
        for key in row.keys {
            let label = key.label(words);
            assert!(
                keys.contains(&label) || summed.is_some_and(|signs| keys.contains(signs)),
                "{label} is missing in {keys:?}"
            );
        }
    }
}

#[test]
fn the_way_out_is_known_everywhere() {
    for place in Place::ALL {
        let app = app_at(place);
        let interrupt = keys::meaning(&app, Key::control('c'));
        assert_eq!(interrupt, Meaning::Do(Action::Interrupt), "{place:?}");
        let esc = keys::meaning(&app, Key::plain(Code::Esc));
        let lesson = [Place::Lesson, Place::LessonBeside, Place::Question, Place::QuestionBox];
        let out = if lesson.contains(&place) { Action::LeaveLesson } else { Action::Leave };
        assert_eq!(esc, Meaning::Do(out), "{place:?}");
    }
}

#[test]
fn letters_are_typed_where_there_is_a_box() {
    for place in Place::ALL.into_iter().filter(|place| place.types()) {
        let app = app_at(place);
        for c in ('a'..='z').chain('A'..='Z').chain(['?', '/', ' ', '1', '猫']) {
            assert_eq!(keys::meaning(&app, Key::char(c)), Meaning::Text, "{c} at {place:?}");
        }
    }
}

#[test]
fn a_key_of_another_stage_says_where_it_works() {
    let app = app_at(Place::Walk);
    let meaning = keys::meaning(&app, Key::char('d'));
    assert_eq!(meaning, Meaning::Elsewhere("decode", &[Stage::Step]));
}

#[test]
fn the_last_hint_is_the_help_where_there_is_one() {
    for place in
        [Place::Walk, Place::Compare, Place::Doors, Place::Help, Place::Glossary, Place::Taught]
    {
        let hints = keys::hints(&app_at(place));
        assert_eq!(hints.last().map(|hint| hint.action), Some(Action::Help), "{place:?}");
    }
    for place in Place::ALL {
        assert!(!keys::hints(&app_at(place)).is_empty(), "{place:?} has no hints");
    }
    assert!(TABLE.iter().any(|row| row.bar == Bar::Own));
}
