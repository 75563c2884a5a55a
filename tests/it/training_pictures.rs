//! The screen of training pictures, and the ones nearest to a finished picture: what keys do, what
//! is ordered, and what a person reads.

#![expect(clippy::unwrap_used, reason = "the pictures are made here")]

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use safelight::app::{self, App, Code, Effect, Event, Key, NotesDepth, Scene};
use safelight::views::{self, Colours, Ground, Marks};
use safelight::walk::{
    Asked, NearPictures, Picture, PicturesAsked, PicturesFound, Problem, Stage, TrainingNeighbour,
    TrainingPicture, Unsaid,
};
use safelight::words::Language;

use crate::drawn::text;
use crate::frames;

const TOTAL: u64 = 48_000;

/// A disc on a ground: which one depends on the number.
fn picture(number: u64) -> TrainingPicture {
    let shift = usize::try_from(number % 9).unwrap();
    let disc = |x: usize, y: usize| {
        let (dx, dy) = (x.abs_diff(24 + shift * 2), y.abs_diff(32));
        if dx * dx + dy * dy < 300 { [214, 40, 40] } else { [88, 148, 232] }
    };
    let caption = match number % 3 {
        0 => "a small red cat on a blue background",
        1 => "a red cat",
        _ => "cat",
    };
    TrainingPicture {
        number,
        caption: caption.into(),
        colour: "red".into(),
        thing: "cat".into(),
        background: "blue".into(),
        unsaid: Unsaid {
            drawing: 2,
            mirrored: number % 2 == 1,
            tilt: -4.25,
            scale: 0.531,
            x: 3.0,
            y: -7.5,
            light: 0.98,
            ground_light: 1.01,
        },
        picture: Picture::from_fn(64, 64, disc),
    }
}

/// What the commands answer.
fn found(asked: &PicturesAsked) -> PicturesFound {
    let total = if asked.never_shown { 12 } else { TOTAL };
    let caption = |n: u64| format!("a purple cat number {n} on a white background");
    let pictures = (asked.first..(asked.first + asked.count).min(total)).map(|number| {
        let shown = picture(number);
        let caption = if asked.never_shown { caption(number) } else { shown.caption.clone() };
        TrainingPicture { caption, ..shown }
    });
    PicturesFound {
        asked: asked.clone(),
        total,
        things: ["cat", "fish", "tree", "house", "boat"].map(str::to_owned).to_vec(),
        drawings: 2,
        captions: (0..if asked.never_shown { total } else { 0 }).map(caption).collect(),
        pictures: pictures.collect(),
    }
}

/// A key, and the answers to whatever it orders.
fn press(app: &mut App, key: Key) {
    let mut effects = app::update(app, Event::Key(key));
    while let Some(effect) = effects.pop() {
        if let Effect::TrainingPictures(asked) = effect {
            assert!(asked.count <= 16, "{asked:?}");
            effects.extend(app::update(app, Event::TrainingPictures(found(&asked))));
        }
    }
}

/// The screen, entered from a walk.
pub(crate) fn opened(language: Language) -> App {
    let mut app = walked(language, Stage::Tokens);
    press(&mut app, Key::char('p'));
    app
}

fn walked(language: Language, stage: Stage) -> App {
    let mut app = App::new(language, Asked::default());
    let walk = frames::walk();
    app.scene = Scene::Walk;
    app.walk.card = Some(walk.card);
    app.walk.settings = Some(walk.settings);
    app.walk.calls = walk.calls;
    app.walk.frames = walk.frames;
    app.walk.at = app.walk.place_of(stage);
    app
}

fn check_all(name: &str, app: impl Fn(Language) -> App) {
    for language in Language::ALL {
        for size in [(80, 24), (120, 40)] {
            let name = format!("{name}_{}x{}_{}", size.0, size.1, language.code());
            insta::assert_snapshot!(name, text(&app(language), size));
        }
    }
}

#[test]
fn a_picture_stands_beside_what_its_caption_says_and_does_not_say() {
    check_all("shown", opened);
}

#[test]
fn a_caption_that_leaves_colour_and_background_out_has_them_among_the_unsaid() {
    let mut app = opened(Language::En);
    let before = text(&app, (80, 24));
    assert!(!before.contains("colour         red") && !before.contains("background     blue"));
    press(&mut app, Key::plain(Code::Right));
    let screen = text(&app, (80, 24));
    assert!(screen.contains("“a red cat”") && screen.contains("background     blue"), "{screen}");
    press(&mut app, Key::plain(Code::Right));
    assert!(text(&app, (80, 24)).contains("colour         red"));
}

#[test]
fn what_training_never_showed_is_a_list() {
    check_all("never_shown", |language| {
        let mut app = opened(language);
        press(&mut app, Key::char('x'));
        press(&mut app, Key::plain(Code::Right));
        app
    });
}

