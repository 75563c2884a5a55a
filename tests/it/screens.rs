//! Whole screens, cell by cell, from the walk made by hand: what a person reads at 80 × 24 and at
//! 120 × 40, in both languages; and that no size and no terminal makes a view fail.

#![expect(clippy::unwrap_used, reason = "the walk is made by hand")]

use std::sync::OnceLock;

use proptest::prelude::*;
use ratatui::style::{Color, Modifier};
use safelight::app::state::PathPurpose;
use safelight::app::{
    App, Code, Event, Key, LatentLook, NotesDepth, Overlay, Picker, Scene, keys, update,
};
use safelight::source::Recorded;
use safelight::views::{Colours, Ground, Marks};
use safelight::walk::{Asked, Frame, Piece, Problem, Progress, Stage, Word};
use safelight::words::Language;

use crate::drawn::{buffer, text, text_on};
use crate::frames;

/// A walk with all its frames, at the first frame of a stage.
pub(crate) fn at(stage: Stage, language: Language) -> App {
    static WALK: OnceLock<Recorded> = OnceLock::new();
    let mut app = App::new(language, Asked::default());
    let walk = WALK.get_or_init(frames::walk).clone();
    app.scene = Scene::Walk;
    app.walk.card = Some(walk.card);
    app.walk.settings = Some(walk.settings);
    app.walk.calls = walk.calls;
    app.walk.frames = walk.frames;
    app.walk.at = app.walk.place_of(stage);
    app.look.piece = 3;
    app
}

/// The tenth step is in the making.
pub(crate) fn waiting(language: Language) -> App {
    let mut app = at(Stage::Step, language);
    app.walk.at = 4;
    app.walk.frames.truncate(4);
    app.walk.computing = true;
    app.walk.progress = Some(Progress { stage: Stage::Step, call: 0, done: 5, total: 11 });
    app
}

fn check(name: &str, app: &App, size: (u16, u16)) {
    insta::assert_snapshot!(name, text(app, size));
}

/// One snapshot a language and size.
fn check_all(name: &str, app: impl Fn(Language) -> App) {
    for language in Language::ALL {
        for size in [(80, 24), (120, 40)] {
            let name = format!("{name}_{}x{}_{}", size.0, size.1, language.code());
            check(&name, &app(language), size);
        }
    }
}

#[test]
fn the_first_screen_has_its_doors() {
    check_all("doors", |language| App::new(language, Asked::default()));
}

#[test]
fn tokens_are_chips_with_ids_and_places() {
    check_all("tokens", |language| {
        let mut app = at(Stage::Tokens, language);
        app.look.turn[Stage::Tokens.index()] = 1;
        app
    });
}

#[test]
fn a_long_prompt_loses_its_tail_and_foreign_syntax_is_named() {
    check("tokens_long_80x24_en", &long_prompt(), (80, 24));
    check("tokens_long_120x40_en", &long_prompt(), (120, 40));
}

/// A prompt of which three words and a sign were never trained.
pub(crate) fn strange_prompt(language: Language) -> App {
    let mut app = at(Stage::Tokens, language);
    let Some(Frame::Tokens(tokens)) = app.walk.frames.first_mut() else { return app };
    let prompt = &mut tokens.encoders[0].prompt;
    for (place, text) in [(1, "scarlet"), (2, "fsh"), (3, ","), (5, "dragon")] {
        prompt.pieces[place] =
            Piece { text: text.into(), taught: false, ..prompt.pieces[place].clone() };
        prompt.words[place].text = text.into();
    }
    app.look.piece = 2;
    app
}

#[test]
fn words_that_were_never_trained_are_marked_and_the_nearest_offered() {
    check_all("tokens_never", strange_prompt);
    let screen = text(&strange_prompt(Language::En), (80, 24));
    assert!(!screen.contains("∅,"), "punctuation is no word: {screen}");
}

#[test]
fn the_taught_words_are_listed_page_by_page() {
    check_all("taught_prompt", |language| {
        let mut app = strange_prompt(language);
        app.overlay = Some(Overlay::Taught(Box::default()));
        app
    });
    let mut app = strange_prompt(Language::En);
    app.overlay = Some(Overlay::Taught(Box::new(Picker { list: 1, ..Picker::default() })));
    let taught = app.walk.card.as_mut().and_then(|card| card.taught.as_mut()).unwrap();
    taught.things = (0..48).map(|n| format!("thing-{n}")).collect();
    check("taught_things_80x24_en", &app, (80, 24));
}

