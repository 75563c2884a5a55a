//! Every screen in every language: no wide character is cut in half, and in ASCII nothing is drawn
//! that some terminals draw two cells wide.

#![expect(clippy::unwrap_used, reason = "the walks are made by hand")]

use ratatui::buffer::Buffer;
use safelight::app::{
    self, App, Code, Effect, Event, Key, News, NotesDepth, Overlay, PathPurpose, update,
};
use safelight::lesson::{Lesson, shipped};
use safelight::views::{Ground, Marks};
use safelight::walk::{Asked, Problem, Stage};
use safelight::words::{Language, Words, is_ambiguous};
use unicode_width::UnicodeWidthStr;

use crate::training_pictures;
use crate::{comparing, frames, img2img, layers, looking, screens, teaching_screen};

use crate::drawn::{buffer, text_on};

const SIZES: [(u16, u16); 3] = [(40, 12), (80, 24), (120, 40)];

/// Every kind of screen, by name.
fn all(language: Language) -> Vec<(String, App)> {
    let mut all = walks(language);
    all.extend(overlays(language));
    all.extend(comparisons(language));
    all.extend(lessons(language));
    let mut other = |name: &str, app: App| all.push((name.to_owned(), app));
    other("doors", App::new(language, Asked::default()));
    other("training", looking::shown(language));
    other("drawings", training_pictures::opened(language));
    other("near", training_pictures::near(language));
    other("teach form", teaching_screen::form(language));
    other("learning", teaching_screen::learning(language));
    other("learned", teaching_screen::learned(language));
    other("waiting", screens::waiting(language));
    let mut problem = screens::at(Stage::Step, language);
    problem.problem = Some(Problem::new("file-missing").with("file", "unet/config.json"));
    other("problem", problem);
    all
}

/// Every stage in every look of it.
fn walks(language: Language) -> Vec<(String, App)> {
    let mut all = vec![
        ("long prompt".to_owned(), App { language, ..screens::long_prompt() }),
        ("strangers".to_owned(), screens::strange_prompt(language)),
        ("chinese prompt".to_owned(), screens::chinese_prompt(language)),
        ("encode".to_owned(), img2img::app(3, language)),
    ];
    for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Encode) {
        for look in 0..6 {
            let mut app = screens::at(stage, language);
            app.walk.at += if stage == Stage::Step { look } else { 0 };
            app.look.turn = [look; Stage::COUNT];
            app.look.picture = look;
            app.look.by_hand = look == 3;
            app.look.enlarged = look == 4;
            app.look.attention = look == 2;
            app.look.raw = look == 5;
            app.notes = if look % 2 == 1 { NotesDepth::Formulas } else { NotesDepth::Plain };
            all.push((format!("{} {look}", stage.stem()), app));
        }
    }
    all
}

fn overlays(language: Language) -> Vec<(String, App)> {
    let mut all = Vec::new();
    let help = safelight::app::keys::help_lines(Words::of(language)).len();
    let (text, cursor) = ("红色的猫 on a blue background".to_owned(), 4);
    let mut over = vec![
        Overlay::Settings { chosen: 3, draft: Box::default(), editing: None },
        Overlay::Prompt { text: text.clone(), cursor },
        Overlay::Path { purpose: PathPurpose::ExportPicture, text: text.clone(), cursor },
        Overlay::CommandLine { line: format!("safelight \"{text}\" --seed 7") },
    ];
    over.extend((0..help).step_by(10).map(|scroll| Overlay::Help { scroll }));
    over.extend((0..30).map(|chosen| Overlay::Glossary { chosen }));
    for overlay in over {
        let app = App { overlay: Some(overlay), ..screens::at(Stage::Step, language) };
        all.push((format!("{:?}", app.overlay), app));
    }
    for list in 0..6 {
        let mut app = screens::strange_prompt(language);
        press(&mut app, Code::Char('v'));
        for _ in 0..list {
            press(&mut app, Code::Tab);
        }
        press(&mut app, Code::Enter);
        all.push((format!("taught words {list}"), app));
    }
    let mut laid = layers::app(language);
    press(&mut laid, Code::Char('A'));
    all.push(("layers".to_owned(), laid));
    let mut apart = layers::two_models(language);
    press(&mut apart, Code::Char('A'));
    all.push(("two models".to_owned(), apart));
    for key in ['c', 'f'] {
        let mut app = App { language, ..comparing::walk() };
        press(&mut app, Code::Char(key));
        all.push((format!("form {key}"), app));
    }
    all
}

fn comparisons(language: Language) -> Vec<(String, App)> {
    let mut all = vec![("grid".to_owned(), comparing::grid(language))];
    for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Encode) {
        for look in 0..3 {
            let mut app = comparing::comparing(language, comparing::three(), stage);
            let comparison = app.comparison.as_mut().unwrap();
            (comparison.difference, comparison.plane) = (look == 1, look == 2);
            all.push((format!("compare {} {look}", stage.stem()), app));
        }
    }
    all
}

