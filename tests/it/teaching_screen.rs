//! A word taught on the screen: its form, what is shown while it learns and when it has learned,
//! and the way from the first key to a walk with the word.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use safelight::app::teaching::Phase;
use safelight::app::{self, App, Code, Effect, Event, Key, NotesDepth, Overlay, Scene, update};
use safelight::source::{News, Order, Source, live};
use safelight::views::{self, Colours, Ground, Marks};
use safelight::walk::{
    Asked, AttachmentKind, BeforeAfter, LayerChange, Learning, LearningPlan, LearningStep,
    LessonAsked, LessonPicture, LessonPictures, NearPicture, Network, Picture, PicturesFrom,
    Problem, TaughtKind, TaughtLesson, TaughtReport, TeachingNews,
};
use safelight::words::Language;

use crate::drawn::text;

const PATIENCE: Duration = Duration::from_mins(4);

/// A disc of a colour on a ground.
fn disc(colour: [u8; 3], ground: [u8; 3]) -> Picture {
    Picture::from_fn(64, 64, |x, y| {
        let (dx, dy) = (x.abs_diff(32), y.abs_diff(32));
        if dx * dx + dy * dy < 400 { colour } else { ground }
    })
}

fn pictures() -> LessonPictures {
    let one = |(i, colour, background): (u8, &str, Option<&str>)| LessonPicture {
        name: format!("snail-{i}.png"),
        picture: disc([40 * i, 200 - 30 * i, 90], [230, 230 - 20 * i, 200]),
        colour: Some(colour.into()),
        background: background.map(Into::into),
    };
    let all = [
        (1, "red", Some("green")),
        (2, "purple", Some("yellow")),
        (3, "orange", Some("gray")),
        (4, "green", Some("pink")),
        (5, "orange", None),
    ];
    let pictures = all.map(one).to_vec();
    LessonPictures { from: PicturesFrom::Inside, pictures, skipped: Vec::new() }
}

fn press(app: &mut App, code: Code) -> Vec<Effect> {
    update(app, Event::Key(Key::plain(code)))
}

fn types(app: &mut App, text: &str) -> Vec<Effect> {
    text.chars().flat_map(|c| press(app, Code::Char(c))).collect()
}

fn tell(app: &mut App, news: TeachingNews) -> Vec<Effect> {
    update(app, Event::News(app::News::Teaching(Box::new(news))))
}

/// The form, with the pictures inside looked at.
pub(crate) fn form(language: Language) -> App {
    let mut app = App::new(language, Asked::default());
    let effects = press(&mut app, Code::Char('7'));
    let [Effect::LessonPictures(asked)] = &effects[..] else { unreachable!("{effects:?}") };
    assert_eq!(asked.from, PicturesFrom::Inside);
    tell(&mut app, TeachingNews::Pictures(pictures()));
    app
}

fn sample(app: &mut App, step: u64, caption: &str, picture: Picture) {
    let caption = caption.to_owned();
    tell(app, TeachingNews::Learning(Learning::Sample { step, caption, picture }));
}

/// Half of the steps are done.
pub(crate) fn learning(language: Language) -> App {
    let mut app = form(language);
    let effects = press(&mut app, Code::Enter);
    assert!(matches!(effects[..], [Effect::Teach(_)]), "{effects:?}");
    tell(&mut app, TeachingNews::Pictures(pictures()));
    for (step, shade) in [(0, 10), (32, 90), (64, 180)] {
        if step > 0 {
            for done in step - 31..=step {
                let loss = 0.9 - done as f32 / 200.0 + (done * 7 % 10) as f32 / 20.0;
                let average = 1.1 - done as f32 / 200.0;
                let left = Some(25.2);
                let step = LearningStep { step: done, loss, average, left, ..Default::default() };
                tell(&mut app, TeachingNews::Learning(Learning::Step(step)));
            }
        } else {
            let plan = LearningPlan { weights: 12_032, steps: 250, ..LearningPlan::default() };
            tell(&mut app, TeachingNews::Learning(Learning::Began(Box::new(plan))));
        }
        sample(&mut app, step, "a snail", disc([shade, 80, 40], [200, 60, 60]));
        let cat = disc([220, 40 + shade / 10, 40], [88, 148, 232]);
        sample(&mut app, step, "a red cat on a blue background", cat);
    }
    app
}