#[test]
fn keys_leaf_filter_and_lead_back() {
    let mut app = opened(Language::En);
    for (key, at) in [
        (Code::Left, 0),
        (Code::Right, 1),
        (Code::PageDown, 26),
        (Code::PageUp, 1),
        (Code::End, TOTAL - 1),
        (Code::Right, TOTAL - 1),
        (Code::Home, 0),
    ] {
        press(&mut app, Key::plain(key));
        assert_eq!(app.drawings.at, at, "{key:?}");
        assert_eq!(app.drawings.shown().unwrap().number, at);
    }
    press(&mut app, Key::plain(Code::Down));
    assert_eq!(app.drawings.thing.as_deref(), Some("cat"));
    press(&mut app, Key::plain(Code::Up));
    press(&mut app, Key::plain(Code::Up));
    assert_eq!(app.drawings.thing.as_deref(), Some("boat"));
    press(&mut app, Key::plain(Code::Esc));
    assert_eq!(app.scene, Scene::Walk);
    let mut app = App::new(Language::En, Asked::default());
    press(&mut app, Key::char('6'));
    assert_eq!(app.scene, Scene::Drawings);
    press(&mut app, Key::char('p'));
    assert_eq!(app.scene, Scene::Doors);
}

#[test]
fn one_order_at_a_time_and_the_last_wish_is_met() {
    let mut app = walked(Language::En, Stage::Tokens);
    let first = app::update(&mut app, Event::Key(Key::char('p')));
    let [Effect::TrainingPictures(asked)] = first.as_slice() else { panic!("{first:?}") };
    app::update(&mut app, Event::TrainingPictures(found(asked)));
    let mut ordered = Vec::new();
    for _ in 0..20 {
        ordered.extend(app::update(&mut app, Event::Key(Key::plain(Code::Right))));
    }
    let [Effect::TrainingPictures(asked)] = ordered.as_slice() else { panic!("{ordered:?}") };
    let next = app::update(&mut app, Event::TrainingPictures(found(asked)));
    let [Effect::TrainingPictures(asked)] = next.as_slice() else { panic!("{next:?}") };
    app::update(&mut app, Event::TrainingPictures(found(asked)));
    assert_eq!(app.drawings.shown().unwrap().number, 20);
    app::update(&mut app, Event::Failed(Problem::new("drawing-failed").with("reason", "x")));
    assert!(!app.drawings.pending);
}

/// The finished picture with its nearest training pictures.
pub(crate) fn near(language: Language) -> App {
    let mut app = walked(language, Stage::Image);
    let effects = app::update(&mut app, Event::Key(Key::char('x')));
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::NearPictures(picture) => Some(picture.clone()),
        _ => None,
    });
    let pictures = [(17, 11.25), (3, 12.5), (35_214, 13.0)];
    let pictures = pictures.map(|(n, distance)| TrainingNeighbour { shown: picture(n), distance });
    let near = NearPictures { among: TOTAL, pictures: pictures.to_vec(), apart: Some(9.5) };
    app::update(&mut app, Event::NearPictures(asked.unwrap(), near));
    app
}

#[test]
fn the_nearest_training_pictures_stand_beside_the_finished_one() {
    check_all("near", near);
}

#[test]
fn the_nearest_of_another_picture_are_not_shown() {
    let mut app = walked(Language::En, Stage::Image);
    app::update(&mut app, Event::Key(Key::char('x')));
    let near = NearPictures { among: TOTAL, pictures: Vec::new(), apart: None };
    app::update(&mut app, Event::NearPictures(Picture::from_fn(2, 2, |_, _| [0; 3]), near));
    assert_eq!(app.walk.near_pictures, None);
}

#[test]
fn a_model_that_keeps_no_list_of_words_has_no_drawings_here() {
    let mut app = walked(Language::En, Stage::Image);
    app.walk.card.as_mut().unwrap().taught = None;
    let effects = app::update(&mut app, Event::Key(Key::char('x')));
    assert!(effects.is_empty() && !app.look.near);
    assert_eq!(app.toast.unwrap().0, "drawings.not-its-training");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]
    #[test]
    fn no_size_makes_these_screens_fail(
        (width, height) in (0u16..160, 0u16..60),
        keys in proptest::collection::vec(0usize..8, 0..6),
        (light, colours, notes, which) in
            (proptest::bool::ANY, 0usize..4, 0usize..3, proptest::bool::ANY),
    ) {
        let mut app = if which { opened(Language::Zh) } else { near(Language::En) };
        for key in keys {
            let codes = [Code::Left, Code::Right, Code::Up, Code::Down, Code::End, Code::Home];
            let key = codes.get(key).map_or(Key::char('x'), |code| Key::plain(*code));
            press(&mut app, key);
        }
        app.notes = [NotesDepth::Plain, NotesDepth::Formulas, NotesDepth::Off][notes];
        let colours = [Colours::None, Colours::Ansi16, Colours::Ansi256, Colours::True][colours];
        let ground = Ground { light, colours, marks: Marks::Braille, bold: false };
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        for slot in views::draw(&app, &ground, area, &mut buf) {
            proptest::prop_assert!(area.union(slot.area) == area);
        }
    }
}