/// A prompt that nobody taught the model as it stands.
pub(crate) fn chinese_prompt(language: Language) -> App {
    let mut app = at(Stage::Tokens, language);
    let text = "蓝色背景上的红猫";
    let Some(Frame::Tokens(tokens)) = app.walk.frames.first_mut() else { return app };
    let prompt = &mut tokens.encoders[0].prompt;
    let (piece, mut word) = (prompt.pieces[0].clone(), prompt.words[0].clone());
    let bytes = ["e8·93·9d", "e8·89·b2", "e8·83·8c", "e6·99·af", "e4·b8·8a"];
    prompt.pieces = bytes
        .into_iter()
        .map(|text| Piece { text: text.into(), taught: false, ..piece.clone() })
        .collect();
    (word.text, word.pieces) = (text.into(), 0..bytes.len());
    (prompt.words, prompt.kept, prompt.text) = (vec![word], bytes.len(), text.into());
    app.walk.settings.as_mut().unwrap().prompt = text.into();
    app.look.piece = 1;
    app
}

#[test]
fn a_chinese_prompt_is_marked_and_its_english_form_offered() {
    check_all("tokens_chinese", chinese_prompt);
    let mut later = chinese_prompt(Language::Zh);
    later.walk.at = later.walk.place_of(Stage::Noise);
    let screen = text(&later, (80, 24));
    let title = screen.lines().next().unwrap();
    assert!(title.contains("蓝色背景上的红猫  ∅ 从未学过"), "{title}");
}

#[test]
fn a_prompt_is_picked_word_by_word() {
    check_all("taught_picked", |language| {
        let mut app = at(Stage::Tokens, language);
        let keys = "v";
        let codes = [Code::Right, Code::Enter, Code::Tab, Code::Down, Code::Right, Code::Char(' ')];
        let keys = keys.chars().map(Code::Char).chain(codes);
        keys.for_each(|code| drop(update(&mut app, Event::Key(Key::plain(code)))));
        app
    });
}

#[test]
fn a_model_without_a_list_of_words_says_nothing_of_it() {
    let mut app = strange_prompt(Language::En);
    app.walk.card.as_mut().unwrap().taught = None;
    let Some(Frame::Tokens(tokens)) = app.walk.frames.first_mut() else { panic!("no tokens") };
    for piece in &mut tokens.encoders[0].prompt.pieces {
        piece.taught = true;
    }
    let screen = text(&app, (120, 40));
    assert!(!screen.contains('∅') && !screen.contains("taught"), "{screen}");
    assert!(keys::hints(&app).iter().all(|hint| hint.text != "taught words"));
}

/// 91 pieces, of which 75 fit; one was never met in training.
pub(crate) fn long_prompt() -> App {
    let mut app = at(Stage::Tokens, Language::En);
    let Some(Frame::Tokens(tokens)) = app.walk.frames.first_mut() else { return app };
    let encoding = &mut tokens.encoders[0].prompt;
    let (pieces, words) = (encoding.pieces.clone(), encoding.words.clone());
    encoding.pieces.clear();
    encoding.words.clear();
    for n in 0..91 {
        let taught = n != 2;
        encoding.pieces.push(Piece { taught, ..pieces[n % 7].clone() });
        encoding.words.push(Word { pieces: n..n + 1, ..words[n % 7].clone() });
    }
    encoding.kept = 75;
    encoding.cut = " cat on a blue background".into();
    encoding.text = "a (red:1.3) cat BREAK".into();
    app.look.piece = 75;
    app
}

#[test]
fn embeddings_are_strips_and_cosines() {
    check_all("embeddings", |language| {
        let mut app = at(Stage::Embeddings, language);
        app.look.turn[Stage::Embeddings.index()] = 4;
        app
    });
}

#[test]
fn a_frame_in_the_making_says_how_far_it_is() {
    for language in Language::ALL {
        check(&format!("waiting_80x24_{}", language.code()), &waiting(language), (80, 24));
    }
    let mut app = waiting(Language::En);
    app.walk.frames = frames::walk_of(13).frames;
    app.walk.at = 13;
    app.walk.progress = Some(Progress { stage: Stage::Step, call: 9, done: 5, total: 11 });
    let screen = text(&app, (120, 40));
    assert!(screen.contains("step 10 of 20") && screen.contains("still above: step 9"), "{screen}");
}