fn compared(prompt: &str, wanted: [Option<&'static str>; 2]) -> BeforeAfter {
    BeforeAfter {
        prompt: prompt.into(),
        before: disc([90, 60, 40], [255, 255, 255]),
        after: disc([210, 40, 40], [255, 255, 255]),
        distance: 28.4,
        seen: wanted,
        wanted,
    }
}

/// Everything is learned.
pub(crate) fn learned(language: Language) -> App {
    let mut app = learning(language);
    let change = |(layer, change): (&str, f32)| LayerChange {
        network: Network::Unet,
        layer: format!("{layer}.attentions.0.transformer_blocks.0.attn1.to_v"),
        change,
    };
    let near = |(i, distance): (u8, f32)| NearPicture {
        name: format!("snail-{i}.png"),
        picture: disc([40 * i, 100, 90], [230, 220, 200]),
        distance,
    };
    let other = "a red cat on a blue background";
    let report = TaughtReport {
        word: "snail".into(),
        weights: 12_032,
        loss: (0.6234, 0.5065),
        changes: [("down_blocks.1", 0.298), ("down_blocks.2", 0.261), ("up_blocks.0", 0.02)]
            .map(change)
            .to_vec(),
        word_prompts: vec![
            compared("a snail", [None, None]),
            compared("a red snail on a white background", [Some("red"), Some("white")]),
        ],
        other: BeforeAfter { distance: 18.4, ..compared(other, [Some("red"), Some("blue")]) },
        nearest: [(3, 70.5), (2, 73.2), (5, 77.0)].map(near).to_vec(),
    };
    let taught = TaughtLesson { report, file: b"whole".to_vec() };
    tell(&mut app, TeachingNews::Taught(Box::new(taught)));
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
fn the_form_shows_what_it_will_learn_from() {
    check_all("form", form);
}

#[test]
fn while_it_learns_loss_and_samples_move() {
    check_all("learning", learning);
}

#[test]
fn what_came_of_it_stands_in_pictures_and_sentences() {
    check_all("learned", learned);
    let mut app = learned(Language::En);
    press(&mut app, Code::Tab);
    insta::assert_snapshot!("changes_80x24_en", text(&app, (80, 24)));
}

#[test]
fn what_was_typed_stays_when_the_pictures_cannot_be_read() {
    let mut app = form(Language::En);
    types(&mut app, "y");
    press(&mut app, Code::Down);
    press(&mut app, Code::Right);
    press(&mut app, Code::Down);
    let effects = types(&mut app, "one/two");
    assert!(effects.is_empty(), "half a path is not looked at: {effects:?}");
    let effects = press(&mut app, Code::Down);
    let [Effect::LessonPictures(asked)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(asked.from, PicturesFrom::Folder("one/two".into()));
    let problem = Problem::new("pictures-one").with("folder", "one/two");
    tell(&mut app, TeachingNews::Failed(problem));
    let seen = text(&app, (80, 24));
    for part in ["snaily", "one/two", "holds only one picture"] {
        assert!(seen.contains(part), "{part}:\n{seen}");
    }
    let effects = press(&mut app, Code::Enter);
    let [Effect::Teach(asked)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(asked.teaching.word, "snaily");
    let problem = Problem::new("pictures-none").with("folder", "one/two");
    tell(&mut app, TeachingNews::Failed(problem));
    assert_eq!(app.teaching.phase, Phase::Form);
    assert!(text(&app, (80, 24)).contains("snaily"));
}

#[test]
fn without_a_folder_the_form_asks_for_one() {
    let mut app = form(Language::En);
    press(&mut app, Code::Down);
    press(&mut app, Code::Right);
    assert!(press(&mut app, Code::Enter).is_empty());
    assert_eq!(app.problem.as_ref().unwrap().key(), "teach-where");
}

#[test]
fn harder_is_more_steps_or_a_higher_rate_and_nothing_known_beside() {
    let mut app = form(Language::En);
    (0..4).for_each(|_| drop(press(&mut app, Code::Down)));
    let mut asked = Vec::new();
    for _ in 0..3 {
        let effects = press(&mut app, Code::Enter);
        let [Effect::Teach(lesson)] = &effects[..] else { panic!("{effects:?}") };
        asked.push((lesson.teaching.steps, lesson.teaching.rate, lesson.keep));
        tell(&mut app, TeachingNews::Failed(Problem::cancelled()));
        press(&mut app, Code::Right);
    }
    assert_eq!(asked[0], (250, 0.003, 16));
    assert!(asked[1].0 > asked[0].0 && asked[1].1 == asked[0].1 && asked[1].2 == 0);
    assert!(asked[2].0 <= asked[0].0 && asked[2].1 > asked[0].1 && asked[2].2 == 0);
}

#[test]
fn esc_stops_and_the_form_comes_back_when_the_source_has_heard() {
    let mut app = learning(Language::En);
    assert_eq!(press(&mut app, Code::Esc), [Effect::Cancel]);
    assert_eq!((app.teaching.phase, app.scene), (Phase::Learning, Scene::Teaching));
    assert!(text(&app, (80, 24)).contains("stopping"));
    tell(&mut app, TeachingNews::Failed(Problem::cancelled()));
    assert_eq!(app.teaching.phase, Phase::Form);
    assert_eq!(app.problem, None, "it was wanted");
    press(&mut app, Code::Esc);
    assert_eq!(app.scene, Scene::Doors);
}

#[test]
fn a_walk_with_the_word_begins_once_it_is_written() {
    let mut app = learned(Language::En);
    assert!(press(&mut app, Code::Enter).is_empty());
    let Some(Overlay::Path { text, .. }) = &app.overlay else { panic!("a name is asked for") };
    assert_eq!(text, "snail.safetensors");
    let effects = press(&mut app, Code::Enter);
    let [Effect::WriteTaught { path, file }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((path.as_str(), file.as_slice()), ("snail.safetensors", b"whole".as_slice()));

    update(&mut app, Event::Failed(Problem::new("taught-exists").with("file", path)));
    press(&mut app, Code::Char('w'));
    press(&mut app, Code::Enter);
    let effects = update(&mut app, Event::TaughtWritten(path.clone()));
    assert!(effects.is_empty(), "only writing was wanted: {effects:?}");
    let effects = press(&mut app, Code::Enter);
    let [Effect::Begin(asked)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(asked.prompt.as_deref(), Some("a red snail on a white background"));
    let [laid] = &asked.attachments[..] else { panic!("{asked:?}") };
    assert_eq!((laid.kind, laid.file.as_str()), (AttachmentKind::Lora, "snail.safetensors"));

    press(&mut app, Code::Char('W'));
    assert_eq!((app.scene, app.teaching.phase), (Scene::Teaching, Phase::Learned));
    press(&mut app, Code::Char('r'));
    assert_eq!(app.teaching.phase, Phase::Form);
}

/// The live source with its news.
struct Screen {
    source: Source,
    news: Receiver<News>,
}

impl Screen {
    fn new() -> Self {
        let (told, news) = channel();
        Self { source: live(move |_, news| drop(told.send(news))), news }
    }

    fn teaching(&self) -> TeachingNews {
        match self.news.recv_timeout(PATIENCE).unwrap() {
            News::Teaching(news) => *news,
            other => unreachable!("{other:?}"),
        }
    }
}

/// The same lesson in a few steps.
fn short(asked: &LessonAsked) -> Box<LessonAsked> {
    let mut asked = asked.clone();
    asked.keep = 0;
    asked.teaching.kind = TaughtKind::Lora { rank: 1, text: false };
    (asked.teaching.steps, asked.teaching.batch, asked.teaching.sample_every) = (3, 2, 2);
    Box::new(asked)
}

#[test]
fn from_the_first_key_to_a_walk_with_the_word() {
    let screen = Screen::new();
    let mut app = App::new(Language::En, Asked::default());
    let effects = press(&mut app, Code::Char('W'));
    let [Effect::LessonPictures(asked)] = &effects[..] else { panic!("{effects:?}") };
    screen.source.order(Order::LessonPictures(asked.clone()));
    tell(&mut app, screen.teaching());
    let shown = app.teaching.shown().unwrap();
    assert_eq!(shown.pictures.len(), 5);
    assert!(shown.pictures.iter().all(|of| of.colour.is_some() && of.background.is_some()));

    let effects = press(&mut app, Code::Enter);
    let [Effect::Teach(asked)] = &effects[..] else { panic!("{effects:?}") };
    screen.source.order(Order::Teach(short(asked)));
    while app.teaching.phase == Phase::Learning {
        tell(&mut app, screen.teaching());
    }
    assert_eq!(app.teaching.phase, Phase::Learned, "{:?}", app.problem);
    assert_eq!(app.teaching.losses.len(), 3);
    for of in &app.teaching.samples {
        assert_eq!(of.pictures.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [0, 2]);
    }
    let report = &app.teaching.taught.as_ref().unwrap().report;
    assert_eq!(report.other.before, app.teaching.samples[1].pictures[0].1, "the same noise");
    assert!(report.changes.iter().any(|change| change.change > 0.0));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snail.safetensors").display().to_string();
    press(&mut app, Code::Enter);
    update(&mut app, Event::Key(Key::control('u')));
    types(&mut app, &path);
    let effects = press(&mut app, Code::Enter);
    let [Effect::WriteTaught { path, file }] = &effects[..] else { panic!("{effects:?}") };
    std::fs::write(path, file).unwrap();
    let effects = update(&mut app, Event::TaughtWritten(path.clone()));
    let [Effect::Begin(asked)] = &effects[..] else { panic!("{effects:?}") };
    screen.source.order(Order::Begin(asked.clone()));
    let News::Opened { card, settings, .. } = screen.news.recv_timeout(PATIENCE).unwrap() else {
        panic!("the model is opened with what was learned")
    };
    assert!(settings.prompt.contains("snail"));
    assert_eq!(settings.attachments.len(), 1);
    assert!(card.changes.iter().any(|change| change.change > 0.0));
}

#[test]
fn the_source_says_what_is_wrong_with_the_pictures_and_stops_when_told() {
    let screen = Screen::new();
    let mut app = form(Language::En);
    let effects = press(&mut app, Code::Enter);
    let [Effect::Teach(asked)] = &effects[..] else { panic!("{effects:?}") };
    let folder = tempfile::tempdir().unwrap();
    let empty = LessonAsked { from: PicturesFrom::Folder(folder.path().into()), ..*asked.clone() };
    for order in [Order::LessonPictures(Box::new(empty.clone())), Order::Teach(Box::new(empty))] {
        screen.source.order(order);
        let TeachingNews::Failed(problem) = screen.teaching() else { panic!("no pictures") };
        assert_eq!(problem.key(), "pictures-none");
    }
    let mut spaced = asked.clone();
    spaced.teaching.word = "two words".into();
    screen.source.order(Order::Teach(spaced));
    let TeachingNews::Failed(problem) = screen.teaching() else { panic!("no word") };
    assert_eq!(problem.key(), "teach-word");
    screen.source.order(Order::Teach(short(asked)));
    screen.source.cancel();
    loop {
        match screen.teaching() {
            TeachingNews::Failed(problem) => break assert!(problem.is_cancelled(), "{problem}"),
            TeachingNews::Taught(_) => panic!("it was told to stop"),
            TeachingNews::Pictures(_) | TeachingNews::Learning(_) => {}
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(150))]
    #[test]
    fn no_size_makes_these_screens_fail(
        (width, height) in (0u16..220, 0u16..70),
        keys in proptest::collection::vec(0usize..6, 0..6),
        (light, colours, notes, which) in
            (proptest::bool::ANY, 0usize..4, 0usize..3, 0usize..3),
    ) {
        let make = [form, learning, learned][which];
        let mut app = make(if light { Language::Zh } else { Language::En });
        for key in keys {
            let codes =
                [Code::Left, Code::Right, Code::Up, Code::Down, Code::Tab, Code::Char('r')];
            press(&mut app, codes[key]);
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
