//! The training that is looked at: its screen, its keys, and what the live source tells of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::mpsc::channel;
use std::time::Duration;

use safelight::app::{self, App, Code, Effect, Event, Key, Scene, update};
use safelight::source::{News, Order, live};
use safelight::walk::{
    Age, Answer, Asked, ErrorCurve, Grid, Mixture, Noising, NoisingAsked, Picture, Recipe,
    RecipePoint, TrainingNews, mean_squared_error,
};
use safelight::words::{Language, Words};

use crate::drawn::text;
use crate::frames;

const PATIENCE: Duration = Duration::from_mins(2);

/// A moment made by hand: each age is as wrong as it is young.
fn moment(asked: NoisingAsked) -> Noising {
    let mixture = Mixture::of(0.3);
    let wave = |by: f32| Grid::from_fn(&[1, 4, 16, 16], |i| (i as f32 * by).sin() * 1.4);
    let (clean, noise) = (wave(0.07), wave(1.31));
    let noisy = mixture.noisy(&clean, &noise).unwrap();
    let target = mixture.target(&clean, &noise).unwrap();
    let answer = |(age, share): (Age, f32)| {
        let v = target.map(|x| x * share);
        let epsilon = mixture.epsilon(&noisy, &v).unwrap();
        Answer {
            age,
            x0: mixture.x0(&noisy, &v).unwrap(),
            picture: Picture::from_fn(64, 64, |x, _| [(x as f32 * share * 4.0) as u8, 90, 40]),
            error: mean_squared_error(&v, &target).unwrap(),
            error_epsilon: mean_squared_error(&epsilon, &noise).unwrap(),
            v,
            epsilon,
        }
    };
    let answers = Age::ALL.into_iter().zip([0.0, 0.5, 0.8, 0.95]).map(answer).collect();
    Noising {
        asked,
        picture: Picture::from_fn(64, 64, |x, y| [(x * 4) as u8, (y * 4) as u8, 60]),
        caption: "a red cat on a blue background".to_owned(),
        mixture,
        clean,
        noise,
        noisy,
        target,
        answers,
    }
}

fn recipe() -> Recipe {
    let point = |samples: u64| RecipePoint {
        samples,
        loss: 0.2 + 20_000.0 / samples as f32,
        thing: 98.0 - 900_000.0 / samples as f32,
        colour: 99.0,
        background: 100.0,
    };
    Recipe {
        ages: Age::ALL
            .into_iter()
            .zip([0, 16_000, 64_000, 192_000])
            .map(|(age, samples)| (age, Some(samples)))
            .collect(),
        curve: (1..=8).map(|i| point(i * 24_000)).collect(),
        pictures: 12_000,
        preview: frames::card().preview,
    }
}

/// The screen with everything that the source tells.
pub(crate) fn shown(language: Language) -> App {
    let mut app = App::new(language, Asked::default());
    let effects = press(&mut app, Code::Char('i'));
    assert!(matches!(effects[..], [Effect::Training(_)]), "{effects:?}");
    tell(&mut app, TrainingNews::Opened(recipe()));
    let asked = app.training.wanted;
    for (age, error) in Age::ALL.into_iter().zip([1.2, 0.5, 0.3, 0.15]) {
        let points =
            (0..12).map(|i| (i * 90, error * (1.0 + (i as f32 - 6.0).abs() / 6.0) / 2.0)).collect();
        tell(&mut app, TrainingNews::Errors(ErrorCurve { age, asked, points }));
    }
    tell(&mut app, TrainingNews::Noising(moment(asked)));
    app
}

fn press(app: &mut App, code: Code) -> Vec<Effect> {
    update(app, Event::Key(Key::plain(code)))
}

fn tell(app: &mut App, news: TrainingNews) -> Vec<Effect> {
    update(app, Event::News(app::News::Training(Box::new(news))))
}

#[test]
fn the_screen_shows_one_moment_at_all_ages() {
    for language in Language::ALL {
        let words = Words::of(language);
        for size in [(80, 24), (120, 40)] {
            let seen = text(&shown(language), size);
            for age in ["age.untrained", "age.early", "age.half", "age.final"] {
                assert!(seen.contains(words.text(age)), "{age} at {size:?}:\n{seen}");
            }
            for part in ["a red cat on a blue background", "√ᾱ 0.548", "√(1−ᾱ) 0.837"] {
                assert!(seen.contains(part), "{part} at {size:?}:\n{seen}");
            }
            assert!(seen.contains(&words.fill("training.target", &[("symbol", "v")])), "{seen}");
            assert!(!seen.contains("training."), "a key without words:\n{seen}");
        }
        let large = text(&shown(language), (120, 40));
        assert!(large.contains(words.text("training.whole")), "{large}");
    }
}