/// Every beat of every lesson that a recorded walk can show, before and after its answer.
fn lessons(language: Language) -> Vec<(String, App)> {
    let mut all = Vec::new();
    for shipped in shipped(language) {
        let lesson = Lesson::read(shipped.name, shipped.text).unwrap();
        let beats = lesson.beats.len();
        let mut app = App::new(language, Asked::default());
        let effects = app::begin_lesson(&mut app, lesson);
        answer(&mut app, effects);
        for beat in 0..beats * 2 {
            let effects = update(&mut app, Event::Key(Key::plain(Code::PageDown)));
            answer(&mut app, effects);
            all.push((format!("lesson {} {beat}", shipped.name), app.clone()));
        }
    }
    all
}

/// What a source that has a walk at hand tells.
fn answer(app: &mut App, mut effects: Vec<Effect>) {
    let recorded = frames::walk();
    while let Some(effect) = effects.pop() {
        let news = match effect {
            Effect::Begin(_) => News::Opened {
                card: Box::new(recorded.card.clone()),
                settings: Box::new(recorded.settings.clone()),
                calls: recorded.calls,
                note: None,
            },
            Effect::Next => match recorded.frames.get(app.walk.frames.len()) {
                Some(frame) => News::Frame(Box::new(frame.clone())),
                None => News::Finished,
            },
            _ => continue,
        };
        effects.extend(update(app, Event::News(news)));
    }
}

fn press(app: &mut App, code: Code) {
    update(app, Event::Key(Key::plain(code)));
}

fn draw(app: &App, marks: Marks, size: (u16, u16)) -> Buffer {
    buffer(app, Ground { marks, ..Ground::default() }, size).0
}

#[test]
fn no_wide_character_is_cut_in_half() {
    let mut faults = Vec::new();
    for (name, app) in all(Language::Zh) {
        for size in SIZES {
            let buf = draw(&app, Marks::Braille, size);
            for y in 0..size.1 {
                for x in 0..size.0 {
                    let symbol = buf[(x, y)].symbol();
                    if symbol.width() < 2 {
                        continue;
                    }
                    let behind = buf.cell((x + 1, y)).map(|cell| cell.symbol().to_owned());
                    if behind.as_deref() != Some(" ") {
                        faults.push(format!("{name} {size:?} at {x},{y}: {symbol} {behind:?}"));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_border_of_what_lies_over_the_screen_is_whole_with_chinese_on_both_sides() {
    for (name, app) in overlays(Language::Zh) {
        for size in [(80, 24), (120, 40)] {
            let buf = draw(&app, Marks::Braille, size);
            let is = |x, y, sign: &str| buf[(x, y)].symbol() == sign;
            let corner = (0..size.0).flat_map(|x| (0..size.1).map(move |y| (x, y)));
            let Some((left, top)) = { corner }.find(|(x, y)| is(*x, *y, "╭")) else { continue };
            let right = (left..size.0).find(|x| is(*x, top, "╮")).unwrap();
            let bottom = (top..size.1).find(|y| is(left, *y, "╰")).unwrap();
            for y in top + 1..bottom {
                assert!(is(left, y, "│") && is(right, y, "│"), "{name} {size:?} row {y}");
                // What stands behind the surface may be a wide character cut by its border.
                if let Some(before) = left.checked_sub(1) {
                    assert!(buf[(before, y)].symbol().width() < 2, "{name} {size:?} row {y}");
                }
            }
        }
    }
}

#[test]
fn in_ascii_nothing_is_drawn_that_could_be_two_cells_wide() {
    let mut faults = Vec::new();
    for language in Language::ALL {
        for (name, mut app) in all(language) {
            app.ascii = true;
            for size in SIZES {
                let buf = draw(&app, Marks::Ascii, size);
                let strange =
                    |c: &char| is_ambiguous(*c) || (!c.is_ascii() && language == Language::En);
                let found: String = buf
                    .content()
                    .iter()
                    .flat_map(|cell| cell.symbol().chars())
                    .filter(strange)
                    .collect();
                // A prompt in Chinese stays what it is.
                let found: String = found.chars().filter(|c| c.to_string().width() < 2).collect();
                if !found.is_empty() {
                    faults.push(format!("{} {name} {size:?}: {found}", language.code()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn in_ascii_the_words_are_spelled() {
    let screen = |language, size| {
        let mut app = screens::at(Stage::Step, language);
        app.ascii = true;
        text_on(&app, Ground { marks: Marks::Ascii, ..Ground::default() }, size)
    };
    for language in Language::ALL {
        for size in [(80, 24), (120, 40)] {
            let name = format!("step-ascii-{}x{}-{}", size.0, size.1, language.code());
            insta::assert_snapshot!(name, screen(language, size));
        }
    }
    for language in Language::ALL {
        let mut app = screens::at(Stage::Tokens, language);
        app.ascii = true;
        let ground = Ground { marks: Marks::Ascii, ..Ground::default() };
        let name = format!("tokens-ascii-80x24-{}", language.code());
        insta::assert_snapshot!(name, text_on(&app, ground, (80, 24)));
    }
}
