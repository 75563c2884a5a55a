//! The latent preview: fitted for a model that has none, once, when nobody waits, and kept only
//! where it may be kept.

#![expect(clippy::unwrap_used, reason = "the models are the project's own")]

use std::fs;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use safelight::app::{Event, update};
use safelight::engine::{Engine, Look, Walk};
use safelight::source::{News, Order, live};
use safelight::walk::{Asked, Frame, Preview, Stage, Unwatched};
use safelight::words::Language;

use crate::reference_files::{Copied, own_root};
use crate::stages::{DECODE, app, plain};

fn walked(engine: &Engine, asked: &Asked) -> (Walk, Vec<Frame>) {
    let settings = engine.settle(asked).unwrap();
    let mut walk = engine.walk(&settings, Look::default()).unwrap();
    let frames = std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).collect();
    (walk, frames)
}

fn fitted(walk: &Walk) -> Option<Preview> {
    let mut fitting = walk.fitting().unwrap();
    loop {
        if let Some(preview) = fitting.step(&Unwatched).unwrap() {
            return preview;
        }
    }
}

/// Mean distance of a preview's colours from the block means of the true picture.
fn off(preview: &Preview, frames: &[Frame]) -> f32 {
    let last = frames.iter().filter_map(Frame::as_step).next_back().unwrap();
    let Some(Frame::Image(image)) = frames.last() else { unreachable!() };
    let told = preview.apply(&last.common_next()).unwrap();
    let (means, _) = image.picture().unwrap().block_means(told.width(), told.height());
    let pairs = told.rgb().iter().zip(means.rgb());
    pairs.map(|(a, b)| f32::from(a.abs_diff(*b))).sum::<f32>() / told.rgb().len() as f32
}

#[test]
fn the_fit_of_one_walk_explains_the_pictures_of_the_model_inside() {
    let asked = Asked { seed: Some(3), steps: Some(12), ..Asked::default() };
    let engine = Engine::open(&asked, &Unwatched).unwrap();
    let (walk, frames) = walked(&engine, &asked);
    let preview = fitted(&walk).unwrap();
    assert!(preview.r2 > 0.6 && preview.r2 <= 1.0, "{}", preview.r2);
    let trained = engine.card().preview.clone().unwrap();
    let (ours, theirs) = (off(&preview, &frames), off(&trained, &frames));
    assert!(ours < theirs + 6.0, "{ours} of 255, the one fitted in training {theirs}");
}

fn asked(model: &Copied) -> Asked {
    Asked {
        model: Some(model.path()),
        prompt: Some("a cat".into()),
        steps: Some(4),
        width: Some(64),
        height: Some(64),
        ..Asked::default()
    }
}

/// Walks on the live source and hears what comes after the end.
fn after_the_end(asked: &Asked) -> (Preview, bool) {
    let (told, news) = channel();
    let source = live(move |_, news| drop(told.send(news)));
    source.order(Order::Begin(Box::new(asked.clone())));
    loop {
        match news.recv_timeout(Duration::from_mins(2)).unwrap() {
            News::Opened { card, .. } => {
                assert!(card.preview.is_none());
                source.order(Order::Next);
            }
            News::Frame(_) => source.order(Order::Next),
            News::Preview { preview, kept } => return (*preview, kept),
            News::Progress(_) | News::Finished => {}
            other => unreachable!("{other:?}"),
        }
    }
}

#[test]
fn a_preview_that_comes_later_is_shown_beside_the_picture_with_its_r2() {
    let mut app = app(DECODE);
    let mut card = app.walk.card.clone().unwrap();
    let preview = Preview { r2: 0.83, ..card.preview.take().unwrap() };
    app.walk.card = Some(card);
    assert!(!plain(&app, 120, 40).contains("R²"));
    let news = News::Preview { preview: Box::new(preview), kept: false };
    update(&mut app, Event::News(news));
    let screen = plain(&app, 120, 40);
    assert!(screen.matches("R² 0.83").count() >= 2, "beside the picture and as news: {screen}");
    for language in Language::ALL {
        app.language = language;
        assert!(plain(&app, 80, 24).contains("SAFELIGHT_CACHE"), "{}", plain(&app, 80, 24));
    }
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn a_model_that_has_none_gets_one_after_its_walk_and_keeps_it_in_a_folder_of_ours_only() {
    let model = Copied::of(&own_root().join("models/sd1"));
    let folder = Path::new(&model.path()).to_path_buf();
    let before = files(&folder);
    let (preview, kept) = after_the_end(&asked(&model));
    assert!(!kept && preview.r2 > 0.0, "{preview:?}");
    assert_eq!(files(&folder), before, "a folder of others is left alone");

    fs::write(folder.join("safelight.json"), "{}").unwrap();
    let (preview, kept) = after_the_end(&asked(&model));
    assert!(kept);
    let again = Engine::open(&asked(&model), &Unwatched).unwrap();
    assert_eq!(again.card().preview.as_ref(), Some(&preview));

    // Other weights of the same shape: what was kept is not theirs.
    let vae = fs::read_dir(folder.join("vae")).unwrap().map(|entry| entry.unwrap().path());
    let weights = vae.into_iter().find(|p| p.extension().is_some_and(|e| e == "safetensors"));
    let weights = weights.unwrap();
    let mut bytes = fs::read(&weights).unwrap();
    let start = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    for at in (start..bytes.len()).step_by(4) {
        bytes[at] ^= 1;
    }
    fs::write(&weights, bytes).unwrap();
    let other = Engine::open(&asked(&model), &Unwatched).unwrap();
    assert!(other.card().preview.is_none());
}

#[test]
fn the_true_picture_has_the_preview_of_its_latent_beside_it() {
    let mut app = app(DECODE);
    app.look.turn[Stage::Decode.index()] = 8;
    for (width, height) in [(120, 40), (160, 50)] {
        let screen = plain(&app, width, height);
        let heads = screen.lines().find(|line| line.matches("preview, R² 0.94").count() == 1);
        assert!(heads.is_some(), "{screen}");
    }
    insta::assert_snapshot!("picture-and-preview-120x40", plain(&app, 120, 40));
}