#[test]
fn what_lies_over_the_screen() {
    let over = |overlay: Overlay| App { overlay: Some(overlay), ..at(Stage::Tokens, Language::En) };
    let draft = Box::new(Asked { seed: Some(7), ..Asked::default() });
    check("glossary_80x24_en", &over(Overlay::Glossary { chosen: 1 }), (80, 24));
    let form = Overlay::Settings { chosen: 4, draft, editing: None };
    check("settings_80x24_en", &over(form), (80, 24));
    let typed = Overlay::Prompt { text: "a green fish".into(), cursor: 12 };
    check("prompt_80x24_en", &over(typed), (80, 24));
}

#[test]
fn scrolling_the_help_shows_every_key_with_its_sentence() {
    let mut app = at(Stage::Tokens, Language::En);
    let mut seen = String::new();
    for scroll in (0..200).step_by(20) {
        app.overlay = Some(Overlay::Help { scroll });
        seen.push_str(&text(&app, (120, 40)));
    }
    for line in keys::help_lines(app.words()) {
        let begin: String = line.text.chars().take(40).collect();
        assert!(seen.contains(&begin), "{begin}");
    }
}

#[test]
fn a_problem_is_said_in_the_third_band_and_the_walk_stays() {
    let mut app = at(Stage::Tokens, Language::En);
    app.problem = Some(Problem::new("file-missing").with("file", "unet/config.json"));
    let screen = text(&app, (80, 24));
    assert!(screen.contains("unet/config.json is not there"), "{screen}");
    assert!(screen.contains("2368"), "{screen}");
    let (buf, _) = buffer(&app, Ground::default(), (80, 24));
    let bar = &buf[(0, 20)];
    let Color::Rgb(r, g, b) = bar.fg else { unreachable!("a colour") };
    assert!(r > 200 && g < 120 && b < 120);
}

#[test]
fn a_screen_that_is_too_small_says_so() {
    let screen = text(&at(Stage::Step, Language::En), (30, 8));
    assert!(screen.contains("40×12") && screen.contains("30×8"), "{screen}");
}

#[test]
fn on_the_smallest_screen_a_question_wins_over_what_is_said_before_it() {
    let said = "word ".repeat(80);
    let lesson = format!(
        "+++\nformat = 1\ntitle = \"t\"\nminutes = 5\nteaches = [\"x\"]\n+++\n## One\n{said}\n```ask\n\
         kind = \"choice\"\nquestion = \"What of the four comes first?\"\n\
         choices = [\"{0} 1\", \"{0} 2\", \"{0} 3\", \"{0} 4\"]\nanswer = \"b\"\n```\n\
         ```show\nstage = \"tokens\"\n```\n> So.\n",
        "a rather long choice that takes more than one row of the screen"
    );
    let lesson = safelight::lesson::Lesson::read("x", &lesson).unwrap();
    let mut app = App::new(Language::En, Asked::default());
    safelight::app::begin_lesson(&mut app, lesson);
    let small = text(&app, (40, 12));
    assert!(small.contains("What of the four comes first?"), "{small}");
    for letter in ["a  a rather", "b  a rather", "c  a rather", "d  a rather"] {
        assert!(small.contains(letter), "{small}");
    }
    let large = text(&app, (80, 24));
    assert!(large.contains("word word") && large.contains("of the screen 4"), "{large}");
}

#[test]
fn amber_is_the_prompt_and_only_it_is_amber_in_the_title() {
    let (buf, _) = buffer(&at(Stage::Noise, Language::En), Ground::default(), (80, 24));
    let ground = Ground::default();
    let amber = buf[(1, 0)].fg;
    assert_eq!(Some(amber), ground.prompt().fg);
    assert_eq!(Some(buf[(78, 0)].fg), ground.fact().fg);
}

#[test]
fn without_colours_nothing_asks_for_one() {
    let ground = Ground { colours: Colours::None, ..Ground::default() };
    for stage in Stage::ALL {
        let (buf, _) = buffer(&at(stage, Language::En), ground, (80, 24));
        for cell in buf.content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{stage:?}");
        }
    }
}