#[test]
fn a_small_screen_turns_to_the_other_pictures_and_to_the_whole_training() {
    let mut app = shown(Language::En);
    let before = text(&app, (80, 24));
    assert!(before.contains("error of v") && !before.contains("implied picture"), "{before}");
    for key in [Code::Tab, Code::Char('c'), Code::Char('v'), Code::Up] {
        press(&mut app, key);
    }
    let after = text(&app, (80, 24));
    for part in ["implied picture", "right: ε", "thousand samples", "▸ half"] {
        assert!(after.contains(part), "{part}:\n{after}");
    }
}

#[test]
fn one_moment_is_under_way_and_the_newest_wish_follows() {
    let mut app = shown(Language::En);
    let first = press(&mut app, Code::Right);
    let [Effect::Training(asked)] = first[..] else { panic!("{first:?}") };
    assert_eq!(asked.timestep, 510);
    for _ in 0..3 {
        assert!(press(&mut app, Code::Right).is_empty(), "one is under way");
    }
    let then = tell(&mut app, TrainingNews::Noising(moment(asked)));
    assert!(matches!(then[..], [Effect::Training(NoisingAsked { timestep: 540, .. })]), "{then:?}");
    press(&mut app, Code::End);
    assert_eq!(app.training.wanted.timestep, 999);
    press(&mut app, Code::Right);
    assert_eq!(app.training.wanted.timestep, 999, "there is none after the last");
}

#[test]
fn enter_walks_the_caption_through_the_chosen_age_and_esc_goes_back() {
    let mut app = shown(Language::En);
    press(&mut app, Code::Up);
    let effects = press(&mut app, Code::Enter);
    let [Effect::Begin(asked)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(asked.model.as_deref(), Some("pocket@half"));
    assert_eq!(asked.prompt.as_deref(), Some("a red cat on a blue background"));

    let mut app = shown(Language::En);
    press(&mut app, Code::Esc);
    assert_eq!(app.scene, Scene::Doors);
}

#[test]
fn another_model_has_no_training_to_look_at() {
    let mut app = App::new(Language::En, Asked { model: Some("sd".into()), ..Asked::default() });
    assert!(press(&mut app, Code::Char('i')).is_empty());
    assert_eq!(app.scene, Scene::Doors);
    assert!(app.toast.is_some());
}

#[test]
fn the_live_source_answers_with_all_ages_and_then_draws_the_curves() {
    let (told, news) = channel();
    let source = live(move |_, news| drop(told.send(news)));
    let hear = || match news.recv_timeout(PATIENCE).unwrap() {
        News::Training(news) => *news,
        other => panic!("{other:?}"),
    };
    let asked = NoisingAsked { timestep: 700, ..NoisingAsked::default() };
    source.order(Order::Training(asked));
    let TrainingNews::Opened(recipe) = hear() else { panic!("first what is known") };
    assert_eq!(recipe.ages.iter().map(|(age, _)| *age).collect::<Vec<_>>(), Age::ALL);
    assert!(!recipe.curve.is_empty());
    let TrainingNews::Noising(moment) = hear() else { panic!("then the moment") };
    assert_eq!((moment.asked, moment.answers.len()), (asked, 4));
    assert_eq!(moment.noisy, moment.mixture.noisy(&moment.clean, &moment.noise).unwrap());
    let errors: Vec<f32> = moment.answers.iter().map(|answer| answer.error).collect();
    assert!(
        errors[1..].iter().all(|error| *error < errors[0]),
        "the youngest is worst: {errors:?}"
    );

    let mut last: Vec<ErrorCurve> = Vec::new();
    while last.iter().map(|curve| curve.points.len()).sum::<usize>() < 48 {
        let TrainingNews::Errors(curve) = hear() else { panic!("then the curves") };
        last.retain(|other| other.age != curve.age);
        last.push(curve);
    }
    assert!(last.iter().all(|c| c.points.first().unwrap().0 == 0));
    assert!(last.iter().all(|c| c.points.last().unwrap().0 == 999));

    source.order(Order::Training(NoisingAsked { timestep: 1000, ..asked }));
    let TrainingNews::Failed(problem) = hear() else { panic!("no such timestep") };
    assert_eq!(problem.key(), "timestep-range");
}