#[test]
fn in_ascii_every_sign_but_letters_is_ascii() {
    let ground = Ground { marks: Marks::Ascii, ..Ground::default() };
    for stage in [Stage::Tokens, Stage::Embeddings] {
        let screen = text_on(&at(stage, Language::En), ground, (100, 30));
        let strange: String =
            screen.chars().filter(|c| ('\u{2190}'..='\u{2bff}').contains(c)).collect();
        assert_eq!(strange, "", "{screen}");
    }
}

#[test]
fn an_overlay_takes_the_pictures_under_it_away() {
    let mut app = at(Stage::Image, Language::En);
    let with = buffer(&app, Ground::default(), (120, 40)).1.len();
    app.overlay = Some(Overlay::Help { scroll: 0 });
    let under = buffer(&app, Ground::default(), (120, 40)).1.len();
    assert!(with >= under && under == 0);
}

#[test]
fn the_chosen_piece_is_marked_by_more_than_a_colour() {
    let ground = Ground { colours: Colours::None, ..Ground::default() };
    let (buf, _) = buffer(&at(Stage::Tokens, Language::En), ground, (80, 24));
    let marked: String = (0..80)
        .filter(|&x| buf[(x, 4)].modifier.contains(Modifier::REVERSED))
        .map(|x| buf[(x, 4)].symbol().to_owned())
        .collect();
    assert_eq!(marked.trim(), "cat");
}

/// Any state that keys can lead to.
fn any_app() -> impl Strategy<Value = App> {
    let look = (0usize..80, 0usize..9, 0usize..40, any::<[bool; 4]>(), (0usize..70, 0usize..70));
    let frames = (0usize..27, 0usize..27);
    (look, frames, 0usize..10, 0usize..3, any::<bool>()).prop_map(
        |((piece, picture, turn, [a, b, c, d], lens), (count, place), over, notes, zh)| {
            let language = if zh { Language::Zh } else { Language::En };
            let mut app = at(Stage::Tokens, language);
            app.walk.frames.truncate(count);
            app.walk.at = place.min(count);
            app.walk.computing = a;
            app.walk.progress =
                b.then_some(Progress { stage: app.walk.stage(), call: 3, done: 2, total: 9 });
            app.look.piece = piece;
            app.look.picture = picture;
            app.look.turn = [turn; Stage::COUNT];
            app.look.lens = lens;
            app.look.pixel = lens;
            (app.look.enlarged, app.look.by_hand, app.look.attention, app.look.raw) = (a, b, c, d);
            app.look.latent =
                if c { LatentLook::Channel(picture % 4) } else { LatentLook::Preview };
            app.notes = [NotesDepth::Plain, NotesDepth::Formulas, NotesDepth::Off][notes];
            app.problem = d.then(|| Problem::new("file-missing").with("file", "x".repeat(300)));
            app.overlay = overlay(over, turn);
            if over == 9 {
                app.scene = Scene::Doors;
                app.doors.chosen = notes;
            }
            app
        },
    )
}

fn overlay(which: usize, n: usize) -> Option<Overlay> {
    let (text, cursor) = ("猫\u{1b}[2J and more".repeat(n), n);
    match which {
        1 => Some(Overlay::Help { scroll: n * 9 }),
        2 => Some(Overlay::Glossary { chosen: n }),
        3 => Some(Overlay::Settings { chosen: n, draft: Box::default(), editing: None }),
        4 => Some(Overlay::Settings { chosen: n, draft: Box::default(), editing: Some(text) }),
        5 => Some(Overlay::Prompt { text, cursor }),
        6 => Some(Overlay::Path { purpose: PathPurpose::OpenRecording, text, cursor }),
        8 => Some(Overlay::Taught(Box::new(Picker { list: n, word: n, ..Picker::default() }))),
        7 => Some(Overlay::CommandLine { line: text }),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn no_size_and_no_terminal_makes_a_view_fail(
        app in any_app(),
        (width, height) in (0u16..200, 0u16..60),
        (light, colours, marks) in (any::<bool>(), 0usize..4, 0usize..3),
    ) {
        let colours =
            [Colours::None, Colours::Ansi16, Colours::Ansi256, Colours::True][colours];
        let marks = [Marks::Braille, Marks::Blocks, Marks::Ascii][marks];
        let (buf, slots) = buffer(&app, Ground { light, colours, marks, bold: false }, (width, height));
        for slot in slots {
            prop_assert!(buf.area().union(slot.area) == *buf.area());
        }
        for cell in buf.content() {
            prop_assert!(!cell.symbol().chars().any(char::is_control));
        }
    }
}
